"""Move a dossier by one step: judged by its procedure, done to the register, written, told."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from cadastre.errors import NotAllowed, NotFound
from cadastre.models import Dossier, DossierStanding, Step
from cadastre.procedures.machine import (
    DossierFacts,
    PossibleStep,
    Standing,
    StepFact,
    automatic_due,
    ensure_possible,
    possible,
)
from cadastre.procedures.machine.facts import PUBLIC, SYSTEM
from cadastre.rules.permissions import (
    Actor,
    DossierRef,
    Role,
    can_edit_dossier,
    can_give_opinion,
    can_lodge,
    can_object,
    can_read_dossier,
    can_withdraw,
    ensure,
    ensure_second_factor,
    is_applicant,
    is_asked,
    is_clerk_of,
    works_on,
)
from cadastre.rules.ruleset import Ruleset
from cadastre.services.dossiers.access import dossier_named, ref_of
from cadastre.services.dossiers.catalogue import rules_of
from cadastre.services.dossiers.circumstances import Circumstances
from cadastre.services.dossiers.documents import standing_document
from cadastre.services.dossiers.effects import EFFECTS, Move, retell
from cadastre.services.dossiers.fees import order_what_falls_due
from cadastre.services.dossiers.notices import tell_of
from cadastre.services.dossiers.sayable import facts_said
from cadastre.services.dossiers.standing import (
    ROLE,
    keep_standing,
    server_instant,
    standing_of,
)
from cadastre.services.dossiers.written import journal

log = logging.getLogger(__name__)
BY_MONEY = "pay"
OBJECT = "object"
NOBODY = "nobody"
OFFICE = (Role.AGENT, Role.DECIDER, Role.SUPERVISOR)


@dataclass(frozen=True, slots=True)
class Said:
    """What comes with a step: why, from which document, and what its kind needs."""

    reason: str | None = None
    document_id: int | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


def take_step(
    session: Session, ruleset: Ruleset, dossier: Dossier, kind: str, actor: Actor, said: Said
) -> Step:
    """Take a step in somebody's name.

    Raises
    ------
    NotFound, NotAllowed, Blocked
        The procedure has no such step, the actor no such role, or something stands against it:
        the sentence says what, and the refusal lists everything.
    """
    _lock(session, dossier)
    standing = _brought_up(session, ruleset, dossier)
    ref, now = ref_of(session, dossier), standing.at
    roles = roles_towards(actor, ref)
    procedure = rules_of(session, dossier).procedure
    rule = procedure.step(kind)
    if kind == BY_MONEY:
        raise NotAllowed("dossiers.paid-by-invoice", where=dossier.number)
    role = next((role for role in rule.by if role in roles), NOBODY)
    if role == NOBODY:
        ensure(actor.is_known, actor)
        ensure(not actor.bears(*(r for r in Role if r in rule.by)), actor, "dossiers.not-yours")
    if rule.second_factor:
        ensure_second_factor(actor)
    ensure(_signs_for(kind, role, actor, ref), actor, "dossiers.needs-signature", dossier.number)
    facts = facts_said(rules_of(session, dossier).service, kind, said.facts)
    if said.document_id is not None:
        standing_document(session, dossier, said.document_id)
    if kind == "give-opinion":
        body = str(facts.setdefault("body", actor.body))
        ensure(can_give_opinion(actor, ref, body), actor, "dossiers.other-body", body)
    about = Circumstances(session, ruleset, dossier, now)
    wanted = StepFact(
        kind, now, actor.account_id, role, facts, None, said.reason, said.document_id
    )
    ensure_possible(
        procedure, standing, wanted, about.facts(rule.guards), roles={role},
        account_id=actor.account_id,
    )  # fmt: skip
    move = Move(session, ruleset, dossier, standing, wanted, actor, about)
    told = _done(move, rule.effect_on(_outcome(standing, rule.proposes)))
    step = _write(session, dossier, wanted, told)
    journal(
        session, kind, dossier, actor, reason=said.reason, document_id=said.document_id,
        facts={**facts, "role": role},
    )  # fmt: skip
    _tell(session, ruleset, dossier, kind, actor)
    return step


def objectable(session: Session, number: str, actor: Actor) -> Dossier:
    """Give a dossier to whoever may object: those who read it, and anybody known in its window.

    Raises
    ------
    NotFound
        ``dossiers.none``: no window is open to somebody who may not read it; numbers are not
        probed.
    """
    dossier = dossier_named(session, number, lock=True)
    course = standing_of(session, dossier).course
    is_open = course.has_done("open-objections") and not course.has_done("close-objections")
    ref = ref_of(session, dossier)
    if not can_read_dossier(actor, ref) and not (is_open and can_object(actor, ref)):
        ensure(actor.is_known, actor)
        raise NotFound("dossiers.none", where=number)
    return dossier


def _signs_for(kind: str, role: str, actor: Actor, ref: DossierRef) -> bool:
    """Tell whether an actor's mandate goes as far as a step that binds whom they act for."""
    if role != Role.APPLICANT.value:
        return True
    if kind == "lodge":
        return can_lodge(actor, ref)
    return kind != "withdraw" or ref.is_draft or can_withdraw(actor, ref)


def _lock(session: Session, dossier: Dossier) -> None:
    """Let two people on one file meet here; the second sees what the first did.

    Rows that only point at the dossier (a message, a note of the overlap desk) do not wait here:
    who writes them may hold the ground that the step is about to ask for.
    """
    session.flush()
    session.refresh(dossier, with_for_update={"key_share": True})
    session.expire(dossier, ["steps", "documents"])
    # What was read of it before the wait is stale, and would not be written over.
    session.get(DossierStanding, dossier.id, populate_existing=True)


def _outcome(standing: Standing, proposes: str | None) -> str | None:
    if proposes is not None:
        return proposes
    return standing.proposal.outcome if standing.proposal else None


def _done(move: Move, effect: str | None) -> dict[str, Any]:
    """Do to the register what the step does, and give what is to be remembered of it."""
    # What it does comes first: a lodgement tells where the ground lies that has just entered.
    told = {} if effect is None else EFFECTS[effect](move)
    return {**retell(move), **told}


def _write(
    session: Session, dossier: Dossier, taken: StepFact, told: Mapping[str, Any]
) -> Step:
    step = Step(
        dossier_id=dossier.id,
        kind=taken.kind,
        happened_at=taken.at,
        account_id=taken.account_id,
        on_behalf_of_id=dossier.party_id if taken.role in ("applicant", "clerk") else None,
        reason=taken.reason,
        document_id=taken.document_id,
        facts={**taken.facts, **told, ROLE: taken.role},
    )
    session.add(step)
    session.flush()
    session.expire(dossier, ["steps"])
    return step


def _tell(
    session: Session, ruleset: Ruleset, dossier: Dossier, kind: str, actor: Actor | None
) -> None:
    """Keep the new standing, issue what is to be paid now, and say that there is news."""
    now = server_instant(session)
    standing = _replayed(session, dossier, now)
    keep_standing(session, dossier, standing)
    day = Circumstances(session, ruleset, dossier, now).day
    order_what_falls_due(session, ruleset, dossier, standing, day)
    ref = ref_of(session, dossier)
    by_applicant = actor is not None and is_applicant(actor, ref)
    if kind != "open":
        tell_of(session, dossier, kind, to_applicant=not by_applicant, by=actor)
    if actor is None:
        tell_of(session, dossier, kind, to_applicant=False, by=None)


def write_what_is_due(session: Session, ruleset: Ruleset, dossier: Dossier) -> int:
    """Write the steps that the clock has decided, each at its own instant; give how many."""
    before = _replayed(session, dossier, server_instant(session))
    return _write_due(session, ruleset, dossier, before)


def _brought_up(session: Session, ruleset: Ruleset, dossier: Dossier) -> Standing:
    """Write what the clock has decided; give the standing at this instant, replayed once."""
    standing = _replayed(session, dossier, server_instant(session))
    if _write_due(session, ruleset, dossier, standing):
        standing = _replayed(session, dossier, server_instant(session))
    return standing


def _write_due(session: Session, ruleset: Ruleset, dossier: Dossier, before: Standing) -> int:
    """Write the steps due by the instant of a standing; a dossier not opened yet has none."""
    procedure, now, written = rules_of(session, dossier).procedure, before.at, 0
    if session.get(DossierStanding, dossier.id) is None:
        return written
    for due in automatic_due(procedure, before, now):
        rule = procedure.step(due.kind)
        standing = _replayed(session, dossier, due.at)
        about = Circumstances(session, ruleset, dossier, now)
        move = Move(session, ruleset, dossier, standing, due, None, about)
        told = _done(move, rule.effect_on(_outcome(standing, rule.proposes)))
        _write(session, dossier, due, told)
        journal(session, due.kind, dossier, None, facts={"at": due.at.isoformat()})
        _tell(session, ruleset, dossier, due.kind, None)
        written += 1
    return written


def take_by_rule(
    session: Session, ruleset: Ruleset, dossier: Dossier, kind: str, facts: Mapping[str, Any]
) -> Step | None:
    """Take a step that a fact brings about (a payment): None where it no longer means anything."""
    _lock(session, dossier)
    standing = _brought_up(session, ruleset, dossier)
    procedure, now = rules_of(session, dossier).procedure, standing.at
    rule = procedure.steps.get(kind)
    if rule is None or standing.state not in rule.states:
        return None
    step = _write(session, dossier, StepFact(kind, now, None, SYSTEM, facts), {})
    journal(session, kind, dossier, None, facts=dict(facts))
    _tell(session, ruleset, dossier, kind, None)
    return step


def _replayed(session: Session, dossier: Dossier, now: dt.datetime) -> Standing:
    return standing_of(session, dossier, now=now)


def roles_towards(actor: Actor, ref: DossierRef) -> frozenset[str]:
    """Give the roles an account plays for one dossier, as its procedure names them."""
    # Nobody examines, advises on or decides their own request, whatever their office.
    own = is_applicant(actor, ref)
    roles = set() if own else {role.value for role in OFFICE if works_on(actor, ref, role)}
    if can_edit_dossier(actor, ref) and not is_clerk_of(actor, ref):
        roles.add(Role.APPLICANT.value)
    if is_clerk_of(actor, ref):
        roles.add(Role.CLERK.value)
    if not own and is_asked(actor, ref):
        roles.add(Role.ADVISER.value)
    if not roles and can_object(actor, ref):
        roles.add(PUBLIC)
    return frozenset(roles)


def steps_open_to(
    session: Session,
    dossier: Dossier,
    actor: Actor,
    standing: Standing,
    facts: DossierFacts,
    *,
    ref: DossierRef | None = None,
) -> tuple[PossibleStep, ...]:
    """List the steps an account may take from here, each with every reason against it now.

    ``facts`` are those of every guard; ``ref`` is at hand where the dossier was looked at already.
    """
    if standing.closed:
        return ()
    ref = ref or ref_of(session, dossier)
    procedure = rules_of(session, dossier).procedure
    found: dict[str, PossibleStep] = {}
    for role in sorted(roles_towards(actor, ref)):
        for step in possible(
            procedure, standing, facts, role=role, account_id=actor.account_id
        ):
            if step.kind != BY_MONEY:
                found.setdefault(step.kind, step)
    order = list(procedure.steps)
    return tuple(sorted(found.values(), key=lambda step: order.index(step.kind)))


def run_clocks(session: Session, ruleset: Ruleset, *, most: int = 200) -> int:
    """Write what clocks decided in every dossier of the register; give how many steps.

    A dossier somebody is working on waits for the next turn, and one that cannot be moved holds
    no other back.
    """
    due = session.scalars(
        select(Dossier)
        .join(DossierStanding, DossierStanding.dossier_id == Dossier.id)
        .where(
            DossierStanding.next_rule_at <= server_instant(session),
            ~DossierStanding.is_closed,
        )
        .order_by(DossierStanding.next_rule_at, Dossier.id)
        .limit(most)
        .with_for_update(of=Dossier, key_share=True, skip_locked=True)
    ).all()
    return sum(_run_clock(session, ruleset, dossier) for dossier in due)


def _run_clock(session: Session, ruleset: Ruleset, dossier: Dossier) -> int:
    number = dossier.number
    try:
        with session.begin_nested():
            _lock(session, dossier)
            return write_what_is_due(session, ruleset, dossier)
    except DBAPIError:  # a clash of locks: the whole turn is taken again
        raise
    except Exception:
        log.exception("what the clock decided in %s waits for the next turn", number)
        return 0
