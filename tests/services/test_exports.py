"""Every format hands over the same rows and columns to the same reader on the same day."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import json
import xml.etree.ElementTree as ElementTree
import zipfile
from pathlib import Path

import openpyxl
import pyarrow.parquet as pq
import pytest

from cadastre.errors import NotFound
from cadastre.exchange.layers import read_layer
from cadastre.exchange.write import FORMATS
from cadastre.models import Parcel
from cadastre.queries.asof import as_of
from cadastre.queries.catalogue import relation_of
from cadastre.queries.visibility import ANYBODY, Classification, Viewer
from cadastre.services.exports import ExportRequest, export_collection
from tests.factories import (
    make_application,
    make_overlap,
    make_party,
    make_title,
    make_zone,
    square,
)

DAYS = (dt.date(2023, 6, 1), dt.date(2026, 6, 1), dt.date(2040, 6, 1))
VIEWERS = {
    "anybody": ANYBODY,
    "analyst": Viewer(Classification.INTERNAL),
    "agent": Viewer(Classification.PERSONAL),
}
COLLECTIONS = ("titles", "applications", "zones", "occupations", "overlaps")
OF_THE_OFFICE = {"overlaps"}
OWN = {"id", "cadastre_id", "wkt", "geometry"}  # what a format adds: the key and the ground
PERSON = "Une Personne Privée"


@pytest.fixture
def register(session):
    person = make_party(session, PERSON, kind="person")
    first = make_title(session, square(0.5, 8.0), number="T1", doubts=["surface"])
    make_title(session, square(0.9, 8.0), number="T2", holder=person, expires_on=None)
    make_title(session, square(1.3, 8.0), number="T3", starts_on=dt.date(2022, 1, 1))
    asked = make_application(session, square(1.2, 8.8), number="A1", applicant=person)
    held = session.query(Parcel).filter_by(title_id=first.id).one()
    asking = session.query(Parcel).filter_by(application_id=asked.id).one()
    make_overlap(session, asking, held, number="S1")
    make_overlap(
        session, held, asking, number="S2", detected_at=dt.datetime(2023, 1, 1, tzinfo=dt.UTC),
        closed_at=dt.datetime(2024, 1, 1, tzinfo=dt.UTC),
    )
    make_zone(session, square(0.6, 9.2), code="Z1")
    return session


def rows_of(name: str, content: bytes, folder: Path) -> tuple[set[str], set[str]]:
    """Give the keys and the columns of a file, read without the code that wrote it."""
    if name == "csv":
        rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
        return {row["id"] for row in rows}, set(rows[0]) if rows else set()
    if name == "xlsx":
        head, *rows = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0].values
        return {str(row[0]) for row in rows}, set(map(str, head))
    if name == "geoparquet":
        table = pq.read_table(io.BytesIO(content))
        return set(table["cadastre_id"].to_pylist()), set(table.column_names)
    if name == "kml":
        space = "{http://www.opengis.net/kml/2.2}"
        tree = ElementTree.fromstring(content)
        names = {one.get("name") or "" for one in tree.iter(f"{space}SimpleField")}
        placemarks = tree.iter(f"{space}Placemark")
        return {one.findtext(f"{space}name") or "" for one in placemarks}, names
    if name == "geojson":
        features = json.loads(content)["features"]
        names = set(features[0]["properties"]) if features else set()
        return {one["id"] for one in features}, names
    path = folder / f"a{FORMATS[name].suffix}"
    path.write_bytes(content)
    if name == "shapefile":
        with zipfile.ZipFile(io.BytesIO(content)) as pack:
            table = pack.read("champs.csv").decode("utf-8-sig")
        names = {row["nom_complet"] for row in csv.DictReader(io.StringIO(table))}
    batches = [each for each in read_layer(path) if each.attributes]
    rows = [row for batch in batches for row in batch.attributes]
    keys = {row.get("cadastre_id") or row["id"] for row in rows}
    return keys, names if name == "shapefile" else set(rows[0]) if rows else set()


@pytest.mark.parametrize("collection", COLLECTIONS)
@pytest.mark.parametrize("viewer", VIEWERS)
@pytest.mark.parametrize(
    "name", ["geojson", "shapefile", "gpkg", "flatgeobuf", "geoparquet", "csv", "xlsx", "kml"]
)
def test_same_rows_and_columns_whoever_asks_in_whatever_form(
    register, collection, viewer, name, tmp_path
):
    for day in DAYS:
        at, who = as_of(day), VIEWERS[viewer]
        if collection in OF_THE_OFFICE and who is ANYBODY:
            with pytest.raises(NotFound):
                export_collection(register, ExportRequest(collection, name, at), who)
            continue
        relation = relation_of(collection, at, who)
        expected = set(register.execute(relation.select(relation.key)).scalars())
        made = export_collection(register, ExportRequest(collection, name, at), who)
        content = b"".join(made.content)
        keys, columns = rows_of(name, content, tmp_path)
        assert keys == expected
        if expected or name in ("xlsx", "kml", "geoparquet", "shapefile"):
            assert columns - OWN == set(relation.fields) - OWN
        may_read_names = who.may_see(Classification.PERSONAL)
        if not may_read_names:
            assert PERSON.encode() not in content


def test_the_metadata_says_what_the_file_is(register):
    wanted = ExportRequest(
        "zones", "gpkg", as_of(DAYS[1]), bbox=(0, 6, 2, 11), where="code = 'Z1'",
        crs="EPSG:25231", language="en", known=dt.datetime(2026, 6, 2, tzinfo=dt.UTC),
    )  # fmt: skip
    made = export_collection(register, wanted)
    content = b"".join(made.content)
    told = made.about()
    assert told["checksum"]["value"] == hashlib.sha256(content).hexdigest()
    assert (told["byte_size"], told["features"]) == (len(content), 1)
    assert told["crs"] == "EPSG:25231"
    assert told["filter"]["where"] == "code = 'Z1'"
    assert told["at"].startswith("2026-06-01T23:59:59")
    assert told["known"].startswith("2026-06-02")
    assert "authentic" in told["rights"]
    assert {field["classification"] for field in told["fields"]} == {"public"}
    json.dumps(told)


@pytest.mark.parametrize("name", [name for name, each in FORMATS.items() if each.streams])
def test_a_stream_gives_its_first_piece_before_the_last_row_is_read(register, name):
    made = export_collection(register, ExportRequest("titles", name, as_of(DAYS[1])))
    next(made.content)
    assert made.streams
    assert made.record is not None
    assert made.record.features < 3
