"""What is kept of people, why and how long: read from data, proved against the classification."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from cadastre.errors import UnusableInput

Text = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Owner:
    """The table whose state decides of the rows that hang on it."""

    table: str
    link: str
    where: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Retention:
    """Rows of a table that are deleted once the column ``age`` is older than ``days``."""

    id: str
    table: str
    age: str
    days: int
    what: Text
    why: Text
    of: Owner | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """What is not deleted here, and until when it is kept."""

    id: str
    what: Text
    how_long: Text


@dataclass(frozen=True, slots=True)
class Processing:
    """A line of the register of processing: purpose, people concerned, tables, recipients."""

    id: str
    name: Text
    purpose: Text
    people: Text
    recipients: Text
    tables: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Licence:
    """The licence of open data; ``decided`` tells whether the ministry has chosen it."""

    id: str
    name: Text
    url: str
    decided: bool


@dataclass(frozen=True, slots=True)
class Governance:
    """The rules on personal data of a deployment."""

    retention: tuple[Retention, ...]
    kept: tuple[Kept, ...]
    processing: tuple[Processing, ...]
    licence: Licence


def load_governance(data: Path) -> Governance:
    """Read ``governance.yaml`` of a data folder.

    Raises
    ------
    UnusableInput
        ``governance.unusable``: the file is missing, or a line of it cannot be meant.
    """
    path = data / "governance.yaml"
    try:
        told = yaml.safe_load(path.read_text("utf-8"))
        return Governance(
            tuple(_retention(one) for one in told["retention"]),
            tuple(Kept(**one) for one in told["kept"]),
            tuple(
                Processing(**(one | {"tables": tuple(one["tables"])}))
                for one in told["processing"]
            ),
            Licence(**told["licence"]),
        )
    except (OSError, KeyError, TypeError, ValueError, yaml.YAMLError) as fault:
        reason = str(fault).splitlines()[0] if str(fault) else type(fault).__name__
        raise UnusableInput("governance.unusable", where=path.name, reason=reason) from None


def _retention(told: dict[str, Any]) -> Retention:
    of = told.get("of")
    rule = Retention(**(told | {"of": Owner(**of) if of else None}))
    if not isinstance(rule.days, int) or rule.days < 1:
        raise ValueError(f"{rule.id}: days")
    return rule
