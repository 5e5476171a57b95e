"""Read what the register is held against: ``data/verification.yaml``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from cadastre.errors import InvalidRuleset


@dataclass(frozen=True, slots=True)
class Expected:
    """Chains of steps, what only needs a look, and the privileges of the application's role."""

    origins: tuple[str, ...]
    loaded_by: tuple[str, ...]
    order: tuple[tuple[str, str], ...]
    two_people: tuple[str, ...]
    too_fast: tuple[tuple[str, str, float], ...]
    opens: int
    closes: int
    watched_only: frozenset[str]
    privileges: frozenset[tuple[str, str]]


def read_expected(path: Path) -> Expected:
    """Read the file.

    Raises
    ------
    InvalidRuleset
        ``verify.bad-file``: a key is missing or is not what it should be.
    """
    try:
        said: dict[str, Any] = yaml.safe_load(path.read_text("utf-8"))
        chains = said["chains"]
        return Expected(
            origins=tuple(chains["origins"]),
            loaded_by=tuple(chains["loaded_by"]),
            order=tuple((one, other) for one, other in chains["order"]),
            two_people=tuple(chains["two_people"]),
            too_fast=tuple(
                (each["earlier"], each["later"], float(each["seconds"]))
                for each in chains["too_fast"]
            ),
            opens=int(chains["hours"]["opens"]),
            closes=int(chains["hours"]["closes"]),
            watched_only=frozenset(said["watched_only"]),
            privileges=frozenset(
                (privilege, place)
                for privilege, places in said["privileges"].items()
                for place in places
            ),
        )
    except (OSError, KeyError, TypeError, ValueError, yaml.YAMLError) as fault:
        raise InvalidRuleset("verify.bad-file", where=str(path), reason=str(fault)) from fault
