"""Load zones and works: real names, shapes and routes drawn for illustration."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import shapely
from geoalchemy2.shape import from_shape
from shapely.geometry import LineString, MultiPolygon, Point, Polygon, shape
from shapely.geometry.base import BaseGeometry
from sqlalchemy.orm import Session

from cadastre.geometry.perimeter import project, unproject
from cadastre.models import Work, Zone
from cadastre.models.base import SRID
from cadastre.services.demonstration.frame import as_multipolygon, home_country
from cadastre.services.demonstration.sources import read_description, read_frame
from cadastre.vocabulary import WorkState, ZoneStatus

PREFIX = "DEMO-"
METRES = "EPSG:32631"
SMOOTHING_M = 100.0  # a derived strip follows its line to this much: both are coarser


def load_zones(session: Session, folder: Path) -> int:
    """Add the demonstration's zones; returns how many."""
    described = read_description(folder, "zones")
    zones = [_zone(row, described) for row in described["zones"]]
    zones += [_strip(row, folder) for row in described["strips"]]
    session.add_all(zones)
    session.flush()
    return len(zones)


def load_works(session: Session, folder: Path) -> int:
    """Add the demonstration's plants, lines, substations and other works; returns how many."""
    described = read_description(folder, "works")
    towns = {
        town["properties"]["name"]: town["geometry"]["coordinates"]
        for town in read_frame(folder)["towns"]
        if town["properties"]["country"] == "TG"
    }
    works = [_plant(row, described) for row in described["plants"]]
    works += [_line(row, described, towns) for row in described["lines"]]
    planned = described["planned_substations"]
    works += [_substation(t, described, towns, t in planned) for t in described["substations"]]
    works += [_other(row, described, towns) for row in described["others"]]
    session.add_all(works)
    session.flush()
    return len(works)


def zone_shapes(folder: Path) -> dict[str, tuple[str, MultiPolygon]]:
    """Give kind and ground of each drawn zone by its code, EPSG:4326; strips are left out."""
    rows = read_description(folder, "zones")["zones"]
    return {row["code"]: (row["kind"], MultiPolygon([Polygon(row["ring"])])) for row in rows}


def _zone(row: dict[str, Any], described: dict[str, Any]) -> Zone:
    made_up = row.get("fictitious", False)
    return Zone(
        code=row["code"],
        name=row["name"],
        kind=row["kind"],
        status=row.get("status", ZoneStatus.IN_FORCE),
        act=row.get("act"),
        starts_on=row.get("starts_on"),
        ends_on=row.get("ends_on"),
        geom=from_shape(MultiPolygon([Polygon(row["ring"])]), SRID),
        source=described["fictitious_source" if made_up else "source"],
        is_illustrative=True,
    )


def _strip(row: dict[str, Any], folder: Path) -> Zone:
    country = project(home_country(folder), METRES)
    coast = shapely.union_all([shape(f["geometry"]) for f in read_frame(folder)["coast"]])
    shore = project(coast.intersection(home_country(folder).buffer(0.05)), METRES)
    axis = shore if row["along"] == "coast" else country.boundary.difference(shore.buffer(2000))
    strip = axis.simplify(SMOOTHING_M).buffer(row["width_m"], quad_segs=2).intersection(country)
    return Zone(
        code=row["code"],
        name=row["name"],
        kind=row["kind"],
        status=ZoneStatus.IN_FORCE,
        act=row.get("act"),
        starts_on=row.get("starts_on"),
        geom=from_shape(as_multipolygon(unproject(strip, METRES)), SRID),
        source=row["source"],
        licence=row["licence"],
        is_illustrative=True,
    )


def _plant(row: dict[str, Any], described: dict[str, Any]) -> Work:
    facts = {"power_mw": row.get("mw"), "fuel": row["fuel"], "place": "approximative"}
    opened = dt.date(row["year"], 1, 1) if "year" in row else None
    return _work(row["code"], row["name"], "plant", Point(row["at"]), described["plants_source"],
                 facts=facts, opened=opened)  # fmt: skip


def _line(row: dict[str, Any], described: dict[str, Any], towns: dict[str, Any]) -> Work:
    return _work(row["code"], row["name"], "line", _route(row["through"], towns),
                 described["source"], state=row["state"],
                 facts={"voltage_kv": row["kv"], "route": "illustrative"})  # fmt: skip


def _substation(town: str, described: dict[str, Any], towns: dict[str, Any], new: bool) -> Work:
    state = WorkState.UNDER_CONSTRUCTION if new else WorkState.IN_SERVICE
    code = f"{PREFIX}P-{town.upper()}"
    return _work(code, f"Poste de {town}", "substation", Point(towns[town]), described["source"],
                 state=state, facts={"place": "illustrative"})  # fmt: skip


def _other(row: dict[str, Any], described: dict[str, Any], towns: dict[str, Any]) -> Work:
    where = Point(row["at"]) if "at" in row else _route(row["through"], towns)
    return _work(row["code"], row["name"], row["kind"], where, described["fictitious_source"])


def _route(through: list[Any], towns: dict[str, Any]) -> LineString:
    return LineString([towns[place] if isinstance(place, str) else place for place in through])


def _work(
    code: str,
    name: str,
    kind: str,
    where: BaseGeometry,
    source: str,
    *,
    state: str = WorkState.IN_SERVICE,
    facts: dict[str, Any] | None = None,
    opened: dt.date | None = None,
) -> Work:
    return Work(
        code=code, name=name, kind=kind, state=state, commissioned_on=opened,
        attributes={k: v for k, v in (facts or {}).items() if v is not None},
        geom=from_shape(where, SRID), source=source, is_illustrative=True,
    )  # fmt: skip
