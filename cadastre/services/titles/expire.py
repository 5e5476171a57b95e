"""Do what the clock has already decided: nothing waits for a clerk.

A right is over, and its ground free, on its day; status and occupation say so by themselves. This
only publishes the opening of the ground, ends charges and shares, closes remnants nobody chose, and
writes it all down "by rule". Running it twice, late or by two machines at once changes nothing.
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cadastre.models import Parcel, Title
from cadastre.procedures.terms import day_of
from cadastre.rules.ruleset import Ruleset
from cadastre.services.openings.reserved import expired_unpublished
from cadastre.services.titles.burdens import end_all_charges
from cadastre.services.titles.decision import record
from cadastre.services.titles.facts import current_shares
from cadastre.services.titles.ground import groups_of, held, lock_titles
from cadastre.services.titles.release import free_ground


def expire_titles(session: Session, ruleset: Ruleset, at: dt.datetime) -> list[str]:
    """Open the ground of titles whose term and grace have passed; give their numbers."""
    done = []
    for title in expired_unpublished(session, at):
        lock_titles(session, [title])
        # Asked again inside the lock: another sweep may have been here.
        if title.id not in {one.id for one in expired_unpublished(session, at)}:
            continue
        _expire(session, ruleset, title, at)
        done.append(title.number)
    return done


def _expire(session: Session, ruleset: Ruleset, title: Title, at: dt.datetime) -> None:
    parcels = _last_parcels(session, title)
    freed = held(parcels).ground
    day = title.expires_on or day_of(at, ruleset.time_zone)
    for share in current_shares(session, title, day):
        share.ends_on = day
    ended = end_all_charges(session, title, day)
    groups = groups_of(session, parcels)
    told = free_ground(session, ruleset, title, freed, groups, at)
    facts = {**told, "charges_ended": ended}
    record(session, ruleset, title, "expire", at, None, facts, moved=[title])


def _last_parcels(session: Session, title: Title) -> list[Parcel]:
    """List the parcels a title held to the end."""
    upper = func.upper(Parcel.period)
    last = select(func.max(upper)).where(Parcel.title_id == title.id).scalar_subquery()
    query = select(Parcel).where(Parcel.title_id == title.id, upper == last)
    return list(session.scalars(query.order_by(Parcel.id)))
