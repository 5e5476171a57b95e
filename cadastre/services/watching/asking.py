"""Begin and end to follow something by letters: asked, confirmed by who reads the address, stopped.

An address is written to once for each request, and to no address more than a few times a day: what
nobody confirms vanishes by itself. The key in every letter shows and stops; there is no account.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets

from geoalchemy2.shape import from_shape
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from cadastre.errors import Blocked, NotFound
from cadastre.models import AreaWatch
from cadastre.models.base import SRID
from cadastre.queries.public_events import Scope
from cadastre.services.registration import ensure_address

MAIL, WEBHOOK = "mail", "webhook"
TO_CONFIRM = dt.timedelta(hours=48)
MOST_UNCONFIRMED = 3  # letters to one address that nobody answers, within two days
MOST_FOLLOWED = 30
LONGEST_ADDRESS = 254


def ask_to_follow(session: Session, email: str, scope: Scope, language: str) -> str | None:
    """Note what an address would follow; give the token that confirms it.

    None: the address was written to often enough without an answer. Nobody else is told so.

    Raises
    ------
    UnusableInput
        ``accounts.not-an-address``.
    """
    address = ensure_address(email)
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(address, 0))))
    unanswered = session.scalar(
        select(func.count()).where(
            AreaWatch.address == address, AreaWatch.confirmed_at.is_(None),
            AreaWatch.expires_at > func.clock_timestamp(),
        )
    )  # fmt: skip
    if (unanswered or 0) >= MOST_UNCONFIRMED:
        return None
    token = secrets.token_urlsafe(24)
    watch = new_watch(scope, MAIL, address, language)
    watch.confirm_hash = hash_of(token)
    watch.expires_at = _now(session) + TO_CONFIRM
    session.add(watch)
    session.flush()
    return token


def new_watch(scope: Scope, channel: str, address: str, language: str) -> AreaWatch:
    """Make a watch with a key of its own, not confirmed yet."""
    return AreaWatch(
        key=secrets.token_urlsafe(18), channel=channel, address=address[:LONGEST_ADDRESS],
        language=language, label=scope.label, scope=scope.scope, subject=scope.subject,
        geom=None if scope.zone is None else from_shape(scope.zone, SRID),
    )  # fmt: skip


def watch_of_token(session: Session, token: str) -> AreaWatch:
    """Give what a letter's link would confirm.

    Raises
    ------
    NotFound
        ``watch.link-over``: confirmed already, too late, or never sent.
    """
    found = session.scalar(
        select(AreaWatch).where(
            AreaWatch.confirm_hash == hash_of(token),
            AreaWatch.expires_at > func.clock_timestamp(),
        )
    )
    if found is None:
        raise NotFound("watch.link-over")
    return found


def confirm(session: Session, token: str) -> AreaWatch:
    """Begin to tell an address, once who reads it said so.

    Raises
    ------
    NotFound
        ``watch.link-over``.
    Blocked
        ``watch.too-many``: the address follows as much as one address may.
    """
    watch = watch_of_token(session, token)
    followed = session.scalar(
        select(func.count()).where(
            AreaWatch.address == watch.address, AreaWatch.confirmed_at.is_not(None)
        )
    )
    if (followed or 0) >= MOST_FOLLOWED:
        raise Blocked("watch.too-many", most=MOST_FOLLOWED)
    watch.confirmed_at, watch.confirm_hash, watch.expires_at = _now(session), None, None
    session.flush()
    return watch


def watch_of_key(session: Session, key: str) -> AreaWatch:
    """Give what a key shows.

    Raises
    ------
    NotFound
        ``watch.none``: stopped, or never there.
    """
    found = session.scalar(
        select(AreaWatch).where(AreaWatch.key == key, AreaWatch.confirmed_at.is_not(None))
    )
    if found is None:
        raise NotFound("watch.none")
    return found


def stop(session: Session, key: str) -> bool:
    """End a watch and forget its address; tell whether there was one."""
    done = session.execute(delete(AreaWatch).where(AreaWatch.key == key))
    return bool(done.rowcount)  # type: ignore[attr-defined]


def hash_of(token: str) -> str:
    """Give what is kept of a link: it cannot be undone."""
    return hashlib.sha256(token.encode()).hexdigest()


def _now(session: Session) -> dt.datetime:
    instant: dt.datetime = session.execute(select(func.clock_timestamp())).scalar_one()
    return instant
