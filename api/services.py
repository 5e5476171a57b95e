"""The catalogue of services: which there are, and everything one asks, costs and gives."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request
from pydantic import Field

from api.documentation import LANG, Operation, Parameter, documented
from api.language import current_language
from api.permissions import Access, open_to
from api.representation import json_response
from api.schemas import Shape
from api.state import state
from cadastre.errors import UnusableInput
from cadastre.services.catalogue_summary import service_json, service_row
from cadastre.services.checks import today
from cadastre.vocabulary import Evidence, PartyKind

service_routes = Blueprint("services", __name__)

SECTOR = Parameter("sector", "Services of one sector only", example="mines")
APPLICANT = Parameter(
    "applicant", "Services open to a company, a person or an administration", example="company"
)
WORDS = Parameter("q", "Words of the title, summary or body, accents or not", example="recherche")


class ServiceBody(Shape):
    """A body that receives, examines or decides."""

    id: str
    name: str
    short: str | None


class ServiceSuspension(Shape):
    """A freeze that a service is under, with the classes of substances that stay open."""

    id: str
    name: str
    note: str | None
    since: str
    until: str | None
    exempt: list[str]
    article: str | None
    source: str | None
    evidence: Evidence
    standing: str


class ServiceRow(Shape):
    """A service in a list; ``evidence`` says how well it is attested, ``standing`` in words."""

    id: str = Field(examples=["permis-recherche"])
    title: str
    summary: str
    sector: str
    sector_label: str
    authority: list[ServiceBody]
    applicants: list[PartyKind]
    perimeter: str = Field(examples=["area"])
    evidence: Evidence
    standing: str
    suspended: ServiceSuspension | None
    links: dict[str, str]


class ServiceList(Shape):
    """The services found, and the sectors there are."""

    services: list[ServiceRow]
    sectors: dict[str, str]


class ServiceAnswer(ServiceRow):
    """Everything about a service; ``form_schema`` is the form as JSON Schema (2020-12)."""

    version: str
    evidence_note: str | None
    source: str | None
    applicants_note: str | None
    conditions: list[dict[str, Any]]
    legal_basis: list[dict[str, Any]]
    notes: list[dict[str, Any]]
    scope: list[dict[str, Any]]
    pieces: list[dict[str, Any]]
    pieces_note: str | None
    form: list[dict[str, Any]]
    form_schema: dict[str, Any]
    fees: list[dict[str, Any]]
    delay: dict[str, Any]
    validity: dict[str, Any]
    procedure: str
    perimeter_when: list[dict[str, Any]]
    outcome: dict[str, Any]
    terms: list[dict[str, str]]


@service_routes.get("/api/services")
@open_to(Access.ANYBODY)
@documented(
    Operation("The services that can be asked for", ServiceList, None,
              (SECTOR, APPLICANT, WORDS, LANG))
)  # fmt: skip
def list_services() -> Response:
    """List the services of a sector, open to a sort of applicant, that speak of some words."""
    law, language = state().ruleset, current_language()
    catalogue = state().catalogue
    found = catalogue.search(
        sector=request.args.get("sector") or None,
        applicant=_applicant(request.args.get("applicant")),
        text=request.args.get("q", "")[:200],
    )
    rows = [service_row(service, law, today(law), language) for service in found]
    sectors = {name: label[language] for name, label in catalogue.sectors.items()}
    return _kept(json_response({"services": rows, "sectors": sectors}))


@service_routes.get("/api/services/<service_id>")
@open_to(Access.ANYBODY)
@documented(Operation("One service, whole", ServiceAnswer, None, (LANG,)))
def show_service(service_id: str) -> Response:
    """Give who may ask, for what, with which documents and answers, at what cost, and the form."""
    law = state().ruleset
    service = state().catalogue.service(service_id)
    return _kept(json_response(service_json(service, law, today(law), current_language())))


def _applicant(given: str | None) -> PartyKind | None:
    """Read the sort of applicant.

    Raises
    ------
    UnusableInput
        ``services.unknown-applicant``.
    """
    if not given:
        return None
    try:
        return PartyKind(given)
    except ValueError:
        known = [kind.value for kind in PartyKind]
        raise UnusableInput(
            "services.unknown-applicant", where="applicant", given=given[:40], known=known
        ) from None


def _kept(response: Response) -> Response:
    """Let a reader keep an answer for five minutes."""
    response.cache_control.public = True
    response.cache_control.max_age = 300
    response.vary.add("Accept-Language")
    response.vary.add("Cookie")
    return response
