"""Accounts: who may sign in, and for which parties they may act."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from cadastre.errors import NotAllowed, NotSignedIn, UnusableInput
from cadastre.models import Account, JournalEntry, Mandate, Party
from cadastre.services.actors import ACTIVE, ALL_POWERS

HASHER = PasswordHasher()
# Verified when nobody bears the name given, so that an answer takes as long either way.
NOBODY = HASHER.hash("nobody bears this name")
SHORTEST_PASSWORD = 12


def create_account(
    session: Session,
    *,
    email: str,
    display_name: str,
    password: str | None,
    roles: Iterable[str] = ("applicant",),
    parties: Iterable[Party] = (),
    is_demonstration: bool = False,
) -> Account:
    """Open an account, with power to file for the parties given.

    Raises
    ------
    UnusableInput
        The password is shorter than twelve characters, or the address is taken.
    """
    email = email.strip().lower()
    if password is not None and len(password) < SHORTEST_PASSWORD:
        raise UnusableInput("accounts.password-too-short", shortest=SHORTEST_PASSWORD)
    if session.scalar(select(Account.id).where(Account.email == email)) is not None:
        raise UnusableInput("accounts.address-taken", where=email)
    account = Account(
        email=email,
        display_name=display_name,
        password_hash=None if password is None else HASHER.hash(password),
        roles=sorted(roles),
        is_demonstration=is_demonstration,
    )
    account.mandates = [Mandate(party=party, powers=list(ALL_POWERS)) for party in parties]
    session.add(account)
    session.flush()
    session.add(JournalEntry(action="account.open", subject="account", subject_id=str(account.id)))
    return account


def authenticate(session: Session, *, email: str, password: str) -> Account:
    """Give the account that this address and password open.

    Raises
    ------
    NotSignedIn
        They open none; the sentence never tells which of the two is wrong.
    """
    account = session.scalar(select(Account).where(Account.email == email.strip().lower()))
    stored = NOBODY if account is None or account.password_hash is None else account.password_hash
    try:
        HASHER.verify(stored, password)
    except (VerifyMismatchError, InvalidHashError) as error:
        raise NotSignedIn("accounts.not-recognised") from error
    if account is None or account.password_hash is None or not account.is_active:
        raise NotSignedIn("accounts.not-recognised")
    if HASHER.check_needs_rehash(account.password_hash):
        account.password_hash = HASHER.hash(password)
    return account


def account_by_id(session: Session, account_id: int) -> Account | None:
    """Give an active account with its mandates, None when it was closed."""
    return session.scalar(
        select(Account)
        .where(Account.id == account_id, Account.is_active)
        .options(selectinload(Account.mandates).selectinload(Mandate.party))
    )


def parties_of(account: Account, *, at: dt.date) -> list[Party]:
    """List the parties an account may file for on a day, oldest mandate first."""
    return [
        mandate.party
        for mandate in account.mandates
        if mandate.state in ACTIVE
        and mandate.starts_on <= at
        and (mandate.ends_on is None or at < mandate.ends_on)
        and "file" in mandate.powers
    ]


def party_to_file_for(account: Account, party_id: int | None, *, at: dt.date) -> Party:
    """Give the party a filing is made for: the one named, or the only one there is.

    Raises
    ------
    NotAllowed
        The account has no mandate for that party on that day.
    UnusableInput
        Several parties are possible and none was named.
    """
    parties = parties_of(account, at=at)
    if party_id is not None:
        parties = [party for party in parties if party.id == party_id]
    if not parties:
        raise NotAllowed("accounts.no-mandate", where="applicant_id")
    if len(parties) > 1:
        raise UnusableInput(
            "accounts.which-party",
            where="applicant_id",
            parties=[f"{party.id} {party.name}" for party in parties],
        )
    return parties[0]
