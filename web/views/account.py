"""Sign in and out."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from api.devices import device_for, remember_device
from api.language import current_language
from api.permissions import Access, open_to
from api.second_factor import owe_second_factor
from api.session import db_session
from api.sign_in import (
    check_csrf,
    csrf_token,
    current_account,
    current_actor,
    sign_in,
    sign_out,
)
from api.state import state
from cadastre.errors import NotSignedIn, TooOften
from cadastre.models import Account
from cadastre.rules.permissions import SECOND_FACTOR_ROLES
from cadastre.sentences import say
from cadastre.services.accounts import authenticate, end_sessions
from cadastre.services.demonstration.accounts import shown_accounts
from cadastre.services.second_factor import has_second_factor

pages = Blueprint("account", __name__)


@pages.app_context_processor
def who() -> dict[str, Any]:
    """Give every page the person signed in, and the token its forms send back."""
    return {
        "current_account": current_account,
        "csrf_token": csrf_token,
        "lacks_second_factor": lacks_second_factor,
    }


def lacks_second_factor() -> bool:
    """Tell whether whoever is signed in bears a role that waits for their second factor."""
    actor = current_actor()
    return actor.bears(*SECOND_FACTOR_ROLES) and not actor.second_factor


@pages.get("/login")
@open_to(Access.ANYBODY)
def login() -> str | Response:
    """Show the sign-in form; whoever is signed in already goes on."""
    if current_account() is not None:
        return redirect(next_page())
    return sign_in_form()


@pages.post("/login")
@open_to(Access.ANYBODY)
def login_with_password() -> tuple[str, int] | Response:
    """Open a session, ask for the second factor, or show the form again with the reason."""
    check_csrf()
    email = request.form.get("email", "")[:254]
    device = device_for(email)
    try:
        account = authenticate(
            db_session(), email=email, password=request.form.get("password", ""), device=device
        )
    except (NotSignedIn, TooOften) as error:
        db_session().commit()  # the failure counts
        sentence = say(error.code, current_language(), **error.values)
        return sign_in_form(sentence, email), error.http_status
    remember_device(email)
    return go_on_with(account)


def go_on_with(account: Account, *, then: str | None = None) -> Response:
    """Open a session for who gave the right password, or ask for the second factor first.

    The demonstration's accounts come in with a password and give the second factor when they
    decide: a newcomer shall see the desk before meeting an authenticator.
    """
    wish = then or next_page()
    eased = state().settings.is_demo and account.is_demonstration
    if has_second_factor(db_session(), account) and not eased:
        owe_second_factor(account)
        return redirect(url_for("second_factor.ask", next=wish), 303)
    sign_in(account)
    return redirect(wish, 303)


def sign_in_form(error: str | None = None, email: str = "") -> str:
    """Show the sign-in form, in a demonstration with the accounts to try."""
    settings = state().settings
    return render_template(
        "account/login.html", next=next_page(), error=error, email=email,
        demonstration=shown_accounts(settings.data / "demonstration") if settings.is_demo else None,
        identity=settings.oidc_name if settings.oidc_issuer else None,
    )  # fmt: skip


@pages.post("/logout")
@open_to(Access.ANYBODY)
def logout() -> Response:
    """Close the session."""
    check_csrf()
    sign_out()
    return redirect(url_for("map.index"), 303)


@pages.post("/account/sessions/end")
@open_to(Access.PERSON, second_factor=False)
def logout_everywhere() -> Response:
    """Close every session of the account, here and on every other device."""
    account = current_account()
    assert account is not None
    end_sessions(db_session(), account)
    sign_out()
    return redirect(url_for("account.login"), 303)


def next_page() -> str:
    """Give the page to go on to: one of ours, never an address of someone else."""
    wish = request.values.get("next", "/")
    parts = urlsplit(wish)
    ours = not parts.scheme and not parts.netloc and wish.startswith("/") and "\\" not in wish
    return wish if ours and not wish.startswith("//") and wish.isprintable() else "/"
