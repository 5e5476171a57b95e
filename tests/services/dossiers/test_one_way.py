"""A title that a service leads to is granted by its steps, and by nothing else."""

from __future__ import annotations

import pytest
from shapely.geometry import shape
from sqlalchemy import select
from sqlalchemy.orm import Session

from cadastre.models import Application, Dossier, Message, OverlapCase, Title
from cadastre.services.cases.decide import confirm, propose
from cadastre.services.cases.detection import recount
from cadastre.services.titles import proposals
from cadastre.services.titles.perform import Particulars
from cadastre.services.titles.proposals import Wish
from tests.factories import make_zone
from tests.services.dossiers import walking
from tests.services.dossiers.walking import TOGO
from tests.services.titles.people import refused

GRANT = Wish("grant", Particulars(), "demande complète")


@pytest.fixture
def who(session: Session) -> walking.People:
    return walking.people(session)


@pytest.fixture
def filed(session: Session, who: walking.People) -> Dossier:
    dossier = walking.opened(session, "permis-recherche", who)
    ground = walking.ground_for(dossier.service, 3, None)
    walking.fill(session, dossier, who, perimeter=ground)
    walking.step(session, dossier, "lodge", who.actor(session, who.applicant))
    return dossier


def application(session: Session, dossier: Dossier) -> Application:
    return session.scalars(select(Application).where(Application.dossier_id == dossier.id)).one()


def test_a_grant_past_the_steps_is_refused(session: Session, who, filed):
    with refused("dossiers.grant-by-procedure") as refusal:
        proposals.propose(session, TOGO, application(session, filed), GRANT, who.agent)
    assert refusal.value.where == filed.number
    assert session.scalars(select(Title)).all() == []


def test_the_law_alone_would_not_have_refused_it(session: Session, who, filed, monkeypatch):
    monkeypatch.setattr(proposals, "ensure_free_of_procedure", lambda *_: None)
    asked = application(session, filed)
    step, _ = proposals.propose(session, TOGO, asked, GRANT, who.agent)
    outcome = proposals.confirm(session, TOGO, step.id, who.decider)
    assert session.scalars(select(Title.number)).all() == list(outcome.titles)


def test_a_proposal_made_before_the_guard_is_refused_when_confirmed(
    session: Session, who, filed, monkeypatch
):
    with monkeypatch.context() as unguarded:
        unguarded.setattr(proposals, "ensure_free_of_procedure", lambda *_: None)
        asked = application(session, filed)
        step, _ = proposals.propose(session, TOGO, asked, GRANT, who.agent)
    with refused("dossiers.grant-by-procedure"):
        proposals.confirm(session, TOGO, step.id, who.decider)
    assert session.scalars(select(Title)).all() == []


def test_a_refusal_at_the_overlap_desk_leaves_a_note_in_the_dossier(session: Session, who, filed):
    ground = shape(walking.plot(3)["geometry"])
    make_zone(session, ground, name="Aire protégée d'exemple", kind="national-park")
    recount(session, TOGO)
    case = session.scalars(select(OverlapCase).where(OverlapCase.closed_at.is_(None))).one()
    propose(
        session, TOGO, case.number, account=who.agent, choice="refuse", reason="aire protégée",
        source="décret de classement",
    )  # fmt: skip
    confirm(session, TOGO, case.number, account=who.decider)
    assert application(session, filed).outcome == "refused"
    note = session.scalars(select(Message).where(Message.dossier_id == filed.id)).one()
    assert (note.audience, note.by_office) == ("office", True)
    assert case.number in note.text
    assert "aire protégée" in note.text
