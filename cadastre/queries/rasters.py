"""Find the rasters that a viewer may see, and figures that were worked out before."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cadastre.models import Parcel, Raster, RasterReading
from cadastre.queries.visibility import Viewer
from cadastre.rules.permissions.classification import Classification

SUMMED = ("values", "counts", "classes")


def rasters_for(session: Session, viewer: Viewer) -> list[Raster]:
    """List the rasters in use whose class a viewer may see, by kind and name."""
    query = select(Raster).where(Raster.removed_at.is_(None)).order_by(Raster.kind, Raster.key)
    return [one for one in session.scalars(query) if may_see(viewer, one)]


def raster_named(session: Session, key: str, viewer: Viewer) -> Raster | None:
    """Find a raster in use; one that a viewer may not see does not exist."""
    query = select(Raster).where(Raster.removed_at.is_(None), Raster.key == key)
    found = session.scalars(query).first()
    return found if found is not None and may_see(viewer, found) else None


def may_see(viewer: Viewer, raster: Raster) -> bool:
    """Tell whether a viewer may see a raster and what is worked out from it."""
    return viewer.may_see(Classification[raster.classification.upper()])


def ground_sha256(ground: BaseGeometry) -> str:
    """Name a ground by its bytes: another ground, another name."""
    plain = shapely.to_wkb(ground, byte_order=1, output_dimension=2, include_srid=False)
    return hashlib.sha256(plain).hexdigest()


def stored_readings(
    session: Session, ground: str, rasters: Sequence[Raster]
) -> dict[int, RasterReading]:
    """Give the stored figures of a ground, by raster."""
    query = select(RasterReading).where(
        RasterReading.ground_sha256 == ground,
        RasterReading.raster_id.in_([one.id for one in rasters]),
    )
    return {one.raster_id: one for one in session.scalars(query)}


def grounds_after(session: Session, last: int, most: int) -> list[tuple[int, BaseGeometry]]:
    """List the next parcels after an identifier: identifier and ground."""
    query = (
        select(Parcel.id, func.ST_AsBinary(Parcel.geom))
        .where(Parcel.id > last)
        .order_by(Parcel.id)
        .limit(most)
    )
    return [(key, shapely.from_wkb(bytes(ground))) for key, ground in session.execute(query)]


def known_grounds(session: Session, raster: Raster, grounds: Sequence[str]) -> set[str]:
    """Tell which of some grounds have figures of a raster."""
    query = select(RasterReading.ground_sha256).where(
        RasterReading.raster_id == raster.id, RasterReading.ground_sha256.in_(grounds)
    )
    return set(session.scalars(query))


def summed(rasters: Sequence[Raster]) -> Iterator[Raster]:
    """Keep the rasters that have numbers; a scanned map has none."""
    return (one for one in rasters if one.measure in SUMMED)
