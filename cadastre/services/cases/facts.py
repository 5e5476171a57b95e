"""Put the facts of both sides beside one another: who, since when, under which act and rank."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from geoalchemy2.shape import to_shape
from shapely.geometry.base import BaseGeometry
from sqlalchemy import select
from sqlalchemy.orm import Session

from cadastre.errors import NotFound
from cadastre.geometry.crs import describe
from cadastre.geometry.perimeter import geodesic_area_m2
from cadastre.models import Application, Document, OverlapCase, Parcel, Title, Work, Zone
from cadastre.rules.resolution.situation import LEFT, RIGHT
from cadastre.rules.ruleset import Ruleset
from cadastre.services.cases.access import parties_by_side
from cadastre.units import m2_to_ha

Text = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class SideFacts:
    """One side as the register knows it; what a zone or a work has not is None or empty.

    ``since`` is an instant for an application, a day for the others; ``address`` the public page.
    """

    letter: str
    occupant: str
    number: str
    name: str | None
    kind: Text
    parties: tuple[str, ...]
    since: dt.datetime | dt.date | None
    recorded_at: dt.datetime
    rank: int | None
    substances: tuple[Text, ...]
    group: Text | None
    status: str | None
    area_ha: float
    published_ha: float | None
    share: float | None
    act: str | None
    documents: tuple[str, ...]
    crs: Text | None
    original_text: str
    address: str


def side_facts(
    session: Session, ruleset: Ruleset, case: OverlapCase, day: dt.date
) -> tuple[SideFacts, SideFacts]:
    """Give the facts of A, which is in the way, and of B, which was there before."""
    parties = parties_by_side(session, case, day)
    names = {side: tuple(party.name for party in found) for side, found in parties.items()}
    left = _parcel(session, ruleset, "A", case.left_parcel, names[LEFT], case.share_of_left)
    if case.right_parcel is not None:
        share = case.share_of_right
        return left, _parcel(session, ruleset, "B", case.right_parcel, names[RIGHT], share)
    if case.right_zone is not None:
        return left, _zone(ruleset, case.right_zone, names[RIGHT])
    assert case.right_work is not None
    return left, _work(ruleset, case.right_work, names[RIGHT])


def _parcel(
    session: Session,
    ruleset: Ruleset,
    letter: str,
    parcel: Parcel,
    parties: tuple[str, ...],
    share: float | None,
) -> SideFacts:
    title, application = parcel.title, parcel.application
    owner = title or application
    assert owner is not None
    published = title.published_area_m2 if title else None
    collection = "titles" if title else "applications"
    return SideFacts(
        letter, "title" if title else "application", owner.number, owner.name,
        _kind_name(ruleset, owner.kind), parties,
        _since(owner),
        owner.recorded_at, application.rank if application else None,
        tuple(_substance(ruleset, one) for one in owner.substances),
        _group(ruleset, owner.exclusivity_group),
        None if title else (application.outcome if application else None),
        m2_to_ha(parcel.planar_area_m2), None if published is None else m2_to_ha(published),
        share,
        title.instrument if title else None, _documents(session, owner.dossier_id),
        _crs(parcel.original_crs), parcel.original_text, f"/{collection}/{owner.number}",
    )  # fmt: skip


def _since(owner: Title | Application) -> dt.datetime | dt.date:
    if isinstance(owner, Title):
        return owner.granted_on or owner.starts_on
    return owner.filed_at


def _zone(ruleset: Ruleset, zone: Zone, authority: tuple[str, ...]) -> SideFacts:
    known = ruleset.zones.get(zone.kind)
    return SideFacts(
        "B", "zone", zone.code, zone.name, known.name if known else _same(zone.kind), authority,
        zone.starts_on, zone.recorded_at, None, (), None, zone.status,
        _area_ha(to_shape(zone.geom)), None, None, zone.act, (), None, "", f"/zones/{zone.code}",
    )  # fmt: skip


def _work(ruleset: Ruleset, work: Work, operators: tuple[str, ...]) -> SideFacts:
    known = ruleset.works.get(work.kind)
    return SideFacts(
        "B", "work", work.code, work.name, known.name if known else _same(work.kind), operators,
        work.commissioned_on, work.recorded_at, None, (), None, work.state,
        0.0, None, None, None, (), None, "", f"/works/{work.code}",
    )  # fmt: skip


def _kind_name(ruleset: Ruleset, kind: str) -> Text:
    known = ruleset.kinds.get(kind)
    return known.name if known else _same(kind)


def _substance(ruleset: Ruleset, name: str) -> Text:
    try:
        return ruleset.substance(name).name
    except NotFound:
        return _same(name)


def _group(ruleset: Ruleset, group: str) -> Text:
    known = ruleset.substances.classes.get(group)
    return known.name if known else _same(group)


def _same(word: str) -> Text:
    return {"fr": word, "en": word}


def _crs(code: str) -> Text:
    return {language: describe(code, language) for language in ("fr", "en")}


def _documents(session: Session, dossier_id: int | None) -> tuple[str, ...]:
    """List the pieces of a dossier by title and reference."""
    query = select(Document).where(Document.dossier_id == dossier_id).order_by(Document.id)
    return tuple(map(_cited, session.scalars(query)))


def _cited(piece: Document) -> str:
    if piece.reference in (None, piece.title):
        return piece.title
    return f"{piece.title} ({piece.reference})"


def _area_ha(ground: BaseGeometry) -> float:
    return m2_to_ha(geodesic_area_m2(ground))
