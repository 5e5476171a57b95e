"""Write to followers: one letter for what came together, tried again until it leaves."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from sqlalchemy import Engine, func, select, update
from sqlalchemy.orm import Session

from cadastre.config import Settings
from cadastre.errors import NotAvailable
from cadastre.models import AreaNotice, AreaWatch, PublicEvent
from cadastre.rules.ruleset import Ruleset
from cadastre.sentences import say
from cadastre.services.again import decide
from cadastre.services.mail import Letter, send
from cadastre.services.watching.asking import MAIL
from cadastre.services.watching.wording import lines

DEMONSTRATION_ADDRESS = "http://127.0.0.1:8000"
MOST_NOTICES = 400
MOST_TOLD = 40  # events written out in one letter; the page shows the others
# How long after each try the next one comes; after the last nobody tries again.
PAUSES = (
    dt.timedelta(minutes=2), dt.timedelta(minutes=10), dt.timedelta(hours=1),
    dt.timedelta(hours=6), dt.timedelta(hours=24),
)  # fmt: skip
Send = Callable[[Settings, Letter], None]


@dataclass(frozen=True, slots=True)
class Batch:
    """The notices that one letter speaks of."""

    ids: tuple[int, ...]
    letter: Letter


@dataclass(frozen=True, slots=True)
class Sent:
    """What a turn did: letters or calls that left, and those that did not."""

    left: int = 0
    failed: int = 0


def site_of(settings: Settings) -> str:
    """Give the address of the site without a slash at its end."""
    return (settings.public_url or DEMONSTRATION_ADDRESS).rstrip("/")


def send_letters(
    engine: Engine, settings: Settings, ruleset: Ruleset, *, deliver: Send = send
) -> Sent:
    """Send what is due to followers, each letter noted by itself."""
    batches = decide(engine, lambda session: claim(session, settings, ruleset))
    left = failed = 0
    for batch in batches:
        try:
            deliver(settings, batch.letter)
        except NotAvailable as refusal:
            failed += 1
            decide(engine, partial(_note_failure, ids=batch.ids, code=refusal.code))
        else:
            left += 1
            decide(engine, partial(_note_sent, ids=batch.ids))
    return Sent(left, failed)


def claim(session: Session, settings: Settings, ruleset: Ruleset) -> list[Batch]:
    """Take the notices that are due and that nobody else sends, and put them into letters.

    Claimed rows are put off by a lease: a sender killed before its note sends again after it,
    under the same Message-ID.
    """
    rows = session.execute(
        select(AreaNotice, AreaWatch, PublicEvent)
        .join(AreaWatch, AreaWatch.id == AreaNotice.watch_id)
        .join(PublicEvent, PublicEvent.serial == AreaNotice.serial)
        .where(
            AreaWatch.channel == MAIL, AreaNotice.sent_at.is_(None),
            AreaNotice.attempts < len(PAUSES), AreaNotice.due_at <= func.clock_timestamp(),
        )
        .order_by(AreaNotice.serial)
        .limit(MOST_NOTICES)
        .with_for_update(skip_locked=True, of=AreaNotice)
    ).all()  # fmt: skip
    now: dt.datetime = session.execute(select(func.clock_timestamp())).scalar_one()
    gathered: dict[int, list[tuple[AreaNotice, AreaWatch, PublicEvent]]] = defaultdict(list)
    for notice, watch, event in rows:
        notice.due_at = now + PAUSES[notice.attempts]
        notice.attempts += 1
        watch.told_at = now
        gathered[watch.id].append((notice, watch, event))
    session.flush()
    return [
        Batch(
            tuple(notice.id for notice, _, _ in each),
            letter_of(
                each[0][1], [event for _, _, event in each], ruleset, site_of(settings),
                reference=f"area-{each[0][0].id}",
            ),
        )
        for each in gathered.values()
    ]  # fmt: skip


def letter_of(
    watch: AreaWatch,
    events: list[PublicEvent],
    ruleset: Ruleset,
    base: str,
    *,
    reference: str | None = None,
) -> Letter:
    """Write what happened: public facts with their pages, and the way to stop."""
    told = [lines(event, ruleset, base, watch.language) for event in events[:MOST_TOLD]]
    if len(events) > MOST_TOLD:
        told.append(say("watch.and-more", watch.language, count=len(events) - MOST_TOLD))
    return Letter(
        address=watch.address, kind="area-news", link="\n\n".join(told), language=watch.language,
        values=(("area", watch.label), ("count", str(len(events)))), reference=reference,
        page=f"{base}/watch/{watch.key}", stop=f"{base}/watch/{watch.key}/stop",
    )  # fmt: skip


def confirmation(watch_label: str, email: str, link: str, language: str) -> Letter:
    """Write to an address that somebody gave: nothing is sent before it is confirmed."""
    values = (("area", watch_label),)
    return Letter(email, "area-confirm", link, language, values)


def _note_sent(session: Session, ids: tuple[int, ...]) -> None:
    session.execute(
        update(AreaNotice)
        .where(AreaNotice.id.in_(ids))
        .values(sent_at=func.clock_timestamp(), failure=None)
    )


def _note_failure(session: Session, ids: tuple[int, ...], code: str) -> None:
    session.execute(update(AreaNotice).where(AreaNotice.id.in_(ids)).values(failure=code))
