"""Measure POST /api/checks through the real server beside the bare SQL for the same overlaps."""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import os
import random
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import psycopg2
from bench_register import FRAME, load, make_grounds
from shapely.geometry import Polygon, box, mapping

from cadastre import cluster
from cadastre.config import ROOT
from cadastre.database import sqlalchemy_url, upgrade

HOME = ROOT / "var" / "bench"
FRAME_FILE = ROOT / "data" / "demonstration" / "togo_frame.geojson"
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
    urls = _register(options.titles, options.seed, options.keep)
    perimeters = _perimeters(options.requests, options.seed)
    with _server(urls.app_url, options.workers) as port:
        (bare, listed), (full, found) = _measure(perimeters, _bare(urls.app_url), _http(port))
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


def _register(titles: int, seed: int, keep: bool) -> cluster.ClusterUrls:
    """Make or reuse the database of this size and seed, in a cluster apart from the register."""
    urls = cluster.ensure_running(HOME)
    mark = HOME / f"loaded-{titles}-{seed}"
    if not (keep and mark.exists()):
        print(f"making {titles} titles (seed {seed})…", file=sys.stderr)
        upgrade(sqlalchemy_url(urls.owner_url))
        load(urls.owner_url, make_grounds(titles, seed), FRAME_FILE)
        for old in HOME.glob("loaded-*"):
            old.unlink()
        mark.touch()
    return urls


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


Measured = tuple[list[float], list[list[str]]]


def _measure(perimeters: list[Polygon], *ways: Ask) -> list[Measured]:
    """Time every perimeter in milliseconds, each way in turn, so that a busy machine harms both.

    A first round warms caches and workers.
    """
    for perimeter in perimeters[:40]:
        for ask in ways:
            ask(perimeter)
    measured: list[Measured] = [([], []) for _ in ways]
    for perimeter in perimeters:
        for ask, (times, answers) in zip(ways, measured, strict=True):
            start = time.perf_counter()
            answers.append(ask(perimeter))
            times.append((time.perf_counter() - start) * 1000)
    return measured


@contextlib.contextmanager
def _server(app_url: str, workers: int) -> Iterator[int]:
    """Serve with gunicorn as scripts/run does, on a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {**os.environ, "CADASTRE_HOME": str(HOME)}
    environment.pop("CADASTRE_DATABASE_URL", None)
    command = [
        sys.executable, "-m", "gunicorn", "web.app:create_app()", "--bind", f"127.0.0.1:{port}",
        "--workers", str(workers), "--threads", "8", "--log-level", "warning",
    ]  # fmt: skip
    process = subprocess.Popen(command, cwd=ROOT, env=environment)
    try:
        _wait(port)
        yield port
    finally:
        process.terminate()
        process.wait(20)


def _wait(port: int) -> None:
    for _ in range(300):
        with contextlib.suppress(OSError):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                return
        time.sleep(0.1)
    sys.exit("the server does not answer")


def _report(titles: int, overlaps: float, bare: list[float], full: list[float]) -> None:
    bare_p50, bare_p95 = _percentiles(bare)
    full_p50, full_p95 = _percentiles(full)
    print(f"{titles} titles, {len(full)} perimeters, {overlaps:.1f} overlaps each on average")
    print(f"{'':32}{'p50 ms':>10}{'p95 ms':>10}")
    print(f"{'bare SQL, overlap list':32}{bare_p50:10.2f}{bare_p95:10.2f}")
    print(f"{'POST /api/checks, everything':32}{full_p50:10.2f}{full_p95:10.2f}")
    print(f"{'ratio':32}{full_p50 / bare_p50:10.2f}{full_p95 / bare_p95:10.2f}")
    held = full_p95 < TARGET_P95_MS and full_p95 <= TARGET_RATIO * bare_p95
    print(f"target: p95 < {TARGET_P95_MS:.0f} ms and ratio <= {TARGET_RATIO:.0f}: "
          f"{'met' if held else 'MISSED'}")  # fmt: skip
    sys.exit(0 if held else 1)


def _percentiles(times: list[float]) -> tuple[float, float]:
    cuts = statistics.quantiles(times, n=20)
    return statistics.median(times), cuts[-1]


if __name__ == "__main__":
    main()
