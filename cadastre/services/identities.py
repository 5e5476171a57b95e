"""Accounts that sign in with an identity of somewhere else, tied by issuer and subject alone."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from cadastre.errors import NotAllowed
from cadastre.models import Account, Identity
from cadastre.services.accounts import account_by_id, journal


def account_of_identity(session: Session, issuer: str, subject: str) -> Account | None:
    """Give the account tied to an identity; an address that the provider tells is never asked.

    Whoever can set an address at a provider could otherwise take the account of that address.
    """
    found = session.scalar(
        select(Identity).where(Identity.issuer == issuer, Identity.subject == subject)
    )
    if found is None:
        return None
    found.last_used_at = session.scalar(select(func.now()))
    return account_by_id(session, found.account_id)


def tie_identity(session: Session, account: Account, issuer: str, subject: str) -> None:
    """Tie an identity to the account that is signed in and asks for it.

    Raises
    ------
    NotAllowed
        ``identity.of-another``: it is tied to another account.
    """
    known = session.scalar(
        select(Identity).where(Identity.issuer == issuer, Identity.subject == subject)
    )
    if known is not None:
        if known.account_id != account.id:
            raise NotAllowed("identity.of-another")
        return
    session.add(Identity(account_id=account.id, issuer=issuer, subject=subject))
    session.flush()
    journal(session, account, "identity.tie", by=account, issuer=issuer)


def identities_of(session: Session, account: Account) -> Sequence[Identity]:
    """List the identities of an account, oldest first."""
    query = select(Identity).where(Identity.account_id == account.id).order_by(Identity.id)
    return session.scalars(query).all()


def untie_identity(session: Session, account: Account, identity_id: int) -> None:
    """Undo a tie; the account goes on opening with its password.

    Raises
    ------
    NotAllowed
        ``identity.only-way``: the account has no password yet.
    """
    if account.password_hash is None:
        raise NotAllowed("identity.only-way")
    found = session.execute(
        delete(Identity)
        .where(Identity.id == identity_id, Identity.account_id == account.id)
        .returning(Identity.issuer)
    ).first()
    if found is not None:
        journal(session, account, "identity.untie", by=account, issuer=found.issuer)
