"""Keys for programs: shown once, kept as a hash, with scope and term."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets

from sqlalchemy.orm import Session

from cadastre.models import Account, ApiToken, JournalEntry

PREFIX = "cad_"


def token_hash(token: str) -> str:
    """Give what is kept of a key: enough to recognise it, not to use it."""
    return hashlib.sha256(token.encode()).hexdigest()


def make_token(session: Session, account: Account, *, name: str, days: int) -> str:
    """Make a key for an account and give it, for the only time."""
    token = PREFIX + secrets.token_urlsafe(32)
    expires = dt.datetime.now(dt.UTC) + dt.timedelta(days=days)
    session.add(
        ApiToken(account_id=account.id, name=name, token_hash=token_hash(token), expires_at=expires)
    )
    session.add(
        JournalEntry(
            action="token.make",
            subject="account",
            subject_id=str(account.id),
            facts={"name": name, "expires_at": expires.isoformat()},
        )
    )
    session.flush()
    return token
