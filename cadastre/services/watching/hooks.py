"""Call the programs of administrations: signed, in order, tried again, paused when nobody answers.

The signature follows Standard Webhooks: HMAC-SHA256 over ``id.timestamp.body``, in base64, under a
secret shown once. A later event waits for an earlier one: whoever is away misses nothing and reads
it in order.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from sqlalchemy import Engine, func, select, update
from sqlalchemy.orm import Session

from cadastre.config import Settings
from cadastre.errors import Blocked, NotAvailable, NotFound
from cadastre.models import Account, AreaNotice, AreaWatch, JournalEntry, PublicEvent
from cadastre.queries.public_events import Scope
from cadastre.rules.ruleset import Ruleset
from cadastre.services.again import decide
from cadastre.services.watching.asking import WEBHOOK, new_watch
from cadastre.services.watching.calling import call, ensure_url
from cadastre.services.watching.letters import Sent, site_of
from cadastre.services.watching.wording import event_json

SECRET_PREFIX = "whsec_"  # how Standard Webhooks writes a secret
MOST_HOOKS = 20
MOST_AT_ONCE = 50
PAUSES = (
    dt.timedelta(seconds=30), dt.timedelta(minutes=2), dt.timedelta(minutes=10),
    dt.timedelta(hours=1), dt.timedelta(hours=3), dt.timedelta(hours=12), dt.timedelta(hours=24),
)  # fmt: skip
Call = Callable[[str, bytes, Mapping[str, str]], int]


@dataclass(frozen=True, slots=True)
class Due:
    """A call to make: the notice it answers, to whom, the body and its headers."""

    notice_id: int
    watch_id: int
    url: str
    body: bytes
    headers: Mapping[str, str]
    attempt: int


def add_hook(
    session: Session, account: Account, url: str, scope: Scope, language: str
) -> AreaWatch:
    """Begin to call an address for what an administration follows.

    Raises
    ------
    UnusableInput
        ``watch.not-https``.
    Blocked
        ``watch.too-many``.
    """
    hook = new_watch(scope, WEBHOOK, ensure_url(url), language)
    if len(hooks_of(session, account)) >= MOST_HOOKS:
        raise Blocked("watch.too-many", most=MOST_HOOKS)
    hook.account_id = account.id
    hook.secret = SECRET_PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()
    hook.confirmed_at = session.execute(select(func.clock_timestamp())).scalar_one()
    session.add(hook)
    _journal(session, account, "webhook.add", hook)
    session.flush()
    return hook


def hooks_of(session: Session, account: Account) -> Sequence[AreaWatch]:
    """List the calls an account has asked for, oldest first."""
    query = select(AreaWatch).where(
        AreaWatch.account_id == account.id, AreaWatch.channel == WEBHOOK
    )
    return session.scalars(query.order_by(AreaWatch.id)).all()


def hook_of(session: Session, account: Account, key: str) -> AreaWatch:
    """Give one's own hook by its key.

    Raises
    ------
    NotFound
        ``watch.none``.
    """
    found = [one for one in hooks_of(session, account) if one.key == key]
    if not found:
        raise NotFound("watch.none")
    return found[0]


def remove_hook(session: Session, account: Account, key: str) -> None:
    """End the calls of a hook."""
    hook = hook_of(session, account, key)
    _journal(session, account, "webhook.remove", hook)
    session.delete(hook)
    session.flush()


def resume_hook(session: Session, account: Account, key: str) -> AreaWatch:
    """Call again after a pause, from the first event that was not received."""
    hook = hook_of(session, account, key)
    hook.paused_at = None
    session.execute(
        update(AreaNotice)
        .where(AreaNotice.watch_id == hook.id, AreaNotice.sent_at.is_(None))
        .values(attempts=0, due_at=func.clock_timestamp())
    )
    _journal(session, account, "webhook.resume", hook)
    session.flush()
    return hook


def make_calls(
    engine: Engine, settings: Settings, ruleset: Ruleset, *, dial: Call = call
) -> Sent:
    """Make the calls that are due, the first one of each hook."""
    left = failed = 0
    for due in decide(engine, lambda session: claim(session, settings, ruleset)):
        try:
            status = dial(due.url, due.body, due.headers)
        except NotAvailable as refusal:
            fault = str(refusal.values.get("reason", refusal.code))
        else:
            fault = "" if 200 <= status < 300 else f"HTTP {status}"
        decide(engine, partial(_note, due=due, fault=fault))
        left, failed = left + (not fault), failed + bool(fault)
    return Sent(left, failed)


def claim(session: Session, settings: Settings, ruleset: Ruleset) -> list[Due]:
    """Take the first notice of each hook where it is due; the next try is put off by a lease."""
    first = (
        select(func.min(AreaNotice.id))
        .join(AreaWatch, AreaWatch.id == AreaNotice.watch_id)
        .where(
            AreaNotice.sent_at.is_(None), AreaWatch.channel == WEBHOOK,
            AreaWatch.paused_at.is_(None),
        )
        .group_by(AreaNotice.watch_id)
    )  # fmt: skip
    rows = session.execute(
        select(AreaNotice, AreaWatch, PublicEvent)
        .join(AreaWatch, AreaWatch.id == AreaNotice.watch_id)
        .join(PublicEvent, PublicEvent.serial == AreaNotice.serial)
        .where(AreaNotice.id.in_(first), AreaNotice.due_at <= func.clock_timestamp())
        .order_by(AreaNotice.due_at)
        .limit(MOST_AT_ONCE)
        .with_for_update(skip_locked=True, of=AreaNotice)
    ).all()
    now: dt.datetime = session.execute(select(func.clock_timestamp())).scalar_one()
    calls = []
    for notice, hook, event in rows:
        notice.due_at = now + PAUSES[min(notice.attempts, len(PAUSES) - 1)]
        notice.attempts += 1
        body = json.dumps(event_json(event, ruleset, site_of(settings)), ensure_ascii=False)
        headers = signed(hook.secret or "", f"evt_{event.serial}", now, body.encode())
        calls.append(
            Due(notice.id, hook.id, hook.address, body.encode(), headers, notice.attempts)
        )
    session.flush()
    return calls


def signed(secret: str, message_id: str, at: dt.datetime, body: bytes) -> dict[str, str]:
    """Give the headers of a call: what it is, when it was made, and the proof that we made it."""
    stamp = str(int(at.timestamp()))
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    content = f"{message_id}.{stamp}.".encode() + body
    proof = base64.b64encode(hmac.digest(key, content, hashlib.sha256)).decode()
    return {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Cadastre-Webhook/1",
        "webhook-id": message_id,
        "webhook-timestamp": stamp,
        "webhook-signature": f"v1,{proof}",
    }


def _note(session: Session, due: Due, fault: str) -> None:
    done = {"failure": fault} if fault else {"failure": None, "sent_at": func.clock_timestamp()}
    session.execute(update(AreaNotice).where(AreaNotice.id == due.notice_id).values(**done))
    watch = update(AreaWatch).where(AreaWatch.id == due.watch_id)
    if not fault:
        session.execute(watch.values(told_at=func.clock_timestamp()))
    elif due.attempt > len(PAUSES):
        session.execute(watch.values(paused_at=func.clock_timestamp()))


def _journal(session: Session, account: Account, action: str, hook: AreaWatch) -> None:
    session.add(
        JournalEntry(
            account_id=account.id, action=action, subject="webhook", subject_id=hook.key[:8],
            facts={"url": hook.address, "scope": hook.scope, "label": hook.label},
        )
    )  # fmt: skip
