"""Find the dossiers of a desk: whose turn it is, who carries them, what is due first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ScalarSelect, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from cadastre.models import (
    Account,
    Application,
    Assignment,
    Dossier,
    DossierStanding,
    Message,
    MessageReading,
    Party,
)

DRAFT = "draft"
MOST_ROWS = 100


@dataclass(frozen=True, slots=True)
class Reach:
    """What somebody of the office may see: regions and sectors (empty: all), and their own."""

    account_ids: tuple[int, ...]
    areas: frozenset[str] = frozenset()
    sectors: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Asked:
    """Which dossiers are wanted; what is left out narrows nothing.

    ``turn`` are roles or bodies whose turn it is; ``carried`` is mine, nobody or others; ``unread``
    keeps those with a message of the applicant's side that the reader has not read.
    """

    turn: tuple[str, ...] = ()
    carried: str | None = None
    service: str | None = None
    sector: str | None = None
    state: str | None = None
    overdue: bool = False
    closed: bool = False
    words: str | None = None
    unread: bool = False


@dataclass(frozen=True, slots=True)
class DeskRow:
    """A dossier as a queue shows it."""

    id: int
    number: str
    service: str
    sector: str | None
    catalogue_sha256: str
    applicant: str | None
    applicant_kind: str | None
    application: str | None
    state: str
    stage: str
    awaited: tuple[str, ...]
    due_at: dt.datetime | None
    lodged_at: dt.datetime | None
    moved_at: dt.datetime
    outcome: str | None
    carried_by: str | None
    carried_by_id: int | None
    unread: int


def find_dossiers(
    session: Session, reach: Reach, asked: Asked, *, limit: int = MOST_ROWS, offset: int = 0
) -> Sequence[DeskRow]:
    """List dossiers, what is due first at the top and what has no term after it."""
    query = _narrowed(_rows(reach.account_ids[0]), reach, asked)
    query = query.order_by(
        DossierStanding.due_at.asc().nulls_last(), DossierStanding.lodged_at, Dossier.id
    )
    found = session.execute(query.limit(limit).offset(offset)).mappings()
    return [DeskRow(**{**row, "awaited": tuple(row["awaited"])}) for row in found]


def count_dossiers(session: Session, reach: Reach, asked: Asked) -> int:
    """Count what :func:`find_dossiers` would list."""
    query = _narrowed(_joined(select(func.count(Dossier.id))), reach, asked)
    return session.scalar(query) or 0


def _rows(reader_id: int) -> Select[Any]:
    unread = _unread(reader_id)
    number = (
        select(Application.number)
        .where(Application.dossier_id == Dossier.id)
        .order_by(Application.id)
        .limit(1)
        .scalar_subquery()
    )
    return _joined(
        select(
            Dossier.id, Dossier.number, Dossier.service, Dossier.sector,
            Dossier.catalogue_sha256, Party.name.label("applicant"),
            Party.kind.label("applicant_kind"), number.label("application"),
            DossierStanding.state, DossierStanding.stage, DossierStanding.awaited,
            DossierStanding.due_at, DossierStanding.lodged_at, DossierStanding.moved_at,
            DossierStanding.outcome, Account.display_name.label("carried_by"),
            Account.id.label("carried_by_id"), unread.label("unread"),
        )
    )  # fmt: skip


def _unread(reader_id: int) -> ScalarSelect[int]:
    """Count what the applicant's side wrote since somebody last read the dossier."""
    return (
        select(func.count(Message.id))
        .where(
            Message.dossier_id == Dossier.id,
            ~Message.by_office,
            Message.id
            > func.coalesce(
                select(MessageReading.message_id)
                .where(
                    MessageReading.dossier_id == Message.dossier_id,
                    MessageReading.account_id == reader_id,
                )
                .scalar_subquery(),
                0,
            ),
        )
        .scalar_subquery()
    )


def _joined(query: Select[Any]) -> Select[Any]:
    return (
        query.join(DossierStanding, DossierStanding.dossier_id == Dossier.id)
        .outerjoin(Party, Party.id == Dossier.party_id)
        .outerjoin(
            Assignment,
            and_(Assignment.dossier_id == Dossier.id, Assignment.ends_at.is_(None)),
        )
        .outerjoin(Account, Account.id == Assignment.account_id)
    )


def _narrowed(query: Select[Any], reach: Reach, asked: Asked) -> Select[Any]:
    query = query.where(
        DossierStanding.state != DRAFT,
        DossierStanding.is_closed == asked.closed,
        _within(reach),
    )
    if asked.turn:
        query = query.where(DossierStanding.awaited.overlap(list(asked.turn)))
    if asked.carried == "mine":
        query = query.where(Assignment.account_id.in_(reach.account_ids))
    elif asked.carried == "nobody":
        query = query.where(Assignment.account_id.is_(None))
    elif asked.carried == "others":
        query = query.where(Assignment.account_id.not_in(reach.account_ids))
    if asked.service:
        query = query.where(Dossier.service == asked.service)
    if asked.sector:
        query = query.where(Dossier.sector == asked.sector)
    if asked.state:
        query = query.where(DossierStanding.state == asked.state)
    if asked.overdue:
        query = query.where(DossierStanding.due_at < func.clock_timestamp())
    if asked.words:
        query = query.where(_speaks_of(asked.words))
    if asked.unread:
        query = query.where(_unread(reach.account_ids[0]) > 0)
    return query


def _within(reach: Reach) -> Any:
    """Keep to the reader's regions and sectors; what they carry is theirs wherever it lies."""
    conditions = []
    if reach.areas:
        conditions.append(Dossier.office.in_(reach.areas))
    if reach.sectors:
        conditions.append(Dossier.sector.in_(reach.sectors))
    return or_(and_(True, *conditions), Assignment.account_id.in_(reach.account_ids))


def _speaks_of(words: str) -> Any:
    """Match a number or a name, accents and case aside, with a letter wrong."""
    sought = func.searchable(words)
    return or_(
        func.searchable(Dossier.number).contains(sought, autoescape=False),
        func.searchable(Party.name).op("%>")(sought),
        Dossier.id.in_(
            select(Application.dossier_id).where(
                func.searchable(Application.number).contains(sought, autoescape=False)
            )
        ),
    )
