"""The catalogue, the records and the public files agree with each other and with the exports."""

from __future__ import annotations

import io
import zipfile

import pytest
from flask.testing import FlaskClient
from lxml import etree
from owslib.iso import MD_Metadata
from sqlalchemy.orm import Session

from cadastre.exchange.write import FORMATS
from cadastre.queries.catalogue import COLLECTIONS, collections_for
from cadastre.services.export_jobs import bulk
from tests.api.conftest import app, client, register  # noqa: F401
from tests.api.test_export_jobs import large, work  # noqa: F401


@pytest.fixture
def ready(large: Session) -> Session:  # noqa: F811
    bulk.order_bulk(large, "Africa/Lome")
    while work():
        pass
    return large


def test_the_catalogue_has_every_public_collection_and_the_bytes_it_names(
    client: FlaskClient, ready: Session  # noqa: F811
) -> None:
    told = client.get("/data/catalog.jsonld").json
    datasets = {each["dct:identifier"]: each for each in told["dcat:dataset"]}
    assert set(datasets) == set(collections_for()) == set(COLLECTIONS) - {"overlaps"}
    given = datasets["titles"]["dcat:distribution"]
    assert len(given) == len(FORMATS)
    (gpkg,) = (each for each in given if each["dct:title"] == "titles.gpkg")
    got = client.get(gpkg["dcat:downloadURL"]["@id"])
    assert got.data[:6] == b"SQLite"
    assert str(len(got.data)) == gpkg["dcat:byteSize"]["@value"]
    assert got.headers["ETag"].strip('"') == gpkg["spdx:checksum"]["spdx:checksumValue"]
    same = client.get("/data/files/titles.gpkg", headers={"If-None-Match": got.headers["ETag"]})
    assert (same.status_code, same.data) == (304, b"")
    assert client.get("/data/files/overlaps.csv").status_code == 404
    page = client.get("/data").text
    assert "/data/files/titles.gpkg" in page


def test_a_record_of_iso_19115_for_each_collection(
    client: FlaskClient, register: Session  # noqa: F811
) -> None:
    for collection in collections_for():
        answer = client.get(f"/data/{collection}.xml?lang=fr")
        told = MD_Metadata(etree.fromstring(answer.data))
        assert told.identifier.endswith(f"/data/{collection}")
        assert told.language == "fre"
        found = told.identification[0]
        assert found.title
        assert found.topiccategory == ["planningCadastre"]
        assert float(found.bbox.minx) < float(found.bbox.maxx)
        assert told.referencesystem.code.endswith("/4326")
        assert len(told.distribution.online) == len(FORMATS) + 1
    assert client.get("/data/overlaps.xml").status_code == 404


def test_a_bundle_has_its_own_record(
    client: FlaskClient, register: Session  # noqa: F811
) -> None:
    answer = client.get(
        "/api/exports/zones?format=gpkg&package=zip&crs=EPSG:32631&bbox=0,6,2,11"
    )
    with zipfile.ZipFile(io.BytesIO(answer.data)) as pack:
        (name,) = (one for one in pack.namelist() if one.endswith(".iso19139.xml"))
        told = MD_Metadata(etree.fromstring(pack.read(name)))
    assert told.identifier.startswith("urn:sha256:")
    assert told.referencesystem.code.endswith("/32631")
    assert float(told.identification[0].bbox.maxy) == 11.0


def test_the_page_of_an_order_comes_again_until_it_is_done(
    client: FlaskClient, large: Session  # noqa: F811
) -> None:
    led = client.get("/api/exports/titles?format=csv", headers={"Accept": "text/html"})
    page = client.get(led.headers["Location"])
    assert page.headers["Refresh"] == "3"
    work()
    done = client.get(led.headers["Location"])
    assert "Refresh" not in done.headers
    assert "/file" in done.text
