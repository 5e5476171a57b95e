"""The ground a dossier asks for: read as it was given, checked, measured, placed in an office."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from geoalchemy2.shape import to_shape
from shapely.geometry import Point
from shapely.geometry.base import BaseGeometry
from sqlalchemy import select
from sqlalchemy.orm import Session

from cadastre.errors import UnusableInput
from cadastre.geometry.reading import Reading
from cadastre.models import AdministrativeUnit, Application, Dossier, Parcel, Party
from cadastre.queries.overlaps import find_units
from cadastre.queries.territory import REGION
from cadastre.rules.catalogue import Service
from cadastre.rules.report import Report
from cadastre.rules.ruleset import Ruleset
from cadastre.services.checks import check_perimeter
from cadastre.services.readings import only_one, read_geometry, read_input

AREA, POINT = "area", "point"


def reading_of(ruleset: Ruleset, dossier: Dossier) -> Reading | None:
    """Read the perimeter of a dossier as it was saved; None when nothing is drawn.

    Raises
    ------
    UnusableInput
        What was saved cannot be read as one perimeter.
    """
    given = dossier.perimeter or {}
    if given.get("geometry"):
        return read_geometry(ruleset, given["geometry"], given.get("crs") or "EPSG:4326")
    if given.get("corners"):
        readings = read_input(
            ruleset,
            str(given["corners"]).encode(),
            crs=given.get("crs"),
            answers=given.get("answers") or {},
            language=dossier.language,
        )
        return only_one(readings, "corners")
    return None


def point_of(dossier: Dossier) -> Point | None:
    """Give the point of a service that needs one, longitude first; None when none was shown.

    Raises
    ------
    UnusableInput
        ``dossiers.odd-point``: not a point on Earth.
    """
    geometry = (dossier.perimeter or {}).get("geometry")
    if not geometry:
        return None
    try:
        longitude, latitude = (float(value) for value in geometry["coordinates"][:2])
    except (TypeError, ValueError, KeyError):
        raise UnusableInput("dossiers.odd-point", where="perimeter") from None
    if not (abs(longitude) <= 180 and abs(latitude) <= 90):
        raise UnusableInput("dossiers.odd-point", where="perimeter")
    return Point(longitude, latitude)


def check_of(
    session: Session,
    ruleset: Ruleset,
    service: Service,
    dossier: Dossier,
    reading: Reading,
    day: dt.date,
    substances: tuple[str, ...],
) -> Report:
    """Check the ground asked for, for a kind of title, as a filing would be."""
    applicant = session.get_one(Party, dossier.party_id)
    return check_perimeter(
        session,
        ruleset,
        reading,
        kind=service.outcome.kind,
        substances=substances,
        at=day,
        applicant=applicant.name,
    )


def substances_of(service: Service, values: Mapping[str, Any]) -> tuple[str, ...]:
    """Give the substances asked for: the answers to the question of that type."""
    for question in service.fields:
        if question.type == "substances" and question.id in values:
            return tuple(values[question.id])
    return ()


def office_of(
    session: Session, service: Service, dossier: Dossier, values: Mapping[str, Any], day: dt.date
) -> str | None:
    """Give the region a dossier lies in: of its ground, of its point, of the place it names."""
    ground = ground_of(session, dossier)
    if ground is None and service.perimeter == POINT:
        ground = point_of(dossier)
    if ground is not None:
        shares = [one for one in find_units(session, ground, day) if one.level == REGION]
        if shares:
            return max(shares, key=lambda one: one.share).code
    for question in service.fields:
        if question.type in ("place", "commune") and question.id in values:
            return _region_of(session, str(values[question.id]))
    return None


def units_of(
    session: Session, service: Service, dossier: Dossier, values: Mapping[str, Any], day: dt.date
) -> tuple[str, ...]:
    """Give the codes of every region, prefecture and commune a dossier lies in, sorted."""
    ground = ground_of(session, dossier)
    if ground is None and service.perimeter == POINT:
        ground = point_of(dossier)
    if ground is not None:
        return tuple(sorted({one.code for one in find_units(session, ground, day)}))
    named = [
        str(values[question.id])
        for question in service.fields
        if question.type in ("place", "commune") and question.id in values
    ]
    codes: set[str] = set()
    for name in named:
        unit = _unit_called(session, name)
        while unit is not None:
            codes.add(unit.code)
            above = unit.parent_id
            unit = None if above is None else session.get(AdministrativeUnit, above)
    return tuple(sorted(codes))


def ground_of(session: Session, dossier: Dossier) -> BaseGeometry | None:
    """Give the ground of the application of a dossier, EPSG:4326; None before it is lodged."""
    geom = session.scalar(
        select(Parcel.geom)
        .join(Application, Application.id == Parcel.application_id)
        .where(Application.dossier_id == dossier.id)
        .order_by(Parcel.id)
        .limit(1)
    )
    return None if geom is None else to_shape(geom)


def _unit_called(session: Session, name: str) -> AdministrativeUnit | None:
    return session.scalar(
        select(AdministrativeUnit)
        .where(AdministrativeUnit.name == name)
        .order_by(AdministrativeUnit.level)
        .limit(1)
    )


def _region_of(session: Session, name: str) -> str | None:
    unit = _unit_called(session, name)
    while unit is not None and unit.level != REGION:
        unit = None if unit.parent_id is None else session.get(AdministrativeUnit, unit.parent_id)
    return None if unit is None else unit.code
