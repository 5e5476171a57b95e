"""Files over HTTP: streamed, packaged with their metadata, refused in words."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile

import pytest

from cadastre.exchange.write import FORMATS
from cadastre.exchange.write.webmap import LEAFLET


@pytest.mark.parametrize("form", FORMATS)
def test_every_form_is_handed_over(client, register, form):
    if form == "html" and not LEAFLET.is_dir():
        pytest.skip("needs node_modules (scripts/setup)")
    answer = client.get(f"/api/exports/titles?format={form}")
    assert answer.status_code == 200
    assert answer.content_type == FORMATS[form].media_type
    assert answer.headers["Content-Disposition"].endswith(f'{FORMATS[form].suffix}"')
    assert len(answer.data) > 100


def test_a_package_holds_the_file_and_what_it_is(client, register):
    answer = client.get("/api/exports/zones?format=csv&package=zip&lang=en")
    with zipfile.ZipFile(io.BytesIO(answer.data)) as pack:
        name, about, record = sorted(pack.namelist(), key=len)
        told = json.loads(pack.read(about))
        assert about == f"{name}.meta.json"
        assert record == f"{name}.iso19139.xml"
        assert told["checksum"]["value"] == hashlib.sha256(pack.read(name)).hexdigest()
    assert told["losses"]


@pytest.mark.parametrize(
    "question",
    ["format=geojson&where=kind =", "format=csv&where=doubts = 'x'", "format=doc",
     "format=geojson&crs=EPSG:32631", "format=kml&crs=EPSG:32631", "format=csv&crs=EPSG:999999",
     "format=geojson&bbox=1", "format=csv&known=demain"],
)  # fmt: skip
def test_a_stream_is_refused_before_it_begins(client, register, question):
    answer = client.get(f"/api/exports/titles?{question}")
    assert answer.status_code == 422
    assert answer.content_type == "application/problem+json"
