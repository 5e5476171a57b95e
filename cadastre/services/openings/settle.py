"""Settle a closed window: give places by lot or comparison, and file in their order.

A draw needs a seed nobody knew before closing. Where it was announced to come from the sealed log,
the first head signed after closing gives it and no hand touches it. Any other seed is entered
twice, by two different persons, with the source that was announced.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from geoalchemy2.shape import to_shape
from sqlalchemy import select
from sqlalchemy.orm import Session

from cadastre.errors import Blocked, CadastreError, NotAllowed, UnusableInput
from cadastre.models import (
    Account,
    JournalEntry,
    LogHead,
    Opening,
    OutboxEvent,
    Party,
    SealedFiling,
)
from cadastre.procedures.draw import Entry, draw
from cadastre.procedures.window import Mode, Phase
from cadastre.queries.occupations import lock_ground
from cadastre.rules.ruleset import Ruleset
from cadastre.services.filing import Filing, file_application
from cadastre.services.openings.publish import LOG_HEAD
from cadastre.services.openings.sealed import phase_of, server_now, window_of
from cadastre.services.readings import read_geometry
from cadastre.services.titles.decision import Decision, ensure_may_confirm, ensure_two_people

SEED = "opening.seed"
RECIPE = (
    "entries: one per party, the last seal it left; "
    "mixed = sha256(number LF seed LF seals in ascending order, joined by LF); "
    "digest of a party = sha256(mixed LF party id); lowest digest first; "
    "all text UTF-8, digests in lower-case hexadecimal"
)


def settle_by_log_head(
    session: Session, ruleset: Ruleset, opening: Opening, *, at: dt.datetime | None = None
) -> list[str]:
    """Draw with the first log head signed after closing; give the applications filed, in order.

    Raises
    ------
    Blocked
        ``openings.no-head-yet``, ``openings.not-ready``, or another source was announced.
    """
    now = ready_to_settle(session, ruleset, opening, Mode.DRAW, at)
    if opening.seed_source != LOG_HEAD:
        raise Blocked("openings.other-source", where=opening.number, source=opening.seed_source)
    head = session.scalar(
        select(LogHead)
        .where(LogHead.signed_at > opening.closes_at)
        .order_by(LogHead.signed_at, LogHead.id)
        .limit(1)
    )
    if head is None:
        raise Blocked("openings.no-head-yet", where=opening.number, closes_at=opening.closes_at)
    return _draw(session, ruleset, opening, head.root_hash.hex(), now)


def enter_seed(
    session: Session,
    ruleset: Ruleset,
    opening: Opening,
    seed: str,
    *,
    account: Account,
    at: dt.datetime | None = None,
) -> list[str] | None:
    """Enter the seed of a public draw; the second person to enter the same one settles.

    Gives None after the first entry, the applications filed after the second.

    Raises
    ------
    NotAllowed
        ``titles.same-person`` or ``titles.not-decider``.
    Blocked
        ``openings.seed-differs``: the two persons did not read the same.
    """
    ensure_may_confirm(account)
    now = ready_to_settle(session, ruleset, opening, Mode.DRAW, at)
    if opening.seed_source == LOG_HEAD:
        raise Blocked("openings.other-source", where=opening.number, source=LOG_HEAD)
    if not seed.strip():
        raise UnusableInput("openings.no-seed", where="seed")
    first = first_entry(session, opening)
    if first is None:
        tell(session, opening, SEED, {"seed": seed}, account)
        return None
    if first.account_id == account.id:
        raise NotAllowed("titles.same-person", where="seed")
    if first.facts["seed"] != seed:
        tell(session, opening, f"{SEED}-refused", {"seed": seed}, account)
        raise Blocked("openings.seed-differs", where=opening.number)
    return _draw(session, ruleset, opening, seed, now)


def settle_by_comparison(
    session: Session,
    ruleset: Ruleset,
    opening: Opening,
    order: Sequence[int],
    decision: Decision,
    *,
    marks: Mapping[str, Mapping[str, str]] | None = None,
) -> list[str]:
    """Give places in the order two persons decided, with their reason.

    Parameters
    ----------
    order
        Every party that left a seal, best first.
    marks
        By party, the marks the order follows from; told with it.
    """
    ensure_two_people(decision)
    now = ready_to_settle(session, ruleset, opening, Mode.COMPARISON, decision.at)
    filings = {filing.party_id: filing for filing in filings_of(session, opening)}
    if sorted(order) != sorted(filings):
        raise UnusableInput("openings.order-incomplete", where="order", count=len(filings))
    told: dict[str, Any] = {"order": list(order), "reason": decision.reason}
    if marks is not None:
        told |= {"marks": dict(marks), "confirmed_by": decision.confirmed_by.id}
    tell(session, opening, "opening.compare", told, decision.decided_by)
    return _file_in_order(session, ruleset, opening, [filings[party] for party in order], now)


def filings_of(session: Session, opening: Opening) -> Sequence[SealedFiling]:
    """List the sealed filings of an opening, by party."""
    return session.scalars(
        select(SealedFiling)
        .where(SealedFiling.opening_id == opening.id)
        .order_by(SealedFiling.party_id)
    ).all()


def ready_to_settle(
    session: Session, ruleset: Ruleset, opening: Opening, mode: Mode, at: dt.datetime | None
) -> dt.datetime:
    """Lock the ground, then see that everybody had time to show what they sealed.

    Raises
    ------
    Blocked
        ``openings.other-mode`` or ``openings.not-ready``.
    """
    lock_ground(session, to_shape(opening.geom))
    session.refresh(opening)
    now = at or server_now(session)
    if opening.mode != mode.value:
        raise Blocked("openings.other-mode", where=opening.number, mode=opening.mode)
    waiting = [one for one in filings_of(session, opening) if not one.content]
    over = now >= window_of(ruleset, opening).reveal_ends_at
    if phase_of(ruleset, opening, now) is not Phase.REVEAL or (waiting and not over):
        raise Blocked("openings.not-ready", where=opening.number, count=len(waiting))
    return now


def first_entry(session: Session, opening: Opening) -> JournalEntry | None:
    """Give the seed that a first person entered, while a second one is awaited."""
    query = select(JournalEntry).where(
        JournalEntry.action == SEED, JournalEntry.subject_id == opening.number
    )
    return session.scalar(query.order_by(JournalEntry.id.desc()).limit(1))


def _draw(
    session: Session, ruleset: Ruleset, opening: Opening, seed: str, now: dt.datetime
) -> list[str]:
    filings = {filing.party_id: filing for filing in filings_of(session, opening)}
    lots = draw(opening.number, seed, [Entry(f.party_id, f.seal) for f in filings.values()])
    opening.seed = seed
    ordered = [filings[lot.party] for lot in lots]
    return _file_in_order(session, ruleset, opening, ordered, now)


def _file_in_order(
    session: Session,
    ruleset: Ruleset,
    opening: Opening,
    ordered: Sequence[SealedFiling],
    now: dt.datetime,
) -> list[str]:
    """Write the places, then file what was revealed: ranks follow places."""
    opening.drawn_at = now
    for place, filing in enumerate(ordered, 1):
        filing.place = place
    session.flush()
    filed = []
    for filing in ordered:
        number = _file(session, ruleset, opening, filing) if filing.content else None
        if number is not None:
            filed.append(number)
    tell(session, opening, "opening.settle", {"seed": opening.seed, "filed": filed}, None)
    session.add(OutboxEvent(topic="opening.settled", subject_id=opening.number, facts={}))
    session.flush()
    return filed


def _file(session: Session, ruleset: Ruleset, opening: Opening, filing: SealedFiling) -> str | None:
    """File one revealed content by the ordinary way; what the law refuses is told, not hidden."""
    asked: dict[str, Any] = filing.content["asked"]
    try:
        with session.begin_nested():
            reading = read_geometry(ruleset, asked["geometry"])
            substances = tuple(ruleset.substance(str(name)).id for name in asked["substances"])
            wanted = Filing(str(asked["kind"]), substances, reading, asked.get("name"))
            application = file_application(
                session,
                ruleset,
                wanted,
                account=session.get_one(Account, filing.account_id),
                applicant=session.get_one(Party, filing.party_id),
            )
            filing.application_id = application.id
            session.flush()
    except (CadastreError, TypeError, ValueError) as refusal:
        told = {"party": filing.party_id, "place": filing.place, "refused": str(refusal)}
        tell(session, opening, "opening.filing-refused", told, None)
        return None
    return application.number


def tell(
    session: Session,
    opening: Opening,
    action: str,
    facts: dict[str, Any],
    account: Account | None,
) -> JournalEntry:
    """Write in the journal what happened to an opening; None: done by rule."""
    entry = JournalEntry(
        action=action,
        subject="opening",
        subject_id=opening.number,
        account_id=None if account is None else account.id,
        by_rule=account is None,
        facts=facts,
    )
    session.add(entry)
    session.flush()
    return entry
