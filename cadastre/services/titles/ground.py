"""Close and open the ground of titles, so that parcel and occupation always say the same.

Nothing is moved: the old parcel's period is closed at the instant of the act and a new parcel is
opened from it. What was held on any day stays readable for ever.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import shapely
from geoalchemy2.shape import from_shape, to_shape
from shapely.geometry import MultiPolygon
from shapely.geometry.base import BaseGeometry
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from cadastre.geometry.corner_labels import corners_of
from cadastre.geometry.perimeter import geodesic_area_m2, planar_area_m2, planar_crs
from cadastre.models import Application, Occupation, Parcel, Title
from cadastre.models.base import SRID
from cadastre.procedures.ground import Measure, whole
from cadastre.procedures.terms import grace_ends_on, midnight
from cadastre.queries.occupations import lock_ground
from cadastre.rules.ruleset import Ruleset
from cadastre.services.refusals import in_our_words
from cadastre.vocabulary import OccupantKind


@dataclass(frozen=True, slots=True)
class Held:
    """The parcels that hold a title's ground at an instant, and that ground."""

    parcels: tuple[Parcel, ...]
    ground: MultiPolygon

    @property
    def source(self) -> Parcel:
        """Give the parcel whose text, CRS and edge model are carried on."""
        return self.parcels[-1]


def measure_of(ruleset: Ruleset, ground: BaseGeometry, day: dt.date) -> Measure:
    """Give how the law of a day measures ground."""
    return Measure(
        ruleset.edge_model(day),
        planar_crs(ground, ruleset.planar_crs),
        ruleset.technical_width_m(day),
    )


def open_parcels(session: Session, owner: Title | Application, at: dt.datetime) -> list[Parcel]:
    """List the parcels of a title or application that hold ground at an instant."""
    column = Parcel.title_id if isinstance(owner, Title) else Parcel.application_id
    query = (
        select(Parcel)
        .where(column == owner.id, Parcel.period.op("@>")(at))
        .order_by(Parcel.id)
        .execution_options(populate_existing=True)
    )
    return list(session.scalars(query))


def held(parcels: Iterable[Parcel]) -> Held:
    """Unite the ground of parcels."""
    found = tuple(parcels)
    grounds = [to_shape(parcel.geom) for parcel in found]
    ground = whole(shapely.union_all(grounds)) if len(grounds) > 1 else whole(MultiPolygon())
    return Held(found, whole(grounds[0]) if len(grounds) == 1 else ground)


def lock_titles(session: Session, titles: Sequence[Title], *more: BaseGeometry) -> None:
    """Lock the ground titles ever held, and more ground, before anything is read to decide."""
    ids = [title.id for title in titles]
    grounds = [
        to_shape(geom)
        for geom in session.scalars(select(Parcel.geom).where(Parcel.title_id.in_(ids)))
    ]
    together = [ground for ground in (*grounds, *more) if not ground.is_empty]
    if together:
        lock_ground(session, shapely.union_all([shapely.box(*g.bounds) for g in together]))
    for title in sorted(titles, key=lambda one: one.id):
        # Acts that move no ground (shares, charges) meet on the row instead.
        session.refresh(title, with_for_update=True)


def occupations_of(session: Session, parcels: Iterable[Parcel]) -> Sequence[Occupation]:
    """List the occupations of parcels."""
    ids = [parcel.id for parcel in parcels]
    return session.scalars(
        select(Occupation).where(Occupation.parcel_id.in_(ids)).order_by(Occupation.id)
    ).all()


def groups_of(session: Session, parcels: Iterable[Parcel]) -> tuple[str, ...]:
    """List the exclusivity groups in which parcels hold their ground."""
    return tuple(sorted({o.exclusivity_group for o in occupations_of(session, parcels)}))


def legacy_groups_of(session: Session, parcels: Iterable[Parcel]) -> tuple[str, ...]:
    """List the groups in which parcels are known to overlap others since an older register."""
    found = occupations_of(session, parcels)
    return tuple(sorted({o.exclusivity_group for o in found if o.standing == "legacy"}))


def close_ground(session: Session, parcels: Iterable[Parcel], at: dt.datetime) -> None:
    """End the period of parcels and of their occupations at an instant."""
    found = list(parcels)
    rows: list[Parcel | Occupation] = [*found, *occupations_of(session, found)]
    for row in rows:
        row.period = Range(row.period.lower, at)
    session.flush()


def prolong_ground(session: Session, parcels: Iterable[Parcel], until: dt.datetime | None) -> None:
    """Let parcels hold their ground until another instant; None: without a term."""
    found = list(parcels)
    rows: list[Parcel | Occupation] = [*found, *occupations_of(session, found)]
    for row in rows:
        row.period = Range(row.period.lower, until)
    with in_our_words():
        session.flush()


def open_ground(
    session: Session,
    title: Title,
    ground: MultiPolygon,
    period: Range[dt.datetime],
    groups: Iterable[str],
    source: Parcel,
    legacy_in: Iterable[str] = (),
    *,
    drawn: bool = False,
    labels_of: Iterable[Parcel] = (),
) -> Parcel:
    """Give a title ground from an instant: one parcel, one occupation for each group.

    In the groups of ``legacy_in`` it goes on as a known inherited overlap, until the desk ends it.

    Corners as filed are kept where the ground is that of the source; ground that was cut keeps the
    labels of the corners it keeps, and its new corners are marked as computed, unless the ground
    was ``drawn`` by somebody. ``labels_of``: more parcels whose labels it may keep.

    Raises
    ------
    Blocked
        ``register.ground-occupied``: the guard of the register refuses.
    """
    untouched = to_shape(source.geom).equals_exact(ground, 0)
    crs = source.planar_crs
    former = [ring for parcel in labels_of for ring in parcel.corners]
    former += _corners_known(session, source)
    parcel = Parcel(
        title_id=title.id,
        geom=source.geom if untouched else from_shape(ground, SRID),
        period=period,
        original_text=source.original_text if untouched else ground.wkt,
        original_crs=source.original_crs if untouched else f"EPSG:{SRID}",
        transformation=source.transformation if untouched else None,
        edge_model=source.edge_model,
        corners=source.corners if untouched else corners_of(ground, former, computed=not drawn),
        planar_area_m2=planar_area_m2(ground, crs),
        planar_crs=crs,
        geodesic_area_m2=geodesic_area_m2(ground),
    )
    session.add(parcel)
    session.flush()
    for group in groups:
        session.add(
            Occupation(
                parcel_id=parcel.id,
                occupant=OccupantKind.TITLE,
                exclusivity_group=group,
                period=period,
                standing="legacy" if group in set(legacy_in) else "exclusive",
                geom=parcel.geom,
            )
        )
    with in_our_words():
        session.flush()
    return parcel


def _corners_known(session: Session, source: Parcel) -> list[Any]:
    """Give the corners of a right's parcels, the source's last, which name the ground best.

    Parcels of an earlier day speak too: what a cut took away and an act gave back has its name.
    """
    if source.title_id is None:
        return list(source.corners)
    query = select(Parcel.corners).where(Parcel.title_id == source.title_id).order_by(Parcel.id)
    return [ring for rings in session.scalars(query) for ring in rings] + list(source.corners)


def holds_until(ruleset: Ruleset, expires_on: dt.date | None, day: dt.date) -> dt.datetime | None:
    """Give the instant until which ground is held: the term and the holder's days of grace."""
    grace = int(ruleset.value("acts.grace_days", day).value or 0)
    ends = grace_ends_on(expires_on, grace)
    return None if ends is None else midnight(ends, ruleset.time_zone)
