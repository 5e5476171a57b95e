"""What every format is turned into before it becomes a reading: features in one system."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cadastre.geometry.reading import Note


@dataclass(frozen=True, slots=True)
class Feature:
    """One object of a file.

    ``geometry`` has the shape of a GeoJSON geometry (type, coordinates or geometries) whatever the
    format, x or longitude first, not yet checked against any cap. ``where`` names it for a person.
    """

    geometry: Mapping[str, Any] | None
    where: str
    name: str | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict)
    crs: str | None = None
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """A file as its format says it.

    ``fixed_crs`` is true when the format itself prescribes the system (KML, GPX): another one
    given by the person cannot be right. ``opens_lines`` is true when open lines are surveys of a
    border (GPX).
    """

    label: str
    features: tuple[Feature, ...]
    fixed_crs: bool = False
    opens_lines: bool = False
    notes: tuple[Note, ...] = ()
