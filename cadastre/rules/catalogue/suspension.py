"""Tell whether a service is suspended on a day, since when, by what, and what stays open.

The suspension itself is in the ruleset (``moratorium.yaml``): a service only names it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from cadastre.errors import NotFound
from cadastre.rules.catalogue.service import Service
from cadastre.rules.ruleset import Moratorium, Ruleset, Text


@dataclass(frozen=True, slots=True)
class Suspension:
    """A freeze that a service is under.

    ``exempt`` lists the classes of substances that stay open; ``applies`` is False when every
    substance asked for is exempt, None when no substance was named yet.
    """

    moratorium: Moratorium
    exempt: tuple[Text, ...]
    applies: bool | None


def suspension(
    service: Service, ruleset: Ruleset, day: dt.date, substances: Iterable[str] = ()
) -> Suspension | None:
    """Give the freeze that runs on a day for a service; None when it is open.

    ``substances`` are names or ids; one that is unknown is not exempt.
    """
    named = list(substances)
    for freeze in ruleset.moratoria.values():
        if freeze.id in service.moratoria and freeze.runs(day):
            exempt = tuple(ruleset.substances.classes[c].name for c in freeze.exempt_classes)
            applies = None if not named else any(not _open(freeze, ruleset, n) for n in named)
            return Suspension(freeze, exempt, applies)
    return None


def _open(freeze: Moratorium, ruleset: Ruleset, name: str) -> bool:
    try:
        return ruleset.substance(name).class_id in freeze.exempt_classes
    except NotFound:
        return False
