"""Notice every person whose data a request reads, at the one door to the database.

A view that is written tomorrow is covered before anybody thinks of it: what is noticed is not that
a page means to show persons but that their rows, or columns classed as personal, were read while it
was made. Whoever reads in their own name leaves no entry about themselves.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Result, Table, event, func, select
from sqlalchemy.orm import ORMExecuteState, QueryContext, Session
from sqlalchemy.sql import visitors

from cadastre.models import Account, JournalEntry, Party
from cadastre.models.classification import class_of
from cadastre.rules.permissions import Actor, Classification, Power, is_private
from cadastre.services.personal_data import NOTED, SUBJECT, VIEW
from cadastre.vocabulary import PartyKind

SEEN = "persons-seen"  # in the session's own notes
TABLES = (Party.__tablename__, Account.__tablename__)
AGAIN_AFTER = dt.timedelta(hours=1)  # a desk that looks again by itself is one view, not hundreds
BY_PERSON, BY_ACCOUNT = SUBJECT, "account"


@dataclass
class Seen:
    """Persons by row, and words that may be their names, read since the watch began."""

    parties: set[int] = field(default_factory=set)
    accounts: set[int] = field(default_factory=set)
    words: set[str] = field(default_factory=set)


def watch_persons(session: Session) -> None:
    """Begin to notice whose data a session reads."""
    session.info[SEEN] = Seen()


def write_persons_seen(session: Session, actor: Actor, *, why: str) -> int:
    """Write in the journal whose data was read since the watch began; give how many.

    One entry a person and hour for the same reason, in the transaction that read.
    """
    seen: Seen | None = session.info.pop(SEEN, None)
    if seen is None or not actor.is_known:
        return 0
    own = {party for power in Power for party in actor.parties(power)}
    noted = {party for account, party, _ in session.info.get(NOTED, ()) if account}
    parties = (seen.parties | _named(session, seen.words)) - own - noted
    accounts = (seen.accounts | _addressed(session, seen.words)) - {actor.account_id}
    wanted = {(BY_PERSON, str(one)) for one in parties} | {(BY_ACCOUNT, str(a)) for a in accounts}
    fresh = sorted(wanted - _written(session, actor, wanted, why))
    for subject, key in fresh:
        session.add(
            JournalEntry(
                account_id=actor.account_id, action=VIEW, subject=subject, subject_id=key,
                reason=why,
            )
        )  # fmt: skip
    session.flush()
    return len(fresh)


def _named(session: Session, words: set[str]) -> set[int]:
    """Find the persons that bear one of some names; namesakes count."""
    if not words:
        return set()
    persons = select(Party.id).where(Party.kind == PartyKind.PERSON.value, Party.name.in_(words))
    return set(session.scalars(persons))


def _addressed(session: Session, words: set[str]) -> set[int]:
    """Find the private accounts behind some addresses."""
    addresses = {word for word in words if "@" in word}
    if not addresses:
        return set()
    rows = session.execute(
        select(Account.id, Account.roles).where(Account.email.in_(addresses))
    )
    return {int(key) for key, roles in rows if is_private(roles)}


def _written(
    session: Session, actor: Actor, wanted: set[tuple[str, str]], why: str
) -> set[tuple[str, str]]:
    if not wanted:
        return set()
    rows = session.execute(
        select(JournalEntry.subject, JournalEntry.subject_id).where(
            JournalEntry.subject.in_((BY_PERSON, BY_ACCOUNT)),
            JournalEntry.subject_id.in_({key for _, key in wanted}),
            JournalEntry.account_id == actor.account_id,
            JournalEntry.action == VIEW,
            JournalEntry.reason == why,
            JournalEntry.recorded_at > func.now() - AGAIN_AFTER,
        )
    )
    return {(subject, key) for subject, key in rows}


@event.listens_for(Party, "load")
def _notice_party(party: Party, context: QueryContext) -> None:
    seen = context.session.info.get(SEEN)
    if seen is not None and "kind" in party.__dict__ and party.kind == PartyKind.PERSON.value:
        seen.parties.add(party.id)


@event.listens_for(Account, "load")
def _notice_account(account: Account, context: QueryContext) -> None:
    seen = context.session.info.get(SEEN)
    if seen is not None and is_private(account.__dict__.get("roles") or ()):
        seen.accounts.add(account.id)


@event.listens_for(Session, "do_orm_execute")
def _notice_columns(state: ORMExecuteState) -> Result[Any] | None:
    """Keep the words that came out of personal columns, where columns rather than rows are read."""
    seen = state.session.info.get(SEEN)
    if seen is None or not state.is_select or state.is_column_load or state.is_relationship_load:
        return None
    if "yield_per" in state.execution_options:
        return None  # a file on its way: written down as an export
    places = tuple(_personal_places(state.statement))
    if not places:
        return None
    frozen = state.invoke_statement().freeze()
    for row in frozen.data:
        values = row if isinstance(row, (tuple, list)) or hasattr(row, "_mapping") else (row,)
        for place in places:
            seen.words.update(_words(values[place]))
    return frozen()


def _personal_places(statement: Any) -> Iterator[int]:
    for place, told in enumerate(getattr(statement, "column_descriptions", ())):
        expression = told["expr"]
        if isinstance(expression, type):
            continue
        element = getattr(expression, "__clause_element__", lambda e=expression: e)()
        if any(_is_personal(one) for one in visitors.iterate(element)):
            yield place


def _is_personal(element: Any) -> bool:
    for column in getattr(element, "base_columns", ()):
        table = getattr(column, "table", None)
        while table is not None and not isinstance(table, Table):
            table = getattr(table, "element", None)
        if table is None or table.name not in TABLES:
            continue
        if class_of(table.name, column.name) >= Classification.PERSONAL:
            return True
    return False


def _words(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        return (value,)
    if isinstance(value, dict):
        return (word for one in value.values() for word in _words(one))
    if isinstance(value, (list, tuple)):
        return (word for one in value for word in _words(one))
    return ()
