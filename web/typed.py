"""Keep what a person typed over the detour that asks for their second factor.

A decision maker who signed in with one factor learns of it when a form is sent. The words are kept
as a draft of the account, for an hour, and stand in the form when they come back. A file cannot be
put back into a form by a page, and is asked for again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from flask import g, request

from api.session import db_session
from api.sign_in import current_account
from cadastre.errors import NotFound, TooLarge
from cadastre.services.drafts import draft_named, drop_draft, save_draft

NAME = "typed"
KEPT_FOR = dt.timedelta(hours=1)
# Secrets, and what belongs to the page as it was then.
NOT_KEPT = frozenset({"csrf_token", "password", "code", "secret", "mark", "key", "stage"})


def keep_typed(page: str) -> None:
    """Keep the form that was just sent, for the page it was typed in; an earlier one is let go."""
    account = current_account()
    form = {name: text for name, text in request.form.items() if name not in NOT_KEPT and text}
    if account is None or request.method != "POST" or not form:
        return
    session = db_session()
    session.rollback()
    try:
        save_draft(session, account, NAME, {"path": _path(page), "form": form})
    except TooLarge:  # a form that long is kept by nobody: they are asked again, as before
        session.rollback()


def typed_form() -> Mapping[str, str]:
    """Give what the page's form holds: what was just sent, else what was typed before."""
    return request.form if request.form else typed_before()


def typed_before() -> Mapping[str, str]:
    """Give what was typed in this page before the second factor was asked for."""
    account = current_account()
    if account is None:
        return {}
    try:
        kept = draft_named(db_session(), account, NAME)
    except NotFound:
        return {}
    is_old = kept.updated_at < dt.datetime.now(dt.UTC) - KEPT_FOR
    if is_old or kept.content.get("path") != request.path:
        return {}
    g.typed_again = True
    form: dict[str, str] = dict(kept.content["form"])
    return form


def is_typed_again() -> bool:
    """Tell whether the page shows what was typed before, so that it can say so."""
    return bool(g.get("typed_again", False))


def drop_typed() -> None:
    """Forget what was kept: it was sent."""
    account = current_account()
    if account is not None:
        drop_draft(db_session(), account, NAME)


def _path(page: str) -> str:
    return page.partition("?")[0]
