"""Read the journal as auditors do: by dossier, by who acted, by whose data, by day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, String, and_, cast, false, or_, select
from sqlalchemy.orm import Session, aliased

from cadastre.models import Account, Dossier, Invoice, JournalEntry, Party, Title
from cadastre.vocabulary import PartyKind

PAGE = 50
MOST_PEOPLE = 200  # who bear a name that was asked for
DOSSIER, INVOICE = "dossier", "invoice"
NUMBERED = (DOSSIER, "application", "title", INVOICE, "case", "opening", "work", "zone", "file")
OF_PERSONS, OF_ACCOUNTS = "person", "account"


@dataclass(frozen=True, slots=True)
class JournalFilter:
    """Which entries are read; instants from the first on, before the last.

    ``about`` is the number of a dossier, title, order or case; ``who`` acted and ``whose`` data or
    account it was are an address or part of a name; ``action`` begins the name of the act;
    ``before`` is the number of the entry a page begins below.
    """

    about: str = ""
    who: str = ""
    whose: str = ""
    action: str = ""
    since: dt.datetime | None = None
    until: dt.datetime | None = None
    before: int | None = None


@dataclass(frozen=True, slots=True)
class JournalLine:
    """An entry with the names behind its numbers."""

    entry: JournalEntry
    who: str | None
    on_behalf_of: str | None
    whose: str | None


def read_journal(session: Session, wanted: JournalFilter, most: int = PAGE) -> list[JournalLine]:
    """List entries, the newest first."""
    actor, behalf = aliased(Account), aliased(Party)
    query = (
        select(JournalEntry, actor.display_name, behalf.name)
        .outerjoin(actor, actor.id == JournalEntry.account_id)
        .outerjoin(behalf, behalf.id == JournalEntry.on_behalf_of_id)
        .where(*_conditions(wanted))
        .order_by(JournalEntry.id.desc())
        .limit(most)
    )
    rows = session.execute(query).all()
    names = _names(session, [row[0] for row in rows])
    return [
        JournalLine(entry, who, for_whom, names.get((entry.subject, entry.subject_id)))
        for entry, who, for_whom in rows
    ]


def _conditions(wanted: JournalFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.about:
        found.append(_about(wanted.about))
    if wanted.who:
        found.append(JournalEntry.account_id.in_(_accounts(wanted.who)))
    if wanted.whose:
        found.append(_whose(wanted.whose))
    if wanted.action:
        found.append(JournalEntry.action.startswith(wanted.action, autoescape=True))
    if wanted.since is not None:
        found.append(JournalEntry.recorded_at >= wanted.since)
    if wanted.until is not None:
        found.append(JournalEntry.recorded_at < wanted.until)
    if wanted.before is not None:
        found.append(JournalEntry.id < wanted.before)
    return found


def _about(number: str) -> ColumnElement[bool]:
    """Match what concerns a number: itself, its orders of payment, and who looked at it."""
    orders = (
        select(Invoice.number)
        .outerjoin(Dossier, Dossier.id == Invoice.dossier_id)
        .outerjoin(Title, Title.id == Invoice.title_id)
        .where(or_(Dossier.number == number, Title.number == number))
    )
    return or_(
        and_(JournalEntry.subject.in_(NUMBERED), JournalEntry.subject_id == number),
        and_(JournalEntry.subject == INVOICE, JournalEntry.subject_id.in_(orders)),
        JournalEntry.facts["number"].astext == number,
        JournalEntry.facts["dossier"].astext == number,
        and_(
            JournalEntry.subject.in_((OF_PERSONS, OF_ACCOUNTS)),
            or_(
                JournalEntry.reason == f"dossier {number}",
                JournalEntry.reason.endswith(f"/{number}", autoescape=True),
                JournalEntry.reason.contains(f"/{number}/", autoescape=True),
            ),
        ),
    )


def _accounts(words: str) -> Select[int]:
    return (
        select(Account.id)
        .where(
            or_(
                Account.email == words.lower(),
                Account.display_name.icontains(words, autoescape=True),
            )
        )
        .limit(MOST_PEOPLE)
    )


def _whose(words: str) -> ColumnElement[bool]:
    persons = (
        select(Party.id)
        .where(
            or_(Party.email == words.lower(), Party.name.icontains(words, autoescape=True))
        )
        .limit(MOST_PEOPLE)
    )
    return or_(
        JournalEntry.on_behalf_of_id.in_(persons),
        and_(
            JournalEntry.subject == OF_PERSONS,
            JournalEntry.subject_id.in_(_as_text(persons)),
        ),
        and_(
            JournalEntry.subject == OF_ACCOUNTS,
            JournalEntry.subject_id.in_(_as_text(_accounts(words))),
        ),
    )


def _as_text(keys: Select[int]) -> Select[str]:
    inner = keys.subquery()
    return select(cast(inner.c.id, String))


def _names(
    session: Session, entries: Sequence[JournalEntry]
) -> dict[tuple[str, str], str]:
    """Name the persons and accounts that entries are about."""
    persons = {int(e.subject_id) for e in entries if _is_of(e, OF_PERSONS)}
    accounts = {int(e.subject_id) for e in entries if _is_of(e, OF_ACCOUNTS)}
    named = select(Party.id, Party.name).where(
        Party.id.in_(persons) if persons else false(), Party.kind == PartyKind.PERSON.value
    )
    opened = select(Account.id, Account.display_name).where(
        Account.id.in_(accounts) if accounts else false()
    )
    found = {(OF_PERSONS, str(key)): name for key, name in session.execute(named)}
    return found | {(OF_ACCOUNTS, str(key)): name for key, name in session.execute(opened)}


def _is_of(entry: JournalEntry, subject: str) -> bool:
    return entry.subject == subject and entry.subject_id.isdecimal()
