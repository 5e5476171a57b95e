"""QGIS opens what we hand over, and sees every row, field, hole and accent."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
import shapely

from cadastre.exchange.write import FeatureRecord, FieldSpec, Metadata, format_of, write_features
from cadastre.exchange.write.shapefile import short_names
from tests.exchange.qgis_runner import judged
from tests.exchange.test_write import FIELDS, META, ROWS

LATER = dt.datetime(2026, 3, 2, 9, 30, 15, tzinfo=dt.UTC)
ALL_FIELDS = [*FIELDS, FieldSpec("depose_le", "datetime")]
ALL_ROWS = [
    FeatureRecord(each.id, each.geometry, {**each.values, "depose_le": LATER}) for each in ROWS
]


def opened(format: str, folder: Path, **asked: str) -> dict:
    path = folder / f"titres{format_of(format).suffix}"
    path.write_bytes(write_features(ALL_ROWS, ALL_FIELDS, format, metadata=META, **asked))
    (told,) = judged(("ogr", f"/vsizip/{path}" if path.suffix == ".zip" else str(path)))
    assert told["valid"], told
    return told


@pytest.mark.parametrize("format", ["geojson", "shapefile", "gpkg"])
def test_qgis_sees_everything(format: str, tmp_path: Path) -> None:
    told = opened(format, tmp_path)
    assert told["count"] == len(ROWS)
    assert told["crs"] == "EPSG:4326"
    assert told["extent"] == pytest.approx([1, 6, 4, 7])
    assert all(told["sound"])
    short = short_names(["id", *(field.name for field in ALL_FIELDS)])
    names = short if format == "shapefile" else {name: name for name in short}
    assert {names[field.name] for field in ALL_FIELDS} <= set(told["fields"])
    for row, record in zip(told["rows"], ROWS, strict=True):
        for field in FIELDS:
            expected = record.values.get(field.name)
            expected = expected.isoformat() if isinstance(expected, dt.date) else expected
            assert row[names[field.name]] == expected, field.name
        assert row[names["depose_le"]].startswith("2026-03-02T09:30:15")
    for text, record in zip(told["wkt"], ROWS, strict=True):
        assert shapely.equals(shapely.from_wkt(text), record.geometry)


@pytest.mark.parametrize("format", ["shapefile", "gpkg"])
def test_qgis_finds_the_system_of_the_law(format: str, tmp_path: Path) -> None:
    told = opened(format, tmp_path, crs="EPSG:32631")
    assert told["crs"] == "EPSG:32631"
    assert told["extent"][0] == pytest.approx(278_500, abs=1_000)
    assert all(told["sound"])


def test_a_geopackage_brings_its_style(tmp_path: Path) -> None:
    meta = Metadata("titles", labels={"permis-recherche": "Permis de recherche"})
    rows = [
        FeatureRecord("1", shapely.box(1, 6, 2, 7), {"kind": "permis-recherche"}),
        FeatureRecord("2", shapely.box(2, 6, 3, 7), {"kind": "autre"}),
    ]
    path = tmp_path / "titles.gpkg"
    path.write_bytes(write_features(rows, [FieldSpec("kind")], "gpkg", metadata=meta))
    (told,) = judged(("ogr", f"{path}|layername=titles"))
    assert told["count"] == 2
    assert told["labels"] == ["autre", "Permis de recherche", "…"]


def test_the_judge_refuses_a_broken_file(tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    path.write_bytes(write_features(ALL_ROWS, ALL_FIELDS, "gpkg", metadata=META)[:50])
    (told,) = judged(("ogr", str(path)))
    assert not told["valid"]
