"""Measure POST /api/checks through the real server beside the bare SQL for the same overlaps."""

from __future__ import annotations

import argparse
import http.client
import json
import random
import statistics
import sys
from collections.abc import Callable

import psycopg2
from bench_register import FRAME
from bench_site import HOME, measure, percentiles, ready_register, served
from shapely.geometry import Polygon, box, mapping

from cadastre import cluster

TARGET_P95_MS = 300.0
TARGET_RATIO = 3.0
# The least that gives the same list with the same figures: who shares ground and since when, with
# areas along the edge model (sides followed by steps of a kilometre, as the guard of the register
# measures them), both shares, the mean width that tells technical from real, and the ground.
BARE_SQL = """
WITH asked AS (SELECT ST_GeomFromWKB(%(asked)s, 4326) AS geom),
met AS (
    SELECT p.title_id, p.geom, p.period,
           ST_CollectionExtract(ST_Intersection(p.geom, a.geom), 3) AS shared,
           ST_Area(ST_Segmentize(a.geom, 0.01)::geography) AS whole_m2
    FROM parcel p JOIN asked a ON p.geom && a.geom
    WHERE p.period @> now() AND ST_Relate(p.geom, a.geom, '2********')
),
measured AS (
    SELECT *, ST_Area(ST_Segmentize(shared, 0.01)::geography) AS area_m2,
           ST_Area(ST_Segmentize(geom, 0.01)::geography) AS other_m2,
           ST_Perimeter(shared::geography) AS around_m
    FROM met
)
SELECT t.number, t.name, t.kind, t.substances, m.period,
       (SELECT string_agg(y.name, ', ') FROM share s JOIN party y ON y.id = s.party_id
        WHERE s.title_id = t.id AND s.ends_on IS NULL) AS holder,
       area_m2, area_m2 / whole_m2 AS share, area_m2 / other_m2 AS share_of_other,
       2 * area_m2 / around_m AS mean_width_m, ST_AsGeoJSON(shared, 8)
FROM measured m JOIN title t ON t.id = m.title_id ORDER BY t.number
"""


def main() -> None:
    """Make the register, serve it, measure, print, and fail when a target is missed."""
    options = _options()
    urls = ready_register(options.titles, options.seed, options.keep)
    perimeters = _perimeters(options.requests, options.seed)
    with served(urls.app_url, options.workers) as port:
        (bare, listed), (full, found) = measure(perimeters, _bare(urls.app_url), _http(port))
    if listed != found:
        sys.exit("the API and the bare SQL do not list the same overlaps")
    _report(options.titles, statistics.mean(map(len, listed)), bare, full)
    if not options.keep:
        cluster.stop(HOME)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench checks")
    parser.add_argument("--titles", type=int, default=50_000)
    parser.add_argument("--requests", type=int, default=200)
    parser.add_argument("--seed", type=int, default=20)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--keep", action="store_true")
    return parser.parse_args()


def _perimeters(count: int, seed: int) -> list[Polygon]:
    """Draw rectangles as applications ask for them: 0.5 to 14 km a side, below 200 km²."""
    chance = random.Random(seed + 1)
    drawn = []
    for _ in range(count):
        width, height = chance.uniform(0.005, 0.127), chance.uniform(0.005, 0.127)
        west = chance.uniform(FRAME[0], FRAME[2] - width)
        south = chance.uniform(FRAME[1], FRAME[3] - height)
        west, south = round(west, 6), round(south, 6)
        drawn.append(box(west, south, round(west + width, 6), round(south + height, 6)))
    return drawn


Ask = Callable[[Polygon], list[str]]


def _bare(url: str) -> Ask:
    options = "-c max_parallel_workers_per_gather=0 -c timezone=UTC"
    cursor = psycopg2.connect(url, options=options).cursor()

    def ask(perimeter: Polygon) -> list[str]:
        cursor.execute(BARE_SQL, {"asked": psycopg2.Binary(perimeter.wkb)})
        return sorted(row[0] for row in cursor.fetchall())

    return ask


def _http(port: int) -> Ask:
    connection = http.client.HTTPConnection("127.0.0.1", port)

    def ask(perimeter: Polygon) -> list[str]:
        body = {
            "kind": "permis-recherche", "substances": ["or"], "crs": "EPSG:4326",
            "geometry": mapping(perimeter),
        }  # fmt: skip
        connection.request(
            "POST", "/api/checks", json.dumps(body), {"Content-Type": "application/json"}
        )
        response = connection.getresponse()
        answer = json.loads(response.read())
        if response.status != 200:
            sys.exit(f"POST /api/checks: {response.status} {answer.get('detail')}")
        return sorted(o["id"] for o in answer["overlaps"] if o["collection"] == "titles")

    return ask


def _report(titles: int, overlaps: float, bare: list[float], full: list[float]) -> None:
    bare_p50, bare_p95 = percentiles(bare)
    full_p50, full_p95 = percentiles(full)
    print(f"{titles} titles, {len(full)} perimeters, {overlaps:.1f} overlaps each on average")
    print(f"{'':32}{'p50 ms':>10}{'p95 ms':>10}")
    print(f"{'bare SQL, overlap list':32}{bare_p50:10.2f}{bare_p95:10.2f}")
    print(f"{'POST /api/checks, everything':32}{full_p50:10.2f}{full_p95:10.2f}")
    print(f"{'ratio':32}{full_p50 / bare_p50:10.2f}{full_p95 / bare_p95:10.2f}")
    held = full_p95 < TARGET_P95_MS and full_p95 <= TARGET_RATIO * bare_p95
    print(f"target: p95 < {TARGET_P95_MS:.0f} ms and ratio <= {TARGET_RATIO:.0f}: "
          f"{'met' if held else 'MISSED'}")  # fmt: skip
    sys.exit(0 if held else 1)


if __name__ == "__main__":
    main()
