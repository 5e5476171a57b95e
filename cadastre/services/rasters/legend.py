"""Say how a raster is painted: colours from least to greatest, or one for each class."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from cadastre.config import Settings
from cadastre.errors import UnusableInput
from cadastre.models import Raster
from cadastre.vocabulary import Language

COLOUR = re.compile(r"#[0-9a-f]{6}")
MOST_CLASSES_BYTES = 200_000


def raster_kinds(settings: Settings) -> dict[str, dict[str, Any]]:
    """Read the kinds of rasters there are, from ``data/rasters/kinds.yaml``."""
    kinds: dict[str, dict[str, Any]] = yaml.safe_load(
        (settings.data / "rasters" / "kinds.yaml").read_text("utf-8")
    )
    return {name: about for name, about in kinds.items() if name != "classes"}


def class_colours(settings: Settings) -> list[str]:
    """Give the colours for classes that were given none."""
    kinds = yaml.safe_load((settings.data / "rasters" / "kinds.yaml").read_text("utf-8"))
    colours: list[str] = kinds["classes"]
    return colours


def read_classes(path: Path) -> dict[int, dict[str, str]]:
    """Read a table of classes: number to a name, or to ``fr``, ``en`` and ``colour``.

    Raises
    ------
    UnusableInput
        ``rasters.bad-classes``, naming the class.
    """
    try:
        told = yaml.safe_load(path.read_bytes()[:MOST_CLASSES_BYTES])
    except (OSError, yaml.YAMLError, UnicodeDecodeError):
        raise UnusableInput("rasters.bad-classes", where=path.name) from None
    if not isinstance(told, dict) or not told:
        raise UnusableInput("rasters.bad-classes", where=path.name)
    return {_number(value): _class(value, about) for value, about in told.items()}


def _number(value: Any) -> int:
    try:
        return int(value)
    except (TypeError, ValueError):
        raise UnusableInput("rasters.bad-classes", where=str(value)[:40]) from None


def _class(value: Any, about: Any) -> dict[str, str]:
    if isinstance(about, str):
        about = {language.value: about for language in Language}
    if not isinstance(about, dict) or not any(one.value in about for one in Language):
        raise UnusableInput("rasters.bad-classes", where=str(value)[:40])
    fallback = next(about[one.value] for one in Language if one.value in about)
    named = {one.value: str(about.get(one.value, fallback))[:100] for one in Language}
    colour = str(about.get("colour", "")).lower()
    if colour and not COLOUR.fullmatch(colour):
        raise UnusableInput("rasters.bad-colour", where=str(value)[:40], given=colour[:20])
    return {**named, **({"colour": colour} if colour else {})}


def legend_of(
    measure: str,
    kind: dict[str, Any],
    facts: dict[str, Any],
    classes: dict[int, dict[str, str]],
    colours: list[str],
) -> dict[str, Any]:
    """Make the legend that is kept with a raster; classes found in it but not named get a name."""
    if measure == "image":
        return {}
    if measure == "classes":
        values = sorted({*facts["classes"], *classes})
        return {
            "classes": {
                str(value): {
                    "fr": str(value), "en": str(value), "colour": colours[place % len(colours)],
                    **classes.get(value, {}),
                }
                for place, value in enumerate(values)
            }
        }  # fmt: skip
    return {"palette": kind["palette"], "range": [facts["minimum"], facts["maximum"]]}


def look_of(raster: Raster) -> dict[str, Any]:
    """Give what a worker needs to paint a raster."""
    legend = raster.legend
    if raster.measure == "classes":
        colours = {value: one["colour"] for value, one in legend["classes"].items()}
        return {"measure": raster.measure, "classes": colours}
    least, greatest = legend.get("range", (0, 1))
    if greatest <= least:
        greatest = least + 1
    return {
        "measure": raster.measure, "range": [least, greatest],
        "palette": legend.get("palette", ()),
    }  # fmt: skip
