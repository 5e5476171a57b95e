"""Make rows of the register for tests, each complete and valid unless told otherwise.

Every maker flushes and returns the row. Squares are in degrees; ``square(0.5, 8.0)`` is about
11 km on a side.
"""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

from geoalchemy2.shape import from_shape
from shapely.geometry import MultiPolygon, Polygon, box
from shapely.geometry.base import BaseGeometry
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from cadastre.geometry.perimeter import geodesic_area_m2, planar_area_m2
from cadastre.models import (
    AdministrativeUnit,
    Application,
    BaseMapFeature,
    Dossier,
    Occupation,
    OverlapCase,
    Parcel,
    Party,
    Share,
    Title,
    Work,
    Zone,
)
from cadastre.models.base import SRID

STARTS = dt.date(2024, 1, 1)
EXPIRES = dt.date(2034, 1, 1)
_count = itertools.count(1)


def square(west: float, south: float, side: float = 0.1) -> Polygon:
    """Make a square in degrees by its south-west corner."""
    return box(west, south, west + side, south + side)


def make_party(session: Session, name: str = "Mines du Mono SA", kind: str = "company") -> Party:
    """Make a company."""
    return _kept(session, Party(name=name, kind=kind, country="TG"))


def make_title(
    session: Session,
    perimeter: BaseGeometry | None = None,
    *,
    number: str | None = None,
    holder: Party | None = None,
    substances: tuple[str, ...] = ("or",),
    group: str = "precious-metals",
    starts_on: dt.date = STARTS,
    expires_on: dt.date | None = EXPIRES,
    standing: str = "exclusive",
    **columns: Any,
) -> Title:
    """Make a title with one holder, its parcel and its occupation."""
    title = Title(
        number=number or f"PR-TEST-{next(_count):04d}",
        kind=columns.pop("kind", "permis-recherche"),
        substances=list(substances),
        exclusivity_group=group,
        ruleset="togo",
        starts_on=starts_on,
        expires_on=expires_on,
        **columns,
    )
    _kept(session, title)
    _kept(
        session,
        Share(
            title_id=title.id,
            party_id=(holder or make_party(session)).id,
            starts_on=starts_on,
        ),
    )
    parcel = make_parcel(
        session, perimeter or square(0.9, 8.9), _period(starts_on, expires_on), title_id=title.id
    )
    make_occupation(session, parcel, "title", group, standing)
    return title


def make_application(
    session: Session,
    perimeter: BaseGeometry | None = None,
    *,
    number: str | None = None,
    applicant: Party | None = None,
    substances: tuple[str, ...] = ("or",),
    group: str = "precious-metals",
    filed_at: dt.datetime = dt.datetime(2026, 3, 2, 9, 30, tzinfo=dt.UTC),
    standing: str = "exclusive",
    **columns: Any,
) -> Application:
    """Make a filed application with its parcel, its occupation and its dossier."""
    number = number or f"DEM-TEST-{next(_count):04d}"
    party = applicant or make_party(session)
    dossier = _kept(
        session,
        Dossier(
            number=number, service="permis-recherche", procedure="permis-recherche",
            procedure_version="1", party_id=party.id,
        ),
    )  # fmt: skip
    application = _kept(
        session,
        Application(
            number=number,
            kind=columns.pop("kind", "permis-recherche"),
            substances=list(substances),
            exclusivity_group=group,
            ruleset="togo",
            ruleset_version="1",
            applicant_id=party.id,
            filed_at=filed_at,
            follow_up_code="TESTCODE22",
            dossier_id=dossier.id,
            **columns,
        ),
    )
    parcel = make_parcel(
        session, perimeter or square(1.2, 8.2), Range(filed_at, None),
        application_id=application.id,
    )  # fmt: skip
    make_occupation(session, parcel, "application", group, standing)
    return application


def make_parcel(
    session: Session, perimeter: BaseGeometry, period: Range[dt.datetime], **owner: int
) -> Parcel:
    """Make a parcel of a title (``title_id=``) or an application (``application_id=``)."""
    return _kept(
        session,
        Parcel(
            geom=_stored(perimeter),
            period=period,
            original_text=perimeter.wkt,
            original_crs="EPSG:4326",
            edge_model="straight-lonlat",
            planar_area_m2=planar_area_m2(perimeter, "EPSG:32631"),
            planar_crs="EPSG:32631",
            geodesic_area_m2=geodesic_area_m2(perimeter),
            **owner,
        ),
    )


def make_occupation(
    session: Session, parcel: Parcel, occupant: str, group: str, standing: str = "exclusive"
) -> Occupation:
    """Make the occupation of a parcel: what blocks others of its group."""
    return _kept(
        session,
        Occupation(
            parcel_id=parcel.id,
            occupant=occupant,
            exclusivity_group=group,
            period=parcel.period,
            standing=standing,
            geom=parcel.geom,
        ),
    )


def make_zone(
    session: Session,
    ground: BaseGeometry | None = None,
    *,
    code: str | None = None,
    name: str = "Parc national d'essai",
    kind: str = "national-park",
    status: str = "in-force",
    **columns: Any,
) -> Zone:
    """Make a zone in force."""
    return _kept(
        session,
        Zone(
            code=code or f"Z-{next(_count)}",
            name=name,
            kind=kind,
            status=status,
            geom=_stored(ground or square(0.6, 9.2)),
            source=columns.pop("source", "tests"),
            **columns,
        ),
    )


def make_work(
    session: Session,
    geometry: BaseGeometry,
    *,
    code: str | None = None,
    name: str = "Ligne d'essai 161 kV",
    kind: str = "line",
    state: str = "in-service",
    **columns: Any,
) -> Work:
    """Make a work in service."""
    return _kept(
        session,
        Work(
            code=code or f"W-{next(_count)}",
            name=name,
            kind=kind,
            state=state,
            geom=from_shape(geometry, SRID),
            source=columns.pop("source", "tests"),
            **columns,
        ),
    )


def make_overlap(
    session: Session,
    left: Parcel,
    right: Parcel,
    *,
    number: str | None = None,
    detected_at: dt.datetime = dt.datetime(2026, 3, 3, tzinfo=dt.UTC),
    closed_at: dt.datetime | None = None,
) -> OverlapCase:
    """Make a case of the ground of one parcel, said to be in the way of another."""
    number = number or f"CAS-{next(_count)}"
    dossier = _kept(
        session,
        Dossier(
            number=number, service="overlap", procedure="overlap", procedure_version="1",
            party_id=make_party(session).id,
        ),
    )  # fmt: skip
    return _kept(
        session,
        OverlapCase(
            number=number, kind="overlap", left_parcel_id=left.id, right_parcel_id=right.id,
            geom=left.geom, area_m2=1000.0, share_of_left=0.1, share_of_right=0.1,
            mean_width_m=10.0, is_technical=False, detected_at=detected_at, detected_by="tests",
            closed_at=closed_at, outcome="settled" if closed_at else None, dossier_id=dossier.id,
        ),
    )  # fmt: skip


def make_unit(
    session: Session,
    ground: BaseGeometry | None,
    *,
    code: str,
    name: str,
    level: int,
    **columns: Any,
) -> AdministrativeUnit:
    """Make an administrative unit: 0 country, 1 region, 2 prefecture, 3 commune."""
    return _kept(
        session,
        AdministrativeUnit(
            code=code,
            name=name,
            level=level,
            geom=None if ground is None else _stored(ground),
            source=columns.pop("source", "tests"),
            **columns,
        ),
    )


def make_base_map(
    session: Session, geometry: BaseGeometry, *, layer: str, name: str | None, importance: int = 0
) -> BaseMapFeature:
    """Make a feature of the base map."""
    return _kept(
        session,
        BaseMapFeature(
            layer=layer,
            name=name,
            importance=importance,
            geom=from_shape(geometry, SRID),
            source="tests",
        ),
    )


def _stored(ground: BaseGeometry) -> Any:
    whole = ground if isinstance(ground, MultiPolygon) else MultiPolygon([ground])
    return from_shape(whole, SRID)


def _period(starts_on: dt.date, expires_on: dt.date | None) -> Range[dt.datetime]:
    return Range(_midnight(starts_on), None if expires_on is None else _midnight(expires_on))


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time.min, dt.UTC)


def _kept(session: Session, row: Any) -> Any:
    session.add(row)
    session.flush()
    return row
