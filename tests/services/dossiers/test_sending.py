"""Notices and a real mail server: one letter for a page, one a day, never twice, tried again."""

from __future__ import annotations

import datetime as dt
import socket
import threading
from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import Engine, create_engine, select, text
from sqlalchemy.orm import Session

from cadastre.config import ROOT, Settings
from cadastre.database import sqlalchemy_url
from cadastre.errors import NotAvailable
from cadastre.models import Account, Notification
from cadastre.services.dossiers.sending import PAUSES, UNWANTED, send_due
from cadastre.services.mail import send
from tests.databases import TestUrls


class Box:
    """A mail server that keeps what it is given, or says no."""

    def __init__(self) -> None:
        self.letters: list[Message] = []
        self.refuses = False

    async def handle_DATA(self, server, session, envelope) -> str:
        if self.refuses:
            return "451 try later"
        self.letters.append(message_from_bytes(envelope.content))
        return "250 kept"


@pytest.fixture
def box() -> Iterator[tuple[Box, str]]:
    handler = Box()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    yield handler, f"smtp://127.0.0.1:{port}"
    controller.stop()


@pytest.fixture
def register(fresh_database: TestUrls) -> Iterator[tuple[Engine, Engine]]:
    """Give the owner's door and the application's, which sends."""
    owner = create_engine(sqlalchemy_url(fresh_database.owner_url))
    sender = create_engine(sqlalchemy_url(fresh_database.app_url))
    yield owner, sender
    owner.dispose()
    sender.dispose()


def settings(address: str, home: Path) -> Settings:
    return Settings(
        home=home, data=ROOT / "data", environment="production", ruleset="togo",
        database_url="", app_database_url="", secret_key="tests only", smtp_url=address,
        mail_from="cadastre@exemple.test", public_url="https://exemple.test",
    )  # fmt: skip


def queue(owner: Engine, preference: str, *paths: str, language: str = "fr") -> None:
    with Session(owner) as session, session.begin():
        account = Account(
            email=f"{preference}@exemple.test", display_name="X", roles=["applicant"],
            notices=preference,
        )  # fmt: skip
        session.add(account)
        session.flush()
        now = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=1)
        session.add_all(
            Notification(
                account_id=account.id, address=account.email, topic="message", path=path,
                language=language, due_at=now,
            )
            for path in paths
        )  # fmt: skip


def rows(owner: Engine) -> list[Notification]:
    with Session(owner) as session:
        return list(session.scalars(select(Notification).order_by(Notification.id)))


def test_each_page_has_its_letter_and_a_digest_is_one(box, register, tmp_path):
    server, address = box
    owner, sender = register
    queue(owner, "each", "/dossiers/DOS-1", "/dossiers/DOS-1", "/dossiers/DOS-2")
    queue(owner, "daily", "/dossiers/DOS-3", "/dossiers/DOS-4", language="en")
    done = send_due(sender, settings(address, tmp_path))
    assert (done.letters, done.notices, done.failed) == (3, 5, 0)
    assert all(row.sent_at for row in rows(owner))
    subjects = sorted(letter["To"] for letter in server.letters)
    assert subjects == ["daily@exemple.test", "each@exemple.test", "each@exemple.test"]
    bodies = {letter.get_payload(decode=True).decode() for letter in server.letters}
    digest = next(body for body in bodies if "DOS-3" in body)
    assert "https://exemple.test/dossiers/DOS-4" in digest
    assert "news in 2 dossier(s)" in digest
    assert send_due(sender, settings(address, tmp_path)).letters == 0
    assert len(server.letters) == 3


def test_two_senders_at_once_write_each_letter_once(box, register, tmp_path):
    server, address = box
    owner, sender = register
    queue(owner, "each", *(f"/dossiers/DOS-{place}" for place in range(20)))
    threads = [
        threading.Thread(target=send_due, args=(sender, settings(address, tmp_path)))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(server.letters) == 20
    assert len({letter["Message-ID"] for letter in server.letters}) == 20


def test_a_refused_letter_is_tried_again_under_its_name_and_then_given_up(box, register, tmp_path):
    server, address = box
    owner, sender = register
    queue(owner, "each", "/dossiers/DOS-1")
    server.refuses = True
    chosen = settings(address, tmp_path)
    assert send_due(sender, chosen).failed == 1
    (row,) = rows(owner)
    assert (row.sent_at, row.attempts, row.failure) == (None, 1, "mail.not-sent")
    assert row.due_at > dt.datetime.now(dt.UTC) + PAUSES[0] / 2, "not before a pause"
    assert send_due(sender, chosen).failed == 0
    for _ in PAUSES[1:]:
        _let_time_pass(owner)
        assert send_due(sender, chosen).failed == 1
    _let_time_pass(owner)
    assert send_due(sender, chosen).failed == 0, "given up"
    server.refuses = False
    with owner.begin() as connection:
        connection.execute(text("UPDATE notification SET attempts = 1"))
    assert send_due(sender, chosen).letters == 1
    assert server.letters[0]["Message-ID"] == f"<notice-{row.id}@exemple.test>"


def test_a_sender_that_dies_after_the_letter_sends_it_again_under_the_same_name(
    box, register, tmp_path
):
    server, address = box
    owner, sender = register
    queue(owner, "each", "/dossiers/DOS-1")
    chosen = settings(address, tmp_path)

    def dies(where: Settings, letter) -> None:
        send(where, letter)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        send_due(sender, chosen, deliver=dies)
    assert send_due(sender, chosen).letters == 0, "not before the lease is over"
    _let_time_pass(owner)
    assert send_due(sender, chosen).letters == 1
    assert len({letter["Message-ID"] for letter in server.letters}) == 1


def test_who_wants_none_any_more_gets_none(box, register, tmp_path):
    server, address = box
    owner, sender = register
    queue(owner, "each", "/dossiers/DOS-1")
    with owner.begin() as connection:
        connection.execute(text("UPDATE account SET notices = 'never'"))
    assert send_due(sender, settings(address, tmp_path)).letters == 0
    assert [row.failure for row in rows(owner)] == [UNWANTED]
    assert server.letters == []


def test_a_letter_says_nothing_of_the_dossier(register, tmp_path):
    owner, sender = register
    queue(owner, "each", "/desk/DOS-1")
    seen = []

    def keep(where: Settings, letter) -> None:
        seen.append(letter)
        raise NotAvailable("mail.not-sent")

    send_due(sender, settings("smtp://127.0.0.1:1", tmp_path), deliver=keep)
    (letter,) = seen
    assert (letter.kind, letter.values) == ("news", ())
    assert letter.link == "https://exemple.test/desk/DOS-1"


def _let_time_pass(owner: Engine) -> None:
    with owner.begin() as connection:
        connection.execute(text("UPDATE notification SET due_at = now() - interval '1 second'"))
