"""Name kinds of cases, tell which of two is in the way, and what the law makes of the two."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from cadastre.errors import NotFound
from cadastre.rules.ruleset import Ruleset, WorkKind, ZoneKind
from cadastre.rules.substances import plain
from cadastre.vocabulary import WorkState, ZoneStatus

KINDS = (
    "application-title", "application-application", "title-title", "application-zone",
    "title-zone", "application-work", "title-work",
)  # fmt: skip
# What the law weighs opens a case; what it merely notes (``info``) is told by checks.
OPENING_EFFECTS = frozenset({"block", "warn", "condition"})
UNGUARDED = "none"


@dataclass(frozen=True, slots=True)
class Right:
    """A title or an application, as far as its order and its group tell.

    ``since`` is the day of grant or the instant of filing; ``row`` breaks ties; ``area_m2`` is
    that of the ellipsoid.
    """

    occupant: str  # title | application
    kind: str
    substances: tuple[str, ...]
    group: str
    party: str | None
    since: dt.datetime
    rank: int | None
    row: int
    area_m2: float = 0.0


def later_first(one: Right, other: Right) -> tuple[Right, Right]:
    """Put the one in the way first: an application before a title, the later before the earlier."""
    first, second = sorted((one, other), key=_seniority, reverse=True)
    return first, second


def _seniority(right: Right) -> tuple[bool, int, dt.datetime, int]:
    is_application = right.occupant == "application"
    return is_application, right.rank or 0, right.since, right.row


def kind_of(left: str, right: str) -> str:
    """Name a case by its two occupants, the one in the way first: ``application-title``."""
    return f"{left}-{right}"


def effect_between(ruleset: Ruleset, left: Right, right: Right, day: dt.date) -> str | None:
    """Ask the overlap matrix what two rights on one ground are to each other."""
    return str(ruleset.value(f"overlaps.matrix.{_entry(ruleset, left, right, day)}", day).value)


def _entry(ruleset: Ruleset, left: Right, right: Right, day: dt.date) -> str:
    if _is_own(ruleset, left, right):
        return "own-title"
    if UNGUARDED in (left.group, right.group):
        return "non-exclusive"
    name = "title" if right.occupant == "title" else "application"
    same = groups_of(ruleset, left, day) & groups_of(ruleset, right, day)
    return f"{name}-{'same' if same else 'other'}"


def _is_own(ruleset: Ruleset, left: Right, right: Right) -> bool:
    """Tell whether the later right follows from a title of the same party (priority)."""
    kind = ruleset.kinds.get(left.kind)
    if kind is None or right.occupant != "title" or not left.party or not right.party:
        return False
    return plain(left.party) == plain(right.party) and right.kind in kind.follows


def groups_of(ruleset: Ruleset, right: Right, day: dt.date) -> frozenset[str]:
    """Give every exclusivity group a right falls in: as registered, and by its substances."""
    groups = {right.group}
    for name in right.substances:
        try:
            groups.update(ruleset.exclusivity_groups([name], day))
        except NotFound:
            continue
    return frozenset(groups)


def zone_effect(ruleset: Ruleset, kind: str, status: str, day: dt.date) -> str | None:
    """Tell what a zone does to a perimeter in it; None where its act does not bind."""
    known = ruleset.zones.get(kind)
    if known is None or status != ZoneStatus.IN_FORCE:
        return None
    return _word(known.effect.at(day).value)


def zone_concerns(ruleset: Ruleset, kind: str, substances: tuple[str, ...]) -> bool:
    """Tell whether a zone speaks of any of the substances; most speak of all."""
    known = ruleset.zones.get(kind)
    if known is None or not known.substances or not substances:
        return True
    return bool(set(known.substances) & set(substances))


def work_effect(ruleset: Ruleset, kind: str, state: str, day: dt.date) -> str | None:
    """Tell what a work does to a perimeter in its corridor; None once it is retired."""
    known = ruleset.works.get(kind)
    if known is None or state == WorkState.RETIRED:
        return None
    return _word(known.effect.at(day).value)


def may_consent(known: ZoneKind | WorkKind | None, day: dt.date) -> bool:
    """Tell whether whoever keeps a zone or runs a work may let a right be there."""
    rule = None if known is None else known.consent
    return rule is None or rule.at(day).value != "nobody"


def _word(value: object) -> str | None:
    return None if value is None else str(value)


def deadline(ruleset: Ruleset, kind: str, day: dt.date) -> dt.date | None:
    """Give the day by which a case detected on a day ought to be decided."""
    days = ruleset.value(f"cases.deadline_days.{kind}", day).value
    return None if days is None else day + dt.timedelta(days=int(days))
