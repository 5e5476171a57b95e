"""Accounts: who may sign in, and for which parties they may act."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any
from uuid import uuid4

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from cadastre.errors import NotAllowed, NotSignedIn, UnusableInput
from cadastre.models import Account, JournalEntry, Mandate, Party
from cadastre.rules.permissions import Role
from cadastre.services.actors import ACTIVE, ALL_POWERS
from cadastre.services.throttle import ensure_not_too_often, forget_failures, note_failure
from cadastre.vocabulary import Language

HASHER = PasswordHasher()
# Verified when nobody bears the name given, so that an answer takes as long either way.
NOBODY = HASHER.hash("nobody bears this name")
SHORTEST_PASSWORD, LONGEST_PASSWORD = 12, 200
FEWEST_SIGNS = 5  # different ones; also what must stand beside one's own name


def create_account(
    session: Session,
    *,
    email: str,
    display_name: str,
    password: str | None,
    roles: Iterable[str] = ("applicant",),
    parties: Iterable[Party] = (),
    is_demonstration: bool = False,
    language: str = Language.FR,
    is_confirmed: bool = True,
) -> Account:
    """Open an account, with every power for the parties given.

    Parameters
    ----------
    is_confirmed
        Somebody vouches that the address is the person's; else they confirm it by a link.

    Raises
    ------
    UnusableInput
        The password is too short or too easy, a role is unknown, or the address is taken.
    """
    email = email.strip().lower()
    if password is not None:
        ensure_good_password(password, email=email, name=display_name)
    ensure_roles(roles := sorted(roles))
    if session.scalar(select(Account.id).where(Account.email == email)) is not None:
        raise UnusableInput("accounts.address-taken", where=email)
    account = Account(
        email=email,
        display_name=display_name,
        password_hash=None if password is None else HASHER.hash(password),
        roles=roles,
        is_demonstration=is_demonstration,
        language=language,
        confirmed_at=func.now() if is_confirmed else None,
    )
    account.mandates = [Mandate(party=party, powers=list(ALL_POWERS)) for party in parties]
    session.add(account)
    session.flush()
    session.add(JournalEntry(action="account.open", subject="account", subject_id=str(account.id)))
    return account


def ensure_good_password(password: str, *, email: str = "", name: str = "") -> None:
    """Refuse a password that somebody who knows the person would try first.

    Raises
    ------
    UnusableInput
        ``accounts.password-too-short``, ``accounts.password-too-long`` or
        ``accounts.password-too-easy``.
    """
    if len(password) < SHORTEST_PASSWORD:
        raise UnusableInput("accounts.password-too-short", "password", shortest=SHORTEST_PASSWORD)
    if len(password) > LONGEST_PASSWORD:
        raise UnusableInput("accounts.password-too-long", "password", longest=LONGEST_PASSWORD)
    plain = password.casefold()
    obvious = {email.casefold(), email.partition("@")[0].casefold(), name.casefold()} - {""}
    is_own_name = any(len(plain.replace(word, "")) < FEWEST_SIGNS for word in obvious)
    if is_own_name or len(set(plain)) < FEWEST_SIGNS:
        raise UnusableInput("accounts.password-too-easy", where="password")


def ensure_roles(roles: Iterable[str]) -> None:
    """Refuse a role nobody has.

    Raises
    ------
    UnusableInput
        ``accounts.no-such-role``.
    """
    unknown = set(roles) - {role.value for role in Role}
    if unknown:
        known = ", ".join(role.value for role in Role)
        raise UnusableInput("accounts.no-such-role", sorted(unknown)[0], known=known)


def authenticate(session: Session, *, email: str, password: str, device: str = "") -> Account:
    """Give the account that this address and password open.

    A failure is counted under the address; who answers the request must commit it.

    Parameters
    ----------
    device
        The mark of a browser that signed in to this account before (:mod:`api.devices`).

    Raises
    ------
    TooOften
        ``accounts.too-many-tries``.
    NotSignedIn
        They open none; the sentence never tells which of the two is wrong. With the right password
        of an address that was never confirmed: ``accounts.not-confirmed``.
    """
    ensure_not_too_often(session, email, device)
    account = session.scalar(select(Account).where(Account.email == email.strip().lower()))
    stored = NOBODY if account is None or account.password_hash is None else account.password_hash
    is_right = _verifies(stored, password)
    if not is_right or account is None or account.password_hash is None or not account.is_active:
        note_failure(session, email, device)
        raise NotSignedIn("accounts.not-recognised")
    if account.confirmed_at is None:
        raise NotSignedIn("accounts.not-confirmed")
    forget_failures(session, email, device)
    if HASHER.check_needs_rehash(account.password_hash):
        account.password_hash = HASHER.hash(password)
    return account


def is_password_of(account: Account, password: str) -> bool:
    """Tell whether a password is the account's: asked again before something that matters."""
    return _verifies(account.password_hash or NOBODY, password)


def _verifies(stored: str, password: str) -> bool:
    try:
        return HASHER.verify(stored, password[:LONGEST_PASSWORD])
    except (VerifyMismatchError, InvalidHashError):
        return False


def change_password(session: Session, account: Account, password: str) -> None:
    """Give an account a new password; every open session and every link sent ends.

    Raises
    ------
    UnusableInput
        The password is too short, too long or too easy.
    NotAllowed
        ``accounts.demonstration``: the demonstration's accounts are everybody's.
    """
    if account.is_demonstration:
        raise NotAllowed("accounts.demonstration", where="password")
    ensure_good_password(password, email=account.email, name=account.display_name)
    account.password_hash = HASHER.hash(password)
    account.password_changed_at = func.now()
    end_sessions(session, account)
    journal(session, account, "account.password", by=account)


def end_sessions(session: Session, account: Account) -> None:
    """Sign an account out everywhere."""
    account.session_key = uuid4().hex
    session.flush()


def journal(
    session: Session,
    account: Account,
    action: str,
    *,
    by: Account | None,
    reason: str | None = None,
    **facts: Any,
) -> None:
    """Write down what changed on an account: who did it, to whom, why."""
    session.add(
        JournalEntry(
            account_id=None if by is None else by.id,
            action=action,
            subject="account",
            subject_id=str(account.id),
            reason=reason,
            facts=facts,
        )
    )


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
