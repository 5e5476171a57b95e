"""Open an account, finish it by the link of a letter, and choose a new password."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask_security.confirmable import confirm_email_token_status, generate_confirmation_token
from flask_security.recoverable import (
    generate_reset_password_token,
    reset_password_token_status,
)

from api.engine import Visitor, account_of
from api.language import current_language
from api.letters import site_address, write_after_answer
from api.permissions import Access, open_to
from api.session import db_session
from api.sign_in import check_csrf
from api.state import state
from cadastre.errors import CadastreError, NotAllowed, UnusableInput
from cadastre.models import Account
from cadastre.services.mail import Letter
from cadastre.services.registration import (
    account_of_address,
    choose_password,
    ensure_address,
    register,
)
from web.views.account import go_on_with
from web.views.people.forms import Page, refused

pages = Blueprint("registration", __name__)
NEW, RESET = "new", "reset"


@pages.get("/account/register")
@open_to(Access.ANYBODY)
def form() -> Page:
    """Ask for a name and an address."""
    return render_template("account/register.html", problem=None, given={})


@pages.post("/account/register")
@open_to(Access.ANYBODY)
def ask() -> Page:
    """Write to the address; the page says the same whether it had an account or not."""
    check_csrf()
    given = {name: request.form.get(name, "")[:254] for name in ("email", "display_name")}
    try:
        account = register(db_session(), **given, language=current_language())
    except CadastreError as error:
        return refused("account/register.html", error, given=given)
    _write(account, NEW if account.confirmed_at is None else "known")
    return redirect(url_for("registration.written"), 303)


@pages.get("/account/letter")
@open_to(Access.ANYBODY)
def written() -> Page:
    """Say that a letter is on its way, if there is somebody to write to."""
    return render_template("account/letter.html", no_server=state().settings.smtp_url is None)


@pages.get("/account/forgotten")
@open_to(Access.ANYBODY)
def forgotten_form() -> Page:
    """Ask for the address of who lost a password."""
    return render_template("account/forgotten.html", problem=None, given={})


@pages.post("/account/forgotten")
@open_to(Access.ANYBODY)
def forgotten() -> Page:
    """Write to the address if it has an account; the page says the same when it has none."""
    check_csrf()
    email = request.form.get("email", "")[:254]
    try:
        account = account_of_address(db_session(), ensure_address(email))
    except UnusableInput as error:
        return refused("account/forgotten.html", error, given={"email": email})
    if account is not None and not account.is_demonstration:
        _write(account, NEW if account.confirmed_at is None else RESET)
    return redirect(url_for("registration.written"), 303)


@pages.get("/account/password/<purpose>/<token>")
@open_to(Access.ANYBODY)
def password_form(purpose: str, token: str) -> Page:
    """Ask who came by a letter for a password; nothing changes by opening the link."""
    try:
        account = _account_of_link(purpose, token)
    except NotAllowed as error:
        return refused("account/link_over.html", error)
    return render_template("account/password.html", problem=None, account=account)


@pages.post("/account/password/<purpose>/<token>")
@open_to(Access.ANYBODY)
def set_password(purpose: str, token: str) -> Page:
    """Set the password; a second factor that the account has is still asked for."""
    check_csrf()
    try:
        account = _account_of_link(purpose, token)
    except NotAllowed as error:
        return refused("account/link_over.html", error)
    try:
        choose_password(db_session(), account, request.form.get("password", ""))
    except CadastreError as error:
        return refused("account/password.html", error, account=account)
    if purpose == RESET:
        tell_password_changed(account)
    # Whoever has just opened an account came to ask for something.
    return go_on_with(account, then="/services" if purpose == NEW else None)


def write_invitation_to_finish(account: Account) -> None:
    """Write to somebody whose account an administrator opened: a link to choose a password."""
    _write(account, NEW)


def tell_password_changed(account: Account) -> None:
    """Write to the owner that the password changed: if it was not them, they know at once."""
    link = f"{site_address()}/account/forgotten"
    write_after_answer(lambda: _letter(account, "password-changed", link))


def _write(account: Account, kind: str) -> None:
    """Send a link after the answer: signing it takes time that would tell who has an account."""
    address = site_address()

    def make() -> Letter:
        if kind == NEW:
            link = f"{address}/account/password/new/{generate_confirmation_token(Visitor(account))}"
        elif kind == RESET:
            token = generate_reset_password_token(Visitor(account))
            link = f"{address}/account/password/reset/{token}"
        else:
            link = f"{address}/login"
        return _letter(account, kind, link)

    write_after_answer(make)


def _letter(account: Account, kind: str, link: str) -> Letter:
    return Letter(account.email, f"account-{kind}", link, account.language)


def _account_of_link(purpose: str, token: str) -> Account:
    """Give the account a link was written for.

    Raises
    ------
    NotAllowed
        ``accounts.link-over``: too old, used already, or not one of ours.
    """
    if purpose == NEW:
        expired, invalid, user = confirm_email_token_status(token)
    elif purpose == RESET:
        expired, invalid, user = reset_password_token_status(token)
    else:
        abort(404)
    if expired or invalid or user is None or not user.active:
        raise NotAllowed("accounts.link-over")
    account = account_of(user)
    if purpose == NEW and account.confirmed_at is not None:
        raise NotAllowed("accounts.link-over")
    return account
