"""Show a dossier to who is reading: where it stands, what is awaited, what they may do.

What is shown depends on who reads: the applicant's side sees people of the office by their role,
the office sees names; whoever follows by number and code sees the line of stages and no content.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cadastre.models import Account, Document, Dossier, Invoice, Party, Step, Title
from cadastre.procedures.facts import Refusal
from cadastre.procedures.machine import Clock, Procedure, Standing
from cadastre.rules.permissions import (
    Actor,
    can_see_office,
    clearance,
    is_applicant,
    is_clerk_of,
)
from cadastre.rules.ruleset import Ruleset
from cadastre.sentences import say
from cadastre.services.dossiers.access import ref_of
from cadastre.services.dossiers.catalogue import rules_of
from cadastre.services.dossiers.circumstances import EVERY_GUARD, Circumstances
from cadastre.services.dossiers.documents import OFFICE
from cadastre.services.dossiers.fees import invoices_of
from cadastre.services.dossiers.messages import unread_count
from cadastre.services.dossiers.move import steps_open_to
from cadastre.services.dossiers.standing import fact_of, server_instant, standing_of
from cadastre.services.dossiers.taker import told_taker
from cadastre.services.personal_data import note_dossier_view, shown_answers

DONE, PRESENT, AHEAD = "done", "present", "ahead"
# Steps of the office that the applicant reads without their grounds until the decision is taken.
INSIDE = frozenset({"propose-grant", "propose-refusal", "send-back", "correct"})


def dossier_for(
    session: Session, ruleset: Ruleset, dossier: Dossier, actor: Actor, language: str
) -> dict[str, Any]:
    """Represent a whole dossier for somebody who may read it."""
    ref = ref_of(session, dossier)
    if not (is_applicant(actor, ref) or is_clerk_of(actor, ref)):
        note_dossier_view(session, dossier, actor)
    in_office = can_see_office(actor, ref)
    about = Circumstances(session, ruleset, dossier, server_instant(session))
    facts = about.facts(EVERY_GUARD)
    standing = standing_of(session, dossier, now=about.at, facts=facts)
    steps = steps_open_to(session, dossier, actor, standing, facts)
    shown = followed(session, dossier, standing, language) | {
        "edition": dossier.edition,
        "form": shown_answers(
            rules_of(session, dossier).service, dossier.form, clearance(actor, ref)
        ),
        "perimeter": dossier.perimeter,
        "history": history(
            session, dossier, language, in_office=in_office, decided=_grounds(standing)
        ),
        "documents": [
            document_json(one)
            for one in dossier.documents
            if in_office or one.kind != OFFICE
        ],
        "clocks": [clock_json(clock, language) for clock in standing.clocks.values()],
        "opinions": opinions(standing, rules_of(session, dossier).procedure, language),
        "steps": [
            {
                "step": step.kind,
                "verb": step.verb[language],
                "needs": list(step.needs),
                "second_factor": step.second_factor,
                "possible": step.is_possible,
                "reasons": [refusal_text(one, language) for one in step.refusals],
            }
            for step in steps
        ],
        "invoices": [invoice_json(one) for one in invoices_of(session, dossier).values()],
        "unread": unread_count(session, dossier, actor),
    }
    if is_applicant(actor, ref) or is_clerk_of(actor, ref):
        shown["follow_up_code"] = dossier.follow_up_code
    if in_office:
        shown["taker"] = told_taker(session, dossier, about.answers.values)
        shown["carried_by"] = _name(session, ref.assigned_to)
    return shown


def followed(
    session: Session, dossier: Dossier, standing: Standing, language: str
) -> dict[str, Any]:
    """Represent where a dossier stands, without its content: what its number and code show."""
    rules = rules_of(session, dossier)
    procedure = rules.procedure
    lodged = next((step for step in dossier.steps if step.kind == "lodge"), None)
    facts = lodged.facts if lodged is not None else {}
    title = None if dossier.title_id is None else session.get(Title, dossier.title_id)
    party = None if dossier.party_id is None else session.get(Party, dossier.party_id)
    return {
        "number": dossier.number,
        "service": {
            "id": rules.service.id,
            "title": rules.service.title[language],
            "evidence": rules.service.evidence.value,
            "perimeter": rules.service.perimeter,
            "outcome": rules.service.outcome.name[language],
        },
        "applicant": None if party is None else {"kind": party.kind, "name": party.name},
        "at_counter": dossier.clerk_id is not None,
        "opened_at": dossier.recorded_at.isoformat(),
        "lodged_at": _iso(standing.happened_at("lodge")),
        "state": standing.state.value if standing.state else None,
        "state_name": procedure.state_names[standing.state][language] if standing.state else "",
        "since": _iso(standing.since),
        "closed": standing.closed,
        "outcome": standing.outcome,
        "stages": stages(procedure, standing, language),
        "awaits": [
            {
                "who": awaited.who,
                "who_name": awaited.who_name[language],
                "what": awaited.what[language],
                "since": awaited.since.isoformat(),
                "due": None if awaited.due is None else awaited.due.isoformat(),
            }
            for awaited in standing.awaits
        ],
        "application": facts.get("application"),
        "rank": facts.get("rank"),
        "title": None if title is None else title.number,
    }


def stages(procedure: Procedure, standing: Standing, language: str) -> list[dict[str, Any]]:
    """Represent the line of stages: those done, the present one, those ahead."""
    names = [stage.id for stage in procedure.stages]
    here = names.index(standing.stage) if standing.stage in names else -1
    return [
        {
            "id": stage.id,
            "name": stage.name[language],
            "place": _place(index, here, closed=standing.closed),
        }
        for index, stage in enumerate(procedure.stages)
    ]


def _place(index: int, here: int, *, closed: bool) -> str:
    if index == here:
        return DONE if closed else PRESENT
    return DONE if index < here else AHEAD


def history(
    session: Session,
    dossier: Dossier,
    language: str,
    *,
    in_office: bool,
    decided: int | None = None,
) -> list[dict[str, Any]]:
    """Represent every step, oldest first, in words.

    ``decided`` is the proposal that a second person confirmed: its grounds are the decision's own.
    """
    procedure = rules_of(session, dossier).procedure
    names = _names(session, dossier.steps) if in_office else {}
    told = []
    for step in dossier.steps:
        rule = procedure.steps.get(step.kind)
        if rule is None or "role" not in step.facts:
            continue
        fact = fact_of(step)
        hidden = step.kind in INSIDE and not in_office and step.id != decided
        told.append(
            {
                "id": step.id,
                "step": step.kind,
                "done": rule.done[language],
                "at": step.happened_at.isoformat(),
                "role": fact.role,
                "role_name": _role(procedure, fact.role, language),
                "who": names.get(step.account_id),
                "reason": None if hidden else step.reason,
                "document": None if hidden else step.document_id,
                "facts": {} if hidden else _public_facts(step),
            }
        )
    return told


def _grounds(standing: Standing) -> int | None:
    """Give the step whose grounds the applicant is owed: the proposal, once it is the decision."""
    if standing.proposal is None or standing.proposal.confirmed_at is None:
        return None
    made = [one.id for one in standing.steps if one.kind in ("propose-grant", "propose-refusal")]
    return made[-1] if made else None


def _role(procedure: Procedure, role: str, language: str) -> str:
    return procedure.who(role)[language] if role in procedure.who_names else role


def _public_facts(step: Step) -> dict[str, Any]:
    kept = (
        "body", "opinion", "until", "amount", "application", "rank", "title", "invoice",
        "taker_name",
    )  # fmt: skip
    return {name: step.facts[name] for name in kept if name in step.facts}


def _names(session: Session, steps: list[Step]) -> dict[int | None, str]:
    ids = {step.account_id for step in steps} - {None}
    rows = session.execute(select(Account.id, Account.display_name).where(Account.id.in_(ids)))
    return {row.id: row.display_name for row in rows}


def _name(session: Session, account_id: int | None) -> dict[str, Any] | None:
    if account_id is None:
        return None
    return {"id": account_id, "name": session.get_one(Account, account_id).display_name}


def opinions(standing: Standing, procedure: Procedure, language: str) -> list[dict[str, Any]]:
    """Represent the opinions: of every body that was asked, and of those the law wants heard."""
    told = []
    for body in procedure.bodies.values():
        asked = standing.opinions.get(body.id)
        told.append(
            {
                "body": body.id,
                "name": body.name[language],
                "required": body.required,
                "asked_at": None if asked is None else asked.asked_at.isoformat(),
                "due": None if asked is None or asked.due_on is None else asked.due_on.isoformat(),
                "given_at": None if asked is None else _iso(asked.given_at),
                "opinion": None if asked is None else asked.opinion,
                "overdue": asked is not None and asked.overdue,
            }
        )
    return told


def clock_json(clock: Clock, language: str) -> dict[str, Any]:
    """Represent a legal delay: what was spent, what is left, what it stands on."""
    return {
        "name": clock.name,
        "label": clock.label[language],
        "owed_by": clock.owed_by,
        "limit": clock.limit,
        "unit": clock.unit,
        "spent": clock.spent,
        "due": None if clock.due_on is None else clock.due_on.isoformat(),
        "running": clock.running,
        "overdue": clock.overdue,
        "article": clock.article,
        "evidence": str(clock.evidence),
        "note": None if clock.note is None else clock.note[language],
    }


def document_json(document: Document) -> dict[str, Any]:
    """Represent a document by what may be said of it without opening it."""
    return {
        "id": document.id,
        "kind": document.kind,
        "piece": document.piece,
        "title": document.title,
        "filename": document.filename,
        "media_type": document.media_type,
        "sha256": document.sha256,
        "at": document.recorded_at.isoformat(),
        "scan": document.scan,
        "withdrawn": document.withdrawn_at is not None,
        "verdict": document.verdict,
        "verdict_reason": document.verdict_reason,
    }


def invoice_json(invoice: Invoice) -> dict[str, Any]:
    """Represent an order of payment in one line."""
    return {
        "number": invoice.number,
        "moment": invoice.moment,
        "total": invoice.total,
        "currency": invoice.currency,
        "due_on": invoice.due_on.isoformat(),
        "paid": invoice.payment is not None,
    }


def refusal_text(refusal: Refusal, language: str) -> str:
    """Say a reason against a step in a language."""
    return say(refusal.code, language, **refusal.values)


def _iso(instant: dt.datetime | None) -> str | None:
    return None if instant is None else instant.isoformat()
