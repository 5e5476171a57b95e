"""Object to an application while its window is open: the page that letters and feeds lead to."""

from __future__ import annotations

import datetime as dt

from flask import Blueprint, render_template, request
from sqlalchemy import select

from api.language import current_language
from api.permissions import Access, open_to
from api.session import db_session
from api.sign_in import check_csrf, current_actor, require_actor
from api.state import state
from cadastre.errors import CadastreError, NotFound
from cadastre.models import Application
from cadastre.sentences import say
from cadastre.services.dossiers.move import OBJECT, Said, objectable, take_step
from cadastre.services.watching.facts import objections_until
from web.views.people.forms import Page

pages = Blueprint("objections", __name__)
LONGEST = 10_000


@pages.get("/applications/<path:number>/object")
@open_to(Access.ANYBODY)
def show(number: str) -> Page:
    """Say whether one may object, until when, and take the objection."""
    return _page(_application(number))


@pages.post("/applications/<path:number>/object")
@open_to(Access.SIGNED_IN)
def lodge(number: str) -> Page:
    """Put an objection into the dossier, under the name of who is signed in."""
    check_csrf()
    application, actor = _application(number), require_actor()
    reason = request.form.get("reason", "").strip()[:LONGEST]
    try:
        dossier = objectable(db_session(), application.dossier.number, actor)
        step = take_step(
            db_session(), state().ruleset, dossier, OBJECT, actor, Said(reason, None, {})
        )
    except CadastreError as error:
        db_session().rollback()
        told = say(error.code, current_language(), where=error.where, **error.values)
        problem = {"field": "reason", "message": told}
        return _page(_application(number), problem=problem, reason=reason), error.http_status
    return _page(application, done=step.happened_at)


def objection_window(number: str) -> dt.date | None:
    """Give the last day on which anybody may object to an application, None when none may."""
    return objections_until(db_session(), _application(number).dossier)


def _application(number: str) -> Application:
    found = db_session().scalar(select(Application).where(Application.number == number))
    if found is None:
        raise NotFound("titles.unknown-application", where=number, number=number)
    return found


def _page(application: Application, **values: object) -> str:
    return render_template(
        "watch/object.html", number=application.number, is_known=current_actor().is_known,
        until=objections_until(db_session(), application.dossier), **values,
    )  # fmt: skip
