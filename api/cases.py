"""Overlap cases over HTTP: list and lay out, propose, accept, withdraw, confirm."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request
from pydantic import Field

from api.again import tried_again
from api.body import json_body
from api.desk import require_agent
from api.documentation import LANG, Operation, Parameter, documented
from api.language import current_language
from api.limits import HEAVY, limiter
from api.parameters import parse_count
from api.permissions import Access, open_to
from api.representation import json_response
from api.schemas import Shape
from api.session import db_session
from api.sign_in import require_account
from api.state import now, state
from cadastre.models import OverlapCase
from cadastre.services.cases import decide
from cadastre.services.cases.access import ensure_sees_case
from cadastre.services.cases.desk import Filter, find_case, find_row, list_cases
from cadastre.services.cases.showing import case_json, row_json
from cadastre.services.cases.steps import state_of

case_routes = Blueprint("case_routes", __name__)
MOST_ROWS = 500


class CaseRowShape(Shape):
    """A case of a list."""

    number: str = Field(examples=["CHV-2026-000041"])
    kind: str = Field(examples=["title-title"])
    left: str
    right: str
    group: str
    area_ha: float
    share_of_left: float
    technical: bool
    detected_at: str
    deadline_on: str | None
    condition: str
    outcome: str | None


class CaseListShape(Shape):
    """A page of cases, and how many there are of each kind."""

    cases: list[CaseRowShape]
    total: int
    counts: dict[str, int]


class CaseShape(Shape):
    """A case laid out: both sides, what they share, every way out."""

    number: str
    kind: str
    condition: str | None
    proposals: list[dict[str, Any]]


class ProposalRequest(Shape):
    """The way out that is chosen, why, and on which document it stands."""

    choice: str = Field(max_length=60, examples=["clip"])
    reason: str = Field(max_length=2000)
    source: str = Field(max_length=2000)


class WithdrawalRequest(Shape):
    """Why a proposal is taken back."""

    reason: str = Field(max_length=2000)


class StandingShape(Shape):
    """Where a case stands after an act."""

    number: str
    condition: str
    outcome: str | None


@case_routes.get("/api/cases")
@open_to(Access.SIGNED_IN)
@documented(
    Operation(
        "List overlap cases, the nearest deadline first; parties see their own",
        CaseListShape,
        parameters=(
            Parameter("state", "open, closed or known", example="open"),
            Parameter("nature", "real, technical or all", example="real"),
            Parameter("kind", "one kind", example="title-title"),
            Parameter("group", "one exclusivity group"),
            Parameter("page", "page, from 1", "integer"),
            Parameter("limit", "rows a page", "integer"),
        ),
    )
)
def cases() -> Response:
    """List the cases that the account may see."""
    account = require_account()
    args = request.args
    wanted = Filter(
        state=args.get("state", "open"), nature=args.get("nature", "real"),
        kind=args.get("kind") or None, group=args.get("group") or None,
        page=parse_count(args.get("page"), "page", 1, 100_000),
        limit=parse_count(args.get("limit"), "limit", 50, MOST_ROWS),
    )  # fmt: skip
    found = list_cases(db_session(), state().ruleset, wanted, account)
    body = {"cases": list(map(row_json, found.rows)), "total": found.total, "counts": found.counts}
    return json_response(body)


@case_routes.get("/api/cases/<number>")
@limiter.limit(HEAVY)
@open_to(Access.SIGNED_IN)
@documented(Operation("Lay out a case with every way to end it", CaseShape, parameters=(LANG,)))
def case(number: str) -> Response:
    """Lay out a case for the desk, or for a party of it."""
    account, session = require_account(), db_session()
    row = find_row(session, number)
    ensure_sees_case(session, account, row, now().day)
    found = find_case(session, state().ruleset, number)
    return json_response(case_json(found, current_language(), state_of(session, row)))


@case_routes.post("/api/cases/<number>/proposal")
@limiter.limit(HEAVY)
@open_to(Access.SIGNED_IN)
@documented(
    Operation(
        "Choose a way out, as cadastre or as a party that has a say; nothing changes yet",
        StandingShape, ProposalRequest,
    )
)  # fmt: skip
@tried_again
def propose(number: str) -> Response:
    """Choose a way out in the name of the cadastre, or of a party that has a say in it."""
    account, asked = require_account(), json_body(ProposalRequest)
    row = decide.propose(
        db_session(), state().ruleset, number, account=account, choice=asked.choice,
        reason=asked.reason, source=asked.source,
    )  # fmt: skip
    return _standing(row)


@case_routes.post("/api/cases/<number>/acceptance")
@open_to(Access.SIGNED_IN)
@documented(Operation("Accept what is proposed, as a party", StandingShape))
@tried_again
def accept(number: str) -> Response:
    """Accept for every party of the case that the account has power for."""
    account = require_account()
    return _standing(decide.accept(db_session(), state().ruleset, number, account=account))


@case_routes.post("/api/cases/<number>/withdrawal")
@open_to(Access.SIGNED_IN)
@documented(Operation("Take a proposal back, or decline it", StandingShape, WithdrawalRequest))
@tried_again
def withdraw(number: str) -> Response:
    """Open the case again."""
    account, asked = require_account(), json_body(WithdrawalRequest)
    row = decide.withdraw(
        db_session(), state().ruleset, number, account=account, reason=asked.reason
    )
    return _standing(row)


@case_routes.post("/api/cases/<number>/confirmation")
@open_to(Access.AGENT)
@documented(Operation("Confirm as second person: the register changes", StandingShape))
@tried_again
def confirm(number: str) -> Response:
    """Confirm and apply."""
    account = require_agent()
    return _standing(decide.confirm(db_session(), state().ruleset, number, account=account))


def _standing(row: OverlapCase) -> Response:
    condition = state_of(db_session(), row).condition.value
    return json_response({"number": row.number, "condition": condition, "outcome": row.outcome})
