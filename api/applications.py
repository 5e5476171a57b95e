"""File an application from a checked perimeter."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request
from pydantic import Field

from api.again import tried_again
from api.body import json_body
from api.checks import read_perimeter
from api.documentation import LANG, Operation, documented
from api.errors import problem
from api.language import current_language
from api.limits import HEAVY, limiter
from api.permissions import Access, open_to
from api.representation import json_response
from api.schemas import EXAMPLE_GEOMETRY, FindingShape, Geometry, Shape
from api.session import db_session
from api.sign_in import require_account
from api.state import state
from cadastre.errors import Blocked
from cadastre.models import Account, Application
from cadastre.services.accounts import party_to_file_for
from cadastre.services.checks import today
from cadastre.services.dossiers.filed_by import ensure_filed_alone
from cadastre.services.filing import Filing, file_application
from cadastre.services.once import do_once
from cadastre.services.remnants import file_clipped
from cadastre.services.representation import finding_as_json

application_routes = Blueprint("applications", __name__)


class ApplicationRequest(Shape):
    """What is asked for: kind of title, substances and a perimeter, for one applicant."""

    kind: str = Field(max_length=100, examples=["permis-materiaux-construction"])
    substances: list[str] = Field(min_length=1, max_length=50, examples=[["sable"]])
    name: str | None = Field(None, max_length=200)
    crs: str | None = Field(None, max_length=200, examples=["EPSG:4326"])
    geometry: Geometry | None = Field(None, examples=[EXAMPLE_GEOMETRY])
    corners: str | None = Field(None, max_length=2_000_000)
    answers: dict[str, str] = Field(default_factory=dict, max_length=50)
    applicant_id: int | None = None
    clip: bool = Field(False, description="File every free piece, under one rank")


class ApplicationAnswer(Shape):
    """What the server gave: number, rank, instant, and where to go on."""

    number: str = Field(examples=["DEM-2026-000041"])
    rank: int
    filed_at: str = Field(examples=["2026-11-24T09:31:07.512345+00:00"])
    follow_up_code: str
    links: dict[str, str]


class BlockedAnswer(Shape):
    """Why a filing is refused: every finding that forbids it."""

    findings: list[FindingShape]


@application_routes.post("/api/applications")
@limiter.limit(HEAVY)
@open_to(Access.SIGNED_IN)
@documented(
    Operation("File an application", ApplicationAnswer, ApplicationRequest, (LANG,), status=201)
)
@tried_again
def file() -> Response:
    """Enter an application under the next rank; a repeated key gives the first answer."""
    account = require_account()
    asked = json_body(ApplicationRequest)
    key = request.headers.get("Idempotency-Key", "")
    try:
        answer, is_new = do_once(
            db_session(),
            key=key,
            account_id=account.id,
            request=asked.model_dump(mode="json"),
            act=lambda: represent(enter(asked, account)),
        )
    except Blocked as refusal:
        return blocked(refusal)
    response = json_response(answer, 201 if is_new else 200)
    response.headers["Location"] = answer["links"]["self"]
    return response


def enter(asked: ApplicationRequest, account: Account) -> Application:
    """File what was asked for, in the name of the applicant.

    Raises
    ------
    Blocked
        ``filing.by-dossier``: this kind is lodged with its pieces; else what filing refuses.
    """
    ruleset = state().ruleset
    ensure_filed_alone(state().catalogue_or_none, asked.kind)
    reading = read_perimeter(asked.geometry, asked.corners, asked.crs, asked.answers, ruleset)
    substances = tuple(ruleset.substance(name).id for name in asked.substances)
    applicant = party_to_file_for(account, asked.applicant_id, at=today(ruleset))
    filing = Filing(asked.kind, substances, reading, asked.name)
    enter_register = file_clipped if asked.clip else file_application
    return enter_register(db_session(), ruleset, filing, account=account, applicant=applicant)


def represent(application: Application) -> dict[str, Any]:
    """Represent a filing by what its applicant needs next."""
    number, code = application.number, application.follow_up_code
    page = f"/applications/{number}"
    return {
        "number": number,
        "rank": application.rank,
        "filed_at": application.filed_at.isoformat(),
        "follow_up_code": code,
        "links": {
            "self": page,
            "receipt": f"{page}/receipt?code={code}",
            "receipt_pdf": f"{page}/receipt.pdf?code={code}",
            "map": f"/#application={number}",
        },
    }


def blocked(refusal: Blocked) -> Response:
    """Say why a filing is refused, with the findings in the reader's language."""
    language = current_language()
    db_session().rollback()
    values = dict(refusal.values)
    findings = [finding_as_json(finding, language) for finding in values.pop("findings", ())]
    answer = problem(refusal.http_status, refusal.code, refusal.where, **values)
    body = {**(answer.get_json() or {}), "findings": findings}
    return json_response(body, refusal.http_status, content_type="application/problem+json")
