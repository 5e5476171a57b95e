"""GDAL, OWSLib and QGIS read the services as they come, while the register changes under them."""

from __future__ import annotations

import json
import shutil
import subprocess
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from owslib.ogcapi.features import Features
from sqlalchemy import Engine, text

from tests.api.ogc.conftest import Site
from tests.exchange.qgis_runner import judged

COUNT = 3000
needs_gdal = pytest.mark.skipif(not shutil.which("ogrinfo"), reason="needs ogrinfo (gdal-bin)")


def gdal(*command: str) -> str:
    answer = subprocess.run(command, capture_output=True, check=False, text=True, timeout=180)
    assert answer.returncode == 0, answer.stderr
    return answer.stdout


RENAME = "UPDATE title SET name = 'Z' || :n WHERE number = 'PR-' || lpad(:at, 6, '0')"
ADD = (
    "UPDATE parcel SET geodesic_area_m2 = :n WHERE title_id ="
    " (SELECT id FROM title WHERE number = 'PR-' || lpad(:at, 6, '0'))",
    "DELETE FROM parcel WHERE title_id IN"
    " (SELECT id FROM title WHERE number = 'AAA-' || CAST(CAST(:n AS int) - 3 AS text))",
    "INSERT INTO title (number, kind, substances, exclusivity_group, ruleset, starts_on)"
    " VALUES ('AAA-' || :n, 'permis-recherche', '{or}', 'none', 'togo', '2020-01-01')",
    "INSERT INTO parcel (title_id, geom, period, original_text, original_crs, edge_model,"
    " planar_area_m2, planar_crs, geodesic_area_m2)"
    " SELECT id, ST_Multi(ST_MakeEnvelope(1.4, 6.2, 1.41, 6.21, 4326)),"
    " tstzrange('2020-01-01', NULL), 'x', 'EPSG:4326', 'straight-lonlat', 1000000,"
    " 'EPSG:32631', 1000000 FROM title WHERE number = 'AAA-' || :n",
)  # fmt: skip


@contextmanager
def changing(site: Site, engine: Engine, *statements: str) -> Iterator[list[int]]:
    """Rename, take out and add titles as fast as they can be, until the reading ends."""
    stop, rounds = threading.Event(), [0]

    def change() -> None:
        while not stop.is_set():
            number = rounds[0]
            rounds[0] += 1
            with engine.begin() as connection:
                for statement in statements:
                    values = {"n": str(number), "at": str(number * 37 % COUNT)}
                    connection.execute(text(statement), values)
            time.sleep(0.002)

    thread = threading.Thread(target=change)
    thread.start()
    try:
        yield rounds
    finally:
        stop.set()
        thread.join()


@needs_gdal
def test_gdal_pages_without_a_gap_or_a_double_while_rows_change(
    filled: Site, tmp_path: Path
) -> None:
    path = tmp_path / "read.geojsonl"
    source = f"OAPIF:{filled.url}/ogc/collections/titles"
    with changing(filled, filled.engine, RENAME, *ADD) as rounds:
        gdal("ogr2ogr", "-f", "GeoJSONSeq", str(path), source, "-oo", "PAGE_SIZE=100")
    lines = path.read_text("utf-8").splitlines()
    numbers = [json.loads(line)["properties"]["number"] for line in lines]
    assert rounds[0] > 20
    assert len(numbers) == len(set(numbers))
    assert len([number for number in numbers if number.startswith("PR-")]) == COUNT


def test_pages_sorted_by_what_changes_hold_every_row_once(filled: Site) -> None:
    source = f"{filled.url}/ogc/collections/titles/items?limit=100&sortby=-name"
    time.sleep(0.1)
    with changing(filled, filled.app.extensions["cadastre"].engine, RENAME) as rounds:
        numbers = paged(source)
    assert rounds[0] > 20
    assert len(numbers) == len(set(numbers)) == COUNT


def test_the_control_counting_rows_gives_doubles_and_gaps(filled: Site) -> None:
    """Pages found by counting, as many servers do, lose and repeat rows on the same register."""
    numbers: list[str] = []
    with changing(filled, filled.engine, RENAME, *ADD), filled.engine.connect() as reader:
        for offset in range(0, COUNT, 100):
            query = f"SELECT number FROM title ORDER BY name DESC, number LIMIT 100 OFFSET {offset}"
            numbers += reader.execute(text(query)).scalars()
            reader.rollback()
            time.sleep(0.01)
    assert len(numbers) > len(set(numbers))


def paged(url: str) -> list[str]:
    """Follow the links as any client does."""
    numbers, following = [], [url]
    while following:
        with urllib.request.urlopen(following[0], timeout=60) as answer:
            page = json.load(answer)
        numbers += [feature["id"] for feature in page["features"]]
        following = [link["href"] for link in page["links"] if link["rel"] == "next"]
    return numbers


@needs_gdal
def test_gdal_understands_the_services(filled: Site) -> None:
    told = gdal("ogrinfo", "-ro", f"OAPIF:{filled.url}/ogc")
    for name in ("titles", "applications", "zones", "works", "administrative-units"):
        assert name in told
    told = gdal("ogrinfo", "-ro", "-so", f"OAPIF:{filled.url}/ogc", "titles")
    assert f"Feature Count: {COUNT}" in told
    assert "starts_on: Date" in told
    assert "area_ha: Real" in told
    where = ["-where", "number = 'PR-000007' OR number = 'PR-000008'"]
    told = gdal("ogrinfo", "-ro", *where, f"OAPIF:{filled.url}/ogc", "titles")
    assert "PR-000007" in told
    assert "PR-000008" in told
    assert "PR-000009" not in told
    box = ["-spat", "0.2", "6.2", "0.25", "6.25"]
    told = gdal("ogrinfo", "-ro", "-so", *box, f"OAPIF:{filled.url}/ogc", "titles")
    with filled.engine.connect() as reader:
        inside = "SELECT count(*) FROM parcel WHERE geom && ST_MakeEnvelope(0.2, 6.2, 0.25, 6.25)"
        count = reader.execute(text(inside.replace("6.25)", "6.25, 4326)"))).scalar_one()
    assert 20 < count < 50
    assert f"Feature Count: {count}" in told


def test_owslib_understands_the_services(filled: Site) -> None:
    service = Features(f"{filled.url}/ogc/", headers={"Accept": "application/json"})
    conforms = service.conformance()["conformsTo"]
    assert "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core" in conforms
    assert "titles" in service.feature_collections()
    assert service.collection("titles")["storageCrs"].endswith("CRS84")
    assert "number" in service.collection_queryables("titles")["properties"]
    page = service.collection_items(
        "titles", limit=5, filter="number LIKE 'PR-00000%'", sortby=("number", "desc")
    )
    assert [one["id"] for one in page["features"]] == [f"PR-00000{n}" for n in (9, 8, 7, 6, 5)]
    assert page["numberMatched"] == 10
    asked = {"op": "=", "args": [{"property": "number"}, "PR-000007"]}
    page = service.collection_items("titles", **{"filter": json.dumps(asked),
                                                 "filter-lang": "cql2-json"})  # fmt: skip
    assert [one["id"] for one in page["features"]] == ["PR-000007"]
    one = service.collection_item("titles", "PR-000007")
    assert one["properties"]["kind"] == "permis-recherche"
    assert service.api()["openapi"].startswith("3.0")


def test_qgis_loads_features_and_tiles(filled: Site) -> None:
    bare = "DELETE FROM title WHERE id NOT IN (SELECT title_id FROM parcel)"
    filled.run("DELETE FROM parcel WHERE id % 10 > 0", bare)
    features, tiles = judged(
        ("OAPIF", f"url='{filled.url}/ogc/' typename='titles' pageSize='100'"),
        ("vectortiles", "type=xyz&zmin=0&zmax=14&url="
         + f"{filled.url}/ogc/tiles/WebMercatorQuad/{{z}}/{{y}}/{{x}}"),
    )  # fmt: skip
    assert features["valid"]
    assert features["count"] == 300
    assert {"number", "kind", "area_ha", "starts_on"} <= set(features["fields"])
    assert all(features["sound"])
    assert tiles["valid"]
