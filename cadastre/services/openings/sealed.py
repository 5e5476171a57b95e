"""File under seal inside a window, and show after it what was sealed.

Commit and reveal: while the window is open the cadastre is sent a seal only, SHA-256 of a salt and
the content. It never holds what anybody asks for before closing, so nobody, agent, administrator or
thief, can read it. Only after closing does the author send salt and content, held against the seal.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cadastre.errors import Blocked, NotFound, UnusableInput
from cadastre.models import Account, JournalEntry, Opening, Party, SealedFiling
from cadastre.procedures.draw import seal_of
from cadastre.procedures.terms import day_of
from cadastre.procedures.window import Mode, Phase, Window, window
from cadastre.rules.ruleset import Ruleset

SEAL = re.compile(r"[0-9a-f]{64}")
MOST_CONTENT = 200_000
LONGEST_SALT = 200
ASKED = {"kind", "substances", "geometry"}


def opening_named(session: Session, number: str) -> Opening:
    """Give an opening by its number.

    Raises
    ------
    NotFound
        ``openings.unknown``.
    """
    found = session.scalar(select(Opening).where(Opening.number == number))
    if found is None:
        raise NotFound("openings.unknown", where=number, number=number)
    return found


def server_now(session: Session) -> dt.datetime:
    """Read the server's clock."""
    now: dt.datetime = session.execute(select(func.clock_timestamp())).scalar_one()
    return now


def window_of(ruleset: Ruleset, opening: Opening) -> Window:
    """Give the instants of an opening: those published, and the end of its time to reveal."""
    day = day_of(opening.published_at, ruleset.time_zone)
    law = window(ruleset, opening.published_at, day)
    reveal = law.reveal_ends_at - law.closes_at
    return Window(opening.opens_at, opening.closes_at, opening.closes_at + reveal)


def phase_of(ruleset: Ruleset, opening: Opening, at: dt.datetime) -> Phase:
    """Tell where an opening stands at an instant."""
    return window_of(ruleset, opening).phase(
        at, mode=Mode(opening.mode), settled_at=opening.drawn_at
    )


def leave_seal(
    session: Session,
    ruleset: Ruleset,
    opening: Opening,
    seal: str,
    *,
    account: Account,
    party: Party,
    at: dt.datetime | None = None,
) -> SealedFiling:
    """Leave a party's seal in an open window; leaving another replaces it, never adds one.

    Raises
    ------
    Blocked
        ``openings.not-in-window``.
    UnusableInput
        ``openings.not-a-seal``.
    """
    if not SEAL.fullmatch(seal):
        raise UnusableInput("openings.not-a-seal", where="seal")
    now = at or server_now(session)
    if phase_of(ruleset, opening, now) is not Phase.OPEN:
        raise Blocked(
            "openings.not-in-window",
            where=opening.number,
            opens_at=opening.opens_at,
            closes_at=opening.closes_at,
        )
    filing = sealed_filing(session, opening, party, lock=True)
    if filing is None:
        filing = SealedFiling(
            opening_id=opening.id,
            party_id=party.id,
            account_id=account.id,
            seal=seal,
            content={},
        )
        session.add(filing)
    filing.seal = seal
    _journal(session, "opening.seal", opening, account, party, {"seal": seal})
    return filing


def reveal(
    session: Session,
    ruleset: Ruleset,
    opening: Opening,
    content: str,
    salt: str,
    *,
    account: Account,
    party: Party,
    at: dt.datetime | None = None,
) -> SealedFiling:
    """Show what a party sealed: the very text, and the salt mixed with it.

    Raises
    ------
    Blocked
        ``openings.not-in-reveal``, or ``openings.seal-differs``: this is not what was sealed.
    NotFound
        ``openings.nothing-sealed``.
    UnusableInput
        ``openings.content-unusable``.
    """
    now = at or server_now(session)
    times = window_of(ruleset, opening)
    if not (times.closes_at <= now < times.reveal_ends_at) or opening.drawn_at is not None:
        raise Blocked(
            "openings.not-in-reveal",
            where=opening.number,
            closes_at=times.closes_at,
            ends_at=times.reveal_ends_at,
        )
    filing = sealed_filing(session, opening, party, lock=True)
    if filing is None:
        raise NotFound("openings.nothing-sealed", where=opening.number, party=party.name)
    if len(salt) > LONGEST_SALT or seal_of(content.encode(), salt) != filing.seal:
        raise Blocked("openings.seal-differs", where=opening.number, seal=filing.seal)
    filing.content = {"asked": asked_of(content), "text": content, "salt": salt}
    _journal(session, "opening.reveal", opening, account, party, {"seal": filing.seal})
    return filing


def asked_of(content: str) -> dict[str, Any]:
    """Read what was sealed: a JSON object with kind, substances and geometry, and maybe a name."""
    try:
        asked = json.loads(content) if len(content) <= MOST_CONTENT else None
    except (ValueError, RecursionError):
        asked = None
    if not isinstance(asked, dict) or not set(asked) >= ASKED:
        raise UnusableInput("openings.content-unusable", where="content")
    return asked


def sealed_filing(
    session: Session, opening: Opening, party: Party, *, lock: bool = False
) -> SealedFiling | None:
    """Give the one filing a party has in an opening."""
    query = select(SealedFiling).where(
        SealedFiling.opening_id == opening.id, SealedFiling.party_id == party.id
    )
    return session.scalar(query.with_for_update() if lock else query)


def _journal(
    session: Session,
    action: str,
    opening: Opening,
    account: Account,
    party: Party,
    facts: dict[str, Any],
) -> None:
    session.add(
        JournalEntry(
            action=action,
            subject="opening",
            subject_id=opening.number,
            account_id=account.id,
            on_behalf_of_id=party.id,
            facts=facts,
        )
    )
    session.flush()
