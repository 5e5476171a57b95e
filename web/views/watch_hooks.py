"""Ask for signed calls, see how they go, resume and remove them."""

from __future__ import annotations

import datetime as dt

from flask import Blueprint, redirect, request, url_for

from api.language import current_language
from api.permissions import Access, open_to
from api.session import db_session
from api.sign_in import check_csrf, require_account
from api.state import state
from api.webhooks import hook_json
from cadastre.errors import CadastreError
from cadastre.services.watching.hooks import add_hook, hooks_of, remove_hook, resume_hook
from cadastre.services.watching.scopes import scope_of
from web.views.people.forms import Page
from web.views.watch import form, given_fields

pages = Blueprint("watch_hooks", __name__)
TEMPLATE = "watch/hooks.html"


@pages.get("/watch/webhooks")
@open_to(Access.OFFICIAL)
def hooks() -> Page:
    """List one's own hooks."""
    return _page({}, done=request.args.get("done", ""))


@pages.post("/watch/webhooks")
@open_to(Access.OFFICIAL)
def add() -> Page:
    """Add a hook and show its secret, this once."""
    check_csrf()
    given = given_fields(request.form)
    try:
        scope = scope_of(db_session(), state().ruleset, given, current_language())
        hook = add_hook(
            db_session(), require_account(), given["url"], scope, current_language()
        )
    except CadastreError as error:
        return _page(given, error)
    return _page({}, secret=hook.secret or "")


@pages.post("/watch/webhooks/<key>")
@open_to(Access.OFFICIAL)
def change(key: str) -> Page:
    """Resume a hook or remove it."""
    check_csrf()
    if request.form.get("do") == "resume":
        resume_hook(db_session(), require_account(), key)
        return redirect(url_for("watch_hooks.hooks", done="resumed"), 303)
    remove_hook(db_session(), require_account(), key)
    return redirect(url_for("watch_hooks.hooks", done="removed"), 303)


def _page(
    given: dict[str, str], error: CadastreError | None = None, *, done: str = "", secret: str = ""
) -> Page:
    account = require_account() if error is None else None
    if error is not None:
        db_session().rollback()
    told = [hook_json(one) for one in hooks_of(db_session(), account or require_account())]
    for one in told:
        told_at = one["told_at"]
        one["told_day"] = dt.datetime.fromisoformat(told_at).date() if told_at else None
    known = done if done in ("removed", "resumed") else ""
    return form(TEMPLATE, given, error, hooks=told, done=known, secret=secret)
