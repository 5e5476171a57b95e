"""The corners of an act as they were printed and labelled, kept beside the ground they draw."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cadastre.geometry.corner_labels import shown_label
from cadastre.models import Application, Parcel, Title
from cadastre.queries.asof import AsOf

OWNERS: dict[str, tuple[type[Title] | type[Application], Any]] = {
    "titles": (Title, Parcel.title_id),
    "applications": (Application, Parcel.application_id),
}


def named_corners(rings: Sequence[Sequence[dict[str, Any]]]) -> list[tuple[str, float, float]]:
    """Give label, longitude and latitude of every corner that has a place, ring after ring.

    Corners that a cut made, and no act prints, carry a mark.
    """
    return [
        (shown_label(corner), float(corner["lon"]), float(corner["lat"]))
        for ring in rings
        for corner in ring
        if corner.get("lon") is not None and corner.get("lat") is not None
    ]


def printed_rings(
    session: Session, collection: str, number: str, at: AsOf
) -> list[list[tuple[str, float, float]]]:
    """List the rings of a title or application as its act labels them, on the day asked for.

    The latest parcel up to that day speaks; nothing is given where an import kept no labels.
    """
    if collection not in OWNERS:
        return []
    owner, link = OWNERS[collection]
    rings = session.scalar(
        select(Parcel.corners)
        .join(owner, owner.id == link)
        .where(owner.number == number)
        .order_by(Parcel.period.op("@>")(at.instant).desc(), Parcel.id.desc())
        .limit(1)
    )
    return [ring for ring in ([*named_corners([ring])] for ring in rings or []) if len(ring) > 2]
