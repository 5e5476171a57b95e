"""Make small rasters for tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from cadastre.config import Settings
from cadastre.database import sqlalchemy_url
from cadastre.services.rasters import RasterRequest, add_raster


def placed(west: float, north: float, cell: float) -> Any:
    """Place cells from the north-west corner."""
    return rasterio.Affine(cell, 0.0, west, 0.0, -cell, north)


def write_raster(
    path: Path,
    values: Any,
    *,
    west: float = 0.0,
    north: float = 9.0,
    cell: float = 0.1,
    crs: str | None = "EPSG:4326",
    nodata: float | None = None,
    affine: Any = None,
    **more: Any,
) -> Path:
    """Write a GeoTIFF of one band (or of several: bands first)."""
    array = np.asarray(values)
    bands = array if array.ndim == 3 else array[None]
    with rasterio.open(
        path, "w", driver="GTiff", count=len(bands), height=bands.shape[1], width=bands.shape[2],
        dtype=bands.dtype, crs=crs, nodata=nodata,
        transform=affine or placed(west, north, cell), **more,
    ) as made:
        made.write(bands)
        made.update_tags(SENDER="somebody")
    return path


def request_of(source: Path, **more: Any) -> RasterRequest:
    """Ask for a raster of heights to be registered, unless told otherwise."""
    told: dict[str, Any] = {
        "key": "altitude", "kind": "elevation", "name": {"fr": "Altitude", "en": "Elevation"},
        "licence": "CC0", "attribution": "Essais", **more,
    }  # fmt: skip
    return RasterRequest(file=source, **told)


def add_heights(settings: Settings) -> None:
    """Register heights around 1° E 9° N: a cell (a tenth of a degree) is 10 m above the last."""
    settings.home.mkdir(parents=True, exist_ok=True)
    values = 100 + 10 * np.arange(400, dtype="int16").reshape(20, 20)
    source = write_raster(settings.home / "heights.tif", values, west=0.0, north=10.0)
    assert settings.database_url is not None
    engine = create_engine(sqlalchemy_url(settings.database_url))
    with Session(engine) as session, session.begin():
        add_raster(session, settings, request_of(source))
    engine.dispose()
