"""The catalogue of services as pages: what each takes, gives and costs, and where to begin."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for

from api.again import tried_again
from api.language import current_language
from api.limits import HEAVY, limiter
from api.permissions import Access, open_to
from api.session import db_session
from api.sign_in import current_account, current_actor
from api.state import now, state
from cadastre.errors import CadastreError, NotFound, UnusableInput
from cadastre.models import Account
from cadastre.rules.catalogue import Service
from cadastre.rules.permissions import can_ask_for_oneself
from cadastre.services.accounts import parties_of
from cadastre.services.catalogue_summary import service_json, service_row
from cadastre.services.dossiers.catalogue import Rules
from cadastre.services.dossiers.open import Opening, open_dossier
from cadastre.services.once import do_once
from cadastre.vocabulary import PartyKind
from web.views.told import Refused, refused

pages = Blueprint("service_pages", __name__)
LONGEST_SEARCH = 200
MYSELF = "self"


@pages.app_context_processor
def catalogue_link() -> dict[str, Any]:
    """Let the frame of every page lead to the services where the country has a catalogue."""
    return {"has_services": has_services}


def has_services() -> bool:
    """Tell whether services can be asked for under the law this deployment serves."""
    return state().catalogue_or_none is not None


@pages.get("/services")
@open_to(Access.ANYBODY)
def index() -> str:
    """List the services by sector; ``q`` looks for words, ``sector`` keeps one sector."""
    law, language, catalogue = state().ruleset, current_language(), state().catalogue
    words = request.args.get("q", "").strip()[:LONGEST_SEARCH]
    sector = request.args.get("sector") or None
    if sector not in catalogue.sectors:
        sector = None
    found = catalogue.search(sector=sector, text=words)
    rows = [service_row(service, law, now().day, language) for service in found]
    groups = [
        (name, label[language], [row for row in rows if row["sector"] == name])
        for name, label in catalogue.sectors.items()
    ]
    return render_template(
        "services/list.html", groups=[group for group in groups if group[2]], words=words,
        sector=sector, count=len(rows), sectors=catalogue.sectors,
    )  # fmt: skip


@pages.get("/services/<service_id>")
@open_to(Access.ANYBODY)
def one(service_id: str) -> str:
    """Show who may ask, for what, with which documents, at what cost, and how it goes on."""
    service, language = state().catalogue.service(service_id), current_language()
    shown = service_json(service, state().ruleset, now().day, language)
    stages = [stage.name[language] for stage in state().procedures[service.procedure].stages]
    labels = {question.id: question.label[language] for question in service.fields}
    return render_template(
        "services/one.html", service=shown, stages=stages, labels=labels, others=_titles(service)
    )


def _titles(service: Service) -> dict[str, str]:
    """Name the services that take over beyond a threshold of this one."""
    catalogue, language = state().catalogue.services, current_language()
    ids = {other for scope in service.scope for other in (scope.less, scope.more) if other}
    return {one: catalogue[one].title[language] for one in ids if one in catalogue}


@pages.get("/services/<service_id>/start")
@open_to(Access.PERSON)
def start(service_id: str) -> str:
    """Ask in whose name the request is made."""
    return _starting(state().catalogue.service(service_id))


@pages.post("/services/<service_id>/start")
@limiter.limit(HEAVY)
@open_to(Access.PERSON)
@tried_again
def begin(service_id: str) -> Any:
    """Open the dossier, once however often the button is pressed, and lead to its first page."""
    service = state().catalogue.service(service_id)
    chosen, key = request.form.get("party", ""), request.form.get("key", "")
    actor, rules = current_actor(), Rules(service, state().procedures[service.procedure])

    def act() -> dict[str, Any]:
        opening = Opening(party_id=_party(chosen), language=current_language())
        dossier = open_dossier(db_session(), state().ruleset, rules, actor, opening)
        return {"number": dossier.number}

    try:
        answer, _ = do_once(
            db_session(), key=key, account_id=actor.account_id or 0,
            request={"path": request.path, "party": chosen}, act=act,
        )  # fmt: skip
    except CadastreError as error:
        db_session().rollback()
        return _starting(service, refused(error, current_language(), ("party",))), error.http_status
    return redirect(url_for("my_dossiers.show", number=answer["number"]), 303)


def _party(chosen: str) -> int | None:
    """Read in whose name: None is one's own.

    Raises
    ------
    UnusableInput, NotFound
        ``dossiers.for-whom``; no such party.
    """
    if chosen == MYSELF:
        return None
    if not chosen:
        raise UnusableInput("dossiers.for-whom", where="party")
    if not chosen.isascii() or not chosen.isdigit() or len(chosen) > 15:
        raise NotFound("accounts.no-mandate", where="party")
    return int(chosen)


def _starting(service: Service, trouble: Refused | None = None) -> str:
    account, language = current_account(), current_language()
    assert account is not None
    choices = [*_own(service, account), *_companies(service, account)]
    shown = service_row(service, state().ruleset, now().day, language)
    return render_template(
        "services/start.html", service=shown, choices=choices, trouble=trouble,
        chosen=request.form.get("party"), key=uuid.uuid4().hex,
    )  # fmt: skip


def _own(service: Service, account: Account) -> list[tuple[str, str]]:
    allowed = not service.applicants or PartyKind.PERSON in service.applicants
    is_own = allowed and can_ask_for_oneself(current_actor())
    return [(MYSELF, account.display_name)] if is_own else []


def _companies(service: Service, account: Account) -> list[tuple[str, str]]:
    return [
        (str(party.id), party.name)
        for party in parties_of(account, at=now().day)
        if (not service.applicants or PartyKind(party.kind) in service.applicants)
        and not (party.kind == PartyKind.PERSON.value and party.email == account.email)
    ]
