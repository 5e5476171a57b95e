"""Keep all free pieces of a clipped perimeter under one rank until the applicant chooses.

When what lies in the way cuts a perimeter to pieces, none of them is lost to somebody faster: all
become parcels of the application, in one bundle, under its rank. The applicant chooses one before a
day; the others come free, and whoever waited there moves up.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import shapely
from geoalchemy2.shape import from_shape, to_shape
from shapely.geometry import MultiPolygon, Polygon, mapping
from shapely.geometry.base import BaseGeometry
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cadastre.errors import Blocked, NotFound
from cadastre.geometry.cells import Measure, clip_to_cells
from cadastre.geometry.corner_labels import corners_of
from cadastre.geometry.grid import CellGrid
from cadastre.geometry.overlap import clip_to_free
from cadastre.geometry.perimeter import geodesic_area_m2, planar_area_m2, polygons
from cadastre.models import (
    Account,
    Application,
    Dossier,
    JournalEntry,
    OutboxEvent,
    Parcel,
    Party,
    RemnantBundle,
    Step,
)
from cadastre.models.base import SRID
from cadastre.procedures.ground import whole
from cadastre.procedures.terms import day_of
from cadastre.queries.occupations import exclusive_occupations, lock_ground
from cadastre.rules.ruleset import Ruleset
from cadastre.services.filing import Filing, asked_ground, file_application, occupy
from cadastre.services.readings import read_geometry
from cadastre.services.titles.ground import close_ground, measure_of, open_parcels
from cadastre.services.titles.shape import ensure_lawful_ground
from cadastre.services.titles.waiting import promote_waiting
from cadastre.vocabulary import ApplicationStatus


def file_clipped(
    session: Session,
    ruleset: Ruleset,
    filing: Filing,
    *,
    account: Account,
    applicant: Party,
    dossier: Dossier | None = None,
) -> Application:
    """File what is free of a perimeter: the largest piece in the ordinary way, siblings with it.

    Raises
    ------
    Blocked
        ``remnants.nothing-free``: others hold all of it; or the filing itself is refused.
    """
    perimeter = asked_ground(session, ruleset, filing)
    lock_ground(session, perimeter)
    now: dt.datetime = session.execute(select(func.clock_timestamp())).scalar_one()
    groups = ruleset.exclusivity_groups(filing.substances)
    largest, *siblings = _free(session, ruleset, perimeter, filing.kind, groups, now)
    reading = read_geometry(ruleset, mapping(largest))
    application = file_application(
        session,
        ruleset,
        replace(filing, reading=reading),
        account=account,
        applicant=applicant,
        dossier=dossier,
    )
    if siblings:
        bundle_remnants(session, ruleset, application, siblings)
    return application


def _free(
    session: Session,
    ruleset: Ruleset,
    perimeter: MultiPolygon,
    kind: str,
    groups: Iterable[str],
    now: dt.datetime,
) -> Sequence[Polygon]:
    """List the pieces nobody holds in any of the groups, largest first."""
    obstacles = [
        to_shape(occupation.geom)
        for group in groups
        for occupation in exclusive_occupations(session, perimeter, group, since=now)
    ]
    day = day_of(now, ruleset.time_zone)
    law = measure_of(ruleset, perimeter, day)
    grid = ruleset.grid_of(kind, day, perimeter)
    pieces = (
        clip_to_free(
            perimeter, obstacles, model=law.model, crs=law.crs, tolerance_m=law.width_m
        )
        if grid is None
        else _free_cells(perimeter, obstacles, grid, Measure(law.model, law.crs, law.width_m))
    )
    if not pieces:
        raise Blocked("remnants.nothing-free", where="perimeter")
    return pieces


def _free_cells(
    perimeter: MultiPolygon, obstacles: Sequence[BaseGeometry], grid: CellGrid, measure: Measure
) -> Sequence[Polygon]:
    pieces = clip_to_cells(perimeter, obstacles, grid, measure)
    return [polygon for piece in pieces for polygon in polygons(piece.ground)]


def bundle_remnants(
    session: Session, ruleset: Ruleset, application: Application, siblings: Sequence[Polygon]
) -> RemnantBundle:
    """Put the parcels of an application and further free pieces into one bundle, under its rank."""
    instant: dt.datetime = session.execute(select(func.clock_timestamp())).scalar_one()
    day = day_of(instant, ruleset.time_zone)
    days = float(ruleset.value("acts.remnant_choice_days", day).value or 0)
    bundle = session.scalar(
        select(RemnantBundle).where(RemnantBundle.application_id == application.id)
    )
    if bundle is None:
        bundle = RemnantBundle(application_id=application.id, choose_before=instant)
        session.add(bundle)
    # Clipped once more after a choice: the applicant chooses again, among the new pieces.
    bundle.choose_before = instant + dt.timedelta(days=days)
    bundle.chosen_at, bundle.chosen_parcel_id = None, None
    session.flush()
    first = open_parcels(session, application, instant)
    for parcel in first:
        parcel.bundle_id = bundle.id
    for piece in siblings:
        ground = MultiPolygon([piece])
        parcel = _parcel(application, bundle, ground, first[0])
        session.add(parcel)
        session.flush()
        occupy(session, ruleset, application, parcel, ground)
    told = {"pieces": len(first) + len(siblings), "choose_before": bundle.choose_before.isoformat()}
    _write(session, application, "remnants.bundle", told, None, instant)
    return bundle


def _parcel(
    application: Application, bundle: RemnantBundle, ground: MultiPolygon, like: Parcel
) -> Parcel:
    return Parcel(
        application_id=application.id,
        bundle_id=bundle.id,
        geom=from_shape(ground, SRID),
        period=like.period,
        original_text=ground.wkt,
        original_crs=f"EPSG:{SRID}",
        edge_model=like.edge_model,
        corners=corners_of(ground, like.corners),
        planar_area_m2=planar_area_m2(ground, like.planar_crs),
        planar_crs=like.planar_crs,
        geodesic_area_m2=geodesic_area_m2(ground),
    )


def bundle_of(session: Session, application: Application) -> RemnantBundle:
    """Give the bundle of an application.

    Raises
    ------
    NotFound
        ``remnants.none``: its perimeter was not clipped to pieces.
    """
    found = session.scalar(
        select(RemnantBundle).where(RemnantBundle.application_id == application.id)
    )
    if found is None:
        raise NotFound("remnants.none", where=application.number, number=application.number)
    return found


def choose_remnant(
    session: Session,
    ruleset: Ruleset,
    application: Application,
    parcel_id: int,
    *,
    account: Account | None,
    at: dt.datetime | None = None,
) -> RemnantBundle:
    """Keep one piece and free the others; None for the account: decided by rule.

    Raises
    ------
    Blocked
        ``remnants.chosen-already``, ``remnants.too-late``, or the law forbids that piece alone.
    NotFound
        ``remnants.unknown-piece``.
    """
    bundle = bundle_of(session, application)
    pieces = _pieces(session, bundle)
    lock_ground(session, shapely.union_all([to_shape(piece.geom) for piece in pieces]))
    session.refresh(bundle)
    instant = at or session.execute(select(func.clock_timestamp())).scalar_one()
    _ensure_open(bundle, application, instant, by_rule=account is None)
    chosen = next((piece for piece in pieces if piece.id == parcel_id), None)
    if chosen is None:
        raise NotFound("remnants.unknown-piece", where=str(parcel_id), parcel=parcel_id)
    if account is not None:
        ensure_lawful_ground(
            session,
            ruleset,
            application,
            whole(to_shape(chosen.geom)),
            day_of(instant, ruleset.time_zone),
            holder=application.applicant.name,
            exclude=(application.number,),
        )
    others = [piece for piece in pieces if piece.id != parcel_id]
    close_ground(session, others, instant)
    bundle.chosen_at, bundle.chosen_parcel_id = instant, chosen.id
    session.flush()
    moved = [n for piece in others for n in promote_waiting(session, to_shape(piece.geom), instant)]
    told = {"kept": chosen.id, "freed": [piece.id for piece in others], "moved_up": moved}
    _write(session, application, "remnants.choose", told, account, instant)
    return bundle


def _pieces(session: Session, bundle: RemnantBundle) -> list[Parcel]:
    """List the pieces still held: parcels of an earlier choice are closed, and no longer there."""
    query = select(Parcel).where(Parcel.bundle_id == bundle.id, func.upper_inf(Parcel.period))
    return list(session.scalars(query.order_by(Parcel.geodesic_area_m2.desc(), Parcel.id)))


def _ensure_open(
    bundle: RemnantBundle, application: Application, at: dt.datetime, *, by_rule: bool
) -> None:
    if bundle.chosen_at is not None or application.closed_at is not None:
        raise Blocked("remnants.chosen-already", where=application.number)
    if not by_rule and at >= bundle.choose_before:
        raise Blocked("remnants.too-late", where=application.number, until=bundle.choose_before)


def choose_by_rule(session: Session, ruleset: Ruleset, at: dt.datetime) -> list[str]:
    """Where nobody chose in time, keep what the ruleset says: the largest piece, or nothing.

    Gives the numbers of the applications; run again, it finds nothing to do.
    """
    late = session.scalars(
        select(RemnantBundle)
        .join(Application, Application.id == RemnantBundle.application_id)
        .where(
            RemnantBundle.chosen_at.is_(None),
            RemnantBundle.choose_before <= at,
            Application.closed_at.is_(None),
        )
        .order_by(RemnantBundle.id)
    ).all()
    keeps = ruleset.value("acts.remnant_by_default", day_of(at, ruleset.time_zone)).value
    for bundle in late:
        if keeps == "largest":
            kept = _pieces(session, bundle)[0].id
            choose_remnant(session, ruleset, bundle.application, kept, account=None, at=at)
        else:
            _let_all_go(session, bundle, at)
    return [bundle.application.number for bundle in late]


def _let_all_go(session: Session, bundle: RemnantBundle, at: dt.datetime) -> None:
    """Close an application whose applicant let the day pass, and free all of its pieces."""
    application = bundle.application
    pieces = open_parcels(session, application, at)
    ground = shapely.union_all([to_shape(piece.geom) for piece in pieces])
    lock_ground(session, ground)
    close_ground(session, pieces, at)
    bundle.chosen_at = at
    application.closed_at, application.outcome = at, ApplicationStatus.WITHDRAWN.value
    session.flush()
    told = {"kept": None, "moved_up": promote_waiting(session, ground, at)}
    _write(session, application, "remnants.choose", told, None, at)


def _write(
    session: Session,
    application: Application,
    action: str,
    facts: dict[str, Any],
    account: Account | None,
    instant: dt.datetime,
) -> None:
    by = None if account is None else account.id
    session.add(
        Step(
            dossier_id=application.dossier_id,
            kind=action,
            happened_at=instant,
            account_id=by,
            facts=facts,
        )
    )
    session.add(
        JournalEntry(
            action=action,
            subject="application",
            subject_id=application.number,
            account_id=by,
            by_rule=account is None,
            facts=facts,
        )
    )
    session.add(OutboxEvent(topic=action, subject_id=application.number, facts={}))
    session.flush()
