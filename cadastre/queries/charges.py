"""Ask what weighs on titles."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, joinedload

from cadastre.models import Charge, Title


def weighing(day: dt.date) -> ColumnElement[bool]:
    """Keep the charges that weigh on a day: not released, their term not passed."""
    return Charge.ends_on.is_(None) | (Charge.ends_on > day)


def charges_of(session: Session, title_id: int) -> Sequence[Charge]:
    """List every charge a title ever carried, by rank."""
    return session.scalars(
        select(Charge)
        .where(Charge.title_id == title_id)
        .options(joinedload(Charge.party))
        .order_by(Charge.rank, Charge.id)
    ).all()


def orphaned_charges(session: Session, day: dt.date) -> Sequence[tuple[str, int]]:
    """List charges that still weigh on a title which has ended: number of the title and charge.

    There must be none: an act either carries a charge on or ends it with its title.
    """
    rows = session.execute(
        select(Title.number, Charge.id)
        .join(Charge, Charge.title_id == Title.id)
        .where(Title.ended_on <= day, weighing(day))
        .order_by(Title.number, Charge.id)
    )
    return [(number, charge) for number, charge in rows]


def root_of(session: Session, charge_id: int) -> int:
    """Give the charge first registered of which one is the continuation; itself when it is none."""
    line = (
        select(Charge.id, Charge.origin_id)
        .where(Charge.id == charge_id)
        .cte("ancestry", recursive=True)
    )
    line = line.union_all(
        select(Charge.id, Charge.origin_id).join(line, Charge.id == line.c.origin_id)
    )
    root: int = session.execute(select(line.c.id).where(line.c.origin_id.is_(None))).scalar_one()
    return root


def line_of(session: Session, charge_id: int) -> Sequence[Charge]:
    """List a charge and everything that carries it on, oldest first."""
    line = select(Charge.id).where(Charge.id == charge_id).cte("line", recursive=True)
    line = line.union_all(select(Charge.id).join(line, Charge.origin_id == line.c.id))
    return session.scalars(
        select(Charge).where(Charge.id.in_(select(line.c.id))).order_by(Charge.id)
    ).all()
