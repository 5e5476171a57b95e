"""What a reader hands over: rings of corners, and everything it noticed, assumed or must ask.

Readers (of pasted text, of files) never guess. What was written wrongly but admits one reading
is a repair; what admits one *likely* reading is a doubt; what admits several is a question, and the
ring stays without geometry until it is answered. Texts are said from ``data/sentences`` by code.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from shapely.geometry import MultiPolygon, Polygon

from cadastre.vocabulary import NoteKind


@dataclass(frozen=True, slots=True)
class Note:
    """Something a person should know about how the input was understood.

    ``corner`` is the label as printed, else the 1-based position in its ring; ``read`` is the text
    as found, ``assumed`` what it was taken for.
    """

    code: str
    kind: NoteKind
    corner: str | None = None
    read: str | None = None
    assumed: str | None = None
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Option:
    """A possible answer to a question, with the reason why it is likely."""

    value: str
    reason_code: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Question:
    """What must be answered before the perimeter can be used, likeliest option first.

    ``code`` also names the argument that carries the answer when the reading is repeated:
    ``reading.crs`` is answered by ``crs=``, ``reading.axis-order`` by ``axis_order=``…
    """

    code: str
    options: tuple[Option, ...]
    corner: str | None = None
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Corner:
    """One corner (sommet) as printed and as understood.

    ``x`` and ``y`` are easting and northing in metres, or longitude and latitude in degrees (grades
    are turned into degrees), in the CRS of the reading; ``lon`` and ``lat`` are EPSG:4326 degrees,
    None until the CRS is known.
    """

    label: str
    text: str
    x: float
    y: float
    lon: float | None = None
    lat: float | None = None


@dataclass(frozen=True, slots=True)
class Ring:
    """A closed line of corners; the first is not repeated at the end."""

    corners: tuple[Corner, ...]
    is_exclusion: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """The whole answer of a reader.

    ``perimeter`` is in EPSG:4326, longitude first, as drawn by the corners (perhaps invalid: checks
    say so); None while a question stands in the way. ``crs`` is an authority code such as
    ``EPSG:32631``. ``published_area_ha`` is the area printed in the text, when there is one.
    ``is_oriented`` tells that the source's format says which way rings run (GeoJSON, RFC 7946); the
    table of an order does not.
    """

    rings: tuple[Ring, ...]
    crs: str | None
    crs_stated: bool
    perimeter: Polygon | MultiPolygon | None
    original_text: str
    notes: tuple[Note, ...] = ()
    questions: tuple[Question, ...] = ()
    published_area_ha: float | None = None
    name: str | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict)
    is_oriented: bool = False
