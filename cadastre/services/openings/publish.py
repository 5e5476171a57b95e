"""Publish freed ground: from which instant it may be asked for, and how filings are told apart."""

from __future__ import annotations

import datetime as dt

from geoalchemy2.shape import from_shape
from shapely.geometry import MultiPolygon
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cadastre.models import JournalEntry, Opening, OutboxEvent, Title
from cadastre.models.base import SRID
from cadastre.procedures.terms import day_of
from cadastre.procedures.window import mode_of, window
from cadastre.rules.ruleset import Ruleset

LOG_HEAD = "log-head"
UNGUARDED = "none"


def publish_freed_ground(
    session: Session,
    ruleset: Ruleset,
    title: Title,
    freed: MultiPolygon,
    group: str,
    instant: dt.datetime,
    seed_source: str = LOG_HEAD,
) -> Opening | None:
    """Publish the opening of ground that a title let go in one exclusivity group.

    Nothing is published where there is no ground, or where rights do not exclude one another. The
    source of the seed is named now, before anybody can know what it will give: the first log head
    signed after closing, or a public draw that will take place elsewhere.
    """
    if freed.is_empty or group == UNGUARDED:
        return None
    day = day_of(instant, ruleset.time_zone)
    times = window(ruleset, instant, day)
    before = _count(session, title)
    opening = Opening(
        number=f"OUV-{title.number}-{before + 1}",
        title_id=title.id,
        exclusivity_group=group,
        geom=from_shape(freed, SRID),
        published_at=instant,
        opens_at=times.opens_at,
        closes_at=times.closes_at,
        mode=mode_of(ruleset, day).value,
        seed_source=seed_source,
    )
    session.add(opening)
    _tell(session, opening)
    session.flush()
    return opening


def _count(session: Session, title: Title) -> int:
    return session.scalar(select(func.count()).where(Opening.title_id == title.id)) or 0


def _tell(session: Session, opening: Opening) -> None:
    facts = {"opens_at": opening.opens_at.isoformat(), "closes_at": opening.closes_at.isoformat()}
    session.add(
        JournalEntry(
            action="opening.publish",
            subject="opening",
            subject_id=opening.number,
            by_rule=True,
            facts={**facts, "mode": opening.mode, "seed_source": opening.seed_source},
        )
    )
    session.add(OutboxEvent(topic="opening.published", subject_id=opening.number, facts=facts))
