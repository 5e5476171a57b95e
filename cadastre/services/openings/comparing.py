"""Settle a window by comparison: one person proposes the marks, another confirms them.

The marks, their sums and the reason are public once the places are given: a comparison that nobody
may read convinces nobody.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cadastre.errors import Blocked, NotFound, UnusableInput
from cadastre.models import Account, JournalEntry, Opening
from cadastre.procedures.comparison import CRITERIA, Compared, Criterion, compare, criteria_of
from cadastre.procedures.terms import day_of
from cadastre.procedures.window import Mode
from cadastre.rules.ruleset import Ruleset
from cadastre.services.openings.settle import (
    filings_of,
    ready_to_settle,
    settle_by_comparison,
    tell,
)
from cadastre.services.titles.decision import (
    SHORTEST_REASON,
    Decision,
    ensure_may_confirm,
    ensure_may_propose,
)

PROPOSED, REJECTED = "opening.compare-proposed", "opening.compare-rejected"
COMPARED = "opening.compare"
Marks = Mapping[int, Mapping[str, object]]


def criteria_for(ruleset: Ruleset, opening: Opening) -> tuple[Criterion, ...]:
    """Give the criteria of an opening: those of the day on which it was published."""
    return criteria_of(ruleset, day_of(opening.published_at, ruleset.time_zone))


def criteria_evidence(ruleset: Ruleset, opening: Opening) -> str | None:
    """Tell how well the criteria of an opening are attested; None where the law names none."""
    known = ruleset.parameters.get(CRITERIA)
    day = day_of(opening.published_at, ruleset.time_zone)
    return None if known is None else known.at(day).evidence.value


def propose_comparison(
    session: Session,
    ruleset: Ruleset,
    opening: Opening,
    marks: Marks,
    reason: str,
    *,
    account: Account,
    at: dt.datetime | None = None,
) -> tuple[JournalEntry, tuple[Compared, ...]]:
    """Propose the marks of every revealed filing; nothing is settled before another person agrees.

    A filing whose author never revealed it has no marks: it comes after all others.

    Raises
    ------
    NotAllowed
        The account is neither agent nor decision maker.
    Blocked
        The window cannot be settled yet, ``openings.compared-already``, or marks tie.
    UnusableInput
        A mark is missing, cannot be read or belongs to no revealed filing; no reason.
    """
    ensure_may_propose(account)
    if len(reason.strip()) < SHORTEST_REASON:
        raise UnusableInput("titles.no-reason", where="reason")
    ready_to_settle(session, ruleset, opening, Mode.COMPARISON, at)
    if open_comparison(session, opening) is not None:
        raise Blocked("openings.compared-already", where=opening.number)
    compared = _judge(session, ruleset, opening, marks)
    facts = {"marks": _plain(ruleset, opening, compared), "reason": reason.strip()}
    return tell(session, opening, PROPOSED, facts, account), compared


def confirm_comparison(
    session: Session,
    ruleset: Ruleset,
    opening: Opening,
    *,
    account: Account,
    at: dt.datetime | None = None,
) -> list[str]:
    """Give places by the marks another person proposed; give the applications filed, in order.

    Raises
    ------
    NotAllowed
        ``titles.same-person`` or ``titles.not-decider``.
    NotFound
        ``openings.nothing-compared``.
    """
    ensure_may_confirm(account)
    ready_to_settle(session, ruleset, opening, Mode.COMPARISON, at)
    proposal = _need(session, opening)
    author = session.get_one(Account, proposal.account_id)
    marks = {int(party): given for party, given in proposal.facts["marks"].items()}
    compared = _judge(session, ruleset, opening, marks)
    placed = [one.party for one in compared]
    silent = [f.party_id for f in filings_of(session, opening) if f.party_id not in placed]
    decision = Decision(author, account, proposal.facts["reason"], at=at)
    return settle_by_comparison(
        session, ruleset, opening, placed + silent, decision, marks=proposal.facts["marks"]
    )


def reject_comparison(
    session: Session, opening: Opening, reason: str, *, account: Account
) -> JournalEntry:
    """Set proposed marks aside, as a decision maker or as their author."""
    proposal = _need(session, opening)
    if proposal.account_id != account.id:
        ensure_may_confirm(account)
    if len(reason.strip()) < SHORTEST_REASON:
        raise UnusableInput("titles.no-reason", where="reason")
    facts = {"proposal": proposal.id, "reason": reason.strip()}
    return tell(session, opening, REJECTED, facts, account)


def open_comparison(session: Session, opening: Opening) -> JournalEntry | None:
    """Give the marks that wait for a second person."""
    last = session.scalar(
        select(JournalEntry)
        .where(
            JournalEntry.subject == "opening",
            JournalEntry.subject_id == opening.number,
            JournalEntry.action.in_((PROPOSED, REJECTED, COMPARED)),
        )
        .order_by(JournalEntry.id.desc())
        .limit(1)
    )
    return last if last is not None and last.action == PROPOSED else None


def comparison_told(session: Session, opening: Opening) -> dict[str, Any] | None:
    """Give the marks, order and reason by which an opening was settled; None before."""
    entry = session.scalar(
        select(JournalEntry).where(
            JournalEntry.subject == "opening",
            JournalEntry.subject_id == opening.number,
            JournalEntry.action == COMPARED,
        )
    )
    if entry is None:
        return None
    return {name: entry.facts.get(name) for name in ("order", "marks", "reason")}


def _need(session: Session, opening: Opening) -> JournalEntry:
    found = open_comparison(session, opening)
    if found is None:
        raise NotFound("openings.nothing-compared", where=opening.number)
    return found


def _judge(
    session: Session, ruleset: Ruleset, opening: Opening, marks: Marks
) -> tuple[Compared, ...]:
    """Hold marks against the filings that were revealed: each of them, and no other."""
    revealed = {f.party_id for f in filings_of(session, opening) if f.content}
    if set(marks) != revealed:
        raise UnusableInput("openings.order-incomplete", where="marks", count=len(revealed))
    return compare(criteria_for(ruleset, opening), marks)


def _plain(
    ruleset: Ruleset, opening: Opening, compared: tuple[Compared, ...]
) -> dict[str, dict[str, str]]:
    ids = [criterion.id for criterion in criteria_for(ruleset, opening)]
    return {
        str(one.party): {i: str(mark) for i, mark in zip(ids, one.marks, strict=True)}
        for one in compared
    }
