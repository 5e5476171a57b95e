"""What is known of each kind of energy work, read from data: how it is drawn, its attributes."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from cadastre.errors import InvalidRuleset, UnusableInput

Text = Mapping[str, str]
FILE = "kinds.yaml"
TYPES = ("number", "integer", "text", "choice")
DRAWN = ("Point", "LineString", "Polygon")


@dataclass(frozen=True, slots=True)
class Attribute:
    """One thing known of a work: its type, unit, bounds and choices."""

    id: str
    type: str
    label: Text
    unit: str | None = None
    required: bool = False
    least: float | None = None
    most: float | None = None
    longest: int = 80
    choices: Mapping[str, Text] | None = None

    def read(self, given: Any) -> Any:
        """Give a value as it is kept, None for nothing.

        Raises
        ------
        UnusableInput
            ``works.missing``, ``works.not-a-number``, ``works.out-of-bounds``,
            ``works.not-a-choice`` or ``works.too-long``, naming the attribute.
        """
        text = str(given if given is not None else "").strip()
        if not text:
            if self.required:
                raise UnusableInput("works.missing", where=self.id, label=self.label)
            return None
        if self.type in ("number", "integer"):
            return self._number(text)
        if self.choices is not None and text not in self.choices:
            raise UnusableInput("works.not-a-choice", where=self.id, label=self.label, given=text)
        if len(text) > self.longest:
            raise UnusableInput("works.too-long", where=self.id, label=self.label)
        return text

    def _number(self, text: str) -> float | int:
        try:
            number = float(text.replace(" ", "").replace(",", "."))
        except ValueError:
            number = math.nan
        if not math.isfinite(number) or (self.type == "integer" and number != int(number)):
            raise UnusableInput("works.not-a-number", where=self.id, label=self.label, given=text)
        if not (self.least or 0) <= number <= (self.most or math.inf):
            raise UnusableInput(
                "works.out-of-bounds", where=self.id, label=self.label, given=text,
                least=f"{self.least or 0:g}", most=f"{self.most or 0:g}", unit=self.unit or "",
            )  # fmt: skip
        return int(number) if self.type == "integer" else number


@dataclass(frozen=True, slots=True)
class WorkType:
    """How a kind of work is drawn and what is known of it."""

    id: str
    drawn: tuple[str, ...]
    attributes: tuple[Attribute, ...]

    def read(self, given: Mapping[str, Any], kept: Mapping[str, Any]) -> dict[str, Any]:
        """Give the attributes to keep: those of the kind from a form, others as they were."""
        ours = {one.id for one in self.attributes}
        values = {name: value for name, value in kept.items() if name not in ours}
        for one in self.attributes:
            value = one.read(given.get(one.id))
            if value is not None:
                values[one.id] = value
        return values


@cache
def load_work_types(folder: Path) -> Mapping[str, WorkType]:
    """Read the kinds of works of ``data/works``.

    Raises
    ------
    InvalidRuleset
        ``works.wrong-data``: a kind is drawn as nothing, an attribute has no type.
    """
    raw = yaml.safe_load((folder / FILE).read_text("utf-8"))
    return {kind: _type(kind, found) for kind, found in raw.items()}


def _type(kind: str, raw: Mapping[str, Any]) -> WorkType:
    drawn = tuple(raw["drawn"])
    if not drawn or not set(drawn) <= set(DRAWN):
        raise InvalidRuleset("works.wrong-data", where=kind)
    return WorkType(kind, drawn, tuple(_attributes(kind, raw.get("attributes", {}))))


def _attributes(kind: str, raw: Mapping[str, Any]) -> Iterator[Attribute]:
    for name, found in raw.items():
        is_choice = found.get("type") == "choice"
        if found.get("type") not in TYPES or is_choice is not bool(found.get("choices")):
            raise InvalidRuleset("works.wrong-data", where=f"{kind}.{name}")
        yield Attribute(name, **found)
