"""Keys for programs: make one, see those that open something, void them."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for

from api.permissions import Access, open_to
from api.session import db_session
from api.sign_in import current_actor
from cadastre.errors import CadastreError
from cadastre.rules.permissions import SCOPES, can_make_token
from cadastre.services.tokens import ask_for_token, revoke_token, tokens_of
from web.views.people.forms import Page, fresh, myself, refused

pages = Blueprint("keys", __name__)
TERMS = (1, 7, 30, 90, 366)


@pages.get("/account/keys")
@open_to(Access.PERSON)
def keys() -> Page:
    """List the keys."""
    return render_template("account/keys.html", problem=None, fresh_key=None, **_keys())


@pages.post("/account/keys")
@open_to(Access.PERSON)
@fresh
def make() -> Page:
    """Make a key and show it, for the only time."""
    form = request.form
    try:
        key = ask_for_token(
            db_session(), current_actor(), myself(), name=form.get("name", ""),
            days=form.get("days", 0, type=int), scopes=form.getlist("scopes"),
        )  # fmt: skip
    except CadastreError as error:
        return refused("account/keys.html", error, fresh_key=None, **_keys())
    return render_template("account/keys.html", problem=None, fresh_key=key, **_keys())


@pages.post("/account/keys/<int:key_id>/revocation")
@open_to(Access.PERSON, second_factor=False)
def revoke(key_id: int) -> Page:
    """Void a key."""
    revoke_token(db_session(), myself(), key_id)
    return redirect(url_for("keys.keys"), 303)


def _keys() -> dict[str, Any]:
    actor = current_actor()
    return {
        "keys": tokens_of(db_session(), myself()),
        "scopes": [scope for scope in SCOPES if can_make_token(actor, scope)],
        "terms": TERMS,
        "given": request.form,
    }
