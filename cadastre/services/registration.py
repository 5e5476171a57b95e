"""Open one's own account, confirm its address, and find it again when the password is lost."""

from __future__ import annotations

import re

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cadastre.errors import UnusableInput
from cadastre.models import Account
from cadastre.services.accounts import change_password, create_account, journal

ADDRESS = re.compile(r"[^@\s<>(),;:\"]{1,64}@[^@\s<>(),;:\"]{1,190}\.[^@\s<>(),;:\"]{2,63}")
LONGEST_NAME = 120


def ensure_address(email: str) -> str:
    """Give an address as it is kept, refusing what cannot be one.

    Raises
    ------
    UnusableInput
        ``accounts.not-an-address``.
    """
    email = email.strip().lower()
    if not ADDRESS.fullmatch(email):
        raise UnusableInput("accounts.not-an-address", where="email")
    return email


def register(
    session: Session, *, email: str, display_name: str, language: str
) -> Account:
    """Open an account without a password, to be finished by the link of a letter; or find it.

    The password is chosen by who reads the letter, so that nobody can prepare an account under a
    stranger's address and share it afterwards. For an address that has an account nothing changes:
    the letter alone, which only the owner of the address reads, tells the difference.

    Raises
    ------
    UnusableInput
        The address or the name cannot serve.
    """
    email, name = ensure_address(email), " ".join(display_name.split())
    if not name or len(name) > LONGEST_NAME:
        raise UnusableInput("accounts.no-name", where="display_name")
    known = account_of_address(session, email)
    return known or create_account(
        session, email=email, display_name=name, password=None, language=language,
        is_confirmed=False,
    )  # fmt: skip


def choose_password(session: Session, account: Account, password: str) -> None:
    """Set the password of who came by a letter's link; reading it confirms the address.

    Raises
    ------
    UnusableInput
        The password is too short, too long or too easy.
    """
    change_password(session, account, password)
    if account.confirmed_at is None:
        account.confirmed_at = session.scalar(select(func.now()))
        journal(session, account, "account.confirm", by=account)


def account_of_address(session: Session, email: str) -> Account | None:
    """Give the open account of an address."""
    return session.scalar(
        select(Account).where(Account.email == email.strip().lower(), Account.is_active)
    )
