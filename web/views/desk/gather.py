"""Gather what the screen of one dossier shows, from its services; it decides nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from geoalchemy2.shape import to_shape
from markupsafe import Markup
from shapely.geometry import mapping
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from cadastre.models import (
    Account,
    Application,
    Document,
    Dossier,
    JournalEntry,
    OverlapCase,
    Parcel,
)
from cadastre.procedures.machine import State
from cadastre.queries.overlaps import find_units
from cadastre.rules.catalogue import Piece
from cadastre.rules.permissions import Actor, can_assign, can_examine, clearance
from cadastre.rules.ruleset import Ruleset
from cadastre.sentences import say
from cadastre.services.dossiers.access import ref_of
from cadastre.services.dossiers.catalogue import rules_of
from cadastre.services.dossiers.circumstances import Circumstances
from cadastre.services.dossiers.documents import OFFICE
from cadastre.services.dossiers.fees import as_told, fees_of
from cadastre.services.dossiers.findings import Compared, compare_findings
from cadastre.services.dossiers.ground import POINT, point_of
from cadastre.services.dossiers.parts import document_json
from cadastre.services.dossiers.showing import dossier_for
from cadastre.services.dossiers.standing import server_instant
from cadastre.services.dossiers.told import Group, answers_told
from cadastre.services.personal_data import shown_answers
from cadastre.services.titles.ground import held, open_parcels
from web.views.ground_plans import Drawn, plan_of_grounds

FEE_MOMENTS = ("lodgement", "decision", "issue")
# Where there is nothing left to compare: what was decided is decided.
SETTLED = (State.ISSUED, State.REFUSED, State.WITHDRAWN, State.LAPSED)


@dataclass(frozen=True, slots=True)
class PieceLine:
    """A line of the checklist with the documents that answer it, newest last."""

    piece: Piece
    documents: tuple[dict[str, Any], ...]

    @property
    def is_missing(self) -> bool:
        """Tell whether nothing that counts answers it."""
        counting = (
            one for one in self.documents if not one["withdrawn"] and one["verdict"] != "to-replace"
        )
        return self.piece.required and next(counting, None) is None


@dataclass(frozen=True, slots=True)
class Ground:
    """The ground of a dossier: drawn, measured, placed, and what the checks say of it."""

    application: Application | None
    plan: Markup | None
    areas_ha: tuple[float, float] | None
    units: tuple[str, ...]
    findings: tuple[Compared, ...]
    cases: tuple[OverlapCase, ...]
    point: tuple[float, float] | None
    map_data: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class DossierPage:
    """Everything the template says."""

    number: str
    shown: Mapping[str, Any]
    answers: tuple[Group, ...]
    pieces: tuple[PieceLine, ...]
    others: tuple[dict[str, Any], ...]
    ground: Ground | None
    fees: tuple[dict[str, Any], ...]
    opinions: tuple[dict[str, Any], ...]
    may_judge: bool
    may_assign: bool


def gather_page(
    session: Session, ruleset: Ruleset, dossier: Dossier, actor: Actor, language: str
) -> DossierPage:
    """Gather the screen of a dossier for somebody of the office, or of a body that is asked."""
    about = Circumstances(session, ruleset, dossier, server_instant(session))
    ref, service = ref_of(session, dossier), rules_of(session, dossier).service
    shown = dossier_for(session, ruleset, dossier, actor, language)
    documents = [one for one in dossier.documents if str(one.id) in _ids(shown)]
    return DossierPage(
        number=dossier.number,
        shown=shown,
        answers=answers_told(
            service,
            shown_answers(service, about.answers.values, clearance(actor, ref)),
            ruleset,
            language,
        ),
        pieces=tuple(
            PieceLine(piece, tuple(_told(one) for one in documents if one.piece == piece.id))
            for piece in service.pieces
        ),
        others=tuple(_told(one) for one in documents if one.piece is None),
        ground=ground_of_page(session, ruleset, about, shown["state"], language),
        fees=tuple(
            as_told(line, language)
            for moment in FEE_MOMENTS
            for line in fees_of(session, ruleset, dossier, moment, about.day)
        ),
        opinions=tuple(_with_reasons(shown)),
        may_judge=can_examine(actor, ref) and not shown["closed"],
        may_assign=can_assign(actor, ref) and not shown["closed"],
    )  # fmt: skip


def _ids(shown: Mapping[str, Any]) -> set[str]:
    return {str(one["id"]) for one in shown["documents"]}


def _told(document: Document) -> dict[str, Any]:
    act = {"reference": document.reference, "dated": document.dated}
    return {**document_json(document), **act, "office": document.kind == OFFICE}


def _with_reasons(shown: Mapping[str, Any]) -> Sequence[dict[str, Any]]:
    """Give each opinion the words and the document it came with."""
    given = {
        step["facts"].get("body"): step
        for step in shown["history"]
        if step["step"] == "give-opinion"
    }
    told = []
    for one in shown["opinions"]:
        step = given.get(one["body"], {})
        told.append({**one, "reason": step.get("reason"), "document": step.get("document")})
    return told


def ground_of_page(
    session: Session, ruleset: Ruleset, about: Circumstances, state: str | None, language: str
) -> Ground | None:
    """Draw, measure and check the ground of a dossier; None where the service needs none."""
    application, dossier = about.application, about.dossier
    if application is None:
        wanted = rules_of(session, dossier).service.perimeter
        point = point_of(dossier) if wanted == POINT else None
        if point is None:
            return None
        units = _units(session, point, about)
        return Ground(None, None, None, units, (), (), (point.x, point.y), None)
    # What a closed application held is shown as it was when it took its rank.
    at = application.filed_at if application.closed_at else about.at
    parcels = open_parcels(session, application, at)
    ground = held(parcels).ground
    cases = _cases(session, parcels)
    shared = [to_shape(case.geom) for case in cases if case.closed_at is None]
    drawn = [Drawn("ground-held", ground), *(Drawn("ground-freed", one) for one in shared)]
    return Ground(
        application=application,
        plan=plan_of_grounds(ruleset, drawn, say("desk.plan-label", language)),
        areas_ha=(
            sum(one.planar_area_m2 for one in parcels) / 1e4,
            sum(one.geodesic_area_m2 for one in parcels) / 1e4,
        ),
        units=_units(session, ground, about),
        findings=()
        if state in SETTLED
        else compare_findings(session, ruleset, application, about.at, language),
        cases=cases,
        point=None,
        map_data=None
        if ground.is_empty
        else {
            "ground": mapping(ground),
            "shared": [mapping(one) for one in shared],
            "box": list(ground.bounds),
        },
    )


def _units(session: Session, ground: Any, about: Circumstances) -> tuple[str, ...]:
    if ground.is_empty:
        return ()
    found = find_units(session, ground, about.day)
    return tuple(dict.fromkeys(one.name for one in sorted(found, key=lambda one: one.level)))


def _cases(session: Session, parcels: Sequence[Parcel]) -> tuple[OverlapCase, ...]:
    ids = [one.id for one in parcels]
    query = (
        select(OverlapCase)
        .where(or_(OverlapCase.left_parcel_id.in_(ids), OverlapCase.right_parcel_id.in_(ids)))
        .order_by(OverlapCase.closed_at.is_not(None), OverlapCase.number)
    )
    return tuple(session.scalars(query))


def told_changes(
    session: Session, dossier: Dossier, changes: Sequence[JournalEntry], language: str
) -> list[dict[str, Any]]:
    """Say what others did: who, what, when."""
    steps = rules_of(session, dossier).procedure.steps
    told = []
    for entry in changes:
        kind = entry.action.removeprefix("dossier.")
        account = None if entry.account_id is None else session.get(Account, entry.account_id)
        if kind in steps:
            what = steps[kind].done[language]
        else:
            what = say(f"desk.did-{_did(kind)}", language)
        who = account.display_name if account else None
        told.append({"who": who, "what": what, "at": entry.recorded_at})
    return told


def _did(kind: str) -> str:
    known = ("assign", "attach", "take-back", "judge", "counter-code", "counter-confirm", "note")
    return kind if kind in known else "something"
