"""Carry out a confirmed decision: ground, rights, conditions, steps and journal, all or nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import shapely
from geoalchemy2.shape import from_shape, to_shape
from shapely.geometry.base import BaseGeometry
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cadastre.errors import Blocked
from cadastre.models import (
    Account,
    Application,
    Charge,
    Dossier,
    JournalEntry,
    Opening,
    OverlapCase,
    Parcel,
    Step,
    Title,
)
from cadastre.models.base import SRID
from cadastre.procedures.ground import whole
from cadastre.procedures.terms import day_of
from cadastre.procedures.window import mode_of, window
from cadastre.queries.occupations import lock_ground
from cadastre.rules.resolution.situation import LEFT, RIGHT
from cadastre.rules.resolution.state import CaseStep
from cadastre.rules.ruleset import Ruleset
from cadastre.sentences import say
from cadastre.services.cases.detection import detect_for_parcels
from cadastre.services.cases.ground import corrected, end_application, replace_parcel
from cadastre.services.cases.proposed import ground_of
from cadastre.services.cases.steps import history, server_instant, write_step
from cadastre.services.dossiers.messages import leave_note
from cadastre.services.titles.decision import Decision, record
from cadastre.services.titles.ground import groups_of
from cadastre.services.titles.waiting import promote_waiting

KNOWN_DOUBT = "known-overlap"
# Ways out that lead to other ground: it must be free there too.
TO_NEW_GROUND = ("shift", "correct")


@dataclass(frozen=True, slots=True)
class _Act:
    """One confirmed decision, with all that its pieces need."""

    session: Session
    ruleset: Ruleset
    case: OverlapCase
    proposal: Mapping[str, Any]
    decision: Decision
    at: dt.datetime


def apply_proposal(
    session: Session,
    ruleset: Ruleset,
    case: OverlapCase,
    proposal: Mapping[str, Any],
    *,
    proposer: Account,
    decider: Account,
    still_fits: Callable[[], None],
) -> None:
    """Apply a proposal under the lock of all ground it touches, and close the case.

    Raises
    ------
    Blocked
        ``cases.stale`` from ``still_fits``, ``register.ground-occupied`` from the guard, or
        ``cases.still-overlaps``.
    """
    left, right = case.left_parcel, case.right_parcel
    before = [p for p in (left, right) if p is not None]
    after = [ground_of(proposal, side) for side in (LEFT, RIGHT)]
    touched = [shapely.box(*to_shape(p.geom).bounds) for p in before]
    touched += [shapely.box(*g.bounds) for g in after[: len(before)] if g is not None]
    lock_ground(session, shapely.union_all(touched))
    for parcel in before:
        session.refresh(parcel)
    still_fits()
    chosen = next(
        step for step in reversed(history(session, case)) if step.kind == CaseStep.PROPOSED
    )
    decision = Decision(proposer, decider, chosen.reason or "", chosen.document_id)
    act = _Act(session, ruleset, case, proposal, decision, server_instant(session))
    write_step(session, case, CaseStep.CONFIRMED, account=decider, at=act.at)
    moved = _ground(act)
    _others(act)
    case.closed_at, case.outcome = act.at, str(proposal["kind"])
    write_step(
        session, case, CaseStep.APPLIED, account=proposer, second=decider,
        reason=decision.reason, document_id=decision.document_id, at=act.at,
        facts={"proposal": proposal["proposal"], "kind": proposal["kind"], "parcels": moved},
    )  # fmt: skip
    _ensure_ended(act, moved)


def _ground(act: _Act) -> list[int]:
    """Close and open parcels where a side's ground changes; all closings come first."""
    pairs = [(LEFT, act.case.left_parcel), (RIGHT, act.case.right_parcel)]
    changing = []
    for side, parcel in pairs:
        ground = ground_of(act.proposal, side)
        if parcel is not None and (ground is None or not ground.equals(to_shape(parcel.geom))):
            changing.append((parcel, ground))
    # The side that loses gives way before the other one grows.
    changing.sort(key=lambda change: 0.0 if change[1] is None else change[1].area)
    return [row for parcel, ground in changing for row in _change(act, parcel, ground)]


def _change(act: _Act, parcel: Parcel, ground: BaseGeometry | None) -> list[int]:
    session = act.session
    facts = {"case": act.case.number, "outcome": act.proposal["kind"]}
    if ground is None and parcel.application is not None:
        end_application(session, parcel.application, [parcel], act.at)
        _tell_owner(act, parcel, "refused", facts)
        _tell_dossier(act, parcel.application)
        return [parcel.id]
    assert ground is not None
    was = to_shape(parcel.geom)
    printed = None
    if act.proposal["kind"] == "correct":
        printed = corrected(parcel, dict(act.proposal["values"]))
    fresh = replace_parcel(session, act.ruleset, parcel, ground, act.at, printed)
    promote_waiting(session, shapely.union(was, ground), act.at)
    _tell_owner(act, parcel, "overlap-resolved", facts)
    return [parcel.id, *(one.id for one in fresh)]


def _tell_dossier(act: _Act, application: Application) -> None:
    """Tell the office of a dossier that its application ended here: its procedure goes on there."""
    dossier = act.session.get_one(Dossier, application.dossier_id)
    if dossier.catalogue_sha256 is None:
        return
    text = say(
        "cases.note-refused", act.ruleset.languages[0], number=application.number,
        case=act.case.number, reason=act.decision.reason,
    )  # fmt: skip
    leave_note(act.session, dossier, act.decision.confirmed_by, text)


def _tell_owner(act: _Act, parcel: Parcel, kind: str, facts: Mapping[str, Any]) -> None:
    """Write the act down where the right itself is kept: dossier, journal, event."""
    if parcel.title is not None:
        record(act.session, act.ruleset, parcel.title, kind, act.at, act.decision, facts)
        return
    application = parcel.application
    assert application is not None
    act.session.add(
        Step(
            dossier_id=application.dossier_id,
            kind=kind,
            happened_at=act.at,
            account_id=act.decision.decided_by.id,
            second_account_id=act.decision.confirmed_by.id,
            reason=act.decision.reason,
            document_id=act.decision.document_id,
            facts=dict(facts),
        )
    )
    act.session.add(
        JournalEntry(
            action=f"application.{kind}",
            subject="application",
            subject_id=application.number,
            account_id=act.decision.decided_by.id,
            reason=act.decision.reason,
            document_id=act.decision.document_id,
            facts={**facts, "confirmed_by": act.decision.confirmed_by.id},
        )
    )
    act.session.flush()


def _others(act: _Act) -> None:
    """Write what an outcome leaves besides ground: conditions, a mark of doubt, an opening."""
    kind = act.proposal["kind"]
    if kind == "consent":
        _condition(act)
    elif kind == "known":
        for parcel in (act.case.left_parcel, act.case.right_parcel):
            if parcel is not None and parcel.title is not None:
                _mark(act, parcel)
    elif kind == "competition":
        _compete(act)


def _condition(act: _Act) -> None:
    """Bind the right by what was agreed: a charge on a title, a step for an application."""
    parcel, zone, work = act.case.left_parcel, act.case.right_zone, act.case.right_work
    party_id = zone.authority_id if zone is not None else work.operator_id if work else None
    facts = {"case": act.case.number, "terms": act.decision.reason, "party": party_id}
    if parcel.title is not None:
        rank = act.session.scalar(
            select(func.coalesce(func.max(Charge.rank), 0)).where(
                Charge.title_id == parcel.title_id
            )
        )
        act.session.add(
            Charge(
                title_id=parcel.title.id,
                kind="condition",
                rank=int(rank or 0) + 1,
                party_id=party_id,
                terms=act.decision.reason,
                starts_on=day_of(act.at, act.ruleset.time_zone),
                document_id=act.decision.document_id,
            )
        )
    _tell_owner(act, parcel, "condition", facts)


def _mark(act: _Act, parcel: Parcel) -> None:
    title: Title | None = parcel.title
    assert title is not None
    if KNOWN_DOUBT not in title.doubts:
        title.doubts = [*title.doubts, KNOWN_DOUBT]
    _tell_owner(act, parcel, "overlap-known", {"case": act.case.number})


def _compete(act: _Act) -> None:
    """Publish the disputed ground: it opens to everybody, the two among them, on a known day."""
    left, right = act.case.left_parcel, act.case.right_parcel
    assert right is not None
    day = day_of(act.at, act.ruleset.time_zone)
    times = window(act.ruleset, act.at, day)
    shared = set(groups_of(act.session, [left])) & set(groups_of(act.session, [right]))
    for place, group in enumerate(sorted(shared - {"none"}), start=1):
        act.session.add(
            Opening(
                number=f"OUV-{act.case.number}-{place}",
                exclusivity_group=group,
                geom=from_shape(whole(to_shape(act.case.geom)), SRID),
                published_at=act.at,
                opens_at=times.opens_at,
                closes_at=times.closes_at,
                mode=mode_of(act.ruleset, day).value,
                seed_source="log-head",
            )
        )
    act.session.flush()


def _ensure_ended(act: _Act, moved: list[int]) -> None:
    """Bring all cases of the moved ground up to date; this pair must not come back."""
    if not moved:
        return
    done = detect_for_parcels(act.session, act.ruleset, moved, by="decision")
    if not done.opened:
        return
    owners = {_owner(act.case.left_parcel), _owner(act.case.right_parcel)}
    opened = act.session.scalars(select(OverlapCase).where(OverlapCase.number.in_(done.opened)))
    for case in opened:
        again = {_owner(case.left_parcel), _owner(case.right_parcel)}
        if case.is_technical:
            continue
        if again == owners or act.proposal["kind"] in TO_NEW_GROUND:
            raise Blocked("cases.still-overlaps", where=act.case.number, number=act.case.number)


def _owner(parcel: Parcel | None) -> tuple[int | None, int | None]:
    return (None, None) if parcel is None else (parcel.title_id, parcel.application_id)

