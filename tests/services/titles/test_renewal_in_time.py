"""Who asked for a renewal in time keeps the ground until somebody answers, and not longer."""

from __future__ import annotations

import datetime as dt

import pytest
from shapely.geometry import box, mapping
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from cadastre.models import Occupation, Opening, Parcel, Step, Title
from cadastre.services.openings.reserved import expired_unpublished
from cadastre.services.sweep import sweep
from cadastre.services.titles.ground import open_parcels
from cadastre.services.titles.pending import answer_renewal, hold_for_renewal, pending_renewals
from cadastre.services.titles.perform import Particulars
from cadastre.services.titles.proposals import Wish, confirm, propose, reject
from cadastre.services.titles.renew import renew
from cadastre.services.titles.reshape import split
from tests.factories import make_title
from tests.services.titles.people import TOGO, account, decision, refused

GROUND = box(0.9, 8.9, 1.0, 9.0)
WEST, EAST = box(0.9, 8.9, 0.95, 9.0), box(0.95, 8.9, 1.0, 9.0)
NOW = dt.datetime.now(dt.UTC)
LATER = NOW + dt.timedelta(days=200)  # term and grace have passed
WISH = Wish("renew", Particulars(geometry=mapping(WEST), years=1), "demande du titulaire")


def ending(session: Session, days: int = 30, **columns) -> Title:
    """Make a title whose term ends in some days; its ground is held for ninety more."""
    title = make_title(session, GROUND, expires_on=NOW.date() + dt.timedelta(days=days), **columns)
    until = dt.datetime.combine(title.expires_on, dt.time(), dt.UTC) + dt.timedelta(days=90)
    for row in (*session.scalars(select(Parcel)), *session.scalars(select(Occupation))):
        row.period = Range(row.period.lower, until)
    session.flush()
    return title


def held_until(session: Session, title: Title) -> dt.datetime | None:
    (parcel,) = open_parcels(session, title, NOW + dt.timedelta(hours=1))
    return parcel.period.upper


def test_a_renewal_asked_in_time_keeps_the_ground_beyond_grace_until_decided(session: Session):
    title = ending(session)
    step, _ = propose(session, TOGO, title, WISH, account(session, "agent"))
    assert held_until(session, title) is None
    swept = sweep(session, TOGO, at=LATER)
    assert swept.titles == ()
    (spared,) = swept.spared
    assert (spared.number, spared.asked_by) == (title.number, f"proposal {step.id}")
    assert spared.free_since < LATER
    assert session.scalars(select(Opening)).all() == []
    confirm(session, TOGO, step.id, account(session, "decider"))
    assert pending_renewals(session, title) == []
    renewed = dt.datetime.combine(title.expires_on, dt.time(), dt.UTC) + dt.timedelta(days=90)
    assert held_until(session, title) == renewed


def test_nobody_asked_and_the_clock_takes_it(session: Session):
    """Control: without a request the same title falls free."""
    title = ending(session)
    swept = sweep(session, TOGO, at=LATER)
    assert (swept.titles, swept.spared) == ((title.number,), ())


def test_a_refusal_before_the_end_gives_the_ground_its_end_back(session: Session):
    title = ending(session)
    before = held_until(session, title)
    agent = account(session, "agent")
    step, _ = propose(session, TOGO, title, WISH, agent)
    reject(session, step.id, agent, "dossier incomplet")
    assert held_until(session, title) == before
    assert sweep(session, TOGO, at=LATER).titles == (title.number,)


def test_a_refusal_after_grace_frees_the_ground_at_once(session: Session):
    title = ending(session, days=1)
    hold_for_renewal(session, TOGO, title, "dossier 7", NOW)
    assert sweep(session, TOGO, at=LATER).titles == ()
    answer_renewal(session, title, "dossier 7", "refused", LATER)
    assert open_parcels(session, title, LATER) == []
    # Until the sweep publishes it, nobody may file there.
    assert expired_unpublished(session, LATER) == [title]
    swept = sweep(session, TOGO, at=LATER)
    assert (swept.titles, swept.spared) == ((title.number,), ())
    assert session.scalars(select(Opening)).one().published_at == LATER
    assert sweep(session, TOGO, at=LATER).titles == ()


def test_the_ground_waits_for_the_last_of_several_answers(session: Session):
    title = ending(session)
    for who in ("dossier 7", "proposal 8"):
        hold_for_renewal(session, TOGO, title, who, NOW)
    answer_renewal(session, title, "dossier 7", "refused", NOW)
    assert held_until(session, title) is None
    answer_renewal(session, title, "dossier 9", "refused", NOW)  # nobody's: changes nothing
    assert held_until(session, title) is None
    answer_renewal(session, title, "proposal 8", "withdrawn", NOW)
    assert held_until(session, title) is not None


def test_the_law_may_say_otherwise(session: Session, monkeypatch: pytest.MonkeyPatch):
    title = ending(session)
    before = held_until(session, title)
    monkeypatch.setattr(
        "cadastre.services.titles.pending.act_value",
        lambda ruleset, name, day: None if name == "renewal_holds_ground" else 90,
    )
    assert hold_for_renewal(session, TOGO, title, "dossier 7", NOW) is None
    assert held_until(session, title) == before


def test_asked_too_late_holds_nothing(session: Session):
    title = make_title(session, GROUND, expires_on=NOW.date() - dt.timedelta(days=100))
    with refused("titles.is-expired"):
        propose(session, TOGO, title, WISH, account(session, "agent"))
    assert hold_for_renewal(session, TOGO, title, "dossier 7", NOW) is None
    assert session.scalars(select(Step)).all() == []


def test_a_renewal_is_given_after_grace_when_it_was_asked_in_time(session: Session):
    title = ending(session, days=-89)
    propose(session, TOGO, title, WISH, account(session, "agent"))
    late = NOW + dt.timedelta(days=2)
    renew(session, TOGO, title, decision(session, late), kept=WEST, years=1)
    assert title.expires_on > late.date()
    assert pending_renewals(session, title) == []


def test_nobody_asked_and_the_renewal_comes_too_late(session: Session):
    """Control: the same renewal without a request."""
    title = ending(session, days=-89)
    with refused("titles.is-expired"):
        renew(session, TOGO, title, decision(session, NOW + dt.timedelta(days=2)), years=1)


def test_children_of_a_split_are_not_held_without_an_end(session: Session):
    title = ending(session, days=400)
    hold_for_renewal(session, TOGO, title, "dossier 7", NOW)
    children = split(session, TOGO, title, [WEST, EAST], decision(session, None))
    for child in children:
        (parcel,) = session.scalars(select(Parcel).where(Parcel.title_id == child.id))
        assert parcel.period.upper is not None
    answer_renewal(session, title, "dossier 7", "refused", LATER)  # of a title that ended: nothing
    assert sweep(session, TOGO, at=NOW + dt.timedelta(days=1)).spared == ()
