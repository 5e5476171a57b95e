"""Change the ground of the two sides as decided: old parcels are closed, new ones opened.

The guard of the register looks at every new occupation; what it refuses is refused as a whole.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from geoalchemy2 import Geometry
from geoalchemy2.shape import from_shape, to_shape
from shapely.geometry import MultiPolygon
from shapely.geometry.base import BaseGeometry
from sqlalchemy import func, literal, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from cadastre.geometry.corner_labels import corners_of
from cadastre.geometry.crs import to_lonlat
from cadastre.geometry.perimeter import geodesic_area_m2, planar_area_m2, polygons
from cadastre.models import Application, Occupation, Parcel, RemnantBundle
from cadastre.models.base import SRID
from cadastre.procedures.ground import whole
from cadastre.queries.occupations import exclusive_occupations
from cadastre.rules.ruleset import Ruleset
from cadastre.services.filing import transformation
from cadastre.services.refusals import in_our_words
from cadastre.services.remnants import bundle_remnants
from cadastre.services.titles.ground import close_ground, occupations_of
from cadastre.services.titles.waiting import promote_waiting


@dataclass(frozen=True, slots=True)
class Printed:
    """How the corners of new ground are written beside it."""

    text: str
    crs: str
    corners: list[Any]


def end_application(
    session: Session,
    application: Application,
    parcels: Sequence[Parcel],
    at: dt.datetime,
    outcome: str = "refused",
) -> None:
    """Close an application that is refused or withdrawn; whoever waited behind it moves up."""
    close_ground(session, parcels, at)
    application.closed_at, application.outcome = at, outcome
    session.flush()
    for parcel in parcels:
        promote_waiting(session, to_shape(parcel.geom), at)


def replace_parcel(
    session: Session,
    ruleset: Ruleset,
    old: Parcel,
    ground: BaseGeometry,
    at: dt.datetime,
    printed: Printed | None = None,
) -> list[Parcel]:
    """Give a title or application other ground in place of a parcel's; list what it now holds.

    Separate pieces of an application stay together in one bundle, under its rank.

    Raises
    ------
    Blocked
        ``register.ground-occupied``: something else holds part of the new ground.
    """
    former = [(o.exclusivity_group, o.standing) for o in occupations_of(session, [old])]
    period = Range(at, old.period.upper)
    close_ground(session, [old], at)
    pieces = sorted(polygons(ground), key=lambda piece: -piece.area)
    bundled = len(pieces) > 1 and _may_bundle(session, old)
    first = MultiPolygon(pieces[:1]) if bundled else whole(ground)
    parcel = _parcel(old, first, period, printed)
    session.add(parcel)
    session.flush()
    for group, standing in former:
        _occupy(session, parcel, first, group, standing, at)
    if not bundled or old.application is None:
        return [parcel]
    bundle_remnants(session, ruleset, old.application, pieces[1:])
    promote_waiting(session, ground, at)
    query = select(Parcel).where(
        Parcel.application_id == old.application_id, Parcel.period.op("@>")(at)
    )
    return list(session.scalars(query.order_by(Parcel.id)))


def _may_bundle(session: Session, parcel: Parcel) -> bool:
    """Tell whether pieces can wait for a choice: an application chooses once in its life."""
    if parcel.application_id is None:
        return False
    known = select(RemnantBundle.id).where(RemnantBundle.application_id == parcel.application_id)
    return session.scalar(known) is None


def _parcel(
    old: Parcel, ground: MultiPolygon, period: Range[dt.datetime], printed: Printed | None
) -> Parcel:
    how = printed or Printed(ground.wkt, f"EPSG:{SRID}", corners_of(ground, old.corners))
    return Parcel(
        title_id=old.title_id,
        application_id=old.application_id,
        bundle_id=old.bundle_id,
        geom=from_shape(ground, SRID),
        period=period,
        original_text=how.text,
        original_crs=how.crs,
        transformation=transformation(how.crs),
        edge_model=old.edge_model,
        corners=how.corners,
        planar_area_m2=planar_area_m2(ground, old.planar_crs),
        planar_crs=old.planar_crs,
        geodesic_area_m2=geodesic_area_m2(ground),
    )


def _occupy(
    session: Session,
    parcel: Parcel,
    ground: MultiPolygon,
    group: str,
    standing: str,
    at: dt.datetime,
) -> None:
    """Hold ground as well as it can be held: a legacy standing only while it overlaps others."""
    if standing == "legacy":
        standing = "legacy" if _is_shared(session, parcel, ground, group) else "exclusive"
    elif parcel.application_id is not None and group != "none":
        others = exclusive_occupations(session, ground, group, since=at)
        standing = "second-rank" if others else "exclusive"
    session.add(
        Occupation(
            parcel_id=parcel.id,
            occupant="title" if parcel.title_id else "application",
            exclusivity_group=group,
            period=parcel.period,
            standing=standing,
            geom=parcel.geom,
        )
    )
    with in_our_words():
        session.flush()


def _is_shared(session: Session, parcel: Parcel, ground: BaseGeometry, group: str) -> bool:
    """Tell whether any other title still overlaps, whatever its standing."""
    asked = literal(from_shape(ground, SRID), type_=Geometry("GEOMETRY", srid=SRID))
    width = func.mean_width_m(func.ST_Intersection(Occupation.geom, asked))
    found = session.scalar(
        select(Occupation.id)
        .where(
            Occupation.geom.op("&&")(asked),
            Occupation.occupant == "title",
            Occupation.exclusivity_group == group,
            Occupation.parcel_id != parcel.id,
            Occupation.period.op("&&")(parcel.period),
            func.ST_Relate(Occupation.geom, asked, "2********"),
            width > func.technical_width_m(),
        )
        .limit(1)
    )
    return found is not None


def corrected(old: Parcel, values: dict[str, Any]) -> Printed | None:
    """Write corners anew when a mistake of the pen or of the system was put right.

    None where the corners cannot be told one by one; the new ground then speaks for itself.
    """
    if not old.corners:
        return None
    crs, text = old.original_crs, old.original_text
    rings = [[dict(corner) for corner in ring] for ring in old.corners]
    if values["how"] == "other-crs":
        crs = values["crs"]
    elif values["how"] == "digit":
        _mend(rings[values["ring"]][values["place"]], values)
        text = _reprinted(text, values, f"{values['corner']} : ")
    else:
        return None
    for ring in rings:
        lons, lats = to_lonlat(crs, [c["x"] for c in ring], [c["y"] for c in ring])
        for corner, lon, lat in zip(ring, lons.tolist(), lats.tolist(), strict=True):
            corner["lon"], corner["lat"] = lon, lat
    return Printed(text, crs, rings)


def _mend(corner: dict[str, Any], values: dict[str, Any]) -> None:
    corner[values["axis"]] = values["value"]
    corner["text"] = _reprinted(str(corner["text"]), values, "")


def _reprinted(text: str, values: dict[str, Any], label: str) -> str:
    """Write the number as it was meant; where it stands otherwise, say so after the text."""
    digits = [re.escape(sign) for sign in values["printed"].lstrip("-")]
    found = re.search(r"(?<!\d)" + r"[ \u00a0\u202f]?".join(digits) + r"(?!\d)", text)
    if found is None:
        return f"{text}\n{label}{values['printed']} → {values['meant']}".strip()
    return text[: found.start()] + values["meant"].lstrip("-") + text[found.end() :]
