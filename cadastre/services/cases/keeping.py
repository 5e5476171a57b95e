"""Write what detection found: open new cases, follow those that moved, close what is gone."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from geoalchemy2.shape import from_shape, to_shape
from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from cadastre.models import Dossier, JournalEntry, OutboxEvent, OverlapCase, Step
from cadastre.models.base import SRID
from cadastre.queries.asof import AsOf
from cadastre.queries.cases import find_owners
from cadastre.rules.resolution.kinds import deadline
from cadastre.rules.resolution.state import CaseStep
from cadastre.rules.ruleset import Ruleset
from cadastre.services.cases.found import Detected, Key
from cadastre.services.cases.settled import not_settled

SERVICE = "overlap-case"
SAME_DEGREES = 1e-9
BY_RULE = "closed-by-rule"

@dataclass(frozen=True, slots=True)
class Recount:
    """What changed in the list of cases, and how many overlaps there are now."""

    found: int
    technical: int
    opened: tuple[str, ...]
    closed: tuple[str, ...]
    changed: int


def keep_cases(
    session: Session,
    ruleset: Ruleset,
    at: AsOf,
    found: Sequence[Detected],
    before: Sequence[OverlapCase],
    *,
    by: str,
    closable: Collection[int] | None = None,
) -> Recount:
    """Bring the open cases ``before`` to what was ``found``; ``closable`` limits what may end."""
    open_now = {key_of(case): case for case in before}
    wanted = {one.key: one for one in found}
    gone = [
        case for key, case in open_now.items()
        if key not in wanted and (closable is None or case.id in closable)
    ]  # fmt: skip
    new = [one for key, one in wanted.items() if key not in open_now]
    moved = _follow(session, new, gone)
    new = [one for one in new if one.key not in moved]
    gone = [case for case in gone if case.id not in {case.id for case in moved.values()}]
    kept = [(case, wanted[key]) for key, case in (open_now | moved).items() if key in wanted]
    changed = sum(_refresh(case, one) for case, one in kept)
    new = not_settled(session, new)
    opened = _open(session, ruleset, at, new, by)
    _close(session, at, gone)
    session.flush()
    technical = sum(case.is_technical for case, _ in kept) + sum(
        one.figures.technical for one in new
    )
    return Recount(
        len(wanted), technical,
        tuple(opened), tuple(case.number for case in gone), changed,
    )  # fmt: skip


def key_of(case: OverlapCase) -> Key:
    """Name the pair a case is about."""
    if case.right_parcel_id is not None:
        return case.left_parcel_id, "parcel", case.right_parcel_id
    if case.right_zone_id is not None:
        return case.left_parcel_id, "zone", case.right_zone_id
    assert case.right_work_id is not None
    return case.left_parcel_id, "work", case.right_work_id


def _follow(
    session: Session, new: Sequence[Detected], gone: Sequence[OverlapCase]
) -> dict[Key, OverlapCase]:
    """Keep a case when its two owners still overlap, on a parcel that replaced the former one."""
    if not new or not gone:
        return {}
    keys = [*(one.key for one in new), *map(key_of, gone)]
    rows = {left for left, _, _ in keys} | {right for _, what, right in keys if what == "parcel"}
    owners = find_owners(session, rows)

    def owned(key: Key) -> Key:
        left, what, right = key
        return owners[left], what, owners[right] if what == "parcel" else right

    waiting = {owned(key_of(case)): case for case in gone}
    moved: dict[Key, OverlapCase] = {}
    for one in new:
        case = waiting.pop(owned(one.key), None)
        if case is not None:
            case.left_parcel_id = one.left_id
            if one.collection == "parcel":
                case.right_parcel_id = one.right_id
            moved[one.key] = case
    return moved


def _refresh(case: OverlapCase, one: Detected) -> bool:
    """Measure a case again when its ground is no longer what was measured.

    The same ground may come with its ring begun elsewhere, when the planner joins the two parcels
    the other way round: outlines are compared in normal form, to a tenth of a millimetre.
    """
    before, now = to_shape(case.geom).normalize(), one.shared.normalize()
    if before.equals_exact(now, SAME_DEGREES):
        return False
    figures = one.figures
    case.geom = from_shape(one.shared, SRID)
    case.area_m2, case.mean_width_m = figures.area_m2, figures.mean_width_m
    case.share_of_left, case.share_of_right = figures.share_of_left, figures.share_of_right
    case.is_technical = figures.technical
    return True


def _open(
    session: Session, ruleset: Ruleset, at: AsOf, new: Sequence[Detected], by: str
) -> list[str]:
    """Open cases in bulk: an old register may bring tens of thousands at once."""
    if not new:
        return []
    numbers = _numbers(session, at.day.year, len(new))
    dossiers = [
        {
            "number": number, "service": SERVICE, "procedure": one.kind,
            "procedure_version": ruleset.version,
        }
        for number, one in zip(numbers, new, strict=True)
    ]  # fmt: skip
    made = session.execute(insert(Dossier).returning(Dossier.number, Dossier.id), dossiers)
    ids: dict[str, int] = {row[0]: row[1] for row in made}
    session.execute(
        insert(OverlapCase),
        [
            _columns(ruleset, at, one, number, ids[number], by)
            for number, one in zip(numbers, new, strict=True)
        ],
    )
    lines = [
        (number, ids[number], one.kind, one.figures.area_m2)
        for number, one in zip(numbers, new, strict=True)
    ]
    _write_down(session, at, lines, CaseStep.DETECTED, "case.detect")
    return numbers


def _columns(
    ruleset: Ruleset, at: AsOf, one: Detected, number: str, dossier_id: int, by: str
) -> dict[str, Any]:
    figures = one.figures
    right = dict.fromkeys(("right_parcel_id", "right_zone_id", "right_work_id"))
    return {
        **right,
        f"right_{one.collection}_id": one.right_id,
        "number": number,
        "kind": one.kind,
        "left_parcel_id": one.left_id,
        "geom": from_shape(one.shared, SRID),
        "area_m2": figures.area_m2,
        "share_of_left": figures.share_of_left,
        "share_of_right": figures.share_of_right,
        "mean_width_m": figures.mean_width_m,
        "is_technical": figures.technical,
        "detected_at": at.instant,
        "detected_by": by,
        "deadline_on": None if figures.technical else deadline(ruleset, one.kind, at.day),
        "dossier_id": dossier_id,
    }


def _close(session: Session, at: AsOf, gone: Sequence[OverlapCase]) -> None:
    for case in gone:
        case.closed_at, case.outcome = at.instant, BY_RULE
    lines = [(case.number, case.dossier_id, case.kind, case.area_m2) for case in gone]
    _write_down(session, at, lines, CaseStep.CLOSED_BY_RULE, "case.close")


def _write_down(
    session: Session, at: AsOf, lines: Sequence[tuple[str, int, str, float]], kind: str, action: str
) -> None:
    """Write step, journal entry and event of each (number, dossier, kind, area in m²)."""
    if not lines:
        return
    steps, entries, events = [], [], []
    for number, dossier_id, case_kind, area_m2 in lines:
        facts = {"kind": case_kind, "area_m2": round(area_m2, 2)}
        steps.append(
            {"dossier_id": dossier_id, "kind": kind, "happened_at": at.instant, "facts": facts}
        )
        entries.append(
            {
                "action": action, "subject": "case", "subject_id": number, "by_rule": True,
                "facts": facts,
            }
        )  # fmt: skip
        events.append({"topic": action, "subject_id": number, "facts": {}})
    session.execute(insert(Step), steps)
    session.execute(insert(JournalEntry), entries)
    session.execute(insert(OutboxEvent), events)


def _numbers(session: Session, year: int, count: int) -> list[str]:
    rows = session.execute(
        text(
            "SELECT nextval(pg_get_serial_sequence('overlap_case', 'id')) "
            "FROM generate_series(1, :count)"
        ),
        {"count": count},
    )
    return [f"CHV-{year}-{row[0]:06d}" for row in rows]
