"""Followers are told once of what is public where they look, and of nothing else."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from cadastre.errors import CadastreError, NotAvailable, NotFound
from cadastre.models import AreaNotice, AreaWatch, OutboxEvent, PublicEvent
from cadastre.services.again import decide
from cadastre.services.mail import Letter, written
from cadastre.services.supervision.events import forget_old_events
from cadastre.services.watching.asking import MOST_UNCONFIRMED, ask_to_follow, confirm, stop
from cadastre.services.watching.letters import Sent, send_letters
from cadastre.services.watching.reading import forget
from cadastre.services.watching.scopes import scope_of
from tests.services.watching.conftest import TOGO, Register

ZONE = "POLYGON((0.1 9.1, 0.4 9.1, 0.4 9.4, 0.1 9.4, 0.1 9.1))"


def letters_of(register: Register) -> list[Letter]:
    """Send what is due into a list."""
    sent: list[Letter] = []
    send_letters(
        register.app, register.settings, TOGO, deliver=lambda _s, letter: sent.append(letter)
    )
    return sent


def test_each_way_of_following_is_told_of_what_happens_there_and_only_once(
    register: Register,
) -> None:
    for name, given in {
        "unit": {"unit": "Nord"}, "commune": {"unit": "kozah 1"}, "zone": {"zone": ZONE},
        "title": {"title": "PR-1"}, "holder": {"holder": "orpaille du mono sa (fictive)"},
        "circle": {"around": "9,25 N 0,25 E", "km": "3"}, "elsewhere": {"unit": "TG-S"},
    }.items():  # fmt: skip
        register.follows(f"{name}@exemple.test", **given)
    register.happens("title.renew", "PR-1")
    register.happens("case.detect", "CAS-1")  # the office's own: no public event
    assert register.read().notices == 6
    assert register.read().events == 0
    sent = letters_of(register)
    assert sorted(one.address.partition("@")[0] for one in sent) == [
        "circle", "commune", "holder", "title", "unit", "zone",
    ]  # fmt: skip
    assert "Renouvellement" in sent[0].link
    assert "https://exemple.test/titles/PR-1" in sent[0].link
    assert letters_of(register) == []


def test_a_letter_says_public_things_only_and_stops_with_one_click(register: Register) -> None:
    watch = register.follows("sud@exemple.test", unit="TG-S")
    register.happens("application.filed", "DEM-1")
    register.read()
    message = written(letters_of(register)[0], "cadastre@exemple.test")
    told = message.get_content()
    assert "DEM-1" in told
    assert "Anié" in told
    assert "personne" not in told  # who filed is a natural person
    assert message["List-Unsubscribe"] == f"<https://exemple.test/watch/{watch.key}/stop>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    with Session(register.app) as session, session.begin():
        assert stop(session, watch.key)
        assert session.scalar(select(func.count()).select_from(AreaWatch)) == 0
        assert session.scalar(select(func.count()).select_from(AreaNotice)) == 0


def test_nothing_is_missed_over_a_cut_nor_behind_a_slow_writer(register: Register) -> None:
    register.follows("nord@exemple.test", unit="TG-N")
    with Session(register.owner) as slow:
        slow.add(OutboxEvent(topic="title.transfer", subject_id="PR-1"))
        slow.flush()
        register.happens("title.suspend", "PR-1")
        assert register.read().events == 1
        slow.commit()
    for _ in range(3):  # while nobody reads
        register.happens("title.lease", "PR-1")
    with Session(register.owner) as session, session.begin():
        session.execute(
            text("UPDATE live_event SET recorded_at = now() - interval '40 days'")
        )
        forget_old_events(session)
    assert register.read().events == 4
    with Session(register.app) as session:
        serials = session.scalars(select(PublicEvent.serial).order_by(PublicEvent.serial)).all()
        assert list(serials) == list(range(serials[0], serials[0] + 5))


def test_what_follows_a_letter_soon_is_gathered_within_the_promise(register: Register) -> None:
    register.follows("nord@exemple.test", unit="TG-N")
    register.happens("title.lease", "PR-1")
    register.read()
    assert len(letters_of(register)) == 1
    register.happens("title.mortgage", "PR-1")
    register.read()
    assert letters_of(register) == []
    with Session(register.app) as session:
        waits = session.scalar(
            select(AreaNotice.due_at - func.now()).where(AreaNotice.sent_at.is_(None))
        )
        assert waits is not None
        assert dt.timedelta() < waits <= dt.timedelta(minutes=5)


def test_a_letter_that_does_not_leave_is_tried_again(register: Register) -> None:
    register.follows("nord@exemple.test", unit="TG-N")
    register.happens("title.lease", "PR-1")
    register.read()

    def refuse(_settings: object, _letter: Letter) -> None:
        raise NotAvailable("mail.not-sent")

    assert send_letters(register.app, register.settings, TOGO, deliver=refuse) == Sent(0, 1)
    with Session(register.owner) as session, session.begin():
        session.execute(update(AreaNotice).values(due_at=func.now()))
    assert len(letters_of(register)) == 1


def test_addresses_that_nobody_confirms_vanish_and_are_not_flooded(register: Register) -> None:
    with Session(register.app) as session, session.begin():
        scope = scope_of(session, TOGO, {"unit": "TG-N"})
        tokens = [ask_to_follow(session, "x@exemple.test", scope, "fr") for _ in range(5)]
        assert [token is None for token in tokens] == [False] * MOST_UNCONFIRMED + [True, True]
    register.happens("title.lease", "PR-1")
    assert register.read().notices == 0
    with Session(register.owner) as session, session.begin():
        session.execute(update(AreaWatch).values(expires_at=func.now() - text("interval '1 s'")))
    assert decide(register.app, forget) == MOST_UNCONFIRMED


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({}, "watch.nothing-chosen"),
        ({"unit": "Atlantide"}, "watch.no-unit"),
        ({"title": "PR-404"}, "watch.no-title"),
        ({"holder": "Une personne"}, "watch.no-holder"),
        ({"around": "ici"}, "watch.no-place"),
        ({"around": "9,25 N 0,25 E", "km": "5000"}, "watch.no-distance"),
        ({"zone": "POLYGON((0 0, 1 1, 1 0, 0 1, 0 0))"}, "watch.zone-unclear"),
    ],
)
def test_what_cannot_be_followed_is_said(session: Session, given: dict, code: str) -> None:
    with pytest.raises(CadastreError, match=code):
        scope_of(session, TOGO, given)


def test_a_name_carries_no_link_into_a_strangers_letter(session: Session) -> None:
    scope = scope_of(session, TOGO, {"zone": ZONE, "name": "Gagnez http://mal.test/x maintenant"})
    assert not set("/:.") & set(scope.label)


def test_a_link_confirms_once(register: Register) -> None:
    register.follows("x@exemple.test", unit="TG-N")
    with Session(register.app) as session, pytest.raises(NotFound, match=r"watch\.link-over"):
        confirm(session, "jamais-envoyé")
