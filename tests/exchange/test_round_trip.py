"""What is exported, imported and exported again is the same, for every format that can carry it."""

from __future__ import annotations

import datetime as dt
import math
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString, MultiPolygon, Point, Polygon

from cadastre.exchange.layers import read_frame, read_layer
from cadastre.exchange.write import (
    FORMATS,
    FeatureRecord,
    FieldSpec,
    Metadata,
    format_of,
    write_features,
)
from cadastre.exchange.write.records import plain
from cadastre.exchange.write.shapefile import short_names
from tests.exchange.test_write import HOLED, PAIR

FIELDS = [
    FieldSpec("nom_du_titulaire"), FieldSpec("superficie_ha", "real"), FieldSpec("rang", "integer"),
    FieldSpec("octroye_le", "date"), FieldSpec("depose_le", "datetime"),
    FieldSpec("ouvert", "boolean"), FieldSpec("substances", "list"),
]  # fmt: skip
WHEN = dt.datetime(2026, 3, 2, 9, 30, 15, tzinfo=dt.UTC)
FULL = {
    "nom_du_titulaire": "Société « Kpémé » & fils, l'aînée <œ> 中",
    "superficie_ha": 1234.56789012345,
    "rang": 7, "octroye_le": dt.date(2020, 2, 29), "depose_le": WHEN, "ouvert": True,
    "substances": ["or", "fer"],
}  # fmt: skip
NOTHING = dict.fromkeys(FULL)
ROWS = [
    FeatureRecord("PR/2024/0001", HOLED, FULL),
    FeatureRecord("PR/2024/0002", PAIR, NOTHING | {"ouvert": False, "superficie_ha": -0.5}),
    FeatureRecord("PR/2024/0003", MultiPolygon([HOLED, shapely.box(5, 5, 6, 6)]), NOTHING),
]
MIXED = [
    FeatureRecord("W-1", LineString([(1, 6), (2, 7.123456789012)]), FULL),
    FeatureRecord("W-2", Point(1, 6), NOTHING),
]
# Formats with types of their own, and what each turns a type into (said among its losses).
TYPED = {
    "geojson": {}, "geojsonseq": {}, "geojsonl": {}, "gpkg": {"list": "text"}, "geoparquet": {},
    "flatgeobuf": {"list": "text", "date": "text"},
    "kml": {"list": "text", "date": "text", "datetime": "text"},
    "shapefile": {"list": "text", "datetime": "text", "boolean": "integer"},
}  # fmt: skip


def imported(path: Path, format: str) -> list[FeatureRecord]:
    """Read a file again through the import, in the names and types of the fields."""
    names = ["id", *(field.name for field in FIELDS)]
    held = short_names(names) if format == "shapefile" else {name: name for name in names}
    if format == "geoparquet":
        frame = read_frame(path).set_geometry("geometry")
        rows = [dict(row.items()) for _, row in frame.iterrows()]
        shapes = list(frame.geometry)
    else:
        batches = list(read_layer(path))
        rows = [row for batch in batches for row in batch.attributes]
        shapes = [shape for batch in batches for shape in batch.geometries]
    records = [
        FeatureRecord(
            row.get("cadastre_id") or row["id"], shape,
            {field.name: tidy(row.get(held[field.name]), field.type) for field in FIELDS},
        )
        for row, shape in zip(rows, shapes, strict=True)
    ]  # fmt: skip
    # FlatGeobuf orders rows by place, for its index.
    return sorted(records, key=lambda record: record.id)


def tidy(value: Any, kind: str) -> Any:
    """Undo what only differs in Python: pandas' absent values, arrays, clocks without a zone."""
    if value is None or (isinstance(value, float) and math.isnan(value)) or str(value) == "NaT":
        return None
    if kind == "list" and not isinstance(value, str):
        return list(value)
    if kind == "integer":
        return int(value)
    if isinstance(value, dt.datetime):
        moment = dt.datetime.fromisoformat(value.isoformat())
        return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
    return value


def expected(record: FeatureRecord, turned: dict[str, str]) -> dict[str, Any]:
    told = {}
    for field in FIELDS:
        value = record.values.get(field.name)
        if value is not None and field.type in turned:
            value = value.isoformat() if isinstance(value, dt.date) else value
            value = plain(value, turned[field.type])
        told[field.name] = value
    return told


def same(one: FeatureRecord, other: FeatureRecord) -> bool:
    both = (one.geometry, other.geometry)
    if one.id != other.id or any(shape is None for shape in both):
        return one.id == other.id and both == (None, None)
    return bool(shapely.equals(*both)) and one.values == other.values


@pytest.mark.parametrize("rows", [ROWS, MIXED], ids=["perimeters", "mixed"])
@pytest.mark.parametrize("format", TYPED)
def test_out_and_in_and_out_again(format: str, rows: list[FeatureRecord], tmp_path: Path) -> None:
    if format == "shapefile" and rows is MIXED:
        pytest.skip("one kind of geometry for each shapefile: the zip holds two layers")
    path = tmp_path / f"a{format_of(format).suffix}"
    path.write_bytes(write_features(rows, FIELDS, format, metadata=Metadata("titres")))
    once = imported(path, format)
    assert [record.id for record in once] == [record.id for record in rows]
    for record, original in zip(once, rows, strict=True):
        assert record.values == expected(original, TYPED[format]), format
        assert record.geometry is not None
        assert shapely.equals(record.geometry, original.geometry)
    held = [FieldSpec(each.name, TYPED[format].get(each.type, each.type)) for each in FIELDS]
    path.write_bytes(write_features(once, held, format, metadata=Metadata("titres")))
    twice = imported(path, format)
    assert all(map(same, once, twice))
    assert len(twice) == len(once)


@pytest.mark.parametrize("format", ["gpkg", "geoparquet", "shapefile", "flatgeobuf"])
def test_the_way_through_another_system_keeps_a_millimetre(format: str, tmp_path: Path) -> None:
    path = tmp_path / f"a{format_of(format).suffix}"
    path.write_bytes(write_features(ROWS, FIELDS, format, crs="EPSG:25231"))
    frame = read_frame(path)
    assert frame.crs.to_epsg() == 25231
    back = frame.to_crs(25231)
    path.write_bytes(write_features(ROWS, FIELDS, format, crs="EPSG:25231"))
    again = read_frame(path)
    assert back.geometry.geom_equals_exact(again.geometry, 0.001).all()


# FlatGeobuf holds such rows, but GDAL's Arrow reader of it breaks on them.
@pytest.mark.parametrize("format", sorted({*TYPED} - {"flatgeobuf"}))
def test_a_row_without_ground_stays(format: str, tmp_path: Path) -> None:
    path = tmp_path / f"a{format_of(format).suffix}"
    path.write_bytes(write_features([FeatureRecord("T-9", None, FULL), *ROWS], FIELDS, format))
    records = imported(path, format)
    assert [(r.id, r.geometry) for r in records if r.geometry is None] == [("T-9", None)]
    assert len(records) == 4


@given(
    st.text(
        st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=60
    )
)
@settings(max_examples=25, deadline=None)
def test_any_text_comes_back(tmp_path_factory: pytest.TempPathFactory, words: str) -> None:
    path = tmp_path_factory.mktemp("words") / "a.gpkg"
    row = FeatureRecord("T", HOLED, {"nom_du_titulaire": words})
    path.write_bytes(write_features([row], FIELDS, "gpkg"))
    assert imported(path, "gpkg")[0].values["nom_du_titulaire"] == words


def test_a_workbook_runs_nothing_and_keeps_types(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    danger = FeatureRecord("=cmd|'/c calc'!A1", HOLED, {"nom_du_titulaire": "=1+1"})
    long = FeatureRecord("long", Polygon([(1 + n / 9999.7, 6 + n % 2) for n in range(3000)]), {})
    told = Metadata("titres")
    path.write_bytes(write_features([*ROWS, danger, long], FIELDS, "xlsx", metadata=told))
    book = openpyxl.load_workbook(path)
    rows = list(book["titres"].iter_rows())
    assert {cell.data_type for row in rows for cell in row} <= {"s", "n", "d", "b"}
    first = {name.value: cell.value for name, cell in zip(rows[0], rows[1], strict=True)}
    assert first["octroye_le"].date() == dt.date(2020, 2, 29)
    assert first["superficie_ha"] == pytest.approx(1234.56789012345, rel=1e-14)
    assert first["ouvert"] is True
    assert rows[2][1].value is None
    rest = list(book["suite"].iter_rows(min_row=2, values_only=True))
    whole = str(rows[5][-1].value) + "".join(row[3] for row in rest)
    assert shapely.equals(shapely.from_wkt(whole), long.geometry)
    assert len(told.losses) == 2


def test_a_drawing_keeps_outlines_holes_and_words(tmp_path: Path) -> None:
    import ezdxf

    path = tmp_path / "a.dxf"
    told = Metadata("titres")
    bare = FeatureRecord("T-9", None, FULL)
    path.write_bytes(write_features([*ROWS, bare], FIELDS, "dxf", crs="EPSG:32631", metadata=told))
    lines = list(ezdxf.readfile(path).modelspace().query("LWPOLYLINE"))
    assert [line.dxf.layer for line in lines].count("CADASTRE_TROUS") == 2
    assert all(line.closed for line in lines)
    words = [value for _, value in lines[0].get_xdata("CADASTRE")]
    assert "id=PR/2024/0001" in words
    assert f"nom_du_titulaire={FULL['nom_du_titulaire']}" in words
    assert len(told.losses) == 2


def test_every_format_tells_what_it_loses_or_is_proved_above() -> None:
    for name in FORMATS:
        told = Metadata("titres")
        write_features(ROWS, FIELDS, name, metadata=told)
        whole = name in TYPED and not {"date", "datetime", "boolean"} & set(TYPED[name])
        assert bool(told.losses) is not whole, name
