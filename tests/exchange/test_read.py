"""One perimeter, every format: the same corners come out, with what each format says of them."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Sequence
from io import BytesIO, StringIO
from pathlib import Path

import ezdxf
import openpyxl
import pytest

from cadastre.errors import UnusableInput
from cadastre.exchange import read_perimeters
from cadastre.exchange.limits import UPLOAD
from cadastre.exchange.read.zips import Archive
from cadastre.geometry.corners.hints import Hints
from cadastre.geometry.reading import Reading
from tests.exchange.hostile.corpus import SQUARE, kml, pack, placemark, polygon, shapefile

TOGO = Hints((-0.2, 6.0, 1.9, 11.2), ("EPSG:32631",))
HOLE = [[1.02, 6.52], [1.04, 6.52], [1.04, 6.54], [1.02, 6.52]]
UTM = [[278800.0, 718900.0], [289900.0, 718900.0], [289900.0, 730000.0], [278800.0, 730000.0]]


def codes(reading: Reading) -> set[str]:
    return {note.code for note in reading.notes}


def ring(points: Sequence[Sequence[float]]) -> list[tuple[float, float]]:
    return [(x, y) for x, y in points[:-1]]


def feature(**more: object) -> bytes:
    geometry = {"type": "Polygon", "coordinates": [SQUARE, HOLE]}
    return json.dumps(
        {"type": "Feature", "properties": {"nom": "Kpémé"}, "geometry": geometry, **more}
    ).encode()


@pytest.mark.parametrize("suffix", ["geojson", "gpkg", "shp", "kml", "kmz"])
def test_every_format_gives_the_same_perimeter(suffix: str, tmp_path: Path) -> None:
    if not shutil.which("ogr2ogr"):
        pytest.skip("needs ogr2ogr")
    source = tmp_path / "a.geojson"
    source.write_bytes(feature())
    if suffix != "geojson":
        made = tmp_path / f"a.{suffix.replace('kmz', 'kml')}"
        subprocess.run(["ogr2ogr", made, source], check=True, capture_output=True)
    path, name = tmp_path / f"a.{suffix}", f"a.{suffix}"
    if suffix == "shp":
        files = {p.name: p.read_bytes() for p in tmp_path.glob("a.*") if p.suffix != ".geojson"}
        content, name = pack(files), "a.zip"
    elif suffix == "kmz":
        content = pack({"doc.kml": (tmp_path / "a.kml").read_bytes()})
    else:
        content = path.read_bytes()
    (reading,) = read_perimeters(content, name)
    assert reading.name == "Kpémé"
    assert (reading.crs, reading.crs_stated) == ("EPSG:4326", True)
    assert [r.is_exclusion for r in reading.rings] == [False, True]
    assert {(c.x, c.y) for c in reading.rings[0].corners} == set(ring(SQUARE))
    assert reading.perimeter is not None
    assert reading.perimeter.area == pytest.approx(0.01 - 0.0002)


def test_shapefile_without_prj_asks_for_the_system() -> None:
    (reading,) = read_perimeters(pack(shapefile(UTM)), "a.zip", hints=TOGO)
    assert reading.perimeter is None
    (question,) = reading.questions
    assert question.code == "corners.crs"
    assert question.options[0].value == "EPSG:32631"
    (answered,) = read_perimeters(pack(shapefile(UTM)), "a.zip", crs="EPSG:32631", hints=TOGO)
    assert answered.perimeter is not None
    assert answered.perimeter.bounds == pytest.approx((1.0, 6.5, 1.1, 6.6), abs=1e-3)
    assert (answered.crs, answered.crs_stated) == ("EPSG:32631", False)
    assert json.loads(answered.original_text)["coordinates"][0][0] == UTM[0]


def test_geojson_in_metres_is_asked_not_guessed() -> None:
    (reading,) = read_perimeters(polygon([*UTM, UTM[0]]), "a.geojson", hints=TOGO)
    assert reading.questions
    assert reading.perimeter is None


def test_old_crs_member_is_followed_and_told() -> None:
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32631"}}
    content = json.dumps(
        {"type": "Feature", "properties": {}, "crs": crs,
         "geometry": {"type": "Polygon", "coordinates": [[*UTM, UTM[0]]]}}
    ).encode()
    (reading,) = read_perimeters(content, "a.geojson")
    assert reading.crs == "EPSG:32631"
    assert "exchange.old-crs-member" in codes(reading)


def test_degrees_said_of_metres_are_refused() -> None:
    with pytest.raises(UnusableInput, match=r"exchange\.out-of-range"):
        read_perimeters(polygon([*UTM, UTM[0]]), "a.geojson", crs="EPSG:4326")


@pytest.mark.parametrize("head", ["<trk><trkseg>{}</trkseg></trk>", "<rte>{}</rte>", "{}"])
def test_gpx_is_read_as_a_ring_to_be_confirmed(head: str) -> None:
    tag = {"<trk>": "trkpt", "<rte>": "rtept"}.get(head[:5], "wpt")
    points = "".join(f'<{tag} lon="{x}" lat="{y}"/>' for x, y in SQUARE[:-1])
    (reading,) = read_perimeters(f"<gpx>{head.format(points)}</gpx>".encode(), "a.gpx")
    assert [(c.x, c.y) for c in reading.rings[0].corners] == ring(SQUARE)
    assert codes(reading) & {"exchange.line-closed", "exchange.points-joined"}


def test_pins_beside_polygons_are_left_aside() -> None:
    text = " ".join(f"{x},{y},0" for x, y in SQUARE)
    pin = "<Placemark><Point><coordinates>1,6.5</coordinates></Point></Placemark>"
    (reading,) = read_perimeters(kml(placemark(text, "Bloc A") + pin), "a.kml")
    assert reading.name == "Bloc A"
    assert {"exchange.left-aside", "exchange.heights-dropped"} <= codes(reading)


def test_open_line_is_not_a_perimeter() -> None:
    content = json.dumps({"type": "LineString", "coordinates": SQUARE[:-1]}).encode()
    with pytest.raises(UnusableInput, match=r"exchange\.open-line"):
        read_perimeters(content, "a.geojson")


def test_a_table_of_several_perimeters_is_told_apart() -> None:
    rows = [f"{permit};{n};{x + step};{y}" for permit, step in (("A", 0.0), ("B", 0.3))
            for n, (x, y) in enumerate(SQUARE[:-1], 1)]
    content = "\n".join(["Permis;Sommet;Longitude;Latitude", *rows]).encode("utf-16")
    first, second = read_perimeters(content, "a.csv", crs="EPSG:4326", hints=TOGO)
    assert (first.name, second.name) == ("A", "B")
    assert [len(r.rings[0].corners) for r in (first, second)] == [4, 4]


def test_a_table_of_wkt_gives_a_perimeter_a_row() -> None:
    rows = ('A,"POLYGON((1 6,2 6,2 7,1 6))"', 'B,"SRID=4326;POLYGON((1 6,2 6,2 8,1 6))"')
    content = "\n".join(["nom,geom", *rows]).encode()
    first, second = read_perimeters(content, "a.csv", hints=TOGO)
    assert first.questions[0].options[0].value == "EPSG:4326"
    assert (second.name, second.crs) == ("B", "EPSG:4326")


def test_workbook_reads_the_sheet_with_coordinates_and_no_formula() -> None:
    book = openpyxl.Workbook()
    book.active.append(["Lettre du", "=HYPERLINK(\"http://127.0.0.1\")"])
    sheet = book.create_sheet("Sommets")
    sheet.append(["Sommet", "Longitude", "Latitude"])
    for number, (x, y) in enumerate(SQUARE[:-1], 1):
        sheet.append([f"S{number}", x, y])
    out = BytesIO()
    book.save(out)
    (reading,) = read_perimeters(out.getvalue(), "a.xlsx", crs="EPSG:4326", hints=TOGO)
    assert [(c.x, c.y) for c in reading.rings[0].corners] == ring(SQUARE)
    assert "exchange.sheet-chosen" in codes(reading)


def test_drawing_asks_for_unit_and_system() -> None:
    drawing = ezdxf.new(units=4)
    drawing.modelspace().add_lwpolyline(UTM, close=True)
    text = StringIO()
    drawing.write(text)
    content = text.getvalue().encode()
    (reading,) = read_perimeters(content, "a.dxf", hints=TOGO)
    assert [q.code for q in reading.questions] == ["exchange.drawing-unit", "corners.crs"]
    (known,) = read_perimeters(
        content, "a.dxf", crs="EPSG:32631", answers={"exchange.drawing-unit": "m"}, hints=TOGO
    )
    assert known.perimeter is not None
    assert not known.questions


@pytest.mark.parametrize("name", ["a.txt", ""])
def test_pasted_text_may_be_any_text_format(name: str) -> None:
    assert read_perimeters(polygon(SQUARE), name)[0].crs == "EPSG:4326"
    assert read_perimeters(b"SRID=4326;POLYGON((1 6,2 6,2 7,1 6))", name)[0].perimeter is not None


def test_name_and_content_must_agree() -> None:
    with pytest.raises(UnusableInput, match=r"exchange\.extension-mismatch"):
        read_perimeters(polygon(SQUARE), "a.kml")


def test_archive_reads_only_what_it_listed() -> None:
    archive = Archive(pack(shapefile()), "a.zip", UPLOAD)
    assert archive.ending(".shp") == ("a.shp",)
    assert archive.beside("A.SHP", ".DBF") == "a.dbf"
