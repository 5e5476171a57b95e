"""Make a register of made-up titles, the same for one seed, and load it in seconds."""

from __future__ import annotations

import io
import json
import random
from collections.abc import Iterator, Sequence
from pathlib import Path

import psycopg2
import shapely
from shapely.geometry import MultiPolygon, Polygon, box, shape
from shapely.geometry.base import BaseGeometry

from cadastre.geometry.perimeter import geodesic_area_m2

Box = tuple[float, float, float, float]
FRAME = (0.15, 6.3, 1.6, 11.0)  # inside Togo, west, south, east, north
KINDS = ("permis-recherche", "permis-exploitation-petite-echelle", "permis-materiaux-construction")
SUBSTANCES = (
    ("or", "precious"),
    ("fer", "ferrous"),
    ("sable", "construction"),
    ("phosphates", "industrial"),
)


def make_grounds(count: int, seed: int) -> list[Polygon]:
    """Cut the country's box into ``count`` parcels that share borders exactly; some overlap.

    Nine in ten are rectangles or stepped outlines of the box they were cut from; one in twenty is
    turned and reaches into its neighbours; one in a hundred has many corners.
    """
    chance = random.Random(seed)
    cells = sorted(_cut(FRAME, count, chance))
    return [_ground(cell, chance) for cell in cells]


def _cut(cell: Box, count: int, chance: random.Random) -> Iterator[Box]:
    if count <= 1:
        yield cell
        return
    west, south, east, north = cell
    first = count // 2
    part = first / count * chance.uniform(0.8, 1.2)
    if east - west > north - south:
        middle = round(west + (east - west) * part, 6)
        yield from _cut((west, south, middle, north), first, chance)
        yield from _cut((middle, south, east, north), count - first, chance)
    else:
        middle = round(south + (north - south) * part, 6)
        yield from _cut((west, south, east, middle), first, chance)
        yield from _cut((west, middle, east, north), count - first, chance)


def _ground(cell: Box, chance: random.Random) -> Polygon:
    west, south, east, north = cell
    draw = chance.random()
    if draw < 0.01:
        return shapely.Point((west + east) / 2, (south + north) / 2).buffer(
            min(east - west, north - south) / 2, quad_segs=10
        )
    if draw < 0.06:
        return shapely.affinity.rotate(box(*cell), chance.uniform(2, 12))
    if draw < 0.3:
        x, y = (west + east) / 2, (south + north) / 2
        return Polygon([(west, south), (east, south), (east, y), (x, y), (x, north), (west, north)])
    return box(*cell)


def load(url: str, grounds: Sequence[BaseGeometry], frame: Path) -> None:
    """Fill an empty migrated database by COPY, as its owner."""
    with psycopg2.connect(url) as connection, connection.cursor() as cursor:
        # Dossiers point at titles and the journal at dossiers, which nobody may empty.
        for table in ("occupation", "parcel", "share", "title", "administrative_unit"):
            cursor.execute(f"DELETE FROM {table}")
        cursor.execute("TRUNCATE title_past, share_past, parcel_past, occupation_past")
        cursor.execute("DELETE FROM party")  # the journal names parties and is never emptied
        _copy(cursor, "party", "id, kind, name", _parties())
        _copy(
            cursor,
            "title",
            "id, number, name, kind, substances, exclusivity_group, ruleset, starts_on, expires_on",
            _titles(len(grounds)),
        )
        _copy(cursor, "share", "title_id, party_id, starts_on", _shares(len(grounds)))
        _copy(
            cursor,
            "parcel",
            "title_id, geom, period, original_text, original_crs, edge_model, planar_area_m2, "
            "planar_crs, geodesic_area_m2",
            _parcels(grounds),
        )
        _copy(cursor, "administrative_unit", "code, level, name, geom, source", _units(frame))
        cursor.execute("ANALYZE")


def _copy(cursor, table: str, columns: str, rows: Iterator[tuple[object, ...]]) -> None:  # type: ignore[no-untyped-def]
    text = "".join("\t".join(map(str, row)) + "\n" for row in rows)
    cursor.copy_expert(f"COPY {table} ({columns}) FROM STDIN", io.StringIO(text))


def _parties() -> Iterator[tuple[object, ...]]:
    for number in range(1, 501):
        yield number, "company", f"Société d'essai {number}"


def _titles(count: int) -> Iterator[tuple[object, ...]]:
    for number in range(1, count + 1):
        substance, group = SUBSTANCES[number % len(SUBSTANCES)]
        kind = KINDS[number % len(KINDS)]
        yield (
            number, f"TEST-{number:06d}", f"Titre {number}", kind, f"{{{substance}}}", group,
            "togo", "2024-01-01", "2034-01-01",
        )  # fmt: skip


def _shares(count: int) -> Iterator[tuple[object, ...]]:
    for number in range(1, count + 1):
        yield number, number % 500 + 1, "2024-01-01"


def _parcels(grounds: Sequence[BaseGeometry]) -> Iterator[tuple[object, ...]]:
    for number, ground in enumerate(grounds, start=1):
        area = geodesic_area_m2(ground)
        yield (
            number, _stored(ground), "[2024-01-01 00:00+00,2034-01-01 00:00+00)", "essai",
            "EPSG:4326", "straight-lonlat", area, "EPSG:32631", area,
        )  # fmt: skip


def _units(frame: Path) -> Iterator[tuple[object, ...]]:
    for feature in json.loads(frame.read_text("utf-8"))["features"]:
        about = feature["properties"]
        is_country = about["layer"] == "countries" and about["code"] == "TGO"
        if is_country or about["layer"] == "regions":
            outline = _stored(shapely.make_valid(shape(feature["geometry"])))
            yield about["code"], 0 if is_country else 1, about["name"], outline, "essai"


def _stored(ground: shapely.Geometry) -> str:
    parts = [part for part in getattr(ground, "geoms", [ground]) if isinstance(part, Polygon)]
    whole = MultiPolygon(parts) if parts else ground
    return shapely.to_wkb(shapely.set_srid(whole, 4326), hex=True, include_srid=True)
