"""File at the counter in somebody's name: two names are kept, and the person confirms by a code.

The clerk types, the person decides: nothing is lodged before the code, printed on the slip or sent
to a telephone, came back. Only its hash is kept.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import secrets

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cadastre.errors import Blocked, NotAllowed, NotFound, UnusableInput
from cadastre.models import CounterConfirmation, Dossier
from cadastre.rules.permissions import Actor, ensure, is_clerk_of
from cadastre.services.dossiers.access import ref_of
from cadastre.services.dossiers.written import journal

CHANNELS = ("paper", "phone")
VALID_FOR = dt.timedelta(hours=48)
MOST_FAILURES = 5
DIGITS = 8


def make_code(session: Session, dossier: Dossier, actor: Actor, channel: str) -> str:
    """Draw the code that the person confirms with; a new one takes the place of the last.

    Raises
    ------
    UnusableInput
        ``counter.unknown-channel``.
    NotAllowed
        The actor is not the clerk of this dossier.
    """
    ensure(is_clerk_of(actor, ref_of(session, dossier)), actor, "dossiers.not-yours")
    if channel not in CHANNELS:
        raise UnusableInput("counter.unknown-channel", where=channel, known=", ".join(CHANNELS))
    code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"
    now: dt.datetime = session.execute(select(func.clock_timestamp())).scalar_one()
    row = session.get(CounterConfirmation, dossier.id)
    if row is None:
        assert actor.account_id is not None
        row = CounterConfirmation(
            dossier_id=dossier.id, clerk_id=actor.account_id, channel=channel, code_hash="",
            expires_at=now,
        )  # fmt: skip
        session.add(row)
    if row.confirmed_at is not None:
        raise Blocked("counter.confirmed-already", where=dossier.number)
    row.channel, row.failures = channel, 0
    row.code_hash = _hash(dossier, code)
    row.expires_at = now + VALID_FOR
    journal(session, "counter-code", dossier, actor, facts={"channel": channel})
    session.flush()
    return code


def confirm_code(session: Session, dossier: Dossier, code: str, actor: Actor | None) -> None:
    """Take the person's confirmation; the actor is whoever typed it, None on a public page.

    Raises
    ------
    NotFound
        ``counter.no-code``: none was drawn.
    NotAllowed
        ``counter.wrong-code`` with the tries left; ``counter.code-expired``.
    """
    row = session.get(CounterConfirmation, dossier.id, with_for_update=True)
    if row is None:
        raise NotFound("counter.no-code", where=dossier.number)
    if row.confirmed_at is not None:
        return
    now: dt.datetime = session.execute(select(func.clock_timestamp())).scalar_one()
    if row.expires_at < now or row.failures >= MOST_FAILURES:
        raise NotAllowed("counter.code-expired", where=dossier.number)
    if not hmac.compare_digest(row.code_hash, _hash(dossier, code)):
        row.failures += 1
        session.flush()
        raise WrongCode(
            "counter.wrong-code", where=dossier.number, left=MOST_FAILURES - row.failures
        )
    row.confirmed_at = now
    journal(session, "counter-confirm", dossier, actor, facts={"channel": row.channel})
    session.flush()


def reopen_confirmation(session: Session, dossier: Dossier) -> None:
    """Ask for the person's code anew: what they confirmed is not what stands there any more.

    The old code is void. What was lodged stays confirmed: its completion is the clerk's errand.
    """
    if dossier.clerk_id is None or any(step.kind == "lodge" for step in dossier.steps):
        return
    row = session.get(CounterConfirmation, dossier.id, with_for_update=True)
    if row is None or row.confirmed_at is None:
        return
    row.confirmed_at, row.expires_at = None, func.clock_timestamp()
    journal(session, "counter-reopen", dossier, None)
    session.flush()
    session.refresh(row)


class WrongCode(NotAllowed):
    """The code is wrong: the edge commits the count of failures before it says so."""


def is_confirmed(session: Session, dossier: Dossier) -> bool:
    """Tell whether nothing stands open: filed by the person, or confirmed by its code."""
    if dossier.clerk_id is None:
        return True
    row = session.get(CounterConfirmation, dossier.id)
    return row is not None and row.confirmed_at is not None


def _hash(dossier: Dossier, code: str) -> str:
    plain = "".join(letter for letter in code if letter.isdigit())
    return hashlib.sha256(f"{dossier.number}:{plain}".encode()).hexdigest()
