"""What an export is made of: features in longitude and latitude, and fields that explain."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from cadastre.geometry import crs as systems

TYPES = ("text", "list", "integer", "real", "date", "datetime", "boolean")
MOVED_AT_ONCE = 1000
# Spreadsheets run a cell that begins so (OWASP, "CSV injection").
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One column: its name, type (one of :data:`TYPES`), title by language and who may see it."""

    name: str
    type: str = "text"
    title: Mapping[str, str] = field(default_factory=dict)
    classification: str = "public"


@dataclass(frozen=True, slots=True)
class FeatureRecord:
    """One row: identifier, geometry (EPSG:4326, longitude first; or none), values by field."""

    id: str
    geometry: BaseGeometry | None
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Paper:
    """What a sheet of paper says of a row beside its fields; each asks for one row by its key.

    ``address`` is that of its public page, ``rings`` are its corners as an act labels them
    (label, longitude, latitude), ``shown`` says a field's value in words; ``crs`` is that of the
    law, None for the zone the ground lies in.
    """

    address: Callable[[str], str]
    rings: Callable[[str], list[list[tuple[str, float, float]]]]
    shown: Callable[[str, Any], Any]
    crs: str | None = None


@dataclass(frozen=True, slots=True)
class Metadata:
    """What stands beside the data: name of the collection, its two clocks, filter, rights.

    ``at`` is the day of the law whose register this is, ``known`` the instant until which the
    register knew it; ``labels`` name the values that styles tell apart. Writers append to
    ``losses`` a sentence for whatever their format cannot hold.
    """

    collection: str = "cadastre"
    at: dt.datetime | None = None
    filter: str | None = None
    licence: str | None = None
    language: str = "fr"
    known: dt.datetime | None = None
    bbox: tuple[float, float, float, float] | None = None
    losses: list[str] = field(default_factory=list)
    labels: Mapping[str, str] = field(default_factory=dict)
    paper: Paper | None = None


def plain(value: Any, kind: str) -> Any:
    """Bring a value to its field's type: lists become text, dates stay, nothing stays None."""
    if value is None or kind not in TYPES:
        return value
    if kind in ("text", "list"):
        if isinstance(value, (list, tuple, set, frozenset)):
            return ", ".join(map(str, value))
        return str(value)
    if kind == "date" and isinstance(value, dt.datetime):
        return value.date()
    if kind == "real":
        return float(value)
    return int(value) if kind == "integer" else value


def harmless(value: str) -> str:
    """Write a text so that no spreadsheet takes it for a formula: a quote before ``= + - @``."""
    return f"'{value}" if value.startswith(_FORMULA) else value


def reproject(records: Iterable[FeatureRecord], crs: str) -> Iterator[FeatureRecord]:
    """Move features to another system; each corner moves, sides stay straight between them."""
    code = systems.normalise(crs)
    if code == systems.WGS84:
        yield from records
        return

    def move(lonlat: np.ndarray) -> np.ndarray:
        lons, lats = lonlat[:, 0].tolist(), lonlat[:, 1].tolist()
        return np.column_stack(systems.from_lonlat(code, lons, lats))

    for batch in _batches(records):
        flat = shapely.force_2d(np.array([each.geometry for each in batch], dtype=object))
        for each, shape in zip(batch, shapely.transform(flat, move), strict=True):
            yield FeatureRecord(each.id, shape, each.values)


def _batches(records: Iterable[FeatureRecord]) -> Iterator[list[FeatureRecord]]:
    source = iter(records)
    while batch := list(itertools.islice(source, MOVED_AT_ONCE)):
        yield batch
