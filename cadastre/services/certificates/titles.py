"""Certify titles: what the register holds of one, on the ground, in the hands of whom."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from fractions import Fraction

import shapely
from geoalchemy2.shape import from_shape, to_shape
from shapely.geometry import MultiPolygon, box
from shapely.geometry.base import BaseGeometry
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cadastre.errors import Blocked
from cadastre.models import (
    Account,
    BaseMapFeature,
    Certificate,
    JournalEntry,
    Parcel,
    Party,
    Title,
)
from cadastre.models.base import SRID
from cadastre.procedures.ground import whole
from cadastre.queries.asof import AsOf
from cadastre.queries.certificates import CERTIFY, entry_of_title, position_of, title_version
from cadastre.queries.charges import charges_of
from cadastre.queries.family import family_of
from cadastre.queries.sealed_log import latest_head
from cadastre.queries.territory import country_outline
from cadastre.rules.ruleset import DatedValue, Ruleset
from cadastre.services.certificates.issuing import About, Office, issue
from cadastre.services.certificates.sheets import (
    ChargeLine,
    CornerPlace,
    HolderLine,
    Reference,
    TitleSheet,
)
from cadastre.services.printed_corners import named_corners
from cadastre.services.titles.facts import charge_fact, facts_of
from cadastre.services.titles.ground import open_parcels
from cadastre.vocabulary import CertificateKind, TitleStatus

CERTIFIED = (TitleStatus.FUTURE, TitleStatus.IN_FORCE, TitleStatus.SUSPENDED)
# The rules whose value a reader of a title wants to know, in this order.
TOLD_RULES = ("duration_years", "renewal_years", "max_area_km2", "exclusive")
AROUND = 0.6  # how far around, in widths of the perimeter, the plan may reach
MOST_NEIGHBOURS, RIVER_DETAIL_DEG, COUNTRY_DETAIL_DEG = 60, 0.001, 0.02
RIVERS = ("rivers", "lakes", "coast")


def title_certificate(
    session: Session, office: Office, ruleset: Ruleset, title: Title, at: AsOf, language: str,
    account: Account | None = None,
) -> Certificate | None:  # fmt: skip
    """Give the certificate of a title as it stands; None while its last act is being sealed.

    A title that no act of this register ever touched (taken over from an older one) is first
    entered in the journal as it stands, so that the log speaks of its ground.

    Raises
    ------
    Blocked
        ``certificates.title-ended``: there is no right left to certify.
    """
    entry = entry_of_title(session, title)
    if entry is None:
        session.add(
            JournalEntry(
                action=CERTIFY, subject="title", subject_id=title.number,
                account_id=None if account is None else account.id, by_rule=account is None,
            )
        )  # fmt: skip
        session.flush()
        return None
    position = position_of(session, entry)
    if position is None or latest_head(session, covering=position) is None:
        return None
    about = About(
        dossier_id=title.dossier_id,
        title_id=title.id,
        account_id=None if account is None else account.id,
        entry=entry,
        version=title_version(session, title.id),
    )
    sheet = title_sheet(session, ruleset, title, at)
    return issue(session, office, CertificateKind.TITLE, sheet, language, about)


def title_sheet(session: Session, ruleset: Ruleset, title: Title, at: AsOf) -> TitleSheet:
    """Gather what the register holds of a title at an instant.

    Raises
    ------
    Blocked
        ``certificates.title-ended``.
    """
    facts = facts_of(session, ruleset, title, at.instant)
    parcels = list(open_parcels(session, title, at.instant)) or _latest(session, title)
    if facts.status not in CERTIFIED or not parcels:
        raise Blocked("certificates.title-ended", where=title.number, status=facts.status.value)
    grounds = [to_shape(parcel.geom) for parcel in parcels]
    perimeter = whole(grounds[0] if len(grounds) == 1 else shapely.union_all(grounds))
    kind = ruleset.kind(title.kind)
    return TitleSheet(
        number=title.number,
        kind=dict(kind.name),
        name=title.name,
        substances=tuple(dict(ruleset.substance(one).name) for one in title.substances),
        holders=_holders(session, facts.holders),
        status=facts.status.value,
        granted_on=title.granted_on,
        starts_on=title.starts_on,
        expires_on=title.expires_on,
        suspended_until=title.suspended_until,
        instrument=title.instrument,
        charges=_charges(session, title, at.day),
        basis=tuple(
            rule_reference(found)
            for found in (kind.at(name, at.day) for name in TOLD_RULES)
            if found is not None and found.value is not None
        ),
        doubts=tuple(title.doubts),
        parents=tuple(e.parent for e in family_of(session, title.id) if e.child == title.number),
        perimeter=perimeter,
        rings=_rings(parcels, perimeter),
        fingerprint=" ".join(hashlib.sha256(ground.wkb).hexdigest() for ground in grounds),
        legal_crs=parcels[0].planar_crs,
        planar_area_m2=sum(parcel.planar_area_m2 for parcel in parcels),
        geodesic_area_m2=sum(parcel.geodesic_area_m2 for parcel in parcels),
        edge_model=parcels[0].edge_model,
        law=dict(ruleset.name),
        is_demonstration=title.is_demonstration,
        rivers=_rivers(session, perimeter),
        neighbours=_neighbours(session, title, perimeter, at.instant),
        country=_country(session),
    )


def rule_reference(found: DatedValue) -> Reference:
    """Say a legal value with its unit, article and grade of evidence."""
    words: dict[str, str] = {}
    for language, name in found.description.items():
        words[language] = f"{name} : {_value(found.value, found.unit, language)}"
    return Reference(words, found.article, found.evidence)


def _value(value: object, unit: str | None, language: str) -> str:
    units = {
        "year": {"fr": "ans", "en": "years"}, "km2": {"fr": "km²", "en": "km²"},
    }  # fmt: skip
    if isinstance(value, bool):
        return {"fr": ("non", "oui"), "en": ("no", "yes")}[language][value]
    return f"{value} {units.get(unit or '', {}).get(language, unit or '')}".strip()


def _holders(session: Session, shares: Mapping[int, Fraction]) -> tuple[HolderLine, ...]:
    found = []
    for party_id, share in sorted(shares.items()):
        party = session.get_one(Party, party_id)
        found.append(HolderLine(party.name, str(share), party.registration_number))
    return tuple(found)


def _charges(session: Session, title: Title, day: dt.date) -> tuple[ChargeLine, ...]:
    return tuple(
        ChargeLine(
            charge.kind, charge.rank, None if charge.party is None else charge.party.name,
            charge.starts_on, charge.ends_on,
        )
        for charge in charges_of(session, title.id)
        if charge_fact(charge).weighs(day)
    )  # fmt: skip


def _latest(session: Session, title: Title) -> list[Parcel]:
    """Give the ground of a title that is to begin."""
    query = select(Parcel).where(Parcel.title_id == title.id, func.upper_inf(Parcel.period))
    return list(session.scalars(query.order_by(Parcel.id)))


def _rings(
    parcels: Sequence[Parcel], perimeter: MultiPolygon
) -> tuple[tuple[CornerPlace, ...], ...]:
    """Give the corners as the act labels them; numbered where no labels were kept."""
    printed = [tuple(named_corners([ring])) for parcel in parcels for ring in parcel.corners]
    if printed and all(len(ring) > 2 for ring in printed):
        return tuple(printed)
    rings = [ring for part in perimeter.geoms for ring in (part.exterior, *part.interiors)]
    numbers = iter(range(1, 1 + sum(len(ring.coords) for ring in rings)))
    return tuple(
        tuple((str(next(numbers)), float(x), float(y)) for x, y in list(ring.coords)[:-1])
        for ring in rings
    )


def _window(perimeter: BaseGeometry) -> BaseGeometry:
    west, south, east, north = perimeter.bounds
    reach = AROUND * max(east - west, north - south)
    return box(west - reach, south - reach, east + reach, north + reach)


def _neighbours(
    session: Session, title: Title, perimeter: BaseGeometry, at: dt.datetime
) -> tuple[BaseGeometry, ...]:
    window = from_shape(_window(perimeter), SRID)
    query = select(Parcel.geom).where(
        Parcel.title_id.is_not(None),
        Parcel.title_id != title.id,
        Parcel.period.op("@>")(at),
        Parcel.geom.op("&&")(window),
    )
    return tuple(
        to_shape(geom) for geom in session.scalars(query.order_by(Parcel.id).limit(MOST_NEIGHBOURS))
    )


def _rivers(session: Session, perimeter: BaseGeometry) -> BaseGeometry | None:
    window = from_shape(_window(perimeter), SRID)
    clipped = func.ST_Intersection(func.ST_MakeValid(BaseMapFeature.geom), window)
    lines = func.ST_AsBinary(func.ST_Simplify(clipped, RIVER_DETAIL_DEG))
    query = select(lines).where(
        BaseMapFeature.layer.in_(RIVERS), BaseMapFeature.geom.op("&&")(window)
    )
    found = [shapely.from_wkb(bytes(one)) for one in session.scalars(query) if one is not None]
    return shapely.union_all(found) if found else None


def _country(session: Session) -> BaseGeometry | None:
    outline = country_outline(session)
    if outline is None:
        return None
    return shapely.simplify(shapely.from_wkb(outline), COUNTRY_DETAIL_DEG)
