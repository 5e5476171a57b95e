"""Sign in and out."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from api.language import current_language
from api.session import db_session
from api.sign_in import check_csrf, csrf_token, current_account, sign_in, sign_out
from cadastre.errors import NotSignedIn
from cadastre.sentences import say
from cadastre.services.accounts import authenticate

pages = Blueprint("account", __name__)


@pages.app_context_processor
def who() -> dict[str, Any]:
    """Give every page the person signed in, and the token its forms send back."""
    return {"current_account": current_account, "csrf_token": csrf_token}


@pages.get("/login")
def login() -> str | Response:
    """Show the sign-in form; whoever is signed in already goes on."""
    if current_account() is not None:
        return redirect(next_page())
    return render_template("account/login.html", next=next_page(), error=None, email="")


@pages.post("/login")
def login_with_password() -> tuple[str, int] | Response:
    """Open a session, or show the form again with the reason."""
    check_csrf()
    email = request.form.get("email", "")
    try:
        account = authenticate(db_session(), email=email, password=request.form.get("password", ""))
    except NotSignedIn as error:
        sentence = say(error.code, current_language())
        form = render_template("account/login.html", next=next_page(), error=sentence, email=email)
        return form, 401
    sign_in(account)
    return redirect(next_page(), 303)


@pages.post("/logout")
def logout() -> Response:
    """Close the session."""
    check_csrf()
    sign_out()
    return redirect(url_for("map.index"), 303)


def next_page() -> str:
    """Give the page to go on to: one of ours, never an address of someone else."""
    wish = request.values.get("next", "/")
    parts = urlsplit(wish)
    ours = not parts.scheme and not parts.netloc and wish.startswith("/") and "\\" not in wish
    return wish if ours and not wish.startswith("//") else "/"
