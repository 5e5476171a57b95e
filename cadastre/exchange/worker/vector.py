"""Read shapefiles and GeoPackages for perimeters, inside the jail, with one driver."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import shapely
from pyproj import CRS
from pyproj.exceptions import CRSError

from cadastre.errors import TooLarge, UnusableInput
from cadastre.exchange.worker import drivers
from cadastre.exchange.worker.drivers import pyogrio

# A ring repeats its first corner, so the exact count is made outside; this only bounds the answer.
_SLACK = 50


def prepare(order: dict[str, Any]) -> None:
    """Pin the driver and open the table of coordinate systems while it can still be reached."""
    drivers.pin(order["driver"])
    CRS.from_epsg(4326).to_authority()


def run(order: dict[str, Any], folder: Path, out: BinaryIO) -> None:
    """Answer every feature of the ordered files, up to the cap, with the system of each layer."""
    features: list[dict[str, Any]] = []
    for source in order["sources"]:
        path = str(folder / source["file"])
        for name, kind in pyogrio.list_layers(path):
            if kind is None:
                continue  # a table without geometry
            features += _layer(path, str(name), source, order, len(features))
    out.write(json.dumps({"features": features, "held": order["held"]}, allow_nan=False).encode())


def _layer(
    path: str, layer: str, source: dict[str, Any], order: dict[str, Any], already: int
) -> list[dict[str, Any]]:
    room = order["features"] - already
    meta, _, geometries, columns = pyogrio.raw.read(
        path, layer=layer, force_2d=True, max_features=room + 1, datetime_as_string=True,
        encoding=source.get("encoding"),
    )
    if len(geometries) > room:
        raise TooLarge("exchange.too-many-features", limit=order["features"])
    crs, crs_name = _system(meta["crs"])
    fields = [str(name) for name in meta["fields"]]
    title = source.get("title") or layer
    return [
        {
            "geometry": _geometry(wkb, f"{title} {number + 1}", order["corners"]),
            "attributes": {
                field: _plain(column[number]) for field, column in zip(fields, columns, strict=True)
            },
            "crs": crs,
            "crs_name": crs_name,
            "layer": title,
        }
        for number, wkb in enumerate(geometries)
    ]


def _geometry(wkb: bytes | None, where: str, corners: int) -> dict[str, Any] | None:
    if wkb is None:
        return None
    try:
        # "fix" closes rings that some programs leave open; it moves nothing.
        shape = shapely.from_wkb(wkb, on_invalid="fix")
    except shapely.errors.GEOSException as fault:
        raise UnusableInput("exchange.unknown-geometry", where=where) from fault
    count = int(shapely.get_num_coordinates(shape))
    if count > corners + _SLACK:
        raise TooLarge("exchange.too-many-corners", where=where, count=count, limit=corners)
    if not np.isfinite(shapely.get_coordinates(shape)).all():
        raise UnusableInput("exchange.not-finite", where=where)
    described: dict[str, Any] = json.loads(shapely.to_geojson(shape))
    return described


def _system(text: str | None) -> tuple[str | None, str | None]:
    """Give authority code and spoken name of a coordinate system; None for what is unknown."""
    if not text:
        return None, None
    try:
        crs = CRS.from_user_input(text)
    except CRSError:
        return None, text[:80]
    authority = crs.to_authority(min_confidence=60)
    return ":".join(authority) if authority else None, crs.name[:80]


def _plain(value: Any) -> Any:
    """Turn a value of numpy into one of JSON; what is missing is None."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, bytes):
        return f"({len(value)} bytes)"
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if value is None or isinstance(value, (bool, int, float)):
        return value
    return str(value)[:2000]
