"""Prepare one thing of the register for its page: what is read, drawn, downloaded."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from markupsafe import Markup
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry
from sqlalchemy.orm import Session

from cadastre.geometry.corner_labels import MARK
from cadastre.geometry.corners import format_lonlat
from cadastre.geometry.crs import describe, utm_zone_for
from cadastre.geometry.sheet import NamedCorner, draw_sheet, fit_sheet
from cadastre.queries.asof import AsOf
from cadastre.rules.ruleset import Ruleset
from cadastre.services.printed_corners import printed_rings
from web.locator import draw_locator
from web.written import write_value

RIGHTS = ("titles", "applications")
SHOWN_APART = ("name", "number", "code", "status", "state", "voltage_kv", "power_mw")
MOST_CORNERS = 120  # of a table and a plan; zones and units have thousands
DOWNLOADS = (("GeoJSON", "geojson"), ("Shapefile", "shapefile"), ("PDF", "pdf"))
DMS_DECIMALS, METRE_DECIMALS = 2, 1


@dataclass(frozen=True, slots=True)
class CornerRow:
    """A corner as a table shows it."""

    label: str
    latitude: str
    longitude: str
    easting: str
    northing: str


@dataclass(frozen=True, slots=True)
class Record:
    """Everything the page shows."""

    collection: str
    key: str
    name: str
    status: str | None
    facts: list[dict[str, Any]]
    is_demonstration: bool
    rings: list[list[CornerRow]]
    crs_label: str | None
    plan: Markup | None
    locator: Markup | None
    map_address: str | None
    downloads: dict[str, str]

    @property
    def has_computed(self) -> bool:
        """Tell whether a corner came out of a cut rather than of an act."""
        return any(corner.label.endswith(MARK) for ring in self.rings for corner in ring)


def record_of(
    session: Session, found: Mapping[str, Any], ruleset: Ruleset, language: str, at: AsOf
) -> Record:
    """Prepare a feature given by :func:`cadastre.services.details.detail`."""
    properties, key = found["properties"], str(found["id"])
    geometry = shape(found["geometry"]) if found["geometry"] else None
    collection = properties["collection"]
    rings = _rings(geometry) if collection in RIGHTS and geometry else []
    shows_corners = 0 < sum(map(len, rings)) <= MOST_CORNERS
    crs = _metres_of(ruleset, geometry) if geometry else None
    printed = printed_rings(session, collection, key, at) if shows_corners else []
    named = printed or _lettered(rings)
    rows = _corner_rows(named, crs, language) if shows_corners and crs else []
    return Record(
        collection=collection,
        key=key,
        name=properties.get("name") or key,
        status=properties.get("status") or properties.get("state"),
        facts=_facts(properties["facts"], language),
        is_demonstration=bool(
            properties.get("is_demonstration") or properties.get("is_illustrative")
        ),
        rings=rows,
        crs_label=describe(crs, language) if crs else None,
        plan=_plan(geometry, crs, named, key) if rows and geometry and crs else None,
        locator=draw_locator(session, geometry) if geometry else None,
        map_address=_map_address(collection, key, geometry) if geometry else None,
        downloads=_downloads(collection, key),
    )


def _facts(facts: Iterable[Mapping[str, Any]], language: str) -> list[dict[str, Any]]:
    return [
        {**fact, "value": write_value(fact["value"], language)}
        for fact in facts
        if fact["name"] not in SHOWN_APART
    ]


def _rings(geometry: BaseGeometry) -> list[list[tuple[float, float]]]:
    """List the open rings of a perimeter, exclusions after their part."""
    parts = getattr(geometry, "geoms", [geometry])
    rings = [ring for part in parts if part.geom_type == "Polygon"
             for ring in (part.exterior, *part.interiors)]  # fmt: skip
    return [[(x, y) for x, y, *_ in list(ring.coords)[:-1]] for ring in rings]


def _metres_of(ruleset: Ruleset, geometry: BaseGeometry) -> str:
    if ruleset.planar_crs != "auto":
        return ruleset.planar_crs
    middle = geometry.centroid
    return utm_zone_for(middle.x, middle.y)


def _corner_rows(
    rings: list[list[NamedCorner]], crs: str, language: str
) -> list[list[CornerRow]]:
    return [[_corner_row(*corner, crs, language) for corner in ring] for ring in rings]


def _lettered(rings: list[list[tuple[float, float]]]) -> list[list[NamedCorner]]:
    """Name the corners of ground whose act kept no labels."""
    labels = iter(_labels(sum(map(len, rings))))
    return [[(next(labels), lon, lat) for lon, lat in ring] for ring in rings]


def _corner_row(label: str, lon: float, lat: float, crs: str, language: str) -> CornerRow:
    longitude, latitude = format_lonlat(
        lon, lat, "dms", language=language, decimals=DMS_DECIMALS
    ).split("\t")
    easting, northing = format_lonlat(
        lon, lat, "utm", language=language, crs=crs, decimals=METRE_DECIMALS
    ).split("\t")
    return CornerRow(label, latitude, longitude, easting, northing)


def _labels(count: int) -> list[str]:
    """Name corners as orders do: letters while they last, else numbers."""
    if count <= 26:
        return [chr(ord("A") + place) for place in range(count)]
    return [str(place + 1) for place in range(count)]


def _plan(
    geometry: BaseGeometry, crs: str, rings: list[list[NamedCorner]], title: str
) -> Markup:
    corners = [corner for ring in rings for corner in ring]
    drawn = draw_sheet(fit_sheet(geometry, crs), geometry, corners=corners, title=title)
    # Drawn by us from numbers; its only text, title and labels, is escaped where it is drawn.
    return Markup(drawn)


def _map_address(collection: str, key: str, geometry: BaseGeometry) -> str:
    west, south, east, north = geometry.bounds
    span = max(east - west, north - south, 0.02)
    zoom = max(7, min(13, int(math.log2(360 / span)) + 1))
    middle = f"{(south + north) / 2:.5f}/{(west + east) / 2:.5f}"
    return f"/#{zoom}/{middle}/{collection}/{quote(key, safe='')}"


def _downloads(collection: str, key: str) -> dict[str, str]:
    field = "number" if collection in RIGHTS else "code"
    literal = key.replace("'", "''")
    where = f"{field} = '{literal}'"
    return {
        name: f"/api/exports/{collection}?{urlencode({'format': form, 'where': where})}"
        for name, form in DOWNLOADS
    }
