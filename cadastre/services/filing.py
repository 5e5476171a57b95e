"""File an application: perimeter, rank and instant enter the register together, or not at all.

First come, first served (togo_rules §5): instant and rank are facts of law. They are given by the
server inside the lock that also guards the ground, so that of two filings on one place the earlier
rank is the one that was checked first.
"""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from geoalchemy2.shape import from_shape
from shapely.geometry import MultiPolygon, Polygon
from sqlalchemy import text
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from cadastre.errors import Blocked, UnusableInput
from cadastre.geometry.crs import WGS84, transformation_accuracy_m
from cadastre.geometry.reading import Reading
from cadastre.models import (
    Account,
    Application,
    Dossier,
    JournalEntry,
    Occupation,
    OutboxEvent,
    Parcel,
    Party,
    Step,
)
from cadastre.models.application import RANK_SEQUENCE
from cadastre.models.base import SRID
from cadastre.queries.occupations import exclusive_occupations, lock_ground
from cadastre.rules.report import Report
from cadastre.rules.ruleset import Ruleset
from cadastre.services.cases.detection import detect_for_parcel
from cadastre.services.checks import check_perimeter, finding_as_json
from cadastre.services.grids import ensure_guarded
from cadastre.services.openings.reserved import refuse_reserved_ground
from cadastre.services.refusals import in_our_words
from cadastre.units import ha_to_m2
from cadastre.vocabulary import OccupantKind, Severity

# Letters and digits that are not mistaken for one another when read aloud or copied by hand.
CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
CODE_LENGTH = 10
UNGUARDED = "none"


@dataclass(frozen=True, slots=True)
class Filing:
    """What an operator asks for: a perimeter as read, a kind of title and substances."""

    kind: str
    substances: tuple[str, ...]
    reading: Reading
    name: str | None = None


def file_application(
    session: Session,
    ruleset: Ruleset,
    filing: Filing,
    *,
    account: Account,
    applicant: Party,
    dossier: Dossier | None = None,
) -> Application:
    """Enter an application under the next rank, in its dossier or in one that it opens.

    Raises
    ------
    UnusableInput
        A question of the reading is still open: no perimeter is kept without an explicit CRS.
    Blocked
        The check made inside the lock finds something that forbids filing, or the ground waits for
        its fair opening.
    """
    perimeter = asked_ground(session, ruleset, filing)
    lock_ground(session, perimeter)
    now, rank = server_instant_and_rank(session)
    groups = ruleset.exclusivity_groups(filing.substances)
    refuse_reserved_ground(session, perimeter, groups, now)
    day = now.astimezone(ZoneInfo(ruleset.time_zone)).date()
    report = check_perimeter(
        session,
        ruleset,
        filing.reading,
        kind=filing.kind,
        substances=filing.substances,
        at=day,
        applicant=applicant.name,
    )
    refuse_what_blocks(report)
    number = f"DEM-{day.year}-{rank:06d}"
    dossier = dossier or _open_dossier(session, ruleset, filing, number, applicant)
    application = _application(
        session, ruleset, filing, report, account, applicant, dossier, number, now, rank
    )
    parcel = _parcel(session, ruleset, filing.reading, report, application, perimeter)
    occupy(session, ruleset, application, parcel, perimeter)
    detect_for_parcel(session, ruleset, parcel)
    _history(session, application, account, applicant)
    session.flush()
    return application


def asked_ground(session: Session, ruleset: Ruleset, filing: Filing) -> MultiPolygon:
    """Give the ground a filing would hold: its perimeter, or exactly its cells for a grid kind.

    Raises
    ------
    UnusableInput
        As :func:`filing_perimeter`.
    NotAvailable
        ``register.grid-missing``: the database would not guard the cells.
    """
    perimeter = filing_perimeter(filing.reading)
    day = dt.datetime.now(ZoneInfo(ruleset.time_zone)).date()
    ensure_guarded(session, ruleset, filing.kind, day)
    ground = ruleset.on_cells(filing.kind, day, perimeter) if perimeter.is_valid else perimeter
    return MultiPolygon([ground]) if isinstance(ground, Polygon) else ground


def filing_perimeter(reading: Reading) -> MultiPolygon:
    """Give the ground of a reading that leaves no question open.

    Raises
    ------
    UnusableInput
        Something must be answered first; ``where`` names the question.
    """
    if reading.questions:
        first = reading.questions[0]
        raise UnusableInput("filing.question-open", where=first.code)
    if reading.perimeter is None or reading.crs is None:
        raise UnusableInput("filing.no-perimeter", where="corners")
    if isinstance(reading.perimeter, Polygon):
        return MultiPolygon([reading.perimeter])
    return reading.perimeter


def server_instant_and_rank(session: Session) -> tuple[dt.datetime, int]:
    """Take the next rank and the server's clock, in one question."""
    row = session.execute(
        text("SELECT clock_timestamp(), nextval(:sequence)"), {"sequence": RANK_SEQUENCE.name}
    ).one()
    return row[0], row[1]


def refuse_what_blocks(report: Report) -> None:
    """Stop a filing that the law as configured forbids.

    Raises
    ------
    Blocked
        With the codes of the findings that forbid it.
    """
    blocking = [finding for finding in report.findings if finding.severity is Severity.BLOCK]
    if blocking:
        raise Blocked(
            "filing.blocked",
            where="findings",
            count=len(blocking),
            findings=blocking,
        )


def follow_up_code() -> str:
    """Draw the code by which a dossier is followed without an account (about 50 bits)."""
    return "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH))


def _open_dossier(
    session: Session, ruleset: Ruleset, filing: Filing, number: str, applicant: Party
) -> Dossier:
    """Open the dossier of an application that no service of the catalogue leads to."""
    dossier = Dossier(
        number=number,
        service=filing.kind,
        procedure=filing.kind,
        procedure_version=ruleset.version,
        party_id=applicant.id,
    )
    session.add(dossier)
    session.flush()
    return dossier


def _application(
    session: Session,
    ruleset: Ruleset,
    filing: Filing,
    report: Report,
    account: Account,
    applicant: Party,
    dossier: Dossier,
    number: str,
    now: dt.datetime,
    rank: int,
) -> Application:
    application = Application(
        number=number,
        name=filing.name,
        kind=filing.kind,
        substances=list(filing.substances),
        exclusivity_group=ruleset.exclusivity_group(filing.kind, filing.substances),
        ruleset=ruleset.id,
        ruleset_version=ruleset.version,
        applicant_id=applicant.id,
        account_id=account.id,
        filed_at=now,
        rank=rank,
        follow_up_code=dossier.follow_up_code or follow_up_code(),
        findings={"findings": [finding_as_json(finding) for finding in report.findings]},
        dossier_id=dossier.id,
        is_demonstration=account.is_demonstration,
    )
    session.add(application)
    session.flush()
    return application


def _parcel(
    session: Session,
    ruleset: Ruleset,
    reading: Reading,
    report: Report,
    application: Application,
    perimeter: MultiPolygon,
) -> Parcel:
    area = report.area
    geodesic_m2 = ha_to_m2(area.geodesic_ha)
    parcel = Parcel(
        application_id=application.id,
        geom=from_shape(perimeter, SRID),
        period=Range(application.filed_at, None),
        original_text=reading.original_text,
        original_crs=reading.crs,
        transformation=transformation(reading.crs or ruleset.legal_crs),
        edge_model=ruleset.edge_model(application.filed_at.date()),
        corners=corners_as_filed(reading),
        planar_area_m2=geodesic_m2 if area.planar_ha is None else ha_to_m2(area.planar_ha),
        planar_crs=area.crs,
        geodesic_area_m2=geodesic_m2,
    )
    session.add(parcel)
    session.flush()
    return parcel


def transformation(crs: str) -> str | None:
    """Say how corners came to EPSG:4326, and how well; None when they were in it already."""
    if crs == WGS84:
        return None
    accuracy_m = transformation_accuracy_m(crs)
    within = "unknown accuracy" if accuracy_m is None else f"accuracy {accuracy_m:g} m"
    return f"{crs} to {WGS84}, {within}"


def occupy(
    session: Session,
    ruleset: Ruleset,
    application: Application,
    parcel: Parcel,
    perimeter: MultiPolygon,
) -> None:
    """Hold the ground of an application, once in each exclusivity group of its substances.

    Where an earlier rank or a title of the applicant's own already holds part of it, the
    application waits behind (``second-rank``).
    """
    groups = (
        (UNGUARDED,)
        if application.exclusivity_group == UNGUARDED
        else ruleset.exclusivity_groups(application.substances)
    )
    for group in groups:
        earlier = exclusive_occupations(session, perimeter, group, since=application.filed_at)
        session.add(
            Occupation(
                parcel_id=parcel.id,
                occupant=OccupantKind.APPLICATION,
                exclusivity_group=group,
                period=parcel.period,
                standing="second-rank" if earlier else "exclusive",
                geom=parcel.geom,
            )
        )
    with in_our_words():
        session.flush()


def corners_as_filed(reading: Reading) -> list[list[dict[str, object]]]:
    """Keep each ring's corners as printed and as understood, beside the geometry."""
    return [
        [
            {
                "label": corner.label,
                "text": corner.text,
                "x": corner.x,
                "y": corner.y,
                "lon": corner.lon,
                "lat": corner.lat,
            }
            for corner in ring.corners
        ]
        for ring in reading.rings
    ]


def _history(
    session: Session, application: Application, account: Account, applicant: Party
) -> None:
    session.add_all(
        [
            Step(
                dossier_id=application.dossier_id,
                kind="file",
                happened_at=application.filed_at,
                account_id=account.id,
                on_behalf_of_id=applicant.id,
                facts={"rank": application.rank},
            ),
            JournalEntry(
                action="application.file",
                subject="application",
                subject_id=application.number,
                account_id=account.id,
                on_behalf_of_id=applicant.id,
                facts={"rank": application.rank, "kind": application.kind},
            ),
            OutboxEvent(topic="application.filed", subject_id=application.number),
        ]
    )
