"""Have the jailed worker open what needs native or heavy libraries, and read its answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cadastre.errors import UnusableInput
from cadastre.exchange.limits import Limits
from cadastre.exchange.read.geojson import name_of
from cadastre.exchange.read.mapinfo import DRIVER, MAINS, mapinfo_members
from cadastre.exchange.read.shapes import KINDS
from cadastre.exchange.read.source import Feature, Source
from cadastre.exchange.read.zips import Archive
from cadastre.exchange.worker.client import ask
from cadastre.geometry.reading import Note, Option, Question
from cadastre.vocabulary import NoteKind

_SHAPEFILE_SUFFIXES = (".dbf", ".shx", ".prj", ".cpg")
UNIT_QUESTION = "exchange.drawing-unit"
_UNITS = {"m": 1.0, "mm": 0.001, "cm": 0.01, "dm": 0.1, "km": 1000.0, "ft": 0.3048, "in": 0.0254}


def read_shapefiles(archive: Archive, where: str, limits: Limits) -> Source:
    """Read every shapefile of a zip; its members get names of ours.

    Raises
    ------
    UnusableInput, TooLarge
        What the zip guard or the worker refused.
    """
    files: dict[str, bytes] = {}
    sources, notes = [], []
    for number, name in enumerate(archive.ending(".shp"), start=1):
        members, encoding = shapefile_members(archive, name, str(number))
        files |= members
        title = name.rpartition("/")[2][:-4][:80]
        source = {"file": f"{number}.shp", "title": title}
        if encoding:
            source["encoding"] = encoding
            if not members[f"{number}.dbf"].isascii():
                values = {"encoding": encoding, "layer": title}
                notes.append(Note("exchange.encoding-assumed", NoteKind.FACT, values=values))
        sources.append(source)
    return _vector("Shapefile", "ESRI Shapefile", files, sources, where, limits, notes)


def shapefile_members(
    archive: Archive, name: str, stem: str
) -> tuple[dict[str, bytes], str | None]:
    """Unpack a shapefile and its companions under a name of ours.

    Returns the files, and the encoding to read the attributes in when no ``.cpg`` states it.
    """
    files = {f"{stem}.shp": archive.read(name)}
    for suffix in _SHAPEFILE_SUFFIXES:
        companion = archive.beside(name, suffix)
        if companion:
            files[f"{stem}{suffix}"] = archive.read(companion)
    is_silent = f"{stem}.dbf" in files and f"{stem}.cpg" not in files
    return files, _encoding(files[f"{stem}.dbf"]) if is_silent else None


def read_mapinfo(archive: Archive, where: str, limits: Limits) -> Source:
    """Read every MapInfo table (TAB, MIF) of a zip; its members get names of ours.

    Raises
    ------
    UnusableInput, TooLarge
        What the zip guard, the table's header or the worker refused.
    """
    files: dict[str, bytes] = {}
    sources, notes = [], []
    for number, name in enumerate(archive.ending(*MAINS), start=1):
        members, encoding = mapinfo_members(archive, name, str(number), where)
        files |= members
        title = name.rpartition("/")[2][:-4][:80]
        if encoding:
            values = {"encoding": encoding, "layer": title}
            notes.append(Note("exchange.encoding-assumed", NoteKind.FACT, values=values))
        sources.append({"file": f"{number}{name[-4:].lower()}", "title": title})
    return _vector("MapInfo", DRIVER, files, sources, where, limits, notes)


def read_geopackage(content: bytes, where: str, limits: Limits) -> Source:
    """Read every layer with geometry of a GeoPackage."""
    source = {"file": "input.gpkg"}
    return _vector("GeoPackage", "GPKG", {"input.gpkg": content}, [source], where, limits, [])


def _vector(
    label: str, driver: str, files: Mapping[str, bytes], sources: Sequence[dict[str, str]],
    where: str, limits: Limits, notes: list[Note],
) -> Source:
    answer = ask(
        "vector", files, label=label, driver=driver, sources=sources, features=limits.features,
        corners=limits.corners,
    )
    features = []
    for number, item in enumerate(answer["features"], start=1):
        name = name_of(item["attributes"])
        spot = f"{where} · {item['layer']} {name or number}"[:200]
        crs, noticed = _known_code(item["crs"], item["crs_name"])
        features.append(
            Feature(_geometry(item["geometry"], spot), spot, name, item["attributes"], crs, noticed)
        )
    return Source(label, tuple(features), notes=tuple(notes))


def _known_code(code: str | None, name: str | None) -> tuple[str | None, tuple[Note, ...]]:
    """Keep a code of the EPSG register; a definition without one is told and asked."""
    if code and code.upper() == "OGC:CRS84":
        return "EPSG:4326", ()
    if code and code.startswith("EPSG:"):
        return code, ()
    if name and not name.lower().startswith("undefined"):
        return None, (Note("exchange.crs-unrecognised", NoteKind.DOUBT, read=name),)
    return None, ()


def _geometry(geometry: Any, where: str) -> Mapping[str, Any] | None:
    if geometry is None or not isinstance(geometry, Mapping):
        return None
    if geometry.get("type") not in KINDS:
        raise UnusableInput("exchange.unknown-geometry", where=where)
    return geometry


def _encoding(table: bytes) -> str:
    """Tell how the text of a .dbf without .cpg is encoded: UTF-8 if it can be, else Windows."""
    size = int.from_bytes(table[8:10], "little")
    try:
        table[size:].decode("utf-8")
    except UnicodeDecodeError:
        return "CP1252"
    return "UTF-8"


def read_drawing(
    content: bytes, where: str, limits: Limits, unit: str | None
) -> tuple[Source, Question | None]:
    """Read the closed lines of a DXF drawing; coordinates in metres, or degrees as drawn.

    Parameters
    ----------
    unit
        The drawing's unit as answered by a person (``m``, ``mm``…), else the header decides when
        it says metres or nothing; another unit is asked, because many drawings in metres are
        marked as millimetres by the program's template.
    """
    answer = ask(
        "drawing", {"input.dxf": content}, label="DXF", file="input.dxf", features=limits.features,
        corners=limits.corners,
    )
    stated = answer["metres_per_unit"]
    question = None
    factor = 1.0
    notes = [Note("exchange.drawing-metres", NoteKind.FACT)]
    if unit is not None:
        if unit not in _UNITS:
            raise UnusableInput("exchange.unknown-unit", where=where, given=unit)
        factor = _UNITS[unit]
        notes = [Note("exchange.drawing-unit-given", NoteKind.FACT, values={"unit": unit})]
    elif stated not in (None, 1.0):
        found = next(name for name, metres in _UNITS.items() if metres == stated)
        question = Question(
            UNIT_QUESTION,
            (
                Option("m", "exchange.option-template"),
                Option(found, "exchange.option-header"),
            ),
            values={"unit": found},
        )
        notes = []
    features = []
    for number, item in enumerate(answer["features"], start=1):
        layer = item["attributes"].get("layer")
        spot = f"{where} · {layer} {number}"[:200]
        arcs = (Note("exchange.arcs-flattened", NoteKind.DOUBT),) if item["arcs"] else ()
        features.append(
            Feature(_scaled(item["geometry"], factor), spot, None, item["attributes"], None, arcs)
        )
    return Source("DXF", tuple(features), notes=tuple(notes)), question


def _scaled(geometry: Mapping[str, Any], factor: float) -> dict[str, Any]:
    def scale(value: Any) -> Any:
        return value * factor if isinstance(value, (int, float)) else [scale(one) for one in value]

    coordinates = geometry["coordinates"] if factor == 1.0 else scale(geometry["coordinates"])
    return {"type": geometry["type"], "coordinates": coordinates}


def read_sheets(content: bytes, limits: Limits) -> list[tuple[str, list[list[str]]]]:
    """Read the cells of every sheet of a workbook as text."""
    answer = ask(
        "sheet", {"input.xlsx": content}, label="XLSX", file="input.xlsx", rows=limits.rows,
        cell_characters=limits.cell_characters,
    )
    return [(sheet["name"], sheet["rows"]) for sheet in answer["sheets"]]
