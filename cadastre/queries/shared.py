"""Overlaps as the office sees them: cases of shared ground, and between whom."""

from __future__ import annotations

from sqlalchemy import SQLColumnExpression, Table, case, func
from sqlalchemy.orm import aliased

from cadastre.models import Application, OverlapCase, Parcel, Title, Work, Zone
from cadastre.queries.asof import AsOf
from cadastre.queries.relation import Relation
from cadastre.queries.visibility import ANYBODY, Classification, Field, Viewer
from cadastre.units import M2_PER_HA

INTERNAL = Classification.INTERNAL


def overlaps(at: AsOf, viewer: Viewer = ANYBODY) -> Relation:
    """Describe the cases that were known and not closed at an instant.

    Cases keep no past of their own: an instant is told by when each was detected and closed.
    """
    relation = overlaps_ever(at, viewer)
    return relation.narrowed(_period().op("@>")(at.instant_sql()))


def overlaps_ever(at: AsOf, viewer: Viewer = ANYBODY) -> Relation:
    """Describe every case, open or closed; ``left`` is the later one, which stands in the way."""
    one, other = aliased(Parcel.__table__), aliased(Parcel.__table__)
    titles = aliased(Title.__table__), aliased(Title.__table__)
    asks = aliased(Application.__table__), aliased(Application.__table__)
    left = func.coalesce(titles[0].c.number, asks[0].c.number)
    right = func.coalesce(titles[1].c.number, asks[1].c.number, Zone.code, Work.code)
    sort = case(
        (titles[1].c.id.is_not(None), "title"),
        (asks[1].c.id.is_not(None), "application"),
        (Zone.id.is_not(None), "zone"),
        else_="work",
    )
    is_open = OverlapCase.closed_at.is_(None) | (OverlapCase.closed_at > at.instant_sql())
    fields = (
        Field("number", OverlapCase.number),
        Field("kind", OverlapCase.kind),
        Field("left", left, "string", INTERNAL),
        Field("right", right, "string", INTERNAL),
        Field("right_collection", sort, "string", INTERNAL),
        Field("area_ha", OverlapCase.area_m2 / M2_PER_HA, "number", INTERNAL),
        Field("share_of_left", OverlapCase.share_of_left, "number"),
        Field("share_of_right", OverlapCase.share_of_right, "number"),
        Field("mean_width_m", OverlapCase.mean_width_m, "number"),
        Field("is_technical", OverlapCase.is_technical, "boolean"),
        Field("is_open", is_open, "boolean", INTERNAL),
        Field("detected_at", OverlapCase.detected_at, "date-time"),
        Field("deadline_on", OverlapCase.deadline_on, "date"),
        Field("closed_at", OverlapCase.closed_at, "date-time"),
        Field("outcome", OverlapCase.outcome),
    )
    source = OverlapCase.__table__.join(one, one.c.id == OverlapCase.left_parcel_id)
    source = source.outerjoin(other, other.c.id == OverlapCase.right_parcel_id)
    for parcel, title, ask in zip((one, other), titles, asks, strict=True):
        source = source.outerjoin(title, title.c.id == parcel.c.title_id)
        source = source.outerjoin(ask, ask.c.id == parcel.c.application_id)
    for table, column in ((Zone, OverlapCase.right_zone_id), (Work, OverlapCase.right_work_id)):
        held: Table = table.__table__  # type: ignore[assignment]
        source = source.outerjoin(held, held.c.id == column)
    return Relation(
        collection="overlaps",
        source=source,
        key=OverlapCase.number,
        row_id=OverlapCase.id,
        geometry=OverlapCase.geom,
        period=_period(),
        fields={field.name: field for field in fields},
    ).seen_by(viewer)


def _period() -> SQLColumnExpression[object]:
    # A case that ends in the instant it was found holds at that instant: hence both bounds.
    return func.tstzrange(OverlapCase.detected_at, OverlapCase.closed_at, "[]")
