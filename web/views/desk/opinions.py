"""What a body is asked: its list, the part of each dossier it may see, and the way to answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, make_response, render_template, request, url_for
from werkzeug.utils import redirect

from api.dossiers.common import asked_for
from api.language import current_language
from api.permissions import Access, open_to
from api.session import db_session
from api.sign_in import current_actor
from api.state import state
from cadastre.errors import NotFound
from cadastre.models import Dossier, Party
from cadastre.queries.opinions import dossiers_asking
from cadastre.rules.permissions import can_see_office, is_asked
from cadastre.services.dossiers.access import ref_of
from cadastre.services.dossiers.catalogue import rules_of
from cadastre.services.dossiers.standing import standing_of
from web.views.desk.dossier import framing
from web.views.desk.gather import gather_page

pages = Blueprint("opinions", __name__)


@dataclass(frozen=True, slots=True)
class Line:
    """A dossier in the list of a body."""

    number: str
    service: str
    applicant: str | None
    asked_at: Any
    due: str | None
    given_at: Any
    opinion: str | None


@pages.get("/opinions")
@open_to(Access.ADVISER)
def index() -> str:
    """List what waits for the reader's body, and what it has answered."""
    actor, session = current_actor(), db_session()
    body = actor.body
    waiting, answered = (
        [
            _line(one, body)
            for one in dossiers_asking(session, body, waiting=wait)
            if is_asked(actor, ref_of(session, one))
        ]
        if body
        else []
        for wait in (True, False)
    )
    return render_template("desk/opinions.html", waiting=waiting, answered=answered, body=body)


def _line(dossier: Dossier, body: str) -> Line:
    session, language = db_session(), current_language()
    service = rules_of(session, dossier).service
    opinion = standing_of(session, dossier).opinions[body]
    return Line(
        dossier.number, service.title[language], _applicant(dossier), opinion.asked_at,
        opinion.due_on.isoformat() if opinion.due_on else None, opinion.given_at, opinion.opinion,
    )  # fmt: skip


def _applicant(dossier: Dossier) -> str | None:
    party = None if dossier.party_id is None else db_session().get(Party, dossier.party_id)
    return None if party is None else party.name


@pages.get("/opinions/<number>")
@open_to(Access.SIGNED_IN)
def one(number: str) -> Any:
    """Show what a body may see of a dossier: its ground, its answers without what is personal."""
    dossier, actor = asked_for(number)
    ref = ref_of(db_session(), dossier)
    if can_see_office(actor, ref):
        return redirect(url_for("dossier_desk.one", number=dossier.number))
    if not is_asked(actor, ref):
        raise NotFound("dossiers.none", where=number)
    session, language = db_session(), current_language()
    page = gather_page(session, state().ruleset, dossier, actor, language)
    mine = next((each for each in page.opinions if each["body"] == actor.body), None)
    may = any(
        step["step"] == "give-opinion" and step["possible"] for step in page.shown["steps"]
    ) and (mine is not None and mine["given_at"] is None)
    question = next(
        (
            step.reason
            for step in reversed(standing_of(session, dossier).steps)
            if step.kind == "request-opinion" and step.body == actor.body
        ),
        None,
    )
    rendered = render_template(
        "desk/opinion.html", dossier=dossier, page=page, shown=page.shown, mine=mine, may=may,
        question=question, seen=request.args.get("paper", ""), may_note=False, mark=0,
        done=request.args.get("done") == "step",
    )  # fmt: skip
    return framing(make_response(rendered))
