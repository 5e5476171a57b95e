"""A dossier before it is lodged: opened, written, completed."""

from __future__ import annotations

from sqlalchemy.orm import Session

from cadastre.procedures.machine import State
from tests.services.dossiers import walking

SITE = {"geometry": {"type": "Point", "coordinates": [1.2, 6.2]}}


def test_a_declaration_is_lodged_and_acknowledged(session: Session) -> None:
    who = walking.people(session)
    dossier = walking.opened(session, "declaration-autoproduction", who)
    applicant = who.actor(session, who.applicant)
    before = walking.possible_kinds(session, dossier, applicant)
    assert "procedures.form-incomplete" in before["lodge"]
    assert "procedures.pieces-missing" in before["lodge"]
    walking.fill(session, dossier, who, perimeter=SITE)
    assert walking.possible_kinds(session, dossier, applicant)["lodge"] == []
    walking.step(session, dossier, "lodge", applicant)
    assert walking.state(session, dossier) is State.LODGED
    walking.step(session, dossier, "issue", who.actor(session, who.agent))
    assert walking.state(session, dossier) is State.ISSUED
