"""Guided tours as they are written: on which page, what to look at, and what is said of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from cadastre.errors import UnusableInput


@dataclass(frozen=True, slots=True)
class Stop:
    """A place of a page (selectors, the first found counts) and what is said of it."""

    at: str
    say: Mapping[str, str]


def load_tours(data: Path) -> dict[str, tuple[Stop, ...]]:
    """Read the tours of a data folder, by the path of their page.

    Raises
    ------
    UnusableInput
        ``practice.tours-unusable``.
    """
    path = data / "practice" / "tours.yaml"
    try:
        told = yaml.safe_load(path.read_text("utf-8"))
        return {
            one["page"]: tuple(Stop(each["at"], each["say"]) for each in one["steps"])
            for one in told
        }
    except (OSError, KeyError, TypeError, yaml.YAMLError) as fault:
        raise UnusableInput(
            "practice.tours-unusable", where=path.name, reason=str(fault)
        ) from None
