"""Follow a dossier by its number and code: no account, no script, a few kilobytes."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, make_response, redirect, render_template, request, url_for

from api.dossiers.following import GUESSES, followed_dossier
from api.language import current_language
from api.limits import limiter
from api.permissions import Access, open_to
from api.session import db_session
from api.sign_in import check_csrf
from api.state import state
from cadastre.errors import CadastreError
from cadastre.services.dossiers.catalogue import rules_of
from cadastre.services.dossiers.counter import WrongCode, confirm_code, is_confirmed
from cadastre.services.dossiers.parts import clock_json
from cadastre.services.dossiers.showing import followed
from cadastre.services.dossiers.standing import standing_of
from web.views.dossiers.common import uncached
from web.views.told import Refused, refused

pages = Blueprint("follow", __name__)


@pages.get("/follow")
@limiter.limit(GUESSES)
@open_to(Access.ANYBODY)
def ask() -> Any:
    """Ask for number and code; with both, say where the dossier stands."""
    number, code = request.args.get("number", "").strip(), request.args.get("code", "").strip()
    if not number or not code:
        missing = "number" in request.args and "code" in request.args
        trouble = Refused("", (), "follow-number") if missing else None
        return uncached(make_response(_form(number, trouble)))
    try:
        return uncached(make_response(_shown(number, code)))
    except CadastreError as error:
        told = refused(error, current_language())
        page = _form(number, Refused(told.message, told.reasons, "follow-number"))
        return uncached(make_response(page, error.http_status))


@pages.post("/follow")
@limiter.limit(GUESSES)
@open_to(Access.ANYBODY)
def confirm() -> Any:
    """Confirm by the code of the slip what a clerk filed in one's name."""
    check_csrf()
    number, code = request.form.get("number", "").strip(), request.form.get("code", "").strip()
    dossier = followed_dossier(number, code)
    try:
        confirm_code(db_session(), dossier, request.form.get("confirmation", ""), None)
    except WrongCode as error:
        db_session().commit()
        told = refused(error, current_language())
        page = _shown(number, code, Refused(told.message, told.reasons, "confirmation"))
        return uncached(make_response(page, error.http_status))
    except CadastreError as error:
        db_session().rollback()
        told = refused(error, current_language())
        page = _shown(number, code, Refused(told.message, told.reasons, "confirmation"))
        return uncached(make_response(page, error.http_status))
    return redirect(url_for("follow.ask", number=number, code=code, done="confirmed"), 303)


def _form(number: str, trouble: Refused | None) -> str:
    return render_template("dossiers/follow_ask.html", number=number[:40], trouble=trouble)


def _shown(number: str, code: str, trouble: Refused | None = None) -> str:
    session, language = db_session(), current_language()
    dossier = followed_dossier(number, code)
    standing = standing_of(session, dossier)
    told = followed(session, dossier, standing, language)
    procedure = rules_of(session, dossier).procedure
    return render_template(
        "dossiers/followed.html", told=told, code=code, trouble=trouble,
        clocks=[clock_json(one, procedure, language) for one in standing.clocks.values()],
        to_confirm=not is_confirmed(session, dossier) and not standing.closed,
        done=request.args.get("done") == "confirmed", time_zone=state().ruleset.time_zone,
    )  # fmt: skip
