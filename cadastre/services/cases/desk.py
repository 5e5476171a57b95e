"""List cases and lay one out for whoever looks at it: everything the pages show, in plain words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy import case as either
from sqlalchemy.orm import Session, aliased

from cadastre.errors import NotFound
from cadastre.models import Account, Application, OverlapCase, Parcel, Step, Title, Work, Zone
from cadastre.rules.resolution.state import CaseCondition, CaseState, StepFact, replay
from cadastre.rules.ruleset import Ruleset
from cadastre.services.cases.access import (
    parcels_of_parties,
    sees_desk,
    works_of_parties,
    zones_of_parties,
)
from cadastre.services.cases.evaluate import Case, lay_out
from cadastre.services.checks import today

PAGE = 50
STATES = ("open", "closed", "known")
NATURES = ("real", "technical", "all")
LEAVES_SHARED = ("known", "consent")


@dataclass(frozen=True, slots=True)
class Filter:
    """Which cases are wanted; days of age are counted from detection."""

    state: str = "open"
    nature: str = "real"
    kind: str | None = None
    group: str | None = None
    overdue: bool = False
    older_than_days: int | None = None
    waiting: bool = False  # for a second person
    page: int = 1
    limit: int = PAGE


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A case in a list."""

    number: str
    kind: str
    left: str
    right: str
    group: str
    area_m2: float
    share_of_left: float
    is_technical: bool
    detected_at: dt.datetime
    deadline_on: dt.date | None
    age_days: int
    days_left: int | None
    condition: CaseCondition
    outcome: str | None


@dataclass(frozen=True, slots=True)
class CaseList:
    """A page of cases, how many fit the filter, and how many there are of each kind."""

    rows: tuple[CaseRow, ...]
    total: int
    counts: Mapping[str, int]
    groups: tuple[str, ...]


def find_row(session: Session, number: str) -> OverlapCase:
    """Give a case by its number.

    Raises
    ------
    NotFound
        ``cases.no-such-case``.
    """
    row = session.scalar(select(OverlapCase).where(OverlapCase.number == number))
    if row is None:
        raise NotFound("cases.no-such-case", where=number, number=number)
    return row


def find_case(session: Session, ruleset: Ruleset, number: str) -> Case:
    """Lay a case out with every way to end it; see :func:`find_row`."""
    return lay_out(session, ruleset, find_row(session, number), today(ruleset))


def list_cases(
    session: Session, ruleset: Ruleset, wanted: Filter, viewer: Account | None = None
) -> CaseList:
    """List cases, the nearest legal deadline first, those without one last.

    A viewer who does not work at the desk is shown only the cases of their own parties.
    """
    day = today(ruleset)
    query = _asked(wanted, day, viewer)
    total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    page = query.order_by(
        OverlapCase.deadline_on.asc().nulls_last(), OverlapCase.detected_at, OverlapCase.id
    )
    page = page.offset((wanted.page - 1) * wanted.limit).limit(wanted.limit)
    found = session.execute(page).all()
    states = _states(session, [row.OverlapCase for row in found])
    rows = tuple(_row(row, states[row.OverlapCase.dossier_id], day) for row in found)
    return CaseList(rows, total, _counts(session, wanted, day, viewer), _groups(session))


def _asked(
    wanted: Filter, day: dt.date, viewer: Account | None
) -> Select[OverlapCase, str, str, str]:
    left, right = aliased(Parcel), aliased(Parcel)
    titles = [aliased(Title), aliased(Title)]
    asks = [aliased(Application), aliased(Application)]
    query = (
        select(
            OverlapCase,
            func.coalesce(titles[0].number, asks[0].number).label("left"),
            func.coalesce(titles[1].number, asks[1].number, Zone.name, Work.name, Work.code).label(
                "right"
            ),
            func.coalesce(titles[0].exclusivity_group, asks[0].exclusivity_group).label("group"),
        )
        .join(left, left.id == OverlapCase.left_parcel_id)
        .outerjoin(right, right.id == OverlapCase.right_parcel_id)
        .outerjoin(Zone, Zone.id == OverlapCase.right_zone_id)
        .outerjoin(Work, Work.id == OverlapCase.right_work_id)
    )
    for parcel, title, ask in zip((left, right), titles, asks, strict=True):
        query = query.outerjoin(title, title.id == parcel.title_id)
        query = query.outerjoin(ask, ask.id == parcel.application_id)
    if wanted.group:
        group = func.coalesce(titles[0].exclusivity_group, asks[0].exclusivity_group)
        query = query.where(group == wanted.group)
    return query.where(*_conditions(wanted, day, viewer))  # type: ignore[arg-type]


def _conditions(wanted: Filter, day: dt.date, viewer: Account | None) -> list[object]:
    closed = OverlapCase.closed_at.is_not(None)
    known = OverlapCase.outcome.in_(LEAVES_SHARED)
    found: list[object] = [
        {"open": ~closed, "known": and_(closed, known)}.get(wanted.state, closed)
    ]
    if wanted.nature != "all":
        found.append(OverlapCase.is_technical.is_(wanted.nature == "technical"))
    if wanted.kind:
        found.append(OverlapCase.kind == wanted.kind)
    if wanted.overdue:
        found.append(OverlapCase.deadline_on < day)
    if wanted.older_than_days:
        since = day - dt.timedelta(days=wanted.older_than_days)
        found.append(OverlapCase.detected_at < dt.datetime.combine(since, dt.time.min, dt.UTC))
    if wanted.waiting:
        found.append(_last_step() == "proposed")
    if viewer is not None and not sees_desk(viewer):
        mine = parcels_of_parties(viewer, day)
        found.append(
            or_(
                OverlapCase.left_parcel_id.in_(mine),
                OverlapCase.right_parcel_id.in_(mine),
                OverlapCase.right_zone_id.in_(zones_of_parties(viewer, day)),
                OverlapCase.right_work_id.in_(works_of_parties(viewer, day)),
            )
        )
    return found


def _last_step():  # type: ignore[no-untyped-def]
    """Give the last step that says whether something is proposed."""
    telling = ("detected", "proposed", "withdrawn", "applied", "closed-by-rule")
    return (
        select(Step.kind)
        .where(Step.dossier_id == OverlapCase.dossier_id, Step.kind.in_(telling))
        .order_by(Step.id.desc())
        .limit(1)
        .scalar_subquery()
    )


def _states(session: Session, cases: Sequence[OverlapCase]) -> dict[int, CaseState]:
    rows = session.execute(
        select(Step.dossier_id, Step.kind, Step.account_id, Step.facts)
        .where(Step.dossier_id.in_([case.dossier_id for case in cases]))
        .order_by(Step.id)
    ).all()
    steps: dict[int, list[StepFact]] = {case.dossier_id: [] for case in cases}
    for dossier_id, kind, account_id, facts in rows:
        steps[dossier_id].append(StepFact(kind, account_id, facts))
    return {dossier_id: replay(found) for dossier_id, found in steps.items()}


def _row(found, state: CaseState, day: dt.date) -> CaseRow:  # type: ignore[no-untyped-def]
    row: OverlapCase = found.OverlapCase
    left = None if row.deadline_on is None else (row.deadline_on - day).days
    return CaseRow(
        row.number, row.kind, found.left, found.right, found.group, row.area_m2,
        row.share_of_left, row.is_technical, row.detected_at, row.deadline_on,
        (day - row.detected_at.date()).days, left, state.condition, row.outcome,
    )  # fmt: skip


def _counts(
    session: Session, wanted: Filter, day: dt.date, viewer: Account | None
) -> dict[str, int]:
    """Count the cases of the state and viewer by kind, technical ones and late ones apart."""
    scope = Filter(state=wanted.state, nature="all")
    conditions = _conditions(scope, day, viewer)
    label = either((OverlapCase.is_technical, "technical"), else_=OverlapCase.kind)
    rows = session.execute(
        select(label, func.count(), func.count().filter(OverlapCase.deadline_on < day))
        .where(*conditions)  # type: ignore[arg-type]
        .group_by(label)
    ).all()
    counts = {row[0]: int(row[1]) for row in rows}
    counts["overdue"] = sum(int(row[2]) for row in rows)
    return counts


def _groups(session: Session) -> tuple[str, ...]:
    query = select(Title.exclusivity_group).union(select(Application.exclusivity_group))
    return tuple(sorted(session.scalars(query)))
