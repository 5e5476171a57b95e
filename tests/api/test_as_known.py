"""The register of any past day comes back byte for byte, corrections of later days left out."""

from __future__ import annotations

import datetime as dt
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from flask.testing import FlaskClient
from geoalchemy2.shape import from_shape
from shapely.geometry import MultiPolygon
from sqlalchemy import Engine, create_engine, select, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from cadastre.config import ROOT, Settings
from cadastre.database import sqlalchemy_url
from cadastre.models import Occupation, Parcel, Party, Share, Title, Zone
from tests.databases import TestUrls
from tests.factories import make_party, make_title, make_zone, square
from web.app import create_app

EXPORTS = (
    "/api/exports/titles?format=geojson",
    "/api/exports/zones?format=geojson",
    "/ogc/collections/titles/items?f=json",
    "/ogc/collections/titles/tiles/WebMercatorQuad/8/123/128",
    "/api/titles/T-1",
)


@dataclass
class Site:
    """The real site on a database that really commits."""

    client: FlaskClient
    engine: Engine


@pytest.fixture
def site(fresh_database: TestUrls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    engine = create_engine(sqlalchemy_url(fresh_database.owner_url))
    app = create_app(
        Settings(
            home=tmp_path_factory.mktemp("home"), data=ROOT / "data", environment="demo",
            ruleset="togo", database_url=fresh_database.owner_url,
            app_database_url=fresh_database.app_url, secret_key="tests only",
        )
    )  # fmt: skip
    yield Site(app.test_client(), engine)
    app.extensions["cadastre"].engine.dispose()
    engine.dispose()


def answers(site: Site, known: str | None) -> list[bytes]:
    """Ask every form of the register, as known at an instant."""
    asked = []
    for address in EXPORTS:
        mark = "&" if "?" in address else "?"
        end = "at=2026-11-24" + (f"&known={known}" if known else "")
        answer = site.client.get(f"{address}{mark}{end}")
        assert answer.status_code == 200, (address, answer.text[:300])
        # The links of an answer repeat its question; what it holds is what counts.
        asked.append(re.sub(rb"&known=[^\"&]*", b"", answer.data))
    return asked


def change_everything(session: Session) -> None:
    """Correct ground, holder, dates and zone, and take one title out: as later days do."""
    title = session.scalars(select(Title).where(Title.number == "T-1")).one()
    moved = from_shape(MultiPolygon([square(0.6, 8.2, 0.2)]), 4326)
    for row in (
        session.scalars(select(Parcel).where(Parcel.title_id == title.id)).one(),
        session.scalars(select(Occupation).join(Parcel).where(Parcel.title_id == title.id)).one(),
    ):
        row.geom = moved
    title.expires_on = dt.date(2026, 12, 31)
    title.name = "Corrigé"
    share = session.scalars(select(Share).where(Share.title_id == title.id)).one()
    share.party_id = make_party(session, "Autre Exemple SA (fictive)").id
    session.scalars(select(Zone)).one().name = "Zone renommée"
    other = session.scalars(select(Title).where(Title.number == "T-2")).one()
    session.execute(text("DELETE FROM share WHERE title_id = :id"), {"id": other.id})
    session.execute(
        text("DELETE FROM occupation USING parcel p WHERE p.id = parcel_id AND p.title_id = :id"),
        {"id": other.id},
    )
    session.execute(text("DELETE FROM parcel WHERE title_id = :id"), {"id": other.id})
    session.delete(other)


def test_every_form_of_a_past_day_equals_what_was_archived_then(site: Site) -> None:
    with Session(site.engine) as session, session.begin():
        make_title(session, square(0.5, 8.0, 0.2), number="T-1")
        make_title(session, square(0.9, 8.0, 0.1), number="T-2")
        make_zone(session, square(0.55, 8.05, 0.1))
    archived = answers(site, None)
    time.sleep(0.01)
    known = dt.datetime.now(dt.UTC).isoformat().replace("+", "%2B")
    time.sleep(0.01)
    with Session(site.engine) as session, session.begin():
        change_everything(session)
    assert answers(site, None) != archived
    assert b"T-2" not in answers(site, None)[0]
    then = answers(site, known)
    for address, before, again in zip(EXPORTS, archived, then, strict=True):
        assert again == before, address


def test_what_was_not_yet_known_is_not_shown(site: Site) -> None:
    before = dt.datetime.now(dt.UTC).isoformat().replace("+", "%2B")
    time.sleep(0.01)
    with Session(site.engine) as session, session.begin():
        make_title(session, square(0.5, 8.0, 0.2), number="T-1")
    assert site.client.get("/api/titles/T-1").status_code == 200
    assert site.client.get(f"/api/titles/T-1?known={before}").status_code == 404


def test_a_check_is_made_against_what_was_known(site: Site) -> None:
    with Session(site.engine) as session, session.begin():
        make_title(session, square(0.5, 8.0, 0.2), number="T-1")
    known = dt.datetime.now(dt.UTC).isoformat().replace("+", "%2B")
    time.sleep(0.01)
    with Session(site.engine) as session, session.begin():
        session.execute(text("DELETE FROM occupation"))
        session.execute(text("DELETE FROM parcel"))
    wish = {"geometry": square(0.55, 8.05, 0.05).__geo_interface__, "at": "2026-11-24"}
    now = site.client.post("/api/checks", json=wish).get_json()
    then = site.client.post(f"/api/checks?known={known}", json=wish).get_json()
    assert [overlap["id"] for overlap in now["overlaps"]] == []
    assert [overlap["id"] for overlap in then["overlaps"]] == ["T-1"]


@pytest.mark.parametrize("known", ["hier", "2026-13-01", "2199-01-01"])
def test_a_moment_nobody_can_know_is_refused_in_a_sentence(site: Site, known: str) -> None:
    answer = site.client.get(f"/api/exports/titles?known={known}")
    assert answer.status_code == 422
    assert answer.get_json()["where"] == "known"


def test_the_application_cannot_touch_the_past(fresh_database: TestUrls, site: Site) -> None:
    with Session(site.engine) as session, session.begin():
        session.add(Party(kind="company", name="X"))
        make_title(session, square(0.5, 8.0, 0.2), number="T-1")
    with Session(site.engine) as session, session.begin():
        session.scalars(select(Title)).one().name = "Corrigé"
    engine = create_engine(sqlalchemy_url(fresh_database.app_url))
    for statement in (
        "UPDATE title_past SET name = 'X'", "DELETE FROM title_past", "TRUNCATE title_past",
        "ALTER TABLE title DISABLE TRIGGER keep_past",
    ):  # fmt: skip
        with pytest.raises(ProgrammingError), engine.begin() as connection:
            connection.execute(text(statement))
    engine.dispose()
