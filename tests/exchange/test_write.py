"""What is written is read again, by GDAL and by ourselves, with nothing lost in silence."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest
import shapely
from shapely.geometry import MultiPolygon, Point, Polygon

from cadastre.errors import UnusableInput
from cadastre.exchange.layers import list_layers, read_frame, read_layer
from cadastre.exchange.write import (
    FORMATS,
    FeatureRecord,
    FieldSpec,
    Metadata,
    format_of,
    write_features,
)
from cadastre.exchange.write.shapefile import short_names

FIELDS = [
    FieldSpec("nom", title={"fr": "Nom", "en": "Name"}),
    FieldSpec("superficie_ha", "real"),
    FieldSpec("superficie_km2", "real"),
    FieldSpec("date_octroi", "date"),
    FieldSpec("rang", "integer"),
    FieldSpec("ouvert", "boolean"),
]
HOLED = Polygon([(1, 6), (1, 7), (2, 7), (2, 6)], [[(1.2, 6.2), (1.4, 6.2), (1.4, 6.4)]])
PAIR = MultiPolygon([Polygon([(1, 6), (2, 6), (2, 7)]), Polygon([(3, 6), (4, 6), (4, 7)])])
ROWS = [
    FeatureRecord("T-1", HOLED, {
        "nom": "Kpémé, « lot » n° 1", "superficie_ha": 1.25, "superficie_km2": None,
        "date_octroi": dt.date(2020, 2, 29), "rang": None, "ouvert": True,
    }),
    FeatureRecord("T-2", PAIR, {"nom": None, "superficie_km2": 2.5, "rang": 7, "ouvert": False}),
]
META = Metadata("titres", at=dt.datetime(2026, 11, 24, tzinfo=dt.UTC), licence="CC BY 4.0")


@pytest.mark.parametrize(("format", "suffix"), [("gpkg", ".gpkg"), ("shapefile", ".zip")])
def test_round_trip(format: str, suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_bytes(write_features(ROWS, FIELDS, format, crs="EPSG:32631", metadata=META))
    (batch,) = read_layer(path)
    assert batch.crs == "EPSG:32631"
    assert [row["nom"] for row in batch.attributes] == ["Kpémé, « lot » n° 1", None]
    short = short_names(["id", *(field.name for field in FIELDS)])
    names = short if format == "shapefile" else {name: name for name in short}
    first, second = batch.attributes
    assert first[names["superficie_ha"]] == 1.25
    assert first[names["superficie_km2"]] is None
    assert first[names["date_octroi"]] == dt.date(2020, 2, 29)
    assert (first["rang"], second["rang"]) == (None, 7)
    moved = write_features(ROWS, FIELDS, format, metadata=META)
    path.write_bytes(moved)
    (plain,) = read_layer(path)
    for shape, row in zip(plain.geometries, ROWS, strict=True):
        assert shape is not None
        assert shapely.equals(shape, row.geometry)


def test_geojson_follows_the_standard() -> None:
    document = json.loads(write_features(ROWS, FIELDS, "geojson", metadata=META))
    assert document["bbox"] == [1.0, 6.0, 4.0, 7.0]
    first, second = document["features"]
    shell, hole = first["geometry"]["coordinates"]
    assert shapely.LinearRing(shell).is_ccw
    assert not shapely.LinearRing(hole).is_ccw
    assert first["properties"]["date_octroi"] == "2020-02-29"
    assert second["properties"]["nom"] is None
    assert second["geometry"]["type"] == "MultiPolygon"


def test_geojson_keeps_every_decimal() -> None:
    point = FeatureRecord("p", Point(1.123456789012, 6.1), {})
    document = json.loads(write_features([point], [], "titres.geojson"))
    assert document["features"][0]["geometry"]["coordinates"] == [1.123456789012, 6.1]


def test_geojson_knows_one_system() -> None:
    with pytest.raises(UnusableInput, match=r"exchange\.geojson-crs"):
        write_features(ROWS, FIELDS, "geojson", crs="EPSG:32631")


def test_shapefile_tells_what_it_cannot_hold() -> None:
    long = FeatureRecord("T-3", HOLED, {"nom": "é" * 200})
    point = FeatureRecord("T-4", Point(1, 6), {})
    content = write_features([*ROWS, long, point], FIELDS, "shapefile", metadata=META)
    with zipfile.ZipFile(io.BytesIO(content)) as pack:
        names = pack.namelist()
        assert {"titres_polygones.shp", "titres_points.shp", "titres_points.prj"} <= set(names)
        assert pack.read("titres_points.cpg") == b"UTF-8"
        told = pack.read("LISEZMOI.txt").decode()
        table = list(csv.DictReader(io.StringIO(pack.read("champs.csv").decode("utf-8-sig"))))
    assert "T-3" in told
    assert "é" * 200 in told
    assert "CC BY 4.0" in told
    assert {row["nom_complet"]: row["champ"] for row in table}["superficie_km2"] == "superfic_1"
    assert all(len(row["champ"]) <= 10 for row in table)


def test_short_names_stay_different() -> None:
    names = [f"superficie_{n}" for n in range(120)]
    short = short_names(names)
    assert len({name.lower() for name in short.values()}) == len(names)
    assert all(len(name) <= 10 for name in short.values())


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_csv_runs_no_formula(start: str) -> None:
    values = {"nom": f"{start}cmd|'/c calc'!A1", "superficie_ha": -1.5}
    row = FeatureRecord(f"{start}id", None, values)
    content = write_features([row], FIELDS, "csv").decode("utf-8-sig")
    (cells,) = list(csv.DictReader(io.StringIO(content, newline="")))
    assert cells["nom"].startswith("'")
    assert cells["id"].startswith("'")
    assert cells["superficie_ha"] == "-1.5"


@pytest.mark.parametrize(("format", "name"), [
    ("geojson", "a.geojson"), ("shapefile", "a.zip"), ("gpkg", "a.gpkg"), ("csv", "a.csv"),
    ("geojsonseq", "a.geojsons"), ("geojsonl", "a.geojsonl"), ("flatgeobuf", "a.fgb"),
    ("kml", "a.kml"),
])
def test_gdal_opens_it(format: str, name: str, tmp_path: Path) -> None:
    if not shutil.which("ogrinfo"):
        pytest.skip("needs ogrinfo")
    path = tmp_path / name
    path.write_bytes(write_features(ROWS, FIELDS, format, metadata=META))
    where = f"/vsizip/{path}" if name.endswith(".zip") else str(path)
    command = ["ogrinfo", "-ro", "-so", "-al", where]
    told = subprocess.run(command, capture_output=True, check=True, text=True).stdout
    # A GeoPackage also has the table of its styles.
    told = told.partition("Layer name: layer_styles")[0]
    assert sum(map(int, re.findall(r"Feature Count: (\d+)", told))) == len(ROWS)


def test_geopandas_opens_it(tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    path.write_bytes(write_features(ROWS, FIELDS, "gpkg", metadata=META))
    (info,) = list_layers(path)
    assert (info.name, info.features) == ("titres", 2)
    frame = read_frame(path)
    assert frame.nom.iloc[0] == "Kpémé, « lot » n° 1"
    assert frame.crs.to_epsg() == 4326


def test_an_empty_export_is_still_a_file(tmp_path: Path) -> None:
    for format in FORMATS:
        path = tmp_path / f"a{format_of(format).suffix}"
        path.write_bytes(write_features([], FIELDS, format, metadata=META))
        assert path.stat().st_size or format in ("geojsonseq", "geojsonl")


def test_unknown_format_names_those_there_are() -> None:
    with pytest.raises(UnusableInput, match=r"geojson, geojsonseq, .*shapefile, gpkg, .*csv"):
        format_of("titres.doc")


def test_layer_of_another_name_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    path.write_bytes(write_features(ROWS, FIELDS, "gpkg", metadata=META))
    with pytest.raises(UnusableInput, match=r"exchange\.layer-missing"):
        list(read_layer(path, layer="zones"))
