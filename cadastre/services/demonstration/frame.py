"""Load the country's frame: outline, regions, names of prefectures and communes, base map."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from geoalchemy2.shape import from_shape
from shapely.geometry import MultiPolygon, shape
from shapely.geometry.base import BaseGeometry
from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from cadastre.geometry.perimeter import polygons
from cadastre.models import AdministrativeUnit, BaseMapFeature
from cadastre.models.base import SRID
from cadastre.services.demonstration.sources import read_description, read_frame
from cadastre.services.unit_codes import unit_code

BASE_LAYERS = ("countries", "coast", "rivers", "lakes", "towns")
# Towns of the neighbours are for orientation: never louder than the country's own.
_QUIETER, _LOUDEST_ABROAD = 2, 2
# The source's rivers stop at a box; shown this far beyond the border, they follow the country.
_BESIDE_DEG = 0.3
# The smallest population of each importance, capital first; below the last it is 0.
POPULATIONS = ((1_000_000, 5), (100_000, 4), (50_000, 3), (20_000, 2), (5_000, 1))


def load_frame(session: Session, folder: Path) -> dict[str, int]:
    """Add the reference layers; official units already imported under a code are left alone.

    Returns how many rows each layer has given.
    """
    described, frame = read_description(folder, "frame"), read_frame(folder)
    counts = _load_units(session, described, frame)
    home = home_country(folder)
    rows = [row for layer in BASE_LAYERS for row in _base_rows(layer, described, frame, home)]
    session.execute(insert(BaseMapFeature), rows)
    for row in rows:
        counts[row["layer"]] = counts.get(row["layer"], 0) + 1
    return counts


def clear_frame(session: Session, folder: Path) -> None:
    """Remove the reference layers that came from here, and no official layer."""
    described = read_description(folder, "frame")
    sources = [layer["source"] for layer in described["layers"].values()]
    session.execute(delete(BaseMapFeature).where(BaseMapFeature.source.in_(sources)))
    ours = AdministrativeUnit.source.in_([*sources, described["names"]["source"]])
    for level in range(4, -1, -1):  # children before their parents
        kept = select(AdministrativeUnit.parent_id).where(AdministrativeUnit.parent_id.isnot(None))
        session.execute(
            delete(AdministrativeUnit).where(
                ours, AdministrativeUnit.level == level, AdministrativeUnit.id.not_in(kept)
            )
        )


def home_country(folder: Path) -> MultiPolygon:
    """Give the outline of the country of the demonstration, EPSG:4326."""
    home = read_description(folder, "frame")["home"]
    for feature in read_frame(folder)["countries"]:
        if feature["properties"]["code"] == home:
            return as_multipolygon(shape(feature["geometry"]))
    raise LookupError(home)


def as_multipolygon(ground: BaseGeometry) -> MultiPolygon:
    """Give ground as the register stores it: its areas, without the lines and points."""
    return MultiPolygon(polygons(ground))


def _load_units(
    session: Session, described: dict[str, Any], frame: dict[str, list[dict[str, Any]]]
) -> dict[str, int]:
    known = {unit.code: unit for unit in session.scalars(select(AdministrativeUnit))}
    counts = {"units": 0}

    def add(code: str, level: int, name: str, parent: str | None, **more: Any) -> None:
        if code in known:
            return
        unit = AdministrativeUnit(
            code=code, level=level, name=name,
            parent_id=known[parent].id if parent else None, **more,
        )  # fmt: skip
        session.add(unit)
        session.flush()
        known[code] = unit
        counts["units"] += 1

    for feature in frame["countries"]:
        if feature["properties"]["code"] == described["home"]:
            add("TG", 0, feature["properties"]["name"], None,
                **_drawn(feature, described["layers"]["countries"]))  # fmt: skip
    for feature in frame["regions"]:
        named = feature["properties"]
        add(named["code"], 1, named["name"], "TG", is_illustrative=True,
            **_drawn(feature, described["layers"]["regions"]))  # fmt: skip
    names = {"source": described["names"]["source"], "licence": described["names"]["licence"]}
    for region, prefectures in described["prefectures"].items():
        for prefecture, communes in prefectures.items():
            code = unit_code(region, prefecture)
            add(code, 2, prefecture, region, **names)
            for number in range(1, communes + 1):
                add(f"{code}-{number}", 3, f"{prefecture} {number}", code, **names)
    return counts


def _drawn(feature: dict[str, Any], layer: dict[str, Any]) -> dict[str, Any]:
    ground = as_multipolygon(shape(feature["geometry"]))
    return {
        "geom": from_shape(ground, SRID), "source": layer["source"], "licence": layer["licence"],
    }  # fmt: skip


def _base_rows(
    layer: str,
    described: dict[str, Any],
    frame: dict[str, list[dict[str, Any]]],
    home: MultiPolygon,
) -> list[dict[str, Any]]:
    about = described["layers"][layer]
    near = home.buffer(_BESIDE_DEG)
    rows = []
    for feature in frame[layer]:
        facts = {k: v for k, v in feature["properties"].items() if k not in ("layer", "name")}
        if facts.get("code") == described["home"]:
            continue
        ground = shape(feature["geometry"])
        if layer == "rivers":
            ground = ground.intersection(near)
            if ground.is_empty:
                continue
        rank = importance(facts.get("population", 0))
        if layer == "towns" and not home.intersects(ground):
            rank = min(max(rank - _QUIETER, 0), _LOUDEST_ABROAD)
        rows.append(
            {
                "layer": layer,
                "name": feature["properties"].get("name"),
                "importance": rank,
                "attributes": facts | {"note": about["note"]},
                "geom": from_shape(ground, SRID),
                "source": about["source"],
                "licence": about["licence"],
            }
        )
    return rows


def importance(population: int) -> int:
    """Rank a town from 0 (village) to 5 (a million people), for the zoom it appears at."""
    return next((rank for least, rank in POPULATIONS if population >= least), 0)
