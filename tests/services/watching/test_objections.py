"""An objection window is told with its last day and the page where to object."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from cadastre.models import LiveEvent
from cadastre.services.supervision.events import Event
from cadastre.services.watching.facts import objections_until, public_event
from cadastre.services.watching.wording import lines, objection_of
from tests.services.dossiers import walking
from tests.services.dossiers.walking import TOGO

SERVICE = "permis-recherche"


def test_the_window_is_told_while_it_is_open(session: Session) -> None:
    who = walking.people(session)
    agent = who.actor(session, who.agent)
    dossier = walking.opened(session, SERVICE, who)
    walking.fill(session, dossier, who, perimeter=walking.plot(7))
    for invoice in walking.unpaid(session, dossier):
        walking.pay(session, invoice, who)
    walking.step(session, dossier, "lodge", who.actor(session, who.applicant))
    walking.step(session, dossier, "admit", agent)
    session.expire(dossier)
    assert objections_until(session, dossier) is None
    walking.step(session, dossier, "open-objections", agent)
    session.expire(dossier)
    until = objections_until(session, dossier)
    now = dt.datetime.now(dt.UTC)
    made = public_event(session, Event(1, "dossier.open-objections", dossier.number, now))
    assert made is not None
    assert (made.what, made.objections_until) == ("objections", until)
    assert until is not None
    told = lines(made, TOGO, "https://exemple.test", "fr")
    assert f"https://exemple.test/applications/{made.number}/object" in told
    assert objection_of(made, until + dt.timedelta(days=1)) is None
    # What the office does meanwhile is nobody else's.
    assert public_event(session, Event(2, "dossier.admit", dossier.number, now)) is None
    topics = set(session.scalars(select(LiveEvent.topic)))
    assert {"dossier.open-objections", "application.filed"} <= topics
