"""People see which office looked at their data, and nobody sees it of others."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from cadastre.models import JournalEntry, Mandate, Party
from cadastre.queries.views_of_me import views_of
from cadastre.rules.permissions import Actor, Role
from cadastre.services.personal_data import _note, persons_among
from tests.services.money.conftest import make_account


@pytest.fixture
def person(session: Session) -> tuple[Session, int, int]:
    """Give a natural person with an account of their own."""
    account = make_account(session, "usager", "applicant")
    party = Party(kind="person", name="Personne Exemple")
    session.add(party)
    session.flush()
    session.add(
        Mandate(account_id=account.id, party_id=party.id, starts_on=dt.date(2020, 1, 1))
    )
    session.flush()
    return session, account.id, party.id


def test_a_person_sees_which_office_looked_and_others_do_not(
    person: tuple[Session, int, int],
) -> None:
    session, account_id, party_id = person
    agent = make_account(session, "agente", "agent")
    agent.body = "DGMG"
    stranger = make_account(session, "autre", "applicant")
    actor = Actor(account_id=agent.id, roles=frozenset({Role.AGENT}))
    _note(session, actor, session.scalars(persons_among([party_id])), "dossier D-1")
    (seen,) = views_of(session, account_id)
    assert (seen.person, seen.body, seen.roles) == ("Personne Exemple", "DGMG", ("agent",))
    assert seen.occasion == "dossier D-1"
    assert views_of(session, stranger.id) == []
    session.scalars(select(Mandate)).one().state = "revoked"
    session.flush()
    assert views_of(session, account_id) == []
    assert session.scalars(select(JournalEntry.action)).all().count("personal.view") == 1
