"""What pages change is for people in a browser: no key of a program opens them."""

from __future__ import annotations

import datetime as dt

import pytest
from flask import Flask
from flask.testing import FlaskClient
from shapely.geometry import box
from sqlalchemy.orm import Session

from api.permissions import Access, access_of
from cadastre.models import ApiToken, Step
from cadastre.services.tokens import token_hash
from tests.factories import make_title
from tests.services.titles.people import account

PAGES = ("acts.", "proposals.", "opening_pages.", "remnants.", "cases.")


def test_every_page_that_changes_something_is_for_a_person(app: Flask):
    changing = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith(PAGES)
        and "POST" in (rule.methods or ())
        and not rule.rule.startswith("/api/")
    }
    assert len(changing) >= 10
    for endpoint in changing:
        assert access_of(app.view_functions[endpoint]) is Access.PERSON, endpoint


@pytest.mark.parametrize("role", ["agent", "decider"])
def test_a_key_cannot_act_through_a_page(client: FlaskClient, session: Session, role: str):
    make_title(session, box(0.9, 8.9, 1.0, 9.0), number="PR-1")
    who = account(session, role)
    soon = dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)
    session.add(
        ApiToken(account_id=who.id, name="t", token_hash=token_hash("a key"), expires_at=soon)
    )
    session.commit()
    headers = {"Authorization": "Bearer a key"}
    said = '{"particulars": {"reason": "essai", "source": "pièce"}, "raw": {}}'
    answer = client.post(
        "/titles/PR-1/acts/withdraw", data={"go": "propose", "said": said}, headers=headers
    )
    assert answer.status_code == 403
    assert session.query(Step).filter(Step.kind == "act-proposed").count() == 0
