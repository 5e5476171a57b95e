"""Say what a step would do before it is taken: it is taken for real, looked at, and undone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cadastre.models import Account, Dossier, Invoice, Notification, Title
from cadastre.procedures.machine import Awaited, Standing
from cadastre.rules.permissions import Actor
from cadastre.rules.ruleset import Ruleset
from cadastre.services.dossiers.catalogue import rules_of
from cadastre.services.dossiers.move import Said, take_step
from cadastre.services.dossiers.standing import standing_of


@dataclass(frozen=True, slots=True)
class TitleSeen:
    """A title as a step would leave it."""

    number: str
    starts_on: dt.date
    expires_on: dt.date | None


@dataclass(frozen=True, slots=True)
class Owed:
    """An order of payment that would be issued; ``total`` None: no text gives the amount."""

    moment: str
    total: int | None
    currency: str


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What a step would do: the state it leads to, what it makes, who is told, who is next."""

    state: str
    was: str
    closed: bool
    titles: tuple[TitleSeen, ...]
    application: str | None
    certificate: str | None
    taker: str | None
    told: tuple[str, ...]
    owed: tuple[Owed, ...]
    awaits: tuple[Awaited, ...]


class _Undone(Exception):
    """Thrown to leave the savepoint without keeping anything."""


def foresee(
    session: Session,
    ruleset: Ruleset,
    dossier: Dossier,
    kind: str,
    actor: Actor,
    said: Said,
    language: str,
) -> Foreseen:
    """Take a step inside a savepoint, look at the register as it would be, and undo it all.

    Raises
    ------
    NotFound, NotAllowed, Blocked, UnusableInput
        The step cannot be taken, as it would be refused for good.
    """
    seen: list[Foreseen] = []
    before = standing_of(session, dossier)
    last = _last_ids(session)
    try:
        with session.begin_nested():
            step = take_step(session, ruleset, dossier, kind, actor, said)
            seen.append(_look(session, dossier, before, step.facts, last, language))
            raise _Undone
    except _Undone:
        session.expire_all()
    return seen[0]


def _last_ids(session: Session) -> tuple[int, int]:
    notice = session.scalar(select(func.max(Notification.id))) or 0
    return notice, session.scalar(select(func.max(Invoice.id))) or 0


def _look(
    session: Session,
    dossier: Dossier,
    before: Standing,
    facts: dict[str, Any],
    last: tuple[int, int],
    language: str,
) -> Foreseen:
    names = rules_of(session, dossier).procedure.state_names
    standing = standing_of(session, dossier)
    numbers = facts.get("titles") or ([facts["title"]] if facts.get("title") else [])
    return Foreseen(
        state=names[standing.state][language] if standing.state else "",
        was=names[before.state][language] if before.state else "",
        closed=standing.closed,
        titles=tuple(_titles(session, numbers)),
        application=facts.get("application"),
        certificate=facts.get("certificate"),
        taker=facts.get("taker_name"),
        told=_told(session, dossier, last[0]),
        owed=tuple(
            Owed(one.moment, one.total, one.currency)
            for one in session.scalars(
                select(Invoice)
                .where(Invoice.dossier_id == dossier.id, Invoice.id > last[1])
                .order_by(Invoice.id)
            )
        ),
        awaits=standing.awaits,
    )


def _titles(session: Session, numbers: Sequence[str]) -> list[TitleSeen]:
    rows = session.scalars(select(Title).where(Title.number.in_(numbers)).order_by(Title.id))
    return [TitleSeen(one.number, one.starts_on, one.expires_on) for one in rows]


def _told(session: Session, dossier: Dossier, last: int) -> tuple[str, ...]:
    """Name who would be written to."""
    rows = session.scalars(
        select(Account.display_name)
        .join(Notification, Notification.account_id == Account.id)
        .where(Notification.dossier_id == dossier.id, Notification.id > last)
        .order_by(Notification.id)
    )
    return tuple(dict.fromkeys(rows))
