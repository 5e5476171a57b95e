"""Measure every export beside ogr2ogr from the same database, and beside bare COPY."""

from __future__ import annotations

import argparse
import io
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psycopg2
from bench_site import HOME, ready_register
from psycopg2.extensions import make_dsn, parse_dsn
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from cadastre import cluster
from cadastre.database import sqlalchemy_url
from cadastre.errors import UnusableInput
from cadastre.exchange.write import FORMATS
from cadastre.queries.asof import as_of
from cadastre.services.exports import ExportRequest, export_collection

OGR = {
    "geojson": "GeoJSON", "geojsonseq": "GeoJSONSeq", "shapefile": "ESRI Shapefile",
    "gpkg": "GPKG", "flatgeobuf": "FlatGeobuf", "csv": "CSV", "kml": "KML",
}  # fmt: skip
QUERY = """
SELECT t.number, t.name, t.kind, array_to_string(t.substances, ', ') AS substances,
       t.exclusivity_group, (SELECT string_agg(y.name, ', ') FROM share s JOIN party y
       ON y.id = s.party_id WHERE s.title_id = t.id) AS holder, t.applied_on, t.granted_on,
       t.starts_on, t.expires_on, t.instrument, p.planar_area_m2, p.geodesic_area_m2,
       t.published_area_m2, p.original_crs, p.edge_model, t.source, t.is_demonstration, p.geom
FROM title t JOIN parcel p ON p.title_id = t.id WHERE p.period @> now() ORDER BY t.number
"""


def main() -> None:
    """Make the register, write each format, print seconds and ratios."""
    options = _options()
    urls = ready_register(options.titles, options.seed, options.keep)
    copied = _timed(lambda: _copy(urls.app_url))[0]
    print(f"{options.titles} titles; bare COPY of the same rows {copied:.2f} s")
    print(f"{'':12}{'s':>8}{'MB':>8}{'of COPY':>9}{'ogr2ogr s':>11}{'of ogr2ogr':>12}")
    engine = create_engine(sqlalchemy_url(urls.app_url))
    with Session(engine) as session:  # words and systems are loaded once in a process
        list(export_collection(session, ExportRequest("works", "gpkg", as_of())).content)
    for name in options.formats or FORMATS:
        with Session(engine) as session:
            took, size = _timed(lambda s=session, n=name: _export(s, n))  # type: ignore[misc]
        line = f"{name:12}{took:8.2f}{size / 1e6:8.1f}{took / copied:9.1f}"
        if name in OGR and shutil.which("ogr2ogr"):
            other = _timed(lambda n=name: _ogr2ogr(urls.app_url, OGR[n]))[0]  # type: ignore[misc]
            line += f"{other:11.2f}{took / other:12.2f}"
        print(line, flush=True)
    engine.dispose()
    if not options.keep:
        cluster.stop(HOME)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench export")
    parser.add_argument("--titles", type=int, default=50_000)
    parser.add_argument("--seed", type=int, default=20)
    parser.add_argument("--formats", nargs="*", choices=list(FORMATS))
    parser.add_argument("--keep", action="store_true")
    return parser.parse_args()


def _timed(work: Callable[[], int]) -> tuple[float, int]:
    start = time.perf_counter()
    size = work()
    return time.perf_counter() - start, size


def _copy(url: str) -> int:
    out = io.BytesIO()
    with psycopg2.connect(url) as connection, connection.cursor() as cursor:
        cursor.copy_expert(f"COPY ({QUERY}) TO STDOUT", out)
    return out.tell()


def _export(session: Session, name: str) -> int:
    try:
        made = export_collection(session, ExportRequest("titles", name, as_of()))
        return sum(map(len, made.content))
    except UnusableInput as refusal:
        print(f"{name:12}{refusal.code}", file=sys.stderr)
        return 0


def _ogr2ogr(url: str, driver: str) -> int:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "out"
        source = "PG:" + make_dsn(**parse_dsn(url))
        subprocess.run(
            ["ogr2ogr", "-f", driver, str(path), source, "-sql", QUERY, "-nln", "titles"],
            check=True, capture_output=True,
        )  # fmt: skip
        return sum(file.stat().st_size for file in [path, *path.rglob("*")] if file.is_file())


if __name__ == "__main__":
    main()
