"""Ask for the family tree of a title: what it comes from and what came from it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select, union_all
from sqlalchemy.orm import Session, aliased

from cadastre.models import Title, TitleRelation
from cadastre.procedures.family import Edge, Kinship


def family_of(session: Session, title_id: int) -> Sequence[Edge]:
    """List every edge of the tree a title belongs to, by parent and child.

    The whole family is given, cousins included: one look shows where ground and charges went.
    """
    # One recursive step over both directions: PostgreSQL allows a single reference to itself.
    neighbours = union_all(
        select(TitleRelation.parent_id.label("one"), TitleRelation.child_id.label("other")),
        select(TitleRelation.child_id, TitleRelation.parent_id),
    ).subquery()
    members = select(Title.id).where(Title.id == title_id).cte("members", recursive=True)
    members = members.union(
        select(neighbours.c.other).join(members, neighbours.c.one == members.c.id)
    )
    parent, child = aliased(Title), aliased(Title)
    rows = session.execute(
        select(parent.number, child.number, TitleRelation.kind)
        .join(parent, parent.id == TitleRelation.parent_id)
        .join(child, child.id == TitleRelation.child_id)
        .where(TitleRelation.parent_id.in_(select(members.c.id)))
        .order_by(parent.number, child.number)
    )
    return [Edge(up, down, Kinship(kind)) for up, down, kind in rows]
