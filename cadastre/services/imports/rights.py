"""Import titles and applications, with their ground, holders and doubts."""

from __future__ import annotations

import datetime as dt
import re
import secrets
from typing import Any
from zoneinfo import ZoneInfo

from geoalchemy2.shape import from_shape
from shapely.geometry import MultiPolygon
from shapely.geometry.base import BaseGeometry
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from cadastre.errors import NotFound
from cadastre.geometry.crs import WGS84, from_lonlat
from cadastre.geometry.perimeter import geodesic_area_m2, planar_area_m2, planar_crs
from cadastre.models import (
    Application,
    Dossier,
    JournalEntry,
    Occupation,
    Parcel,
    Party,
    Share,
    Step,
    Title,
)
from cadastre.models.base import SRID
from cadastre.services.filing import transformation
from cadastre.services.imports.keeping import (
    CREATED,
    UNCHANGED,
    UPDATED,
    party_named,
    same_ground,
    upsert,
)
from cadastre.services.imports.row import Row
from cadastre.units import ha_to_m2
from cadastre.vocabulary import ApplicationStatus, OccupantKind, Severity

OVERLAP = "import.overlap-recorded"
AREA_TOLERANCE = 0.005  # orders print planar areas to this share (published_area_tolerance)
CLOSED = (ApplicationStatus.ACCEPTED, ApplicationStatus.REFUSED, ApplicationStatus.WITHDRAWN)


def write_title(session: Session, row: Row, ground: BaseGeometry | None, source: str) -> str | None:
    """Write a title; ground held by another of its group is recorded as an inherited overlap."""
    number = row.needed("number")
    fields = _right_fields(row)
    fields |= {name: row.day(name) for name in ("applied_on", "granted_on", "starts_on",
                                                "expires_on", "ended_on")}  # fmt: skip
    fields["starts_on"] = fields["starts_on"] or fields["granted_on"]
    if fields["starts_on"] is None and not row.is_refused:
        row.refuse("import.missing-value", "starts_on", source=row.mapping.fields.get("starts_on"))
    _refuse_disordered(row, fields)
    area_ha = row.hectares("published_area")
    if row.is_refused or not isinstance(ground, MultiPolygon):
        return None
    _compare_area(row, ground, area_ha)
    holder = party_named(session, row, "holder", "holder_kind")
    if row.is_refused:
        return None
    fields |= {
        "ruleset": row.ruleset.id,
        "end_reason": row.text("end_reason"),
        "instrument": row.text("instrument"),
        "published_area_m2": None if area_ha is None else ha_to_m2(area_ha),
        "source": row.text("source") or source,
    }
    title, done = upsert(session, Title.number, number, fields, None)
    if holder is not None:
        done = _hold(session, title, holder, done)
    until = fields["ended_on"] or fields["expires_on"]
    clock = ZoneInfo(row.ruleset.time_zone)
    period = Range(_midnight(fields["starts_on"], clock), until and _midnight(until, clock))
    done = _occupy(session, row, ground, period, done, OccupantKind.TITLE, title_id=title.id)
    return _doubt(title, row, done)


def write_application(
    session: Session, row: Row, ground: BaseGeometry | None, source: str
) -> str | None:
    """Write an application of an older register; ranks follow the order in which rows come."""
    number, clock = row.needed("number"), ZoneInfo(row.ruleset.time_zone)
    fields = _right_fields(row)
    filed, closed = row.instant("filed_at", clock), row.instant("closed_at", clock)
    if filed is None and not row.is_refused:
        row.refuse("import.missing-value", "filed_at", source=row.mapping.fields.get("filed_at"))
    row.needed("applicant")
    outcome = row.text("outcome") and row.word("outcome", tuple(str(word) for word in CLOSED))
    if row.is_refused or not isinstance(ground, MultiPolygon):
        return None
    applicant = party_named(session, row, "applicant", "applicant_kind")
    if applicant is None:
        return None
    known = session.scalar(select(Application).where(Application.number == number))
    if known is not None:
        return _update_application(session, row, known, fields, closed, outcome, ground)
    dossier = _dossier(session, row, number, fields["kind"], applicant, filed)
    application = Application(
        number=number,
        **fields,
        ruleset=row.ruleset.id,
        ruleset_version=row.ruleset.version,
        applicant_id=applicant.id,
        filed_at=filed,
        closed_at=closed,
        outcome=outcome,
        follow_up_code=secrets.token_hex(5).upper(),
        dossier_id=dossier.id,
    )
    session.add(application)
    session.flush()
    return _occupy(session, row, ground, Range(filed, closed), CREATED,
                   OccupantKind.APPLICATION, application_id=application.id)  # fmt: skip


def _right_fields(row: Row) -> dict[str, Any]:
    kind = row.word("kind", tuple(row.ruleset.kinds))
    substances = _substances(row)
    group = row.ruleset.exclusivity_group(kind, substances) if kind and substances else ""
    return {"name": row.text("name"), "kind": kind, "substances": substances,
            "exclusivity_group": group}  # fmt: skip


def _substances(row: Row) -> list[str]:
    value = row.cell("substances")
    written = value if isinstance(value, list) else re.split(row.mapping.separator, value or "")
    found: dict[str, None] = {}
    for word in filter(None, (str(each).strip() for each in written)):
        try:
            match = row.ruleset.substances.find(word)
        except NotFound:
            row.refuse("import.unknown-substance", "substances", value=word)
            continue
        if not match.exact:
            row.inform("import.substance-read", "substances", value=word, read=match.substance.id)
        found[match.substance.id] = None
    if not found and not row.is_refused:
        row.refuse("import.missing-value", "substances",
                   source=row.mapping.fields.get("substances"))  # fmt: skip
    return list(found)


def _refuse_disordered(row: Row, fields: dict[str, Any]) -> None:
    start = fields["starts_on"]
    for name in ("expires_on", "ended_on"):
        if start is not None and fields[name] is not None and fields[name] <= start:
            row.refuse("import.ends-before", name, start=start, end=fields[name])


def _compare_area(row: Row, ground: MultiPolygon, area_ha: float | None) -> None:
    if not area_ha:
        return
    plane = planar_crs(ground, row.ruleset.planar_crs)
    drawn = planar_area_m2(ground, plane) / 1e4
    if abs(drawn - area_ha) > AREA_TOLERANCE * area_ha:
        row.warn("import.area-differs", "published_area", published_ha=round(area_ha, 4),
                 drawn_ha=round(drawn, 4))  # fmt: skip


def _hold(session: Session, title: Title, holder: Party, done: str) -> str:
    current = session.scalars(
        select(Share).where(Share.title_id == title.id, Share.ends_on.is_(None))
    ).all()
    if any(share.party_id == holder.id for share in current):
        return done
    session.add(Share(title_id=title.id, party_id=holder.id, starts_on=title.starts_on))
    return CREATED if done == CREATED else UPDATED


def _doubt(title: Title, row: Row, done: str) -> str:
    """Leave the warnings with the title, so that an officer finds them without the report."""
    doubts = {finding.code for finding in row.findings if finding.severity is Severity.WARN}
    if done == UNCHANGED:  # its ground was not looked at again
        doubts |= set(title.doubts) & {OVERLAP}
    if set(title.doubts or ()) == doubts:
        return done
    title.doubts = sorted(doubts)
    return UPDATED if done == UNCHANGED else done


def _update_application(
    session: Session,
    row: Row,
    known: Application,
    fields: dict[str, Any],
    closed: dt.datetime | None,
    outcome: str | None,
    ground: MultiPolygon,
) -> str:
    """Change of a known application only what may change: its name and its outcome."""
    changing = {"name": fields["name"], "closed_at": closed, "outcome": outcome}
    _, done = upsert(session, Application.number, known.number, changing, None)
    period = Range(known.filed_at, closed)
    return _occupy(session, row, ground, period, done, OccupantKind.APPLICATION,
                   application_id=known.id)  # fmt: skip


def _dossier(
    session: Session, row: Row, number: str, kind: str, party: Party, filed: dt.datetime | None
) -> Dossier:
    dossier = Dossier(number=number, service=kind, procedure=kind,
                      procedure_version=row.ruleset.version, party_id=party.id)  # fmt: skip
    session.add(dossier)
    session.flush()
    session.add(Step(dossier_id=dossier.id, kind="file", happened_at=filed,
                     on_behalf_of_id=party.id))  # fmt: skip
    session.add(JournalEntry(action="application.import", subject="application",
                             subject_id=number, by_rule=True))  # fmt: skip
    return dossier


def _occupy(
    session: Session,
    row: Row,
    ground: MultiPolygon,
    period: Range[dt.datetime],
    done: str,
    occupant: OccupantKind,
    **belongs: int,
) -> str:
    """Write the parcel and what it occupies; a parcel that is the same already stays."""
    (column, owner), = belongs.items()
    old = session.scalar(select(Parcel).where(getattr(Parcel, column) == owner))
    if old is not None and same_ground(old.geom, ground) and old.period == period:
        return done
    if old is not None:
        for occupation in session.scalars(
            select(Occupation).where(Occupation.parcel_id == old.id)
        ):
            session.delete(occupation)
        session.flush()
    # The row is kept: overlap cases point at it, and its former ground stays in its past.
    parcel = old or Parcel(**belongs)
    for name, value in _parcel_columns(row, ground, period).items():
        setattr(parcel, name, value)
    session.add(parcel)
    session.flush()
    for group in _groups(row):
        _guarded(session, row, parcel, occupant, group)
    return CREATED if done == CREATED else UPDATED


def _parcel_columns(
    row: Row, ground: MultiPolygon, period: Range[dt.datetime]
) -> dict[str, Any]:
    crs, plane = row.mapping.crs or WGS84, planar_crs(ground, row.ruleset.planar_crs)
    return {
        "geom": from_shape(ground, SRID),
        "period": period,
        "original_text": row.origin,
        "original_crs": crs,
        "transformation": transformation(crs),
        "corners": _corners(ground, crs),
        "edge_model": row.ruleset.edge_model(dt.datetime.now(dt.UTC).date()),
        "planar_area_m2": planar_area_m2(ground, plane),
        "planar_crs": plane,
        "geodesic_area_m2": geodesic_area_m2(ground),
    }


def _corners(ground: MultiPolygon, crs: str) -> list[list[dict[str, Any]]]:
    """Number the corners of each ring, with their position in the file's own system."""
    rings = [line for part in ground.geoms for line in (part.exterior, *part.interiors)]
    listed = []
    for ring in rings:
        places = list(ring.coords)[:-1]
        xs, ys = from_lonlat(crs, [lon for lon, _ in places], [lat for _, lat in places])
        listed.append(
            [
                {"label": str(number), "text": f"{x:.10g} {y:.10g}", "x": float(x), "y": float(y),
                 "lon": lon, "lat": lat}
                for number, ((lon, lat), x, y) in enumerate(zip(places, xs, ys, strict=True), 1)
            ]
        )  # fmt: skip
    return listed


def _groups(row: Row) -> tuple[str, ...]:
    fields = _right_fields(Row(row.number, row.cells, row.mapping, row.ruleset))
    if fields["exclusivity_group"] == "none":
        return ("none",)
    return row.ruleset.exclusivity_groups(fields["substances"])


def _guarded(
    session: Session, row: Row, parcel: Parcel, occupant: OccupantKind, group: str
) -> None:
    """Occupy ground exclusively, or, where the guard finds an older occupant, say so and go on."""
    fields: dict[str, Any] = {
        "parcel_id": parcel.id, "occupant": occupant, "exclusivity_group": group,
        "period": parcel.period, "geom": parcel.geom,
    }  # fmt: skip
    try:
        with session.begin_nested():
            session.add(Occupation(standing="exclusive", **fields))
            session.flush()
    except IntegrityError as refusal:
        other = getattr(getattr(refusal.orig, "diag", None), "message_detail", None)
        row.warn(OVERLAP, None, other=other, group=group)
        behind = "legacy" if occupant is OccupantKind.TITLE else "second-rank"
        session.add(Occupation(standing=behind, **fields))
        session.flush()


def _midnight(day: dt.date, clock: ZoneInfo) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), clock)
