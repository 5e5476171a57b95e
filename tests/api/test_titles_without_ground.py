"""Titles of which no perimeter was ever recorded are found, shown and marked, never mapped."""

from __future__ import annotations

import datetime as dt

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from cadastre.models import Share, Title
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
