"""Tell what each raster holds over a ground: stored figures where there are, else worked out now.

Figures are stored under the hash of the ground and the row of the raster. A parcel that changes and
a raster that is replaced have other names, so a stored figure is never out of date; the keeper
fills in what is missing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from cadastre.errors import NotAvailable, UnusableInput
from cadastre.exchange.rasters import Readers
from cadastre.models import Raster, RasterReading
from cadastre.queries.asof import AsOf
from cadastre.queries.catalogue import relation_of
from cadastre.queries.rasters import (
    ground_sha256,
    grounds_after,
    known_grounds,
    rasters_for,
    stored_readings,
    summed,
)
from cadastre.queries.relation import find_feature
from cadastre.queries.visibility import Classification, Viewer
from cadastre.sentences import say

EVERYTHING = Viewer(Classification.CONFIDENTIAL)
PARCELS_AT_ONCE = 200


def figures_of(
    session: Session, readers: Readers, ground: BaseGeometry, viewer: Viewer
) -> list[dict[str, Any]]:
    """Give the figures of every raster that a viewer may see over a ground (EPSG:4326).

    A raster that cannot be read now is told with ``problem`` instead of figures: nothing else of a
    page or a check waits for it.
    """
    rasters = list(summed(rasters_for(session, viewer)))
    if not rasters or ground.is_empty:
        return []
    stored = stored_readings(session, ground_sha256(ground), rasters)
    return [
        described(one, stored[one.id].figures)
        if one.id in stored
        else _worked_out(readers, one, ground)
        for one in rasters
    ]


def _worked_out(readers: Readers, raster: Raster, ground: BaseGeometry) -> dict[str, Any]:
    try:
        return described(raster, _figures(readers, raster, ground))
    except (NotAvailable, UnusableInput) as fault:
        return described(raster, {"problem": fault.code})


def _figures(readers: Readers, raster: Raster, ground: BaseGeometry) -> dict[str, Any]:
    return readers.figures(f"{raster.sha256}.tif", ground, raster.measure)


def described(raster: Raster, figures: dict[str, Any]) -> dict[str, Any]:
    """Put beside figures what they are of."""
    return {
        "raster": raster.key, "kind": raster.kind, "measure": raster.measure,
        "name": raster.name, "unit": raster.unit, "attribution": raster.attribution,
        "licence": raster.licence, "cell_m": round(raster.about["cell_m"], 1),
        "legend": raster.legend, **figures,
    }  # fmt: skip


def ground_at(
    session: Session, collection: str, key: str, at: AsOf, viewer: Viewer
) -> BaseGeometry | None:
    """Give the ground of a title or application on a day, bit by bit as the register holds it."""
    for ever in (False, True):
        row = find_feature(session, relation_of(collection, at, viewer, ever=ever), key)
        if row is not None and row.geometry is not None:
            return shapely.from_wkb(bytes(row.geometry))
    return None


def said_figures(figures: dict[str, Any], language: str) -> dict[str, Any]:
    """Give figures in one language: the name, the classes with their names and colours."""
    named = figures["legend"].get("classes", {})
    told = {name: value for name, value in figures.items() if name != "legend"}
    told["name"] = figures["name"][language]
    if "classes" in figures:
        told["classes"] = [
            {**one, "name": named[str(one["value"])][language],
             "colour": named[str(one["value"])]["colour"]}
            for one in figures["classes"]
        ]  # fmt: skip
    if "problem" in figures:
        told["problem"] = say(figures["problem"], language, where=figures["name"][language])
    return told


def keep_figures(session: Session, readers: Readers, after: int) -> tuple[int, int]:
    """Work out and store what is missing for the next parcels; needs the owner's session.

    Returns
    -------
    tuple[int, int]
        The last parcel looked at (0: there were no more), and how many figures were stored.
    """
    rasters = list(summed(rasters_for(session, EVERYTHING)))
    parcels = grounds_after(session, after, PARCELS_AT_ONCE) if rasters else []
    if not parcels:
        return 0, 0
    stored = sum(_keep(session, readers, one, [g for _, g in parcels]) for one in rasters)
    return parcels[-1][0], stored


def _keep(
    session: Session, readers: Readers, raster: Raster, grounds: Sequence[BaseGeometry]
) -> int:
    named = {ground_sha256(ground): ground for ground in grounds}
    missing = named.keys() - known_grounds(session, raster, list(named))
    rows = [
        {"raster_id": raster.id, "ground_sha256": name,
         "figures": _figures(readers, raster, named[name])}
        for name in sorted(missing)
    ]  # fmt: skip
    if rows:
        session.execute(insert(RasterReading).on_conflict_do_nothing(), rows)
    return len(rows)
