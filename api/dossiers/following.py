"""Follow a dossier by its number and code, without an account."""

from __future__ import annotations

import hmac

from flask import Blueprint, Response, request

from api.body import json_body
from api.documentation import LANG, Operation, Parameter, documented
from api.dossiers.shapes import CodeRequest, FollowedShape
from api.language import current_language
from api.limits import limiter
from api.permissions import Access, open_to
from api.representation import json_response
from api.session import db_session
from cadastre.errors import NotFound
from cadastre.models import Dossier
from cadastre.services.dossiers.access import dossier_named
from cadastre.services.dossiers.counter import WrongCode, confirm_code
from cadastre.services.dossiers.showing import followed
from cadastre.services.dossiers.standing import standing_of

follow_routes = Blueprint("dossier_follow", __name__)
GUESSES = "30 per minute"
CODE = Parameter("code", "Follow-up code of the receipt", example="7H4KQ2ZB9X")


@follow_routes.get("/api/follow/<number>")
@limiter.limit(GUESSES)
@open_to(Access.ANYBODY)
@documented(Operation("Follow a dossier", FollowedShape, None, (CODE, LANG)))
def follow(number: str) -> Response:
    """Say where a dossier stands, to whoever holds its number and its code."""
    dossier = followed_dossier(number, request.args.get("code"))
    standing = standing_of(db_session(), dossier)
    shown = followed(db_session(), dossier, standing, current_language())
    # Who holds a slip knows whose dossier it is; who found one need not.
    shown.pop("applicant")
    return json_response(shown)


@follow_routes.post("/api/follow/<number>/confirmation")
@limiter.limit(GUESSES)
@open_to(Access.ANYBODY)
@documented(Operation("Confirm what a clerk filed", FollowedShape, CodeRequest, (CODE, LANG)))
def confirm(number: str) -> Response:
    """Confirm a filing made at the counter by the code on the slip."""
    dossier = followed_dossier(number, request.args.get("code"))
    try:
        confirm_code(db_session(), dossier, json_body(CodeRequest).code or "", None)
    except WrongCode:
        db_session().commit()
        raise
    return follow(number)


def followed_dossier(number: str, code: str | None) -> Dossier:
    """Give the dossier of a number and code; a wrong code is told like a wrong number.

    Raises
    ------
    NotFound
        ``dossiers.wrong-code``.
    """
    try:
        dossier = dossier_named(db_session(), number.strip().upper())
    except NotFound:
        raise NotFound("dossiers.wrong-code", where=number[:40]) from None
    given = (code or "").strip().upper()
    kept = dossier.follow_up_code or ""
    if not kept or not hmac.compare_digest(given.encode(), kept.encode()):
        raise NotFound("dossiers.wrong-code", where=number[:40])
    return dossier
