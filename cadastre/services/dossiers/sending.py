"""Send the notices that are due: one letter for a page, or one a day, again after a failure.

A notice is claimed before its letter leaves: rows are taken with SKIP LOCKED and put off by a
lease, so that two senders never write the same letter. A sender killed between the mail server's
yes and its own note sends again after the lease, under the same Message-ID.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from sqlalchemy import Engine, func, select, update
from sqlalchemy.orm import Session

from cadastre.config import Settings
from cadastre.errors import NotAvailable
from cadastre.models import Account, Notification
from cadastre.services.again import decide
from cadastre.services.dossiers.notices import DAILY, NEVER
from cadastre.services.mail import Letter, send

MOST_AT_ONCE = 200
# How long after each try the next one comes; after the last nobody tries again.
PAUSES = (
    dt.timedelta(minutes=2), dt.timedelta(minutes=10), dt.timedelta(hours=1),
    dt.timedelta(hours=6), dt.timedelta(hours=24),
)  # fmt: skip
DEMONSTRATION_ADDRESS = "http://127.0.0.1:8000"
UNWANTED = "unwanted"
Send = Callable[[Settings, Letter], None]


@dataclass(frozen=True, slots=True)
class Sent:
    """What a turn did: letters that left, notices they spoke of, letters that did not leave."""

    letters: int = 0
    notices: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True)
class Batch:
    """The notices that one letter speaks of."""

    ids: tuple[int, ...]
    letter: Letter


def send_due(engine: Engine, settings: Settings, *, deliver: Send = send) -> Sent:
    """Send what is due now, each letter noted by itself; what fails is tried again later."""
    batches = decide(engine, lambda session: claim(session, settings))
    letters = notices = failed = 0
    for batch in batches:
        try:
            deliver(settings, batch.letter)
        except NotAvailable as refusal:
            failed += 1
            decide(engine, partial(_note_failure, ids=batch.ids, code=refusal.code))
        else:
            letters, notices = letters + 1, notices + len(batch.ids)
            decide(engine, partial(_note_sent, ids=batch.ids))
    return Sent(letters, notices, failed)


def claim(session: Session, settings: Settings) -> list[Batch]:
    """Take the notices that are due and that nobody else is sending, and put them into letters."""
    rows = session.execute(
        select(Notification, Account)
        .outerjoin(Account, Account.id == Notification.account_id)
        .where(
            Notification.sent_at.is_(None),
            Notification.due_at <= func.clock_timestamp(),
            Notification.attempts < len(PAUSES),
        )
        .order_by(Notification.due_at, Notification.id)
        .limit(MOST_AT_ONCE)
        .with_for_update(skip_locked=True, of=Notification)
    ).all()
    now: dt.datetime = session.execute(select(func.clock_timestamp())).scalar_one()
    letters: dict[tuple[str, str], list[Notification]] = defaultdict(list)
    for notice, account in rows:
        if account is not None and (account.notices == NEVER or not account.is_active):
            # They changed their mind since: nothing leaves, and nothing is tried again.
            notice.attempts, notice.failure = len(PAUSES), UNWANTED
            continue
        daily = account is not None and account.notices == DAILY
        letters[notice.address, "" if daily else notice.path].append(notice)
        notice.due_at = now + PAUSES[notice.attempts]
        notice.attempts += 1
    session.flush()
    return [
        Batch(tuple(one.id for one in each), letter_of(settings, each, daily=not page))
        for (_, page), each in letters.items()
    ]


def letter_of(settings: Settings, notices: Sequence[Notification], *, daily: bool) -> Letter:
    """Write that there is news and where; never what it is."""
    first, base = notices[0], (settings.public_url or DEMONSTRATION_ADDRESS).rstrip("/")
    pages = dict.fromkeys(notice.path for notice in notices)
    return Letter(
        address=first.address,
        kind="digest" if daily else "news",
        link="\n".join(f"{base}{page}" for page in pages),
        language=first.language,
        values=(("count", str(len(pages))),) if daily else (),
        reference=f"notice-{first.id}",
    )


def _note_sent(session: Session, ids: tuple[int, ...]) -> None:
    session.execute(
        update(Notification)
        .where(Notification.id.in_(ids))
        .values(sent_at=func.clock_timestamp(), failure=None)
    )


def _note_failure(session: Session, ids: tuple[int, ...], code: str) -> None:
    session.execute(update(Notification).where(Notification.id.in_(ids)).values(failure=code))
