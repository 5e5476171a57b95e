"""Show a dossier to who is reading: where it stands, what is awaited, what they may do.

What is shown depends on who reads: the applicant's side sees people of the office by their role,
the office sees names; whoever follows by number and code sees the line of stages and no content.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cadastre.models import Account, Dossier, Party, Step, Title
from cadastre.procedures.machine import Procedure, Standing
from cadastre.procedures.machine.definition import AT_DECISION
from cadastre.rules.permissions import (
    Actor,
    DossierRef,
    can_see_office,
    clearance,
    hears_opinions,
    is_applicant,
    is_asked,
    is_clerk_of,
)
from cadastre.rules.ruleset import Ruleset
from cadastre.services.dossiers.access import ref_of
from cadastre.services.dossiers.catalogue import rules_of
from cadastre.services.dossiers.circumstances import EVERY_GUARD, Circumstances
from cadastre.services.dossiers.documents import GIVE_OPINION, OFFICE, opinion_papers
from cadastre.services.dossiers.fees import invoices_of
from cadastre.services.dossiers.messages import unread_count
from cadastre.services.dossiers.move import steps_open_to
from cadastre.services.dossiers.parts import (
    clock_json,
    document_json,
    invoice_json,
    opinions,
    step_json,
)
from cadastre.services.dossiers.standing import fact_of, server_instant, standing_of
from cadastre.services.dossiers.taker import told_taker
from cadastre.services.personal_data import note_dossier_view, shown_answers

DONE, PRESENT, AHEAD = "done", "present", "ahead"
# Steps of the office that the applicant reads without their grounds until the decision is taken.
INSIDE = frozenset({"propose-grant", "propose-refusal", "send-back", "correct"})


@dataclass(frozen=True, slots=True)
class _Reader:
    """Who reads a dossier, and how far."""

    actor: Actor
    ref: DossierRef
    language: str
    in_office: bool
    hears: bool

    @property
    def is_ours(self) -> bool:
        """Tell whether the reader stands on the applicant's side, or at its counter."""
        return is_applicant(self.actor, self.ref) or is_clerk_of(self.actor, self.ref)

    @property
    def body(self) -> str | None:
        """Give the body the reader speaks for, which reads its own opinion."""
        return self.actor.body if is_asked(self.actor, self.ref) else None


def dossier_for(
    session: Session, ruleset: Ruleset, dossier: Dossier, actor: Actor, language: str
) -> dict[str, Any]:
    """Represent a whole dossier for somebody who may read it: its course, content, next steps."""
    about = Circumstances(session, ruleset, dossier, server_instant(session))
    facts = about.facts(EVERY_GUARD)
    standing = standing_of(session, dossier, now=about.at, facts=facts)
    reader = _reader(session, dossier, standing, actor, language)
    if not reader.is_ours:
        note_dossier_view(session, dossier, actor)
    steps = steps_open_to(session, dossier, actor, standing, facts, ref=reader.ref)
    return (
        followed(session, dossier, standing, language)
        | _content(session, dossier, reader)
        | _course(session, dossier, standing, reader)
        | {"steps": [step_json(step, language) for step in steps]}
        | _for_reader(session, about, reader)
    )


def _reader(
    session: Session, dossier: Dossier, standing: Standing, actor: Actor, language: str
) -> _Reader:
    ref, procedure = ref_of(session, dossier), rules_of(session, dossier).procedure
    decided, at_once = _grounds(standing) is not None, procedure.opinions_shown != AT_DECISION
    hears = hears_opinions(actor, ref, decided=decided, at_once=at_once)
    return _Reader(actor, ref, language, can_see_office(actor, ref), hears)


def _content(session: Session, dossier: Dossier, reader: _Reader) -> dict[str, Any]:
    """Represent what was asked and sent: answers, ground, documents, orders of payment."""
    held_back = set() if reader.hears else opinion_papers(dossier, reader.body)
    seen_of_form = clearance(reader.actor, reader.ref)
    return {
        "edition": dossier.edition,
        "form": shown_answers(rules_of(session, dossier).service, dossier.form, seen_of_form),
        "perimeter": dossier.perimeter,
        "documents": [
            document_json(one)
            for one in dossier.documents
            if reader.in_office or (one.kind != OFFICE and one.id not in held_back)
        ],
        "invoices": [invoice_json(one) for one in invoices_of(session, dossier).values()],
    }


def _course(
    session: Session, dossier: Dossier, standing: Standing, reader: _Reader
) -> dict[str, Any]:
    """Represent what happened and what runs: history, delays, opinions."""
    procedure, language = rules_of(session, dossier).procedure, reader.language
    return {
        "history": history(
            session, dossier, language, in_office=reader.in_office, decided=_grounds(standing),
            heard=reader.hears, own=reader.body,
        ),
        "clocks": [clock_json(clock, procedure, language) for clock in standing.clocks.values()],
        "opinions": opinions(
            standing, procedure, language, heard=reader.hears, own=reader.body
        ),
    }  # fmt: skip


def _for_reader(session: Session, about: Circumstances, reader: _Reader) -> dict[str, Any]:
    """Represent what only some read: news, the code to follow with, who carries it, who takes."""
    dossier = about.dossier
    shown: dict[str, Any] = {"unread": unread_count(session, dossier, reader.actor)}
    if reader.is_ours:
        shown["follow_up_code"] = dossier.follow_up_code
    if reader.in_office:
        shown["taker"] = told_taker(session, dossier, about.answers.values)
        shown["carried_by"] = _name(session, reader.ref.assigned_to)
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
    heard: bool = True,
    own: str | None = None,
) -> list[dict[str, Any]]:
    """Represent every step, oldest first, in words.

    ``decided`` is the proposal that a second person confirmed: its grounds are the decision's own.
    Opinions are told in full where they are ``heard``; a body reads its ``own`` in any case.
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
        is_unheard = step.kind == GIVE_OPINION and not heard and fact.body != own
        hidden = hidden or is_unheard
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
                "facts": _body_alone(step) if is_unheard else {} if hidden else _public_facts(step),
            }
        )
    return told


def _body_alone(step: Step) -> dict[str, Any]:
    return {"body": step.facts.get("body")}


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


def _iso(instant: dt.datetime | None) -> str | None:
    return None if instant is None else instant.isoformat()
