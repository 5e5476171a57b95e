"""Ask again who is there before something that matters, half an hour after the last proof."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response

from api.devices import device_for
from api.permissions import Access, open_to
from api.session import db_session
from api.sign_in import gave_second_factor, sign_in
from cadastre.errors import CadastreError, NotSignedIn
from cadastre.services.accounts import is_password_of
from cadastre.services.second_factor import has_second_factor
from cadastre.services.throttle import ensure_not_too_often, forget_failures, note_failure
from web.views.account import next_page
from web.views.people.forms import Page, myself, refused

pages = Blueprint("again", __name__)


@pages.get("/account/again")
@open_to(Access.PERSON)
def ask() -> Page:
    """Ask for the password once more."""
    return render_template("account/again.html", problem=None, **_shown())


@pages.post("/account/again")
@open_to(Access.PERSON, second_factor=False)
def answer() -> Page | Response:
    """Take the password, and go on with what was begun."""
    account, database = myself(), db_session()
    device = device_for(account.email)
    try:
        ensure_not_too_often(database, account.email, device)
        if not is_password_of(account, request.form.get("password", "")):
            note_failure(database, account.email, device)
            database.commit()
            raise NotSignedIn("accounts.wrong-password", where="password")
    except CadastreError as error:
        return refused("account/again.html", error, **_shown())
    forget_failures(database, account.email, device)
    sign_in(account, second_factor=gave_second_factor(account))
    return redirect(next_page(), 303)


def _shown() -> dict[str, object]:
    return {"next": next_page(), "has_second_factor": has_second_factor(db_session(), myself())}
