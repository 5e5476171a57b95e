"""Two sign-ins for one act: proposed by one person, confirmed by another, judged twice."""

from __future__ import annotations

import datetime as dt

from shapely.geometry import box, mapping
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cadastre.errors import NotAllowed, UnusableInput
from cadastre.models import Account, Opening, Parcel, Step, Title
from cadastre.services.titles.perform import Particulars
from cadastre.services.titles.proposals import Wish, confirm, open_proposals, propose, reject
from tests.factories import make_application, make_title
from tests.services.titles.people import TOGO, account, refused

GROUND = box(0.9, 8.9, 1.0, 9.0)
WEST = mapping(box(0.9, 8.9, 0.95, 9.0))
SAND = {"substances": ("sable",), "group": "construction-materials"}


def test_a_proposal_shows_what_it_gives_and_moves_nothing(app_session: Session):
    title = make_title(app_session, GROUND, expires_on=dt.date(2030, 1, 1))
    agent, decider = account(app_session, "agent"), account(app_session, "decider")
    people = app_session.scalar(select(func.count()).select_from(Account))
    wish = Wish("renew", Particulars(geometry=WEST), "demande de renouvellement")
    step, outcome = propose(app_session, TOGO, title, wish, agent)
    assert outcome.facts["share_freed"] == 0.5
    assert title.expires_on == dt.date(2030, 1, 1)
    assert app_session.scalar(select(func.count()).select_from(Parcel)) == 1
    assert app_session.scalar(select(func.count()).select_from(Opening)) == 0
    assert app_session.scalar(select(func.count()).select_from(Account)) == people
    assert [one.id for one in open_proposals(app_session, title)] == [step.id]
    with refused("titles.not-decider", NotAllowed):
        confirm(app_session, TOGO, step.id, agent)
    confirm(app_session, TOGO, step.id, decider)
    assert title.expires_on == dt.date(2032, 1, 1)
    assert open_proposals(app_session, title) == []
    with refused("titles.proposal-closed"):
        confirm(app_session, TOGO, step.id, decider)


def test_nobody_confirms_their_own_proposal(app_session: Session):
    title = make_title(app_session, GROUND)
    both = account(app_session, "agent", "decider")
    step, _ = propose(app_session, TOGO, title, Wish("withdraw", Particulars(), "défaut"), both)
    with refused("titles.same-person", NotAllowed):
        confirm(app_session, TOGO, step.id, both)
    reject(app_session, step.id, both, "erreur")
    with refused("titles.proposal-closed"):
        confirm(app_session, TOGO, step.id, account(app_session, "decider"))


def test_what_is_impossible_is_not_even_proposed(app_session: Session):
    title = make_title(app_session, GROUND)
    agent = account(app_session, "agent")
    with refused("titles.is-in-force"):
        propose(app_session, TOGO, title, Wish("resume", Particulars(), "reprise"), agent)
    with refused("titles.missing", UnusableInput):
        propose(app_session, TOGO, title, Wish("split", Particulars(), "division"), agent)
    with refused("titles.not-agent", NotAllowed):
        stranger = Wish("withdraw", Particulars(), "défaut")
        propose(app_session, TOGO, title, stranger, account(app_session, "applicant"))
    assert app_session.scalar(select(func.count()).select_from(Step)) == 0


def test_a_grant_is_proposed_on_an_application(app_session: Session):
    kind = "permis-materiaux-construction"
    asked = make_application(app_session, kind=kind, **SAND)
    agent, decider = account(app_session, "agent"), account(app_session, "decider")
    said = Particulars(expires_on="2030-01-01", number="PMC-1")
    step, outcome = propose(app_session, TOGO, asked, Wish("grant", said, "octroi"), agent)
    assert outcome.titles == ("PMC-1",)
    assert app_session.scalar(select(func.count()).select_from(Title)) == 0
    assert confirm(app_session, TOGO, step.id, decider).titles == ("PMC-1",)
    assert asked.outcome == "accepted"
