"""Give a second factor at sign-in or before deciding; set up and take away what one has."""

from __future__ import annotations

from typing import Any

import segno
from flask import Blueprint, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from api import passkeys
from api.body import parse_json_body
from api.errors import problem_of
from api.permissions import Access, open_to
from api.second_factor import (
    Asked,
    asked_for,
    being_set_up,
    check_code,
    codes,
    confirm_authenticator,
    new_authenticator,
    shown_code,
)
from api.session import db_session
from api.sign_in import check_csrf, gave_second_factor, sign_in
from cadastre.errors import CadastreError, NotAllowed
from cadastre.models import Account
from cadastre.services.second_factor import (
    codes_left,
    has_second_factor,
    make_recovery_codes,
    passkeys_of,
    remove_authenticator,
    remove_passkey,
    set_authenticator,
)
from web.views.account import next_page
from web.views.people.forms import Page, fresh, myself, refused

pages = Blueprint("second_factor", __name__)


@pages.get("/login/second-factor")
@open_to(Access.ANYBODY)
def ask() -> Page:
    """Ask for the second factor of who gave a password, or of who wants to decide."""
    asked = asked_for()
    if asked is None:
        return redirect(url_for("account.login", next=next_page()))
    if not has_second_factor(db_session(), asked.account):
        return redirect(url_for("second_factor.authenticator"))
    return render_template("account/second_factor.html", problem=None, **_asked(asked))


@pages.post("/login/second-factor")
@open_to(Access.ANYBODY)
def answer() -> Page:
    """Take six digits or a recovery code."""
    check_csrf()
    asked = asked_for()
    if asked is None:
        return redirect(url_for("account.login", next=next_page()), 303)
    try:
        check_code(asked.account, request.form.get("code", "")[:40])
    except CadastreError as error:
        return refused("account/second_factor.html", error, **_asked(asked))
    sign_in(asked.account, second_factor=True)
    return redirect(next_page(), 303)


@pages.post("/login/passkey/options")
@open_to(Access.ANYBODY)
def passkey_options() -> Response:
    """Ask the browser for a passkey."""
    check_csrf()
    asked = asked_for()
    return jsonify(passkeys.use_options(None if asked is None else asked.account))


@pages.post("/login/passkey")
@open_to(Access.ANYBODY)
def answer_with_passkey() -> Response | tuple[Response, int]:
    """Open a session for whose passkey answered: it is two factors in one."""
    check_csrf()
    asked = asked_for()
    answer = parse_json_body()
    try:
        account = passkeys.use(answer, None if asked is None else asked.account)
    except NotAllowed as error:
        return _told(error)
    sign_in(account, second_factor=True)
    return jsonify({"next": next_page()})


@pages.get("/account/authenticator")
@open_to(Access.PERSON)
@fresh
def authenticator() -> Page:
    """Show the secret of a new authenticator, as a picture and in letters."""
    _ensure_own(myself())
    return render_template(
        "account/authenticator.html", problem=None, **_shown(myself(), new_authenticator())
    )


@pages.post("/account/authenticator")
@open_to(Access.PERSON, second_factor=False)
@fresh
def keep_authenticator() -> Page:
    """Keep the authenticator once it shows the right code, and give recovery codes."""
    account = myself()
    _ensure_own(account)
    _ensure_may_replace(account)
    kept = confirm_authenticator(account, request.form.get("code", "")[:40])
    if kept is None:
        error = NotAllowed("second-factor.wrong-code", where="code")
        return refused("account/authenticator.html", error, **_shown(account, being_set_up()))
    set_authenticator(db_session(), account, *kept)
    written = make_recovery_codes(db_session(), account)
    sign_in(account, second_factor=True)
    return render_template("account/recovery_codes.html", codes=written)


@pages.post("/account/authenticator/removal")
@open_to(Access.PERSON, second_factor=True)
@fresh
def drop_authenticator() -> Page:
    """Take the authenticator away."""
    _ensure_own(myself())
    remove_authenticator(db_session(), myself())
    return redirect(url_for("people.mine"), 303)


@pages.post("/account/recovery-codes")
@open_to(Access.PERSON, second_factor=True)
@fresh
def renew_codes() -> Page:
    """Give ten new recovery codes; the earlier ones are void."""
    _ensure_own(myself())
    return render_template(
        "account/recovery_codes.html", codes=make_recovery_codes(db_session(), myself())
    )


@pages.post("/account/passkeys/options")
@open_to(Access.PERSON, second_factor=False)
def new_passkey_options() -> Response | tuple[Response, int]:
    """Say to the browser what passkey to make."""
    try:
        _ensure_own(myself())
        _ensure_may_replace(myself())
    except NotAllowed as error:
        return _told(error)
    return jsonify(passkeys.registration_options(myself()))


@pages.post("/account/passkeys")
@open_to(Access.PERSON, second_factor=False)
def keep_passkey() -> Response | tuple[Response, int]:
    """Keep the passkey the browser made."""
    account, answer = myself(), parse_json_body()
    try:
        _ensure_own(account)
        _ensure_may_replace(account)
        passkeys.register(account, answer, str(answer.get("name", "")))
    except CadastreError as error:
        return _told(error)
    sign_in(account, second_factor=True)
    return jsonify({"next": url_for("people.mine")})


@pages.post("/account/passkeys/<int:passkey_id>/removal")
@open_to(Access.PERSON, second_factor=True)
@fresh
def drop_passkey(passkey_id: int) -> Page:
    """Forget a passkey."""
    _ensure_own(myself())
    remove_passkey(db_session(), myself(), passkey_id)
    return redirect(url_for("people.mine"), 303)


def _ensure_own(account: Account) -> None:
    """Keep the demonstration's shared accounts as they are for the next visitor."""
    if account.is_demonstration:
        raise NotAllowed("accounts.demonstration")


def _ensure_may_replace(account: Account) -> None:
    """Let a stolen one-factor session not add a second factor of the thief's."""
    has_one = has_second_factor(db_session(), account)
    if has_one and not gave_second_factor(account):
        raise NotAllowed("permissions.second-factor")


def _asked(asked: Asked) -> dict[str, Any]:
    account = asked.account
    return {
        "next": next_page(),
        "is_signed_in": asked.is_signed_in,
        "has_authenticator": account.totp_secret is not None,
        "has_passkey": bool(passkeys_of(db_session(), account)),
        "codes_left": codes_left(db_session(), account),
        "shown_code": shown_code(account),
    }


def _shown(account: Account, secret: str) -> dict[str, Any]:
    link = codes().get_totp_uri(account.email, secret)
    return {
        "letters": codes().get_totp_pretty_key(secret),
        "link": link,
        "picture": segno.make(link, error="m").svg_data_uri(scale=4),
        "has_one": account.totp_secret is not None,
    }


def _told(error: CadastreError) -> tuple[Response, int]:
    db_session().rollback()
    answer = problem_of(error)
    return answer, answer.status_code
