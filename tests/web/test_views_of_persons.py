"""Walk every address that can be read: wherever a person is shown, the journal says to whom."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from api import viewing
from api.limits import limiter
from cadastre.models import Account, JournalEntry, Mandate, Parcel
from cadastre.rules.permissions import Role
from cadastre.services.dossiers.open import OWN_POWERS
from tests.factories import (
    make_application,
    make_overlap,
    make_party,
    make_title,
    make_unit,
    square,
)
from tests.services.dossiers import walking
from tests.services.money.conftest import make_invoice
from tests.web.people.asking import Browser, make_person
from tests.web.people.conftest import app, browser  # noqa: F401

# What nobody else is called: wherever these words are, a person is shown.
NAME, ADDRESS = "Zénobie Quartefeuille", "zenobie.quartefeuille@exemple.test"
WRITTEN = re.compile(r"Z(é|\\u00e9|&#233;|&eacute;)nobie|zenobie\.quartefeuille")
# Files are written down as exports; these are not made here (they typeset or wait for a process).
LEFT_OUT = ("/static/", ".pdf", "/supervision/stream", "/healthz")


@pytest.fixture
def app_session(session: Session) -> Session:
    """Let requests see what the test prepared."""
    return session


@pytest.fixture
def keys(browser: Browser) -> dict[str, list[str]]:  # noqa: F811
    """Put one person everywhere a person can be; give the keys of addresses by their kind."""
    session = browser.session
    make_unit(session, square(0.0, 6.0, 4), code="TG", name="Togo", level=0)
    make_unit(session, square(0.3, 7.8, 2.0), code="TG-C", name="Centrale", level=1)
    who = walking.people(session)
    person = who.company
    person.kind, person.name, person.email = "person", NAME, ADDRESS
    private = make_person(session, "prive", roles=["applicant"])
    private.email, private.display_name = ADDRESS, NAME
    pending = Mandate(
        account_id=private.id, party_id=make_party(session, "Société témoin").id,
        powers=list(OWN_POWERS), starts_on="2020-01-01", state="pending",
    )  # fmt: skip
    session.add(pending)
    title = make_title(session, square(1.5, 8.5), number="PR-1", holder=person)
    asked = make_application(session, square(1.8, 8.52), number="DEM-1", applicant=person)
    old = make_title(session, square(1.55, 8.55), number="PR-2", holder=person, standing="legacy")
    session.flush()
    left, right = (
        session.scalars(select(Parcel).where(Parcel.title_id == one.id)).one()
        for one in (title, old)
    )
    case = make_overlap(session, left, right, number="CAS-1")
    dossier = walking.lodged(session, "permis-recherche", who, 3)
    invoice = make_invoice(session, dossier)
    session.flush()
    return {
        "number": [dossier.number, title.number, asked.number, case.number, invoice.number],
        "key": [title.number, asked.number, dossier.number],
        "account_id": [str(private.id)],
        "mandate_id": [str(pending.id)],
        "collection": ["titles", "applications", "overlaps"],
    }


@pytest.fixture
def everybody(browser: Browser) -> Iterator[Account]:  # noqa: F811
    """Sign in as somebody with every role of the office, second factor given."""
    roles = [role.value for role in Role if role is not Role.APPLICANT]
    account = make_person(browser.session, "toutes-fonctions", roles=roles)
    account.body = "environment"
    browser.give_authenticator(account)
    limiter.enabled = False
    browser.sign_in_with_two(account)
    yield account
    limiter.enabled = True


def addresses(site: Flask, keys: dict[str, list[str]]) -> list[str]:
    """Give every address that is read with GET, filled with each key that may fit."""
    found = ["/search?q=Zenobie", "/api/search?q=PR-1", "/money?about=Zénobie", "/desk?view=all"]
    for rule in site.url_map.iter_rules():
        if "GET" not in rule.methods or any(part in rule.rule for part in LEFT_OUT):
            continue
        names = re.findall(r"<(?:\w+:)?(\w+)>", rule.rule)
        choices = [keys.get(name, ["1", "x"][:1]) for name in names]
        for chosen in itertools.product(*choices):
            fill = iter(chosen)
            found.append(re.sub(r"<(?:\w+:)?\w+>", lambda _, fill=fill: next(fill), rule.rule))
    return sorted(set(found))


def walk(
    browser: Browser, account: Account, paths: list[str]  # noqa: F811
) -> tuple[list[str], list[str]]:
    """Open addresses; give those that show a person, and those of which the journal is silent."""
    shown, silent, newest = [], [], 0
    for address in paths:
        browser.session.expunge_all()
        browser.session.info.clear()  # each request has a session of its own
        answer = browser.get(address)
        if answer.status_code != 200 or not WRITTEN.search(answer.data.decode("utf-8", "replace")):
            continue
        shown.append(address)
        rows = browser.session.execute(
            select(JournalEntry.id).where(
                JournalEntry.action.startswith("personal."),
                JournalEntry.account_id == account.id,
                # Seen again within the hour, on the same page: written once.
                (JournalEntry.id > newest) | (JournalEntry.reason == address.partition("?")[0]),
            )
        ).all()
        if not rows:
            silent.append(address)
        newest = max([newest, *(row.id for row in rows)])
    return shown, silent


def test_wherever_a_person_is_shown_the_journal_says_to_whom(
    browser: Browser, everybody: Account, keys: dict[str, list[str]]  # noqa: F811
) -> None:
    shown, silent = walk(browser, everybody, addresses(browser.client.application, keys))
    assert silent == []
    assert {"/desk", "/money", "/titles/PR-1", "/desk/cases/CAS-1"} <= set(shown)
    assert any(one.startswith("/account/administration/") for one in shown)
    assert any(one.startswith("/api/dossiers/") for one in shown)


def test_the_walk_finds_what_nobody_wrote_down(
    browser: Browser, everybody: Account, keys: dict[str, list[str]],  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(viewing, "write_persons_seen", lambda *_, **__: 0)
    shown, silent = walk(browser, everybody, ["/desk", "/money"])
    assert shown == silent == ["/desk", "/money"]


def test_an_auditor_reads_who_saw_whom_and_is_written_down_too(
    browser: Browser, everybody: Account, keys: dict[str, list[str]]  # noqa: F811
) -> None:
    number = keys["number"][0]
    browser.session.expunge_all()
    browser.get(f"/desk/{number}")
    browser.session.expunge_all()
    browser.session.info.clear()
    page = browser.get(f"/journal?about={number}&whose=Quartefeuille&action=personal")
    assert page.status_code == 200
    assert NAME in page.text
    assert "personal.view" in page.text
    reasons = [one.reason for one in browser.journal() if one.action == "personal.view"]
    assert "/journal" in reasons
    assert "Aucune inscription" in browser.get("/journal?whose=Nemo").text
    assert "personal.view" not in browser.get("/journal?action=invoice").text
    assert "Aucune inscription" in browser.get("/journal?last=2001-01-01").text
    wrong = browser.get("/journal?first=hier")
    assert wrong.status_code == 422
    browser.post("/logout")
    agent = make_person(browser.session, "agente", roles=["agent"])
    browser.sign_in(agent)
    assert browser.get("/journal").status_code == 403
