"""Hold what one account keeps in preparation within the limits of the catalogue.

A draft costs nothing, takes no rank and is never cleared away by itself: without a limit one
account could fill the register's disk. What the counter opens for others is not counted.
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from cadastre.errors import Blocked, TooLarge
from cadastre.models import Document, Dossier, DossierStanding, StoredFile
from cadastre.procedures.machine import State
from cadastre.rules.catalogue import Service
from cadastre.rules.permissions import Actor

MOST_OPEN, MOST_MEGABYTES = "most_open", "most_megabytes"
MEGABYTE = 1_000_000


def ensure_may_open(session: Session, service: Service, actor: Actor) -> None:
    """Refuse one more draft to whoever keeps the most already.

    Raises
    ------
    Blocked
        ``dossiers.too-many-drafts``, with the way out.
    """
    most = _limit(service, MOST_OPEN, actor.day)
    if most is None:
        return
    held = session.scalar(select(func.count()).select_from(_drafts(actor.account_id).subquery()))
    if (held or 0) >= most:
        raise Blocked("dossiers.too-many-drafts", where="service", count=held, most=int(most))


def ensure_room_for(
    session: Session, service: Service, dossier: Dossier, size: int, actor: Actor
) -> None:
    """Refuse a file that makes the drafts of an account too heavy; ``size`` is in bytes.

    What is lodged no longer counts: the office keeps it.

    Raises
    ------
    TooLarge
        ``pieces.drafts-too-heavy``, with the way out.
    """
    most = _limit(service, MOST_MEGABYTES, actor.day)
    drafts = _drafts(actor.account_id).subquery()
    if most is None or session.scalar(select(drafts.c.id).where(drafts.c.id == dossier.id)) is None:
        return
    held = session.scalar(
        select(func.coalesce(func.sum(StoredFile.size), 0))
        .join(Document, Document.sha256 == StoredFile.sha256)
        .where(
            Document.dossier_id.in_(select(drafts.c.id)),
            Document.account_id == actor.account_id,
            Document.withdrawn_at.is_(None),
        )
    )
    if (held or 0) + size > most * MEGABYTE:
        raise TooLarge("pieces.drafts-too-heavy", where=dossier.number, most=int(most))


def _drafts(account_id: int | None) -> Select[int]:
    """Select the dossiers an account opened for itself or a company and has not lodged."""
    return (
        select(Dossier.id)
        .join(DossierStanding, DossierStanding.dossier_id == Dossier.id)
        .where(
            Dossier.account_id == account_id,
            Dossier.clerk_id.is_(None),
            DossierStanding.state == State.DRAFT.value,
        )
    )


def _limit(service: Service, name: str, day: dt.date) -> float | None:
    limit = service.drafts.get(name)
    value = None if limit is None else limit.at(day).value
    return None if value is None else float(value)
