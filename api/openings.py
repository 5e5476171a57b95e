"""Fair openings of freed ground, and the choice among remnants of a clipped perimeter."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response
from geoalchemy2.shape import to_shape
from pydantic import Field
from sqlalchemy import select

from api.again import tried_again
from api.body import json_body
from api.documentation import LANG, Operation, documented
from api.permissions import Access, open_to
from api.refusals import with_reasons
from api.representation import json_response
from api.schemas import Shape
from api.session import db_session
from api.sign_in import current_actor, require_account
from api.state import now, state
from cadastre.models import Opening, Parcel, RemnantBundle
from cadastre.rules.permissions import can_keep_register
from cadastre.services.accounts import party_to_file_for
from cadastre.services.checks import today
from cadastre.services.openings.comparing import (
    confirm_comparison,
    propose_comparison,
    reject_comparison,
)
from cadastre.services.openings.sealed import leave_seal, opening_named, reveal
from cadastre.services.openings.settle import enter_seed, settle_by_log_head
from cadastre.services.openings.told import opening_told
from cadastre.services.remnants import bundle_of, choose_remnant
from cadastre.services.representation import geometry_json
from cadastre.services.titles.decision import ensure_may_propose
from cadastre.services.titles.grant import application_named

opening_routes = Blueprint("openings", __name__)
MOST_LISTED = 200


class OpeningAnswer(Shape):
    """An opening: ground, window, phase; once settled, seed, lots and how to draw them again."""

    number: str
    group: str
    mode: str
    phase: str
    published_at: str
    opens_at: str
    closes_at: str
    reveal_ends_at: str
    seed_source: str | None
    seed: str | None
    geometry: dict[str, Any] | None
    entries: list[dict[str, Any]]
    recipe: str
    criteria: list[dict[str, Any]]
    criteria_evidence: str | None
    comparison: dict[str, Any] | None


class OpeningsAnswer(Shape):
    """Openings, newest first."""

    openings: list[OpeningAnswer]


class SealRequest(Shape):
    """A party's seal: SHA-256, in hexadecimal, of salt, line feed and content."""

    seal: str = Field(pattern="^[0-9a-f]{64}$", examples=["0" * 64])
    applicant_id: int | None = None


class RevealRequest(Shape):
    """What was sealed, to the byte: a JSON text with kind, substances, geometry; and the salt."""

    content: str = Field(max_length=200_000)
    salt: str = Field(min_length=16, max_length=200)
    applicant_id: int | None = None


class SealAnswer(Shape):
    """What the register keeps of a sealed filing before closing: its seal, nothing else."""

    opening: str
    seal: str
    revealed: bool


class SeedRequest(Shape):
    """The seed of a public draw as published; none where it comes from the sealed log."""

    seed: str | None = Field(None, max_length=500)


class ComparisonRequest(Shape):
    """Marks of every revealed filing: by party, a number for each criterion of the opening."""

    marks: dict[int, dict[str, float | str]] = Field(
        max_length=1000, examples=[{"12": {"works-programme": "31.5"}}]
    )
    reason: str = Field(min_length=3, max_length=2000)


class ComparedAnswer(Shape):
    """Marks that wait for a second person, and the order they would give."""

    opening: str
    order: list[dict[str, Any]]


class ReasonRequest(Shape):
    """Why proposed marks are set aside."""

    reason: str = Field(min_length=3, max_length=2000)


class SettledAnswer(Shape):
    """The applications filed in the order of places; null while a second person is awaited."""

    filed: list[str] | None


class ChoiceRequest(Shape):
    """The piece that is kept."""

    parcel_id: int = Field(ge=1, le=2**62)


class RemnantsAnswer(Shape):
    """The pieces of a clipped perimeter, and until when to choose."""

    choose_before: str
    chosen_parcel_id: int | None
    pieces: list[dict[str, Any]]


@opening_routes.get("/api/openings")
@open_to(Access.ANYBODY)
@documented(Operation("List openings of freed ground", OpeningsAnswer, parameters=(LANG,)))
def list_openings() -> Response:
    """List the newest openings."""
    found = db_session().scalars(select(Opening).order_by(Opening.id.desc()).limit(MOST_LISTED))
    return json_response({"openings": [_told(opening) for opening in found]})


@opening_routes.get("/api/openings/<path:number>")
@open_to(Access.ANYBODY)
@documented(Operation("Look at an opening", OpeningAnswer, parameters=(LANG,)))
def show_opening(number: str) -> Response:
    """Show an opening; anybody can redo a settled draw from what it says."""
    return json_response(_told(opening_named(db_session(), number)))


@opening_routes.post("/api/openings/<path:number>/seals")
@open_to(Access.SIGNED_IN)
@documented(Operation("File under seal", SealAnswer, SealRequest, (LANG,), status=201))
@tried_again
@with_reasons
def file_sealed(number: str) -> Response:
    """Leave a party's seal inside the window; another one replaces it."""
    account, asked = require_account(), json_body(SealRequest)
    session, ruleset = db_session(), state().ruleset
    party = party_to_file_for(account, asked.applicant_id, at=today(ruleset))
    opening = opening_named(session, number)
    filing = leave_seal(session, ruleset, opening, asked.seal, account=account, party=party)
    return json_response({"opening": number, "seal": filing.seal, "revealed": False}, 201)


@opening_routes.post("/api/openings/<path:number>/reveals")
@open_to(Access.SIGNED_IN)
@documented(Operation("Reveal a sealed filing", SealAnswer, RevealRequest, (LANG,)))
@tried_again
@with_reasons
def reveal_sealed(number: str) -> Response:
    """Show what was sealed, after closing."""
    account, asked = require_account(), json_body(RevealRequest)
    session, ruleset = db_session(), state().ruleset
    party = party_to_file_for(account, asked.applicant_id, at=today(ruleset))
    filing = reveal(
        session,
        ruleset,
        opening_named(session, number),
        asked.content,
        asked.salt,
        account=account,
        party=party,
    )
    return json_response({"opening": number, "seal": filing.seal, "revealed": True})


@opening_routes.post("/api/openings/<path:number>/draw")
@open_to(Access.SIGNED_IN)
@documented(Operation("Settle a window by lot", SettledAnswer, SeedRequest, (LANG,)))
@tried_again
@with_reasons
def settle(number: str) -> Response:
    """Draw: from the log by an agent, or with a published seed two decision makers entered."""
    account, asked = require_account(), json_body(SeedRequest)
    session, ruleset = db_session(), state().ruleset
    opening = opening_named(session, number)
    if asked.seed is None:
        ensure_may_propose(account)
        return json_response({"filed": settle_by_log_head(session, ruleset, opening)})
    return json_response(
        {"filed": enter_seed(session, ruleset, opening, asked.seed, account=account)}
    )


@opening_routes.post("/api/openings/<path:number>/comparison")
@open_to(Access.SIGNED_IN)
@documented(Operation("Propose marks", ComparedAnswer, ComparisonRequest, (LANG,), status=202))
@tried_again
@with_reasons
def propose_marks(number: str) -> Response:
    """Propose the marks by which a closed window is settled; agents only, another confirms."""
    account, asked = require_account(), json_body(ComparisonRequest)
    session, ruleset = db_session(), state().ruleset
    opening = opening_named(session, number)
    _, compared = propose_comparison(
        session, ruleset, opening, asked.marks, asked.reason, account=account
    )
    order = [{"party": c.party, "total": float(c.total), "place": c.place} for c in compared]
    return json_response({"opening": number, "order": order}, 202)


@opening_routes.post("/api/openings/<path:number>/comparison/confirmation")
@open_to(Access.SIGNED_IN)
@documented(Operation("Settle a window by comparison", SettledAnswer, parameters=(LANG,)))
@tried_again
@with_reasons
def confirm_marks(number: str) -> Response:
    """Give places by the marks another person proposed; decision makers only."""
    account = require_account()
    session, ruleset = db_session(), state().ruleset
    opening = opening_named(session, number)
    return json_response({"filed": confirm_comparison(session, ruleset, opening, account=account)})


@opening_routes.post("/api/openings/<path:number>/comparison/rejection")
@open_to(Access.SIGNED_IN)
@documented(Operation("Set proposed marks aside", None, ReasonRequest, (LANG,), status=204))
@tried_again
@with_reasons
def reject_marks(number: str) -> Response:
    """Set proposed marks aside, as a decision maker or as their author."""
    account, asked = require_account(), json_body(ReasonRequest)
    opening = opening_named(db_session(), number)
    reject_comparison(db_session(), opening, asked.reason, account=account)
    return Response(status=204)


@opening_routes.get("/api/applications/<number>/remnants")
@open_to(Access.SIGNED_IN)
@documented(Operation("Pieces of a clipped perimeter", RemnantsAnswer, parameters=(LANG,)))
def show_remnants(number: str) -> Response:
    """List the pieces among which the applicant, or an agent for it, may choose."""
    require_account()
    application = application_named(db_session(), number)
    _ensure_theirs(application.applicant_id)
    return json_response(_remnants(bundle_of(db_session(), application)))


@opening_routes.post("/api/applications/<number>/remnants/choice")
@open_to(Access.SIGNED_IN)
@documented(Operation("Choose a piece", RemnantsAnswer, ChoiceRequest, (LANG,)))
@tried_again
@with_reasons
def choose(number: str) -> Response:
    """Keep one piece and free the others."""
    account, asked = require_account(), json_body(ChoiceRequest)
    application = application_named(db_session(), number)
    _ensure_theirs(application.applicant_id)
    bundle = choose_remnant(
        db_session(), state().ruleset, application, asked.parcel_id, account=account
    )
    return json_response(_remnants(bundle))


def _ensure_theirs(applicant_id: int) -> None:
    """Let only who may file for the applicant go on, and agents."""
    account = require_account()
    if not can_keep_register(current_actor()):
        party_to_file_for(account, applicant_id, at=today(state().ruleset))


def _told(opening: Opening) -> dict[str, Any]:
    told = opening_told(db_session(), state().ruleset, opening, now().instant)
    return {**told, "geometry": geometry_json(to_shape(opening.geom))}


def _remnants(bundle: RemnantBundle) -> dict[str, Any]:
    pieces = db_session().scalars(
        select(Parcel).where(Parcel.bundle_id == bundle.id).order_by(Parcel.id)
    )
    return {
        "choose_before": bundle.choose_before,
        "chosen_parcel_id": bundle.chosen_parcel_id,
        "pieces": [
            {
                "parcel_id": piece.id,
                "area_ha": round(piece.planar_area_m2 / 10_000, 4),
                "geometry": geometry_json(to_shape(piece.geom)),
            }
            for piece in pieces
        ],
    }
