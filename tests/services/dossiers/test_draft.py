"""A dossier before it is lodged: opened, written, completed."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from cadastre.errors import NotAllowed
from cadastre.procedures.machine import State
from cadastre.services.dossiers.open import Opening, open_dossier
from tests.services.dossiers import walking

SITE = {"geometry": {"type": "Point", "coordinates": [1.2, 6.2]}}


def test_a_person_asks_for_themselves_from_their_first_request(session: Session) -> None:
    who = walking.people(session)
    actor = who.actor(session, who.agent)
    wanted = walking.rules("raccordement-basse-tension")
    for _ in range(2):
        applicant = who.actor(session, who.applicant)
        dossier = open_dossier(session, walking.TOGO, wanted, applicant, Opening())
        assert walking.state(session, dossier) is State.DRAFT
        assert dossier.party_id != who.company.id
    with pytest.raises(NotAllowed):
        open_dossier(session, walking.TOGO, wanted, actor, Opening())


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
