"""Keys for programs: shown once, kept as a hash, with scopes and a term."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Iterable, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cadastre.errors import UnusableInput
from cadastre.models import Account, ApiToken, JournalEntry
from cadastre.rules.permissions import SCOPES, Actor, can_make_token, ensure

PREFIX = "cad_"
LONGEST_DAYS = 366
# A key that decides stands for a second factor, and does so for a day.
LONGEST_DAYS_OF = {"decide": 1}
LONGEST_NAME = 60


def token_hash(token: str) -> str:
    """Give what is kept of a key: enough to recognise it, not to use it."""
    return hashlib.sha256(token.encode()).hexdigest()


def make_token(
    session: Session,
    account: Account,
    *,
    name: str,
    days: int,
    scopes: Iterable[str] = tuple(SCOPES),
) -> str:
    """Make a key for an account and give it, for the only time.

    Whoever calls this answers for the scopes: a command of the server's own operator, or
    :func:`ask_for_token` for a person on a page.
    """
    token = PREFIX + secrets.token_urlsafe(32)
    expires = dt.datetime.now(dt.UTC) + dt.timedelta(days=days)
    kept = [scope for scope in SCOPES if scope in set(scopes)]
    session.add(
        ApiToken(
            account_id=account.id, name=name, token_hash=token_hash(token), scopes=kept,
            expires_at=expires,
        )
    )  # fmt: skip
    _journal(
        session, account, "token.make", name=name, scopes=kept, expires_at=expires.isoformat()
    )
    session.flush()
    return token


def ask_for_token(
    session: Session,
    actor: Actor,
    account: Account,
    *,
    name: str,
    days: int,
    scopes: Iterable[str],
) -> str:
    """Make a key as its own bearer asks for it, within what they may do themselves.

    Raises
    ------
    NotAllowed
        A scope is beyond the actor, or the actor is itself a program.
    UnusableInput
        ``tokens.no-name``, ``tokens.no-scope`` or ``tokens.too-long``.
    """
    name, wanted = " ".join(name.split()), sorted(set(scopes))
    if not name or len(name) > LONGEST_NAME:
        raise UnusableInput("tokens.no-name", where="name")
    if not wanted:
        raise UnusableInput("tokens.no-scope", where="scopes")
    for scope in wanted:
        ensure(can_make_token(actor, scope), actor, "tokens.beyond-own", where=scope)
    most = min(LONGEST_DAYS_OF.get(scope, LONGEST_DAYS) for scope in wanted)
    if not 1 <= days <= most:
        raise UnusableInput("tokens.too-long", where="days", most=most)
    return make_token(session, account, name=name, days=days, scopes=wanted)


def tokens_of(session: Session, account: Account) -> Sequence[ApiToken]:
    """List the keys of an account that still open something, newest first."""
    query = select(ApiToken).where(
        ApiToken.account_id == account.id,
        ApiToken.revoked_at.is_(None),
        ApiToken.expires_at > func.now(),
    )
    return session.scalars(query.order_by(ApiToken.id.desc())).all()


def revoke_token(session: Session, account: Account, token_id: int) -> None:
    """Void a key of the account; a number that is not its own changes nothing."""
    token = session.get(ApiToken, token_id)
    if token is None or token.account_id != account.id or token.revoked_at is not None:
        return
    token.revoked_at = session.scalar(select(func.now()))
    _journal(session, account, "token.revoke", name=token.name)


def _journal(session: Session, account: Account, action: str, **facts: object) -> None:
    session.add(
        JournalEntry(
            account_id=account.id, action=action, subject="account", subject_id=str(account.id),
            facts=facts,
        )
    )  # fmt: skip
