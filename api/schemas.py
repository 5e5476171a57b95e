"""The shapes that go in and out, published in the OpenAPI document with an example each."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from cadastre.vocabulary import Evidence, NoteKind, Severity

Position = tuple[float, float]
Geometry = dict[str, Any]
RING = [[0.9, 8.9], [1.0, 8.9], [1.0, 9.0], [0.9, 9.0], [0.9, 8.9]]
EXAMPLE_GEOMETRY: Geometry = {"type": "Polygon", "coordinates": [RING]}
EXAMPLE_TEXT = (
    "A 0°57'55,1\" E 9°08'28,5\" N\nB 1°06'58,7\" E 9°08'31,5\" N\nC 1°07'00,7\" E 9°02'04,2\" N"
)


class Shape(BaseModel):
    """A shape of ours: unknown fields are refused, so that a misspelt one is noticed."""

    model_config = ConfigDict(extra="forbid")


class ReadingRequest(Shape):
    """Coordinates to read: pasted text, with the CRS and the answers where they are known."""

    text: str = Field(max_length=2_000_000, examples=[EXAMPLE_TEXT])
    crs: str | None = Field(None, max_length=200, examples=["EPSG:4326"])
    answers: dict[str, str] = Field(default_factory=dict, max_length=50)
    format: str | None = Field(None, max_length=40)


class CornersRequest(Shape):
    """Rings to be written as a table of corners: longitude, latitude in degrees."""

    rings: list[list[Position]] = Field(max_length=50, examples=[[RING[:4]]])
    style: Literal["dms", "dm", "dd", "utm", "mgrs"] = "dms"
    crs: str | None = Field(None, max_length=200)


class CheckRequest(Shape):
    """A perimeter to check, as a geometry or as pasted corners."""

    kind: str | None = Field(None, max_length=100, examples=["permis-recherche"])
    substances: list[str] = Field(default_factory=list, max_length=50, examples=[["or"]])
    crs: str | None = Field(None, max_length=200, examples=["EPSG:4326"])
    at: dt.date | None = None
    geometry: Geometry | None = Field(None, examples=[EXAMPLE_GEOMETRY])
    corners: str | None = Field(None, max_length=2_000_000)
    answers: dict[str, str] = Field(default_factory=dict, max_length=50)
    register_: bool = Field(True, alias="register")
    applicant: str | None = Field(None, max_length=300)
    exclude: list[str] = Field(default_factory=list, max_length=20)
    rasters: bool = Field(True, description="false leaves out what rasters hold")


class PerimeterExport(Shape):
    """A drawn perimeter to be handed over as a file."""

    geometry: Geometry | None = Field(None, examples=[EXAMPLE_GEOMETRY])
    corners: str | None = Field(None, max_length=2_000_000)
    crs: str | None = Field(None, max_length=200)
    answers: dict[str, str] = Field(default_factory=dict, max_length=50)
    name: str | None = Field(None, max_length=200)


class Problem(BaseModel):
    """What is wrong (RFC 9457); ``detail`` is a sentence, ``where`` the field, corner or file."""

    type: str = Field(examples=["urn:cadastre:problem:http.not-a-date"])
    title: str = Field(examples=["Contenu inutilisable"])
    status: int = Field(examples=[422])
    code: str = Field(examples=["http.not-a-date"])
    detail: str = Field(examples=["« hier » n'est pas une date ; écrivez par exemple 2026-11-24."])
    where: str | None = Field(examples=["at"])


class Feature(Shape):
    """A GeoJSON feature (RFC 7946)."""

    type: Literal["Feature"] = "Feature"
    id: str | int | None = None
    geometry: Geometry | None = Field(examples=[EXAMPLE_GEOMETRY])
    properties: dict[str, Any]
    links: list[dict[str, Any]] | None = None


class Corner(Shape):
    """A corner as printed and as understood."""

    label: str
    text: str
    x: float
    y: float
    lon: float | None
    lat: float | None


class Ring(Shape):
    """A closed line of corners; the first is not repeated."""

    is_exclusion: bool
    corners: list[Corner]


class Note(Shape):
    """Something noticed, repaired or doubted while reading."""

    code: str
    kind: NoteKind
    corner: str | None
    read: str | None
    assumed: str | None
    message: str


class Option(Shape):
    """A possible answer."""

    value: str
    label: str
    reason: str


class Question(Shape):
    """What must be answered before the perimeter can be used."""

    code: str
    corner: str | None
    message: str
    argument: str
    options: list[Option]


class Reading(Shape):
    """One perimeter as read."""

    name: str | None
    crs: str | None
    crs_stated: bool
    crs_label: str | None
    published_area_ha: float | None
    rings: list[Ring]
    perimeter: Feature | None
    notes: list[Note]
    questions: list[Question]


class Readings(Shape):
    """Every perimeter found."""

    readings: list[Reading]


class CornersAnswer(Shape):
    """The table as text, and cell by cell."""

    text: str
    rings: list[list[list[str]]]


class Area(Shape):
    """The area on the plane of a CRS, as orders print it, and on the ellipsoid."""

    planar_ha: float | None = Field(examples=[12150.2])
    geodesic_ha: float = Field(examples=[12146.0])
    crs: str = Field(examples=["EPSG:32631"])


class FindingShape(Shape):
    """One thing a check found."""

    code: str
    severity: Severity
    message: str
    messages: dict[str, str]
    article: str | None
    evidence: Evidence | None
    geometry: Geometry | None
    corner: int | None
    values: dict[str, Any]


class OverlapShape(Shape):
    """Ground shared with something of the register."""

    collection: str
    id: str
    name: str
    area_m2: float
    share: float
    share_of_other: float | None
    technical: bool
    blocking: bool
    code: str | None
    geometry: Geometry | None
    values: dict[str, Any]


class UnitShape(Shape):
    """An administrative unit and the part of the perimeter inside it."""

    level: int
    code: str
    name: str
    share: float
    illustrative: bool


class FeeShape(Shape):
    """An amount due, with its working."""

    code: str
    name: str
    amount: int | None
    currency: str
    working: str
    when: str
    article: str | None
    evidence: Evidence | None


class ProposalShape(Shape):
    """A changed perimeter that would cure findings."""

    kind: str
    area_ha: float
    geometry: Geometry | None
    cures: list[str]
    message: str


class RasterBin(Shape):
    """A step of a histogram: values from, to, and the square metres they cover."""

    from_: float = Field(alias="from")
    to: float
    area_m2: float


class RasterShare(Shape):
    """A class of a raster with the ground it covers."""

    value: int
    name: str
    colour: str
    area_m2: float
    share: float


class RasterFigures(Shape):
    """What a raster holds over a perimeter; each cell weighs by its true area inside.

    Least and greatest are those of all cells touched. ``step`` above 1 tells that only every n-th
    cell was looked at; ``problem`` that it could not be read now.
    """

    raster: str
    kind: str
    measure: str
    name: str
    unit: str | None
    attribution: str
    licence: str
    cell_m: float
    cells: int = 0
    covered_share: float = 0.0
    step: int = 1
    minimum: float | None = None
    maximum: float | None = None
    mean: float | None = None
    total: float | None = None
    histogram: list[RasterBin] = []
    classes: list[RasterShare] = []
    problem: str | None = None


class RasterShape(Shape):
    """A raster that can be shown; ``tiles`` is an address with {z}, {y} and {x}."""

    key: str
    name: str
    kind: str
    measure: str
    unit: str | None
    legend: dict[str, Any]
    attribution: str
    licence: str
    bounds: list[float]
    cell_m: float
    classification: str
    tiles: str


class RasterList(Shape):
    """The rasters that whoever asks may see."""

    rasters: list[RasterShape]


class CheckAnswer(Shape):
    """Everything a check found."""

    perimeter: Feature
    area: Area
    blocks: bool
    register_consulted: bool
    findings: list[FindingShape]
    overlaps: list[OverlapShape]
    administrative_units: list[UnitShape]
    fees: list[FeeShape]
    proposals: list[ProposalShape]
    notes: list[Note]
    questions: list[Question]
    rasters: list[RasterFigures]


class SearchResult(Shape):
    """One answer of a search."""

    collection: str
    id: str
    name: str
    detail: str | None
    bbox: tuple[float, float, float, float] | None
    href: str | None


class SearchAnswer(Shape):
    """The best answers, best first."""

    results: list[SearchResult]


class Health(Shape):
    """Whether this deployment can serve."""

    status: str = Field(examples=["ok"])
    database: bool
