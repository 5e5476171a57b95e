"""Read whole layers for the operator's imports: larger caps, same jail, one driver by suffix."""

from __future__ import annotations

import contextlib
import json
import logging
import shutil
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import shapely
from pyproj import CRS
from pyproj.exceptions import CRSError
from shapely.geometry.base import BaseGeometry

from cadastre.errors import TooLarge, UnusableInput
from cadastre.exchange.limits import LAYER, MEGABYTE, Limits
from cadastre.exchange.read.jailed import shapefile_members
from cadastre.exchange.read.mapinfo import DRIVER as MAPINFO
from cadastre.exchange.read.mapinfo import MAINS, mapinfo_members
from cadastre.exchange.read.text import decode, text_encoding
from cadastre.exchange.read.zips import Archive
from cadastre.exchange.worker.client import (
    Allowance,
    complaint,
    job_folder,
    raise_fault,
    start,
    stop,
)

if TYPE_CHECKING:
    import geopandas

LOG = logging.getLogger(__name__)
DRIVERS = {
    ".gpkg": "GPKG", ".zip": "ESRI Shapefile", ".geojson": "GeoJSON", ".json": "GeoJSON",
    ".csv": "CSV", ".geojsons": "GeoJSONSeq", ".geojsonl": "GeoJSONSeq", ".fgb": "FlatGeobuf",
    ".kml": "LIBKML", ".xlsx": "XLSX", ".dxf": "DXF",
}


@dataclass(frozen=True, slots=True)
class Trust:
    """How far a file is trusted: what it may hold, and what reading it may consume."""

    limits: Limits
    allowance: Allowance


# The operator's own file: no need for another user, and time for a register of a million parcels.
ALLOWANCE = Allowance(
    memory_bytes=8_000 * MEGABYTE, cpu_seconds=900, wall_seconds=1_800, answer_bytes=10 * MEGABYTE,
    change_user=False,
)
OPERATOR = Trust(LAYER, ALLOWANCE)
# What somebody sends through a page, agent or not: another user, little memory, two minutes.
SENT = Trust(
    Limits(archive_bytes=12 * MEGABYTE, unpacked_bytes=200 * MEGABYTE, members=60),
    Allowance(memory_bytes=2_000 * MEGABYTE, cpu_seconds=60, wall_seconds=120,
              file_bytes=250 * MEGABYTE),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class LayerInfo:
    """What one layer of a file holds; ``geometry`` is None for a plain table."""

    name: str
    geometry: str | None
    features: int


@dataclass(frozen=True, slots=True)
class Batch:
    """Some rows of a layer: geometries in the layer's own system, attributes by field name."""

    geometries: list[BaseGeometry | None]
    attributes: list[dict[str, Any]]
    crs: str | None


def list_layers(path: Path, trust: Trust = OPERATOR) -> list[LayerInfo]:
    """List the layers of a file.

    Raises
    ------
    UnusableInput
        The file does not exist, has another suffix than :data:`DRIVERS`, or cannot be read.
    """
    if path.suffix.lower() == ".zip" and path.is_file():
        tables = _tables(Archive(path.read_bytes(), path.name, trust.limits), path.name)
        return [replace(_listed(path, name, trust)[0], name=name) for name in tables]
    return _listed(path, None, trust)


def _listed(path: Path, layer: str | None, trust: Trust) -> list[LayerInfo]:
    with _job(path, layer, trust) as (folder, order):
        process = start("layers", folder, trust.allowance, **order)
        try:
            answer = process.communicate(timeout=trust.allowance.wall_seconds)[0]
        except subprocess.TimeoutExpired as fault:
            raise TooLarge("exchange.too-slow", seconds=trust.allowance.wall_seconds) from fault
        finally:
            stop(process)
        if not answer:
            LOG.warning("layer worker ended with %s: %s", process.returncode, complaint(folder))
            raise UnusableInput("exchange.unreadable", format=order["driver"])
        raise_fault(said := json.loads(answer))
    return [LayerInfo(**layer) for layer in said["layers"]]


def read_layer(
    path: Path, *, layer: str | None = None, trust: Trust = OPERATOR, as_table: bool = False
) -> Iterator[Batch]:
    """Stream a layer (the first unless named), a few thousand rows at a time.

    Parameters
    ----------
    path
        GeoPackage, zipped Shapefile or MapInfo table (TAB, MIF), GeoJSON and its sequences,
        FlatGeobuf, KML, XLSX, DXF, or CSV with lon/lat or WKT columns.
    as_table
        Keep every column of a CSV as it is written and draw nothing of it: where a row is a corner,
        a decimal comma would be lost on the way to a point.

    Raises
    ------
    UnusableInput
        See :func:`list_layers`; ``exchange.layer-missing``.
    """
    with _stream(path, layer, trust, as_table) as (reader, geometry_column, crs):
        for batch in reader:
            yield _batch(batch, geometry_column, crs)


def read_frame(path: Path, *, layer: str | None = None) -> geopandas.GeoDataFrame:
    """Read a layer into a GeoDataFrame, for notebooks and the demonstration's generator."""
    import geopandas  # heavy: the web process never needs it
    import pandas

    if path.suffix.lower() == ".parquet":
        return geopandas.read_parquet(path)
    with _stream(path, layer, OPERATOR) as (reader, geometry_column, crs):
        table = reader.read_all()
    shapes = _shapes(table, geometry_column)
    columns = [name for name in table.column_names if name != geometry_column]
    bare = pandas.DataFrame(index=range(len(shapes)))
    frame = table.select(columns).to_pandas() if columns else bare
    return geopandas.GeoDataFrame(frame, geometry=shapes, crs=crs)


def encoding_of(path: Path, layer: str | None = None, trust: Trust = OPERATOR) -> tuple[str, bool]:
    """Give the encoding that texts of a layer are read in, and whether it was found by looking.

    False stands for what the file or its format states.
    """
    suffix = path.suffix.lower()
    if suffix == ".csv":
        return text_encoding(path.read_bytes()), True
    if suffix != ".zip":
        return "UTF-8", False
    archive = Archive(path.read_bytes(), path.name, trust.limits)
    tables = _tables(archive, path.name)
    name = tables[layer] if layer in tables else next(iter(tables.values()))
    if name.lower().endswith(MAINS):
        _, assumed = mapinfo_members(archive, name, "input", path.name)
        return assumed or "MapInfo", assumed is not None
    files, assumed = shapefile_members(archive, name, "input")
    stated = files.get("input.cpg", b"UTF-8").decode("ascii", "replace").strip()[:40]
    return assumed or stated, assumed is not None


@contextlib.contextmanager
def _job(
    path: Path, layer: str | None, trust: Trust
) -> Iterator[tuple[Path, dict[str, Any]]]:
    driver = DRIVERS.get(path.suffix.lower())
    if driver is None:
        raise UnusableInput("exchange.layer-suffix", where=path.name, known=", ".join(DRIVERS))
    if not path.is_file():
        raise UnusableInput("exchange.no-file", where=path.name)
    order: dict[str, Any] = {"driver": driver, "label": driver}
    files: dict[str, bytes] = {}
    if path.suffix.lower() == ".zip":
        files, said = _zipped(path, layer, trust.limits)
        order |= said
    elif layer is not None:
        order["layer"] = layer
    with job_folder(files) as folder:
        if not files:
            order["file"] = f"input{path.suffix.lower()}"
            # A copy: SQLite may write beside the file it reads, and the jail knows one folder only.
            if order["driver"] == "CSV":
                (folder / order["file"]).write_text(decode(path.read_bytes(), path.name), "utf-8")
            else:
                shutil.copyfile(path, folder / order["file"])
        yield folder, order


def _zipped(
    path: Path, layer: str | None, limits: Limits
) -> tuple[dict[str, bytes], dict[str, Any]]:
    """Unpack one table of a zip, the first unless named, and say how it is read."""
    archive = Archive(path.read_bytes(), path.name, limits)
    tables = _tables(archive, path.name)
    name = tables[layer] if layer is not None else next(iter(tables.values()))
    suffix = name[-4:].lower()
    if suffix in MAINS:
        files, _ = mapinfo_members(archive, name, "input", path.name)
        driver, encoding = MAPINFO, None
    else:
        files, encoding = shapefile_members(archive, name, "input")
        driver = "ESRI Shapefile"
    said = {"driver": driver, "label": driver, "file": f"input{suffix}", "encoding": encoding}
    return files, said


def _tables(archive: Archive, where: str) -> dict[str, str]:
    """Name the layers of a zip: a name that two folders bear gets its folder and suffix back."""
    names = archive.ending(".shp", *MAINS)
    if not names:
        raise UnusableInput("exchange.zip-without-map", where=where)
    short = [PurePosixPath(name).stem for name in names]
    return {
        stem if short.count(stem) == 1 else name: name
        for stem, name in zip(short, names, strict=True)
    }


@contextlib.contextmanager
def _stream(
    path: Path, layer: str | None, trust: Trust, as_table: bool = False
) -> Iterator[tuple[pa.RecordBatchStreamReader, str | None, str | None]]:
    if layer is not None:
        known = [each.name for each in list_layers(path, trust)]
        if layer not in known:
            raise UnusableInput(
                "exchange.layer-missing", where=path.name, layer=layer, known=", ".join(known)
            )
    with _job(path, layer, trust) as (folder, order):
        process = start("layer", folder, trust.allowance, as_table=as_table, **order)
        watch = threading.Timer(trust.allowance.wall_seconds, process.kill)
        watch.start()
        try:
            reader = pa.ipc.open_stream(process.stdout)
            metadata = reader.schema.metadata or {}
            facts = {key.decode(): value.decode() for key, value in metadata.items()}
            column = facts.get("geometry_column")
            column = column if column in reader.schema.names else None
            yield reader, column, _code(facts.get("crs", ""))
            # A stream that breaks off looks like one that ends: only the exit code tells.
            if process.wait(timeout=30) != 0:
                raise UnusableInput("exchange.unreadable", format=order["driver"])
        except pa.ArrowInvalid as fault:
            raise UnusableInput(
                "exchange.unreadable", format=order["driver"], detail=complaint(folder)
            ) from fault
        finally:
            watch.cancel()
            stop(process)


def _batch(batch: pa.RecordBatch, column: str | None, crs: str | None) -> Batch:
    table = pa.Table.from_batches([batch])
    shapes = list(_shapes(table, column))
    names = [name for name in table.column_names if name != column]
    return Batch(shapes, table.select(names).to_pylist() or [{} for _ in shapes], crs)


def _shapes(table: pa.Table, column: str | None) -> Any:
    if column is None:
        return [None] * table.num_rows
    return shapely.from_wkb(table[column].to_pylist())


def _code(text: str) -> str | None:
    """Give the authority code of what GDAL says of a system; None when it has none."""
    if not text:
        return None
    try:
        authority = CRS.from_user_input(text).to_authority(min_confidence=60)
    except CRSError:
        return None  # asked, as where the file is silent
    code = ":".join(authority) if authority else None
    return "EPSG:4326" if code == "OGC:CRS84" else code
