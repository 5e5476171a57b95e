"""Link a wall screen without an account: a link that serves once, a cookie that can be revoked."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Sequence

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, joinedload

from cadastre.errors import NotAllowed, NotFound, UnusableInput
from cadastre.models import JournalEntry, LinkedScreen
from cadastre.rules.permissions import Actor, can_supervise, ensure
from cadastre.services.supervision.events import wake

LINK_LIFE = dt.timedelta(days=1)
SEEN_EVERY = dt.timedelta(minutes=1)
LONGEST_NAME = 60


def list_screens(session: Session, actor: Actor) -> Sequence[LinkedScreen]:
    """List the screens, those that still show first."""
    ensure(can_supervise(actor), actor)
    return session.scalars(
        select(LinkedScreen)
        .options(joinedload(LinkedScreen.account))
        .order_by(LinkedScreen.revoked_at.is_not(None), LinkedScreen.id.desc())
        .limit(100)
    ).all()


def offer_link(session: Session, actor: Actor, name: str) -> tuple[LinkedScreen, str]:
    """Make a link for one screen; the secret is told once and only its hash kept.

    Raises
    ------
    UnusableInput
        ``supervision.screen-without-name``: nobody could tell later which screen to revoke.
    """
    ensure(can_supervise(actor), actor)
    name = " ".join(name.split())[:LONGEST_NAME]
    if not name:
        raise UnusableInput("supervision.screen-without-name", where="name")
    secret = secrets.token_urlsafe(24)
    screen = LinkedScreen(
        name=name, account_id=actor.account_id, link_hash=_hash(secret),
        link_expires_at=dt.datetime.now(dt.UTC) + LINK_LIFE,
    )  # fmt: skip
    session.add(screen)
    session.flush()
    _write(session, "screen.offered", screen, actor.account_id)
    return screen, secret


def bind(session: Session, link: str) -> str:
    """Bind the device that opens a link, and give the secret it will show itself with.

    Raises
    ------
    NotAllowed
        ``supervision.link-used``: the link served before, is too old, or was revoked.
    """
    screen = session.scalar(
        select(LinkedScreen).where(LinkedScreen.link_hash == _hash(link)).with_for_update()
    )
    if (
        screen is None
        or screen.bound_at is not None
        or screen.revoked_at is not None
        or screen.link_expires_at < dt.datetime.now(dt.UTC)
    ):
        raise NotAllowed("supervision.link-used")
    secret = secrets.token_urlsafe(32)
    screen.cookie_hash = _hash(secret)
    screen.bound_at = screen.seen_at = func.now()
    session.flush()
    _write(session, "screen.linked", screen, None)
    return secret


def recognise(session: Session, cookie: str | None) -> int | None:
    """Give the screen a cookie stands for, and note that it was seen; None when it is none."""
    if not cookie:
        return None
    screen = session.scalar(
        select(LinkedScreen).where(
            LinkedScreen.cookie_hash == _hash(cookie), LinkedScreen.revoked_at.is_(None)
        )
    )
    if screen is None:
        return None
    now = dt.datetime.now(dt.UTC)
    if screen.seen_at is None or now - screen.seen_at > SEEN_EVERY:
        session.execute(
            update(LinkedScreen).where(LinkedScreen.id == screen.id).values(seen_at=func.now())
        )
    return screen.id


def revoke(session: Session, actor: Actor, screen_id: int) -> None:
    """Take a screen's right away; its stream ends at once.

    Raises
    ------
    NotFound
        ``supervision.no-such-screen``.
    """
    ensure(can_supervise(actor), actor)
    screen = session.get(LinkedScreen, screen_id)
    if screen is None:
        raise NotFound("supervision.no-such-screen", where=str(screen_id))
    if screen.revoked_at is None:
        screen.revoked_at = func.now()
        screen.revoked_by_id = actor.account_id
        session.flush()
        _write(session, "screen.revoked", screen, actor.account_id)
        wake(session)


def _write(session: Session, action: str, screen: LinkedScreen, account_id: int | None) -> None:
    session.add(
        JournalEntry(
            action=action, subject="screen", subject_id=str(screen.id), account_id=account_id,
            facts={"name": screen.name}, by_rule=account_id is None,
        )
    )  # fmt: skip
    session.flush()


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
