"""Dossiers whose queue says something else than their steps are named."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from cadastre.models import DossierStanding
from cadastre.services.verification.dossiers import standings
from tests.services.dossiers import walking


@pytest.fixture
def dossier(session: Session):
    who = walking.people(session)
    dossier = walking.opened(session, "declaration-autoproduction", who)
    walking.fill(session, dossier, who, perimeter=walking.ground_for(dossier.service, 1, None))
    walking.step(session, dossier, "lodge", who.actor(session, who.applicant))
    reason = "il manque une page"
    walking.step(session, dossier, "request-completion", who.actor(session, who.agent), reason)
    return dossier


def test_what_steps_say_is_what_queues_say(session: Session, dossier):
    assert standings(session).passed


@pytest.mark.parametrize(
    ("column", "value"),
    [("state", "'issued'"), ("awaited", "'{agent}'"), ("is_closed", "true"), ("due_at", "NULL")],
)
def test_a_changed_queue_is_named(session: Session, dossier, column: str, value: str):
    session.execute(
        text(f"UPDATE dossier_standing SET {column} = {value} WHERE dossier_id = :id"),
        {"id": dossier.id},
    )
    session.expire_all()
    proof = standings(session)
    assert not proof.passed
    (said,) = proof.said
    assert said.code == "verify.wrong-standing"
    assert said.values == {"dossier": dossier.number, "columns": column}


def test_a_step_put_in_by_hand_is_named(session: Session, dossier):
    session.execute(
        text(
            "INSERT INTO step (dossier_id, kind, happened_at, facts) VALUES"
            " (:id, 'issue', clock_timestamp(), '{\"role\": \"agent\"}')"
        ),
        {"id": dossier.id},
    )
    session.expire_all()
    proof = standings(session)
    assert [said.code for said in proof.said] == ["verify.unreadable-steps"]
    assert proof.said[0].values["dossier"] == dossier.number


def test_a_dossier_without_its_row_is_named(session: Session, dossier):
    session.delete(session.get_one(DossierStanding, dossier.id))
    session.flush()
    assert [said.code for said in standings(session).said] == ["verify.no-standing"]
