"""End titles and free ground: what renunciation, withdrawal, renewal and expiry have in common."""

from __future__ import annotations

import datetime as dt
from typing import Any

import shapely
from geoalchemy2.shape import to_shape
from shapely.geometry import MultiPolygon
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from cadastre.models import Title
from cadastre.procedures.terms import day_of
from cadastre.queries.occupations import exclusive_occupations
from cadastre.rules.ruleset import Ruleset
from cadastre.services.openings.publish import publish_freed_ground
from cadastre.services.titles.burdens import end_all_charges
from cadastre.services.titles.facts import current_shares
from cadastre.services.titles.ground import (
    Held,
    close_ground,
    groups_of,
    legacy_groups_of,
    measure_of,
    open_ground,
)
from cadastre.services.titles.waiting import promote_waiting


def free_ground(
    session: Session,
    ruleset: Ruleset,
    title: Title,
    freed: MultiPolygon,
    groups: tuple[str, ...],
    instant: dt.datetime,
) -> dict[str, Any]:
    """Publish ground that a title lets go, and let those who waited for it move up.

    Whoever already holds a rank on that ground keeps it: only ground nobody asked for is opened.
    """
    if freed.is_empty:
        return {"freed_m2": 0.0, "openings": [], "moved_up": []}
    day = day_of(instant, ruleset.time_zone)
    moved = promote_waiting(session, freed, instant)
    measure = measure_of(ruleset, freed, day)
    openings: list[str] = []
    for group in groups:
        taken = exclusive_occupations(session, freed, group, since=instant)
        unasked = shapely.difference(freed, shapely.union_all([to_shape(o.geom) for o in taken]))
        published = publish_freed_ground(
            session, ruleset, title, measure.substance_of(unasked), group, instant
        )
        openings += [] if published is None else [published.number]
    return {
        "freed_m2": round(measure.area_m2(freed), 2),
        "openings": openings,
        "moved_up": moved,
    }


def replace_ground(
    session: Session,
    title: Title,
    held: Held,
    ground: MultiPolygon,
    instant: dt.datetime,
    until: dt.datetime | None,
    *,
    drawn: bool = False,
) -> None:
    """Close the ground a title held and open another, cut or ``drawn``, from the same instant."""
    groups, legacy = groups_of(session, held.parcels), legacy_groups_of(session, held.parcels)
    close_ground(session, held.parcels, instant)
    period = Range(instant, until)
    open_ground(
        session, title, ground, period, groups, held.source, legacy_in=legacy, drawn=drawn
    )


def end_title(session: Session, title: Title, reason: str, day: dt.date) -> None:
    """Let a title end before its term, with the shares of its holders."""
    title.ended_on = max(day, title.starts_on)
    title.end_reason = reason
    for share in current_shares(session, title, day):
        share.ends_on = title.ended_on
    session.flush()


def end_title_and_charges(session: Session, title: Title, reason: str, day: dt.date) -> list[int]:
    """Let a title end without a child: what weighed on it ends with it."""
    end_title(session, title, reason, day)
    return end_all_charges(session, title, day)
