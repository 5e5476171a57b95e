"""Tell a person who of the office saw their data, when, and on what occasion."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import String, cast, or_, select
from sqlalchemy.orm import Session

from cadastre.models import Account, JournalEntry, Mandate, Party
from cadastre.vocabulary import PartyKind

VIEW = "personal.view"
PERSON, ACCOUNT = "person", "account"
SHOWN = 200


@dataclass(frozen=True, slots=True)
class Seen:
    """One look at a person's data: when, by an office and its roles, and on what page."""

    at: dt.datetime
    person: str | None  # None: the account itself
    body: str | None
    roles: tuple[str, ...]
    occasion: str


def views_of(session: Session, account_id: int) -> list[Seen]:
    """List who saw the natural persons an account speaks for, the latest first.

    The agent is told by office and roles: the name stands in the journal, for who asks the office.
    """
    persons = (
        select(Party.id)
        .join(Mandate, Mandate.party_id == Party.id)
        .where(
            Mandate.account_id == account_id, Mandate.state == "active",
            or_(Mandate.ends_on.is_(None), Mandate.ends_on > dt.datetime.now(dt.UTC).date()),
            Party.kind == PartyKind.PERSON.value,
        )
    )  # fmt: skip
    rows = session.execute(
        select(
            JournalEntry.recorded_at, Party.name, Account.body, Account.roles, JournalEntry.reason
        )
        .join(
            Party,
            (cast(Party.id, String) == JournalEntry.subject_id)
            & (JournalEntry.subject == PERSON),
            isouter=True,
        )
        .join(Account, Account.id == JournalEntry.account_id, isouter=True)
        .where(
            JournalEntry.action == VIEW, JournalEntry.account_id.is_distinct_from(account_id),
            or_(
                Party.id.in_(persons),
                (JournalEntry.subject == ACCOUNT)
                & (JournalEntry.subject_id == str(account_id)),
            ),
        )
        .order_by(JournalEntry.id.desc())
        .limit(SHOWN)
    )  # fmt: skip
    return [
        Seen(at, name, body, tuple(roles or ()), reason or "")
        for at, name, body, roles, reason in rows
    ]
