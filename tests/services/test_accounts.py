"""Accounts: opening, recognising, and for whom they may file."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy.orm import Session

from cadastre.errors import NotAllowed, NotSignedIn, UnusableInput
from cadastre.models import Account, Party
from cadastre.services.accounts import (
    authenticate,
    create_account,
    parties_of,
    party_to_file_for,
)

TODAY = dt.date(2026, 11, 24)


@pytest.fixture
def company(session: Session) -> Party:
    party = Party(kind="company", name="Mines Exemple SA (fictive)")
    session.add(party)
    session.flush()
    return party


@pytest.fixture
def account(session: Session, company: Party) -> Account:
    made = create_account(
        session,
        email="Operateur@Exemple.test",
        display_name="Opérateur",
        password="un mot de passe",
        parties=[company],
    )
    for mandate in made.mandates:
        mandate.starts_on = TODAY
    return made


def test_the_right_password_opens_the_account_whatever_the_case_of_the_address(
    session: Session, account: Account
) -> None:
    found = authenticate(session, email="OPERATEUR@exemple.test ", password="un mot de passe")
    assert found.id == account.id


@pytest.mark.parametrize(
    ("email", "password"),
    [("operateur@exemple.test", "un autre mot"), ("personne@exemple.test", "un mot de passe")],
)
def test_a_refusal_never_tells_which_of_the_two_is_wrong(
    session: Session, account: Account, email: str, password: str
) -> None:
    with pytest.raises(NotSignedIn) as refusal:
        authenticate(session, email=email, password=password)
    assert refusal.value.code == "accounts.not-recognised"


def test_a_closed_account_is_not_recognised(session: Session, account: Account) -> None:
    account.is_active = False
    with pytest.raises(NotSignedIn):
        authenticate(session, email=account.email, password="un mot de passe")


def test_a_short_password_and_a_taken_address_are_refused(
    session: Session, account: Account
) -> None:
    with pytest.raises(UnusableInput, match="password-too-short"):
        create_account(session, email="b@exemple.test", display_name="B", password="court")
    with pytest.raises(UnusableInput, match="address-taken"):
        create_account(session, email=account.email, display_name="B", password=None)


def test_a_mandate_counts_from_its_first_day_to_the_day_before_its_end(
    account: Account, company: Party
) -> None:
    mandate = account.mandates[0]
    mandate.ends_on = TODAY + dt.timedelta(days=2)
    days = [TODAY + dt.timedelta(days=days) for days in range(-1, 3)]
    assert [bool(parties_of(account, at=day)) for day in days] == [False, True, True, False]


def test_filing_for_a_stranger_is_refused_and_a_lone_party_need_not_be_named(
    account: Account, company: Party
) -> None:
    assert party_to_file_for(account, None, at=TODAY) is company
    with pytest.raises(NotAllowed, match="no-mandate"):
        party_to_file_for(account, company.id + 1, at=TODAY)


def test_with_several_parties_one_must_be_named(
    session: Session, account: Account, company: Party
) -> None:
    other = Party(kind="company", name="Carrières Exemple SARL (fictive)")
    session.add(other)
    session.flush()
    account.mandates.append(
        type(account.mandates[0])(party=other, powers=["file"], starts_on=TODAY)
    )
    with pytest.raises(UnusableInput, match="which-party"):
        party_to_file_for(account, None, at=TODAY)
    assert party_to_file_for(account, other.id, at=TODAY) is other


def test_a_hash_is_dear_and_a_stranger_is_not_told_by_the_time(dear_hashes):
    hasher, nobody = dear_hashes
    assert hasher.time_cost >= 3
    assert hasher.memory_cost >= 64 * 1024  # KiB, RFC 9106's second recommendation
    assert not hasher.check_needs_rehash(nobody)
