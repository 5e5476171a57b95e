"""Settle a window by comparison over HTTP: marks by one person, places by another."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from flask.testing import FlaskClient
from geoalchemy2.shape import from_shape
from shapely.geometry import MultiPolygon, box, mapping
from sqlalchemy import select
from sqlalchemy.orm import Session

from cadastre.models import Account, ApiToken, Opening, Party, SealedFiling
from cadastre.models.base import SRID
from cadastre.procedures.draw import seal_of
from cadastre.services.tokens import token_hash
from tests.factories import make_party
from tests.services.titles.people import account

GROUND = box(0.9, 8.9, 1.0, 9.0)
KIND = "permis-materiaux-construction"
DAY = dt.timedelta(days=1)


@pytest.fixture
def opening(session: Session) -> Opening:
    """Publish ground whose window closed a day ago, to be compared."""
    now = dt.datetime.now(dt.UTC)
    made = Opening(
        number="OUV-1", exclusivity_group="construction-materials",
        geom=from_shape(MultiPolygon([GROUND]), SRID), published_at=now - 20 * DAY,
        opens_at=now - 12 * DAY, closes_at=now - DAY, mode="comparison", seed_source=None,
    )  # fmt: skip
    session.add(made)
    session.flush()
    return made


def filed(session: Session, opening: Opening, name: str, *, revealed: bool = True) -> Party:
    party, who = make_party(session, name), account(session, "applicant")
    asked = {"kind": KIND, "substances": ["sable"], "geometry": mapping(GROUND)}
    content = {"asked": asked, "text": json.dumps(asked), "salt": name} if revealed else {}
    session.add(
        SealedFiling(
            opening_id=opening.id, party_id=party.id, account_id=who.id,
            seal=seal_of(json.dumps(asked).encode(), name), content=content,
        )
    )  # fmt: skip
    session.flush()
    return party


def bearer(session: Session, who: Account) -> dict[str, str]:
    token = f"token of {who.id}"
    soon = dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)
    session.add(
        ApiToken(
            account_id=who.id, name="t", token_hash=token_hash(token), expires_at=soon,
            scopes=["file", "examine", "decide"],
        )
    )
    session.flush()
    return {"Authorization": f"Bearer {token}"}


def marks(works: float) -> dict[str, float]:
    return {
        "works-programme": works, "technical-capacity": 10, "financial-capacity": 10,
        "environment-and-communities": 10,
    }  # fmt: skip


def test_two_persons_give_places_and_everybody_reads_the_marks(
    client: FlaskClient, session: Session, opening: Opening
):
    low, high = filed(session, opening, "Basse"), filed(session, opening, "Haute")
    agent = bearer(session, account(session, "agent"))
    decider = bearer(session, account(session, "decider"))
    session.commit()
    before = client.get("/api/openings/OUV-1").json
    assert [one["id"] for one in before["criteria"]] == list(marks(0))
    assert before["comparison"] is None
    wish = {"marks": {str(low.id): marks(12), str(high.id): marks(30.5)}, "reason": "grille PV 4"}
    proposed = client.post("/api/openings/OUV-1/comparison", json=wish, headers=agent)
    assert proposed.status_code == 202, proposed.json
    assert [one["party"] for one in proposed.json["order"]] == [high.id, low.id]
    session.commit()
    confirmation = "/api/openings/OUV-1/comparison/confirmation"
    assert client.post(confirmation, headers=agent).status_code == 403
    assert client.post("/api/openings/OUV-1/comparison", json=wish, headers=decider).json[
        "code"
    ] == "openings.compared-already"
    done = client.post(confirmation, headers=decider)
    assert done.status_code == 200, done.json
    assert len(done.json["filed"]) == 2  # the second waits in second rank
    told = client.get("/api/openings/OUV-1").json
    assert told["phase"] == "settled"
    assert told["comparison"]["order"] == [high.id, low.id]
    assert told["comparison"]["marks"][str(high.id)]["works-programme"] == "30.5"
    first = next(entry for entry in told["entries"] if entry["place"] == 1)
    assert (first["name"], first["application"]) == ("Haute", done.json["filed"][0])


def test_one_person_cannot_compare_alone_nor_leave_somebody_out(
    client: FlaskClient, session: Session, opening: Opening
):
    one, other = filed(session, opening, "Une"), filed(session, opening, "Autre")
    decider = bearer(session, account(session, "decider"))
    second = bearer(session, account(session, "decider"))
    stranger = bearer(session, account(session, "applicant"))
    session.commit()
    path = "/api/openings/OUV-1/comparison"
    partial = {"marks": {str(one.id): marks(1)}, "reason": "grille"}
    refused = client.post(path, json=partial, headers=decider)
    assert (refused.status_code, refused.json["code"]) == (422, "openings.order-incomplete")
    tied = {"marks": {str(one.id): marks(1), str(other.id): marks(1)}, "reason": "grille"}
    assert client.post(path, json=tied, headers=decider).json["code"] == "openings.marks-tied"
    both = {"marks": {str(one.id): marks(1), str(other.id): marks(2)}, "reason": "grille"}
    assert client.post(path, json=both, headers=stranger).status_code == 403
    assert client.post(path, json=both, headers=decider).status_code == 202
    session.commit()
    alone = client.post(f"{path}/confirmation", headers=decider)
    assert (alone.status_code, alone.json["code"]) == (403, "titles.same-person")
    aside = client.post(f"{path}/rejection", json={"reason": "erreur"}, headers=second)
    assert aside.status_code == 204
    session.commit()
    gone = client.post(f"{path}/confirmation", headers=second)
    assert (gone.status_code, gone.json["code"]) == (404, "openings.nothing-compared")
    assert session.scalars(select(SealedFiling.place)).all() == [None, None]


def test_nothing_is_compared_while_somebody_may_still_reveal(
    client: FlaskClient, session: Session, opening: Opening
):
    one = filed(session, opening, "Une")
    filed(session, opening, "Muette", revealed=False)
    agent = bearer(session, account(session, "agent"))
    session.commit()
    wish = {"marks": {str(one.id): marks(1)}, "reason": "grille"}
    early = client.post("/api/openings/OUV-1/comparison", json=wish, headers=agent)
    assert (early.status_code, early.json["code"]) == (409, "openings.not-ready")
