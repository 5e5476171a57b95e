"""Acts on titles: what may be done, proposals by one person, confirmation by another."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask import Blueprint, Response
from pydantic import Field

from api.again import tried_again
from api.body import json_body
from api.documentation import LANG, Operation, documented
from api.language import current_language
from api.permissions import Access, open_to
from api.refusals import with_reasons
from api.representation import json_response
from api.schemas import EXAMPLE_GEOMETRY, Geometry, Shape
from api.session import db_session
from api.sign_in import current_actor, require_account
from api.state import now, state
from cadastre.models import Application, Title
from cadastre.rules.permissions import can_propose_acts
from cadastre.sentences import say
from cadastre.services.titles.facts import title_named
from cadastre.services.titles.grant import application_named
from cadastre.services.titles.life import life_of
from cadastre.services.titles.perform import Particulars
from cadastre.services.titles.proposals import (
    GRANT,
    Outcome,
    Wish,
    confirm,
    propose,
    reject,
)

title_routes = Blueprint("titles", __name__)


class GrantRequest(Shape):
    """Why an application is granted, and what the act of grant says beyond it."""

    reason: str = Field(min_length=3, max_length=2000, examples=["Arrêté 2026-041/MME"])
    document_id: int | None = None
    number: str | None = Field(None, max_length=60, examples=["PR-2026-000041"])
    expires_on: dt.date | None = None
    instrument: str | None = Field(None, max_length=300)


class ActRequest(GrantRequest):
    """An act on a title; each act uses the few particulars it needs.

    renew: geometry kept, years. transfer: from_party_id, to_party_id, share. lease, mortgage,
    charge: to_party_id, amount, terms, until. release: charge_id. renounce-part: geometry kept.
    extend: whole new geometry. split: geometries, numbers. merge: titles, number. convert:
    application. suspend, force-majeure: until. renounce, withdraw, resume: nothing more.
    """

    act: str = Field(max_length=40, examples=["renew"])
    geometry: Geometry | None = Field(None, examples=[EXAMPLE_GEOMETRY])
    geometries: list[Geometry] = Field(default_factory=list, max_length=20)
    numbers: list[str] = Field(default_factory=list, max_length=20)
    titles: list[str] = Field(default_factory=list, max_length=20)
    application: str | None = Field(None, max_length=60)
    years: float | None = Field(None, gt=0, le=99)
    until: dt.date | None = None
    from_party_id: int | None = Field(None, ge=1, le=2**62)
    to_party_id: int | None = Field(None, ge=1, le=2**62)
    share: str | None = Field(None, max_length=30, examples=["1/3"])
    charge: str | None = Field(None, max_length=40, examples=["pledge"])
    charge_id: int | None = Field(None, ge=1, le=2**62)
    amount: str | None = Field(None, max_length=18, examples=["250000000"])
    currency: str | None = Field(None, pattern="^[A-Z]{3}$")
    terms: str | None = Field(None, max_length=5000)
    creditors_agree: bool = False


class RejectionRequest(Shape):
    """Why a proposal is set aside."""

    reason: str = Field(min_length=3, max_length=2000)


class ProposalAnswer(Shape):
    """A proposal that waits for a second person, with what it would give today."""

    proposal: int
    act: str
    number: str
    titles: list[str]
    facts: dict[str, Any]
    links: dict[str, str]


class ActAnswer(Shape):
    """What an act gave: the titles that carry the right now, and its facts."""

    titles: list[str]
    facts: dict[str, Any]


class ReasonShape(Shape):
    """Why an act is impossible."""

    code: str
    message: str


class LifeAnswer(Shape):
    """The acts of a title, its family and charges; for agents, proposals and possible acts."""

    number: str
    status: str
    acts: list[dict[str, Any]]
    family: list[dict[str, str]]
    charges: list[dict[str, Any]]
    openings: list[str]
    proposals: list[dict[str, Any]]
    possible: dict[str, list[ReasonShape]]


@title_routes.get("/api/titles/<path:number>/acts")
@open_to(Access.ANYBODY)
@documented(Operation("Acts, family and charges of a title", LifeAnswer, parameters=(LANG,)))
def list_acts(number: str) -> Response:
    """Tell the life of a title; who may propose also sees what is possible, and why not."""
    language = current_language()
    is_agent = can_propose_acts(current_actor())
    session = db_session()
    life = life_of(session, state().ruleset, title_named(session, number), now(), is_agent=is_agent)
    possible = {
        act: [{"code": r.code, "message": say(r.code, language, **r.values)} for r in reasons]
        for act, reasons in life.pop("possible").items()
    }
    return json_response({**life, "possible": possible})


@title_routes.post("/api/titles/<path:number>/acts")
@open_to(Access.SIGNED_IN)
@documented(Operation("Propose an act", ProposalAnswer, ActRequest, (LANG,), status=202))
@tried_again
@with_reasons
def propose_act(number: str) -> Response:
    """Try an act, undo it, and keep the proposal for a second person; agents only."""
    require_account()
    asked = json_body(ActRequest)
    return _propose(title_named(db_session(), number), asked, asked.act)


@title_routes.post("/api/applications/<number>/grant")
@open_to(Access.SIGNED_IN)
@documented(Operation("Propose to grant", ProposalAnswer, GrantRequest, (LANG,), status=202))
@tried_again
@with_reasons
def propose_grant(number: str) -> Response:
    """Try to grant an application, undo it, and keep the proposal for a second person."""
    require_account()
    asked = json_body(GrantRequest)
    return _propose(application_named(db_session(), number), asked, GRANT)


@title_routes.post("/api/acts/<int:proposal>/confirmation")
@open_to(Access.SIGNED_IN)
@documented(Operation("Confirm an act", ActAnswer, parameters=(LANG,)))
@tried_again
@with_reasons
def confirm_act(proposal: int) -> Response:
    """Do what another person proposed; decision makers only."""
    account = require_account()
    outcome = confirm(db_session(), state().ruleset, proposal, account)
    return json_response(_told(outcome))


@title_routes.post("/api/acts/<int:proposal>/rejection")
@open_to(Access.SIGNED_IN)
@documented(Operation("Set a proposal aside", None, RejectionRequest, (LANG,), status=204))
@tried_again
@with_reasons
def reject_act(proposal: int) -> Response:
    """Set a proposal aside, as a decision maker or as its author."""
    account = require_account()
    reject(db_session(), proposal, account, json_body(RejectionRequest).reason)
    return Response(status=204)


def _propose(subject: Title | Application, asked: GrantRequest, act: str) -> Response:
    raw = asked.model_dump(mode="json", exclude={"act", "reason", "document_id"})
    wish = Wish(act, Particulars.from_json(raw), asked.reason, asked.document_id)
    account, ruleset = require_account(), state().ruleset
    step, outcome = propose(db_session(), ruleset, subject, wish, account)
    links = {"confirm": f"/api/acts/{step.id}/confirmation"}
    body = {"proposal": step.id, "act": act, "number": subject.number, **_told(outcome)}
    return json_response({**body, "links": links}, 202)


def _told(outcome: Outcome) -> dict[str, Any]:
    return {"titles": list(outcome.titles), "facts": outcome.facts}
