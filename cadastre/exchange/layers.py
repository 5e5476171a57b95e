"""Read whole layers for the operator's imports: larger caps, same jail, one driver by suffix."""

from __future__ import annotations

import contextlib
import json
import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import shapely
from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from cadastre.errors import UnusableInput
from cadastre.exchange.limits import LAYER, MEGABYTE
from cadastre.exchange.read.jailed import shapefile_members
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

DRIVERS = {
    ".gpkg": "GPKG", ".zip": "ESRI Shapefile", ".geojson": "GeoJSON", ".json": "GeoJSON",
    ".csv": "CSV", ".geojsons": "GeoJSONSeq", ".geojsonl": "GeoJSONSeq", ".fgb": "FlatGeobuf",
    ".kml": "LIBKML", ".xlsx": "XLSX", ".dxf": "DXF",
}
# The operator's own file: no need for another user, and time for a register of a million parcels.
ALLOWANCE = Allowance(
    memory_bytes=8_000 * MEGABYTE, cpu_seconds=900, wall_seconds=1_800, answer_bytes=10 * MEGABYTE,
    change_user=False,
)


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


def list_layers(path: Path) -> list[LayerInfo]:
    """List the layers of a file.

    Raises
    ------
    UnusableInput
        The file does not exist, has another suffix than :data:`DRIVERS`, or cannot be read.
    """
    with _job(path) as (folder, order):
        process = start("layers", folder, ALLOWANCE, **order)
        try:
            answer = process.communicate(timeout=ALLOWANCE.wall_seconds)[0]
        finally:
            stop(process)
        if not answer:
            raise UnusableInput("exchange.unreadable", format=order["driver"])
        raise_fault(said := json.loads(answer))
    return [LayerInfo(**layer) for layer in said["layers"]]


def read_layer(path: Path, *, layer: str | None = None) -> Iterator[Batch]:
    """Stream a layer (the first unless named), a few thousand rows at a time.

    Parameters
    ----------
    path
        GeoPackage, zipped Shapefile, GeoJSON and its sequences, FlatGeobuf, KML, XLSX, DXF, or
        CSV with lon/lat or WKT columns.

    Raises
    ------
    UnusableInput
        See :func:`list_layers`; ``exchange.layer-missing``.
    """
    with _stream(path, layer) as (reader, geometry_column, crs):
        for batch in reader:
            yield _batch(batch, geometry_column, crs)


def read_frame(path: Path, *, layer: str | None = None) -> geopandas.GeoDataFrame:
    """Read a layer into a GeoDataFrame, for notebooks and the demonstration's generator."""
    import geopandas  # heavy: the web process never needs it
    import pandas

    if path.suffix.lower() == ".parquet":
        return geopandas.read_parquet(path)
    with _stream(path, layer) as (reader, geometry_column, crs):
        table = reader.read_all()
    shapes = _shapes(table, geometry_column)
    columns = [name for name in table.column_names if name != geometry_column]
    bare = pandas.DataFrame(index=range(len(shapes)))
    frame = table.select(columns).to_pandas() if columns else bare
    return geopandas.GeoDataFrame(frame, geometry=shapes, crs=crs)


@contextlib.contextmanager
def _job(path: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    driver = DRIVERS.get(path.suffix.lower())
    if driver is None:
        raise UnusableInput("exchange.layer-suffix", where=path.name, known=", ".join(DRIVERS))
    if not path.is_file():
        raise UnusableInput("exchange.no-file", where=path.name)
    order: dict[str, Any] = {"driver": driver, "label": driver}
    files: dict[str, bytes] = {}
    if driver == "ESRI Shapefile":
        archive = Archive(path.read_bytes(), path.name, LAYER)
        names = archive.ending(".shp")
        if not names:
            raise UnusableInput("exchange.zip-without-map", where=path.name)
        files, encoding = shapefile_members(archive, names[0], "input")
        order |= {"file": "input.shp", "encoding": encoding}
    with job_folder(files) as folder:
        if not files:
            order["file"] = f"input{path.suffix.lower()}"
            # A copy: SQLite may write beside the file it reads, and the jail knows one folder only.
            shutil.copyfile(path, folder / order["file"])
        yield folder, order


@contextlib.contextmanager
def _stream(
    path: Path, layer: str | None
) -> Iterator[tuple[pa.RecordBatchStreamReader, str | None, str | None]]:
    if layer is not None:
        known = [each.name for each in list_layers(path)]
        if layer not in known:
            raise UnusableInput(
                "exchange.layer-missing", where=path.name, layer=layer, known=", ".join(known)
            )
    with _job(path) as (folder, order):
        if layer is not None and order["driver"] != "ESRI Shapefile":
            order["layer"] = layer
        process = start("layer", folder, ALLOWANCE, **order)
        watch = threading.Timer(ALLOWANCE.wall_seconds, process.kill)
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
    authority = CRS.from_user_input(text).to_authority(min_confidence=60)
    code = ":".join(authority) if authority else None
    return "EPSG:4326" if code == "OGC:CRS84" else code
