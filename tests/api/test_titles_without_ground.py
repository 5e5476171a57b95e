"""Titles of which no perimeter was ever recorded are found, shown and marked, never mapped."""

from __future__ import annotations

import datetime as dt

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from cadastre.exchange.write import FORMATS
from cadastre.geometry.crs import WGS84
from cadastre.models import Share, Title
from cadastre.queries.asof import as_of
from cadastre.services.exports import ExportRequest, export_collection
from tests.factories import make_party, make_title, square


@pytest.fixture
def groundless(session: Session) -> Title:
    title = Title(
        number="ANC-1956-12", name="Concession perdue", kind="permis-recherche",
        substances=["or"], exclusivity_group="precious-metals", ruleset="togo",
        starts_on=dt.date(2020, 1, 1), doubts=["geometry-missing"], source="ancien registre",
    )  # fmt: skip
    session.add(title)
    session.flush()
    holder = make_party(session, "Compagnie d'autrefois")
    session.add(Share(title_id=title.id, party_id=holder.id, starts_on=dt.date(2020, 1, 1)))
    session.flush()
    return title


@pytest.mark.parametrize("words", ["ANC-1956", "concession perdue", "autrefois"])
def test_a_search_finds_it_with_its_doubt(
    client: FlaskClient, session: Session, groundless: Title, words: str
):
    make_title(session, square(0.9, 8.9), number="PR-1", name="Concession trouvée")
    found = client.get(f"/api/search?lang=fr&q={words}").json["results"]
    one = next(result for result in found if result["id"] == "ANC-1956-12")
    assert one["bbox"] is None
    assert "sans périmètre connu" in one["detail"]
    assert "fiabilité D" in one["detail"]
    assert one["href"] == "/titles/ANC-1956-12"
    others = [result for result in found if result["id"] == "PR-1"]
    assert all(result["bbox"] and "fiabilité" not in result["detail"] for result in others)


def test_its_page_and_its_feature_tell_that_it_has_no_ground(
    client: FlaskClient, groundless: Title
):
    feature = client.get("/api/titles/ANC-1956-12").json
    assert feature["geometry"] is None
    assert feature["properties"]["grade"] == "D"
    assert "area_ha" not in feature["properties"]
    page = client.get("/titles/ANC-1956-12?lang=en").get_data(as_text=True)
    assert "No perimeter is recorded for this title" in page
    assert "Compagnie d&#39;autrefois" in page


def test_titles_with_ground_are_looked_up_as_on_their_day(client: FlaskClient, session: Session):
    make_title(session, square(0.9, 8.9), number="PR-1")
    assert client.get("/api/titles/PR-1").json["geometry"] is not None
    assert client.get("/api/titles/PR-1?at=2020-01-01").json["properties"]["status"] == "future"
    assert client.get("/api/titles/PR-9").status_code == 404


def test_lists_hold_it_without_a_ground_and_places_leave_it_out(
    client: FlaskClient, session: Session, groundless: Title
):
    make_title(session, square(0.9, 8.9), number="PR-1")
    items = "/ogc/collections/titles/items"
    listed = {one["id"]: one for one in client.get(items).json["features"]}
    assert set(listed) == {"ANC-1956-12", "PR-1"}
    assert listed["ANC-1956-12"]["geometry"] is None
    assert listed["ANC-1956-12"]["properties"]["area_ha"] is None
    assert client.get(f"{items}/ANC-1956-12").json["geometry"] is None
    for asked in ("bbox=0,6,2,11", "filter=S_INTERSECTS(geometry,BBOX(0,6,2,11))"):
        assert [one["id"] for one in client.get(f"{items}?{asked}").json["features"]] == ["PR-1"]
    assert client.get(f"{items}?at=2019-01-01").json["features"] == []
    assert client.get(f"{items}?limit=1").json["numberMatched"] == 2
    page = client.get(f"{items}?limit=1").json
    (following,) = [link["href"] for link in page["links"] if link["rel"] == "next"]
    rest = client.get(following.removeprefix("http://localhost")).json["features"]
    assert len({one["id"] for one in (*page["features"], *rest)}) == 2
    moved = client.get(f"{items}?crs=http://www.opengis.net/def/crs/EPSG/0/32631").json["features"]
    assert {one["id"]: one["geometry"] is None for one in moved}["ANC-1956-12"]


@pytest.mark.parametrize("format", list(FORMATS))
def test_every_export_holds_it_or_tells_that_it_does_not(
    session: Session, groundless: Title, format: str
):
    make_title(session, square(0.9, 8.9), number="PR-1")
    crs = "EPSG:32631" if format == "dxf" else WGS84
    made = export_collection(session, ExportRequest("titles", format, as_of(), crs=crs))
    content = b"".join(made.content)
    losses = " ".join(made.about()["losses"])
    assert ("1 ligne(s) sans emprise" in losses) == (format in ("dxf", "flatgeobuf"))
    if format in ("geojson", "geojsonseq", "geojsonl", "csv", "kml", "gpkg", "geoparquet"):
        assert groundless.number.encode() in content
