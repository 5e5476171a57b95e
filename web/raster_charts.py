"""Prepare what a raster holds over a ground for its page: figures in words, bars in numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from babel.numbers import format_decimal, format_percent

BAR_WIDTH, BAR_HEIGHT, BAR_GAP = 24.0, 60.0, 2.0
SQUARE_METRES_OF_A_HECTARE = 10_000
SMALLEST_SHARE = 0.9995  # of the ground; below it, what is missing is told


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of a histogram: place and height in the picture, and what it says."""

    x: float
    y: float
    height: float
    words: str


@dataclass(frozen=True, slots=True)
class ClassRow:
    """A class with its colour, hectares and share, written."""

    name: str
    colour: str
    hectares: str
    share: str


@dataclass(frozen=True, slots=True)
class Charted:
    """A raster over a ground, ready to be shown; ``facts`` are codes of labels and values."""

    key: str
    name: str
    facts: tuple[tuple[str, str], ...]
    bars: tuple[Bar, ...]
    least: str
    greatest: str
    classes: tuple[ClassRow, ...]
    missing: str | None
    attribution: str
    licence: str
    cell_m: str
    step: int
    problem: str | None

    @property
    def width(self) -> float:
        """Give the width of the picture of bars."""
        return len(self.bars) * (BAR_WIDTH + BAR_GAP)


def charted(figures: Mapping[str, Any], language: str) -> Charted:
    """Prepare the figures of one raster; see ``cadastre.services.rasters.figures``."""
    unit = f" {figures['unit']}" if figures["unit"] else ""
    digits = 0 if _is_wide(figures) else 2

    def write(value: float | None) -> str:
        if value is None:
            return "—"
        return format_decimal(round(value, digits), locale=language) + unit

    codes = (
        ("pages.raster-mean", "mean"), ("pages.raster-least", "minimum"),
        ("pages.raster-greatest", "maximum"), ("pages.raster-total", "total"),
    )  # fmt: skip
    share = figures.get("covered_share", 1.0)
    return Charted(
        key=figures["raster"],
        name=figures["name"],
        facts=tuple((code, write(figures[name])) for code, name in codes if name in figures),
        bars=_bars(figures.get("histogram", ()), write, language),
        least=write(figures.get("minimum")),
        greatest=write(figures.get("maximum")),
        classes=tuple(_class_row(one, language) for one in figures.get("classes", ())),
        missing=format_percent(1 - share, locale=language) if share < SMALLEST_SHARE else None,
        attribution=figures["attribution"],
        licence=figures["licence"],
        cell_m=format_decimal(figures["cell_m"], "#,##0", locale=language),
        step=figures.get("step", 1),
        problem=figures.get("problem"),
    )


def _is_wide(figures: Mapping[str, Any]) -> bool:
    return abs(figures.get("maximum") or 0) >= 100


def _bars(steps: Sequence[Mapping[str, Any]], write: Any, language: str) -> tuple[Bar, ...]:
    tallest = max((one["area_m2"] for one in steps), default=0)
    if not tallest:
        return ()
    made = []
    for place, one in enumerate(steps):
        height = round(BAR_HEIGHT * one["area_m2"] / tallest, 2)
        words = f"{write(one['from'])} – {write(one['to'])} : {_hectares(one, language)}"
        x = place * (BAR_WIDTH + BAR_GAP)
        made.append(Bar(x, round(BAR_HEIGHT - height, 2), height, words))
    return tuple(made)


def _class_row(one: Mapping[str, Any], language: str) -> ClassRow:
    share = format_percent(one["share"], "#,##0.0 %", locale=language)
    return ClassRow(one["name"], one["colour"], _hectares(one, language), share)


def _hectares(one: Mapping[str, Any], language: str) -> str:
    hectares = one["area_m2"] / SQUARE_METRES_OF_A_HECTARE
    return format_decimal(hectares, "#,##0.0", locale=language) + " ha"
