"""Pages of works: found by kind and name, changed by an agent, followed by their history."""

from __future__ import annotations

import csv
import io

import pytest
from flask.testing import FlaskClient
from shapely.geometry import LineString, Point
from sqlalchemy.orm import Session

from cadastre.models import Account, OverlapCase, Work
from cadastre.services.tokens import make_token
from tests.api.conftest import app, client  # noqa: F401
from tests.factories import (
    make_application,
    make_base_map,
    make_party,
    make_unit,
    make_work,
    square,
)


@pytest.fixture
def line(session: Session) -> Work:
    make_unit(session, square(0.0, 6.0, 4.0), code="TG", name="Togo", level=0)
    town = make_base_map(session, Point(1.01, 7.2), layer="towns", name="=Anié")
    town.attributes = {"population": 1200}
    make_application(session, square(1.2, 8.2), number="DEM-P-1")
    return make_work(
        session, LineString([(1.0, 7.0), (1.0, 7.4)]), code="L-1", name="Ligne du Nord",
        operator=make_party(session, "Réseau d'essai SA"), attributes={"voltage_kv": 161},
    )  # fmt: skip


@pytest.fixture
def agent(session: Session) -> dict[str, str]:
    account = Account(email="agent-w@exemple.test", display_name="A", roles=["agent"])
    session.add(account)
    session.flush()
    key = make_token(session, account, name="t", days=1, scopes=("examine",))
    return {"Authorization": f"Bearer {key}"}


def test_works_are_found_by_their_filters(client: FlaskClient, line: Work) -> None:  # noqa: F811
    page = client.get("/works?kind=line&operator=reseau d'essai&q=nord&lang=fr").text
    assert "Ligne du Nord" in page
    assert "161 kV" in page
    assert "Ligne du Nord" not in client.get("/works?state=planned").text


def test_an_agent_reroutes_a_line_and_its_page_tells_what_followed(
    client: FlaskClient, session: Session, line: Work, agent: dict[str, str]  # noqa: F811
) -> None:
    form = {
        "kind": "line", "name": "Ligne du Nord", "state": "in-service",
        "operator": "Réseau d'essai SA", "reason": "levé", "a-voltage_kv": "161",
        "place": "LINESTRING (1.25 8.0, 1.25 8.5)",
    }  # fmt: skip
    address = "/works/L-1/edit"
    assert client.get(address).status_code in (302, 303, 401)
    assert "LINESTRING (1 7, 1 7.4)" in client.get(address, headers=agent).text
    wrong = client.post(address, data={**form, "a-voltage_kv": "?"}, headers=agent)
    assert wrong.status_code == 422
    assert 'href="#a-voltage_kv"' in wrong.text
    moved = client.post(address, data=form, headers=agent)
    assert moved.status_code == 303
    page = client.get(moved.location, headers={"Accept-Language": "fr"}).text
    assert "Chevauchements ouverts : 1" in page
    assert "tracé ou place" in page
    assert session.query(OverlapCase).filter_by(right_work_id=line.id).count() == 1


def test_the_distance_of_localities_is_shown_and_taken_away(
    client: FlaskClient, line: Work  # noqa: F811
) -> None:
    assert "Ligne du Nord" in client.get("/electrification?lang=fr").text
    [row] = csv.DictReader(io.StringIO(client.get("/api/electrification?format=csv").text[1:]))
    assert (row["name"], row["population"], row["work"]) == ("'=Anié", "1200", "L-1")
    assert client.get("/api/electrification").get_json()["bands"][0]["localities"] == 1
