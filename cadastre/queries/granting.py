"""Read and write the stops of granting: open until a person lifts them."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cadastre.models import GrantingStop


def open_stops(session: Session) -> list[GrantingStop]:
    """List the stops nobody has lifted, oldest first."""
    return list(
        session.scalars(
            select(GrantingStop).where(GrantingStop.lifted_at.is_(None)).order_by(GrantingStop.id)
        )
    )


def lift(session: Session, stops: list[GrantingStop], account_id: int, reason: str) -> None:
    """Write under each stop who lifted it, when and why."""
    for stop in stops:
        stop.lifted_at = func.now()
        stop.lifted_by_id = account_id
        stop.lifting_reason = reason
    session.flush()
