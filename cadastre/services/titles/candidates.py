"""Offer what an act may be done with: parties, titles next door, applications to convert."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from geoalchemy2.shape import from_shape
from sqlalchemy import Text, func, literal, select
from sqlalchemy.orm import Session

from cadastre.models import Application, Parcel, Party, Title
from cadastre.models.base import SRID
from cadastre.procedures.facts import TitleFacts
from cadastre.procedures.ground import whole
from cadastre.rules.ruleset import Ruleset
from cadastre.services.titles.ground import held, open_parcels

MOST = 20
LONGEST = 100
TOUCHING_DEG = 1e-6  # a tenth of a metre: rounding of corners


def parties_called(session: Session, words: str) -> Sequence[Party]:
    """List the parties whose name holds some words, accents and capitals aside; nearest first."""
    wanted = " ".join(words.split())[:LONGEST]
    if not wanted:
        return []
    for sign in ("\\", "%", "_"):
        wanted = wanted.replace(sign, f"\\{sign}")
    name = func.searchable(Party.name)
    plain = func.searchable(literal(wanted, Text))
    query = select(Party).where(name.like(func.concat("%", plain, "%")))
    return session.scalars(query.order_by(func.length(Party.name), Party.id).limit(MOST)).all()


def neighbours_to_merge(
    session: Session, title: Title, facts: TitleFacts, at: dt.datetime
) -> Sequence[Title]:
    """List the titles of the same kind that touch a title; the merger judges all the rest."""
    ground = held(open_parcels(session, title, at)).ground
    if ground.is_empty:
        return []
    near = from_shape(whole(ground), SRID)
    query = (
        select(Title)
        .join(Parcel, Parcel.title_id == Title.id)
        .where(
            Title.id != title.id,
            Title.kind == facts.kind,
            Parcel.period.op("@>")(at),
            func.ST_DWithin(Parcel.geom, near, TOUCHING_DEG),
        )
        .distinct()
        .order_by(Title.number)
    )
    return session.scalars(query.limit(MOST)).all()


def applications_to_convert(
    session: Session, ruleset: Ruleset, title: Title, facts: TitleFacts, at: dt.datetime
) -> Sequence[Application]:
    """List the open applications of a title's holders, of a kind that follows, on its ground."""
    following = [kind.id for kind in ruleset.kinds.values() if title.kind in kind.follows]
    ground = held(open_parcels(session, title, at)).ground
    if ground.is_empty:
        return []
    query = (
        select(Application)
        .join(Parcel, Parcel.application_id == Application.id)
        .where(
            Application.kind.in_(following),
            Application.applicant_id.in_(facts.holders),
            Application.closed_at.is_(None),
            func.ST_Intersects(Parcel.geom, from_shape(whole(ground), SRID)),
        )
        .distinct()
        .order_by(Application.number)
    )
    return session.scalars(query.limit(MOST)).all()
