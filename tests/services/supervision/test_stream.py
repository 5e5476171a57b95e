"""The stream: nothing is missed over a cut, late commits come after, revoked screens go dark."""

from __future__ import annotations

import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from cadastre.database import sqlalchemy_url
from cadastre.errors import NotAllowed, NotAvailable
from cadastre.models import Account, OutboxEvent
from cadastre.rules.permissions import Actor, Role
from cadastre.services.supervision.events import events_after, number_events
from cadastre.services.supervision.screens import bind, offer_link, recognise, revoke
from tests.databases import TestUrls
from tests.services.supervision.conftest import Screen, StreamProcess, happen


@pytest.fixture
def writer(fresh_database: TestUrls):
    """Write as the application does, and really commit."""
    engine = create_engine(sqlalchemy_url(fresh_database.app_url))
    with Session(engine) as session:
        yield session
    engine.dispose()


def test_no_event_is_missed_over_a_cut(stream: StreamProcess, writer: Session):
    """The process dies; fifty things happen; it comes back, and the screen with its last number."""
    screen = Screen(stream)
    screen.wait_for(0)
    happen(writer, "T-1", "T-2")
    screen.wait_for(2)
    stream.kill()
    assert not screen.read()  # the browser sees the end
    with pytest.raises(NotAvailable):
        Screen(stream, screen.after)  # and asks for figures meanwhile
    during = [f"T-{place}" for place in range(3, 53)]
    for number in during:
        happen(writer, number)
    stream.start()
    again = Screen(stream, screen.after)
    again.wait_for(50)
    happen(writer, "T-53")
    again.wait_for(51)
    subjects = [subject for _, _, subject in screen.events + again.events]
    assert subjects == [f"T-{place}" for place in range(1, 54)]
    serials = [serial for serial, _, _ in screen.events + again.events]
    assert serials == sorted(set(serials))
    screen.close()
    again.close()


def test_what_commits_late_is_told_late_and_not_skipped(
    stream: StreamProcess, writer: Session, fresh_database: TestUrls
):
    slow_engine = create_engine(sqlalchemy_url(fresh_database.app_url))
    with Session(slow_engine) as slow:
        slow.add(OutboxEvent(topic="title.grant", subject_id="SLOW"))
        slow.flush()  # its row has the lower identity
        screen = Screen(stream)
        screen.wait_for(0)
        happen(writer, "QUICK")
        screen.wait_for(1)
        slow.commit()
        screen.wait_for(2)
    assert [subject for _, _, subject in screen.events] == ["QUICK", "SLOW"]
    assert screen.events[0][0] < screen.events[1][0]
    with Session(slow_engine) as reading:
        number_events(reading)
        assert [one.subject for one in events_after(reading, 0)] == ["QUICK", "SLOW"]
    slow_engine.dispose()
    screen.close()


def test_a_screen_is_linked_once_and_goes_dark_when_revoked(
    stream: StreamProcess, writer: Session
):
    account = Account(email="sup@exemple.test", display_name="Superviseure")
    writer.add(account)
    writer.flush()
    actor = Actor(account.id, roles=frozenset({Role.SUPERVISOR}))
    offered, link = offer_link(writer, actor, "Salle 1")
    cookie = bind(writer, link)
    with pytest.raises(NotAllowed):
        bind(writer, link)
    assert recognise(writer, cookie) == offered.id
    assert recognise(writer, "x") is None
    assert recognise(writer, link) is None
    with pytest.raises(NotAllowed):
        offer_link(writer, Actor(account.id, roles=frozenset({Role.AGENT})), "Salle 2")
    writer.commit()
    screen, other = Screen(stream, screen=offered.id), Screen(stream)
    screen.wait_for(0)
    other.wait_for(0)
    revoke(writer, actor, offered.id)
    writer.commit()
    screen.connection.settimeout(20)
    while screen.read():
        pass
    assert recognise(writer, cookie) is None
    happen(writer, "T-1")
    other.wait_for(1)
    assert other.figures["titles.in-force"] == [0]
    screen.close()
    other.close()
