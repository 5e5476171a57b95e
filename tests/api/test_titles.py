"""Acts over HTTP: proposed by one sign-in, confirmed by another, refused in sentences."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from flask.testing import FlaskClient
from shapely.geometry import box, mapping
from sqlalchemy import select
from sqlalchemy.orm import Session

from cadastre.models import Account, ApiToken, Mandate, Opening
from cadastre.procedures.draw import seal_of
from cadastre.services.titles.burdens import Burden, register_charge
from cadastre.services.titles.reduce import withdraw
from cadastre.services.titles.reshape import split
from cadastre.services.tokens import token_hash
from tests.factories import make_application, make_party, make_title
from tests.services.titles.people import TOGO, account, decision

GROUND = box(0.9, 8.9, 1.0, 9.0)
HALF = mapping(box(0.9, 8.9, 0.95, 9.0))
SAND = {"substances": ("sable",), "group": "construction-materials"}
KIND = "permis-materiaux-construction"


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


@pytest.fixture
def agent(session: Session) -> dict[str, str]:
    return bearer(session, account(session, "agent"))


@pytest.fixture
def decider(session: Session) -> dict[str, str]:
    return bearer(session, account(session, "decider"))


def test_a_renewal_goes_through_two_hands(
    client: FlaskClient, session: Session, agent: dict[str, str], decider: dict[str, str]
):
    make_title(session, GROUND, number="PR/2024/7", expires_on=dt.date(2030, 1, 1))
    wish = {"act": "renew", "reason": "demande du titulaire", "geometry": HALF}
    proposed = client.post("/api/titles/PR/2024/7/acts", json=wish, headers=agent)
    assert proposed.status_code == 202, proposed.json
    assert proposed.json["facts"]["expires_on"] == "2032-01-01"
    confirm = proposed.json["links"]["confirm"]
    assert client.post(confirm, headers=agent).status_code == 403
    done = client.post(confirm, headers=decider)
    assert done.status_code == 200, done.json
    assert done.json["titles"] == ["PR/2024/7"]
    again = client.post(confirm, headers=decider)
    assert (again.status_code, again.json["code"]) == (409, "titles.proposal-closed")
    public = client.get("/api/titles/PR/2024/7/acts").json
    done = ["renewal-asked", "renewal-answered", "renew"]
    assert [act["act"] for act in public["acts"]] == done
    assert not any("reason" in act for act in public["acts"])
    assert public["possible"] == {}
    inside = client.get("/api/titles/PR/2024/7/acts?lang=en", headers=agent).json
    assert inside["possible"]["resume"][0]["message"].startswith("Title PR/2024/7 is in force")
    assert inside["openings"] == public["openings"] != []


def test_refusals_tell_every_reason(client: FlaskClient, session: Session, agent: dict[str, str]):
    make_title(session, GROUND, number="PR-1")
    session.commit()  # a refused request rolls its transaction back
    wish = {"act": "renew", "reason": "demande", "geometry": mapping(GROUND)}
    answer = client.post("/api/titles/PR-1/acts?lang=fr", json=wish, headers=agent)
    assert (answer.status_code, answer.json["code"]) == (409, "titles.too-little-given-up")
    assert "la loi en veut 50" in answer.json["detail"]
    missing = client.post(
        "/api/titles/PR-1/acts", json={"act": "split", "reason": "non"}, headers=agent
    )
    assert (missing.status_code, missing.json["where"]) == (422, "geometries")
    unknown = client.post(
        "/api/titles/PR-1/acts", json={"act": "sell", "reason": "non"}, headers=agent
    )
    assert unknown.status_code == 404
    applicant = bearer(session, account(session, "applicant"))
    refused = client.post("/api/titles/PR-1/acts", json=wish, headers=applicant)
    assert refused.status_code == 403


def test_a_grant_and_what_the_law_blocks(
    client: FlaskClient, session: Session, agent: dict[str, str], decider: dict[str, str]
):
    asked = make_application(session, kind=KIND, **SAND)
    frozen = make_application(session, box(1.4, 8.2, 1.5, 8.3))
    session.commit()
    wish = {"reason": "arrêté d'octroi", "expires_on": "2030-01-01", "number": "PMC-9"}
    proposed = client.post(f"/api/applications/{asked.number}/grant", json=wish, headers=agent)
    assert proposed.status_code == 202, proposed.json
    assert client.post(proposed.json["links"]["confirm"], headers=decider).json["titles"] == [
        "PMC-9"
    ]
    blocked = client.post(
        f"/api/applications/{frozen.number}/grant", json={"reason": "arrêté"}, headers=agent
    )
    assert blocked.status_code == 409
    assert "moratorium" in {finding["code"].partition(".")[0] for finding in
                            blocked.json["findings"]}  # fmt: skip


def test_sealed_filings_show_nothing_before_closing(client: FlaskClient, session: Session):
    title = make_title(session, GROUND, kind=KIND, **SAND)
    opened = dt.datetime.now(dt.UTC) - dt.timedelta(days=16)
    withdraw(session, TOGO, title, decision(session, opened))
    number = session.scalars(select(Opening.number)).one()
    who = account(session, "applicant")
    who.mandates = [Mandate(party=make_party(session), powers=["file"])]
    headers = bearer(session, who)
    content = json.dumps({"kind": KIND, "substances": ["sable"], "geometry": HALF})
    seal = seal_of(content.encode(), "un sel assez long")
    left = client.post(f"/api/openings/{number}/seals", json={"seal": seal}, headers=headers)
    assert left.status_code == 201, left.json
    shown = client.get(f"/api/openings/{number}").json
    assert (shown["phase"], shown["entries"]) == ("open", [])
    assert "sha256" in shown["recipe"]
    early = client.post(
        f"/api/openings/{number}/reveals",
        json={"content": content, "salt": "un sel assez long"},
        headers=headers,
    )
    assert (early.status_code, early.json["code"]) == (409, "openings.not-in-reveal")
    assert client.post(f"/api/openings/{number}/draw", json={}, headers=headers).status_code == 403
    assert client.get("/api/openings").json["openings"][0]["number"] == number


def test_a_clipped_filing_keeps_its_pieces_until_the_choice(
    client: FlaskClient, session: Session, monkeypatch: pytest.MonkeyPatch
):
    # In a country without catalogue a perimeter is filed alone.
    state = client.application.extensions["cadastre"]
    monkeypatch.setitem(state.__dict__, "catalogue_or_none", None)
    make_title(session, box(0.93, 8.85, 0.95, 9.05), kind=KIND, **SAND)
    who = account(session, "applicant")
    who.mandates = [Mandate(party=make_party(session), powers=["file"])]
    headers = bearer(session, who)
    wish = {"kind": KIND, "substances": ["sable"], "geometry": mapping(GROUND), "clip": True}
    filed = client.post(
        "/api/applications", json=wish, headers={**headers, "Idempotency-Key": "k"}
    )
    assert filed.status_code == 201, filed.json
    path = f"/api/applications/{filed.json['number']}/remnants"
    pieces = client.get(path, headers=headers).json["pieces"]
    assert len(pieces) == 2
    kept = {"parcel_id": pieces[1]["parcel_id"]}
    chosen = client.post(f"{path}/choice", json=kept, headers=headers)
    assert chosen.json["chosen_parcel_id"] == pieces[1]["parcel_id"]
    stranger = bearer(session, account(session, "applicant"))
    assert client.get(path, headers=stranger).status_code == 403


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("fr", ("Actes et généalogie", "divisé en", "né d&#39;une division", "hypothèque")),
        ("en", ("Acts and family", "split into", "born of a split", "mortgage")),
    ],
)
def test_the_page_of_a_title_tells_its_life(
    client: FlaskClient, session: Session, language: str, words: tuple[str, ...]
):
    title = make_title(session, GROUND, number="PR/2024/9")
    bank = make_party(session, "Banque d'essai")
    register_charge(session, TOGO, title, Burden("mortgage", bank.id), decision(session))
    pieces = [box(0.9, 8.9, 0.95, 9.0), box(0.95, 8.9, 1.0, 9.0)]
    split(session, TOGO, title, pieces, decision(session, None))
    page = client.get(f"/titles/PR/2024/9-A?lang={language}").get_data(as_text=True)
    for word in words:
        assert word in page
    assert 'href="/titles/PR/2024/9"' in page
    assert "Banque" not in page
    assert "titles." not in page
