"""Accounts and what they may do, for administrators."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for

from api.permissions import Access, open_to
from api.session import db_session
from api.sign_in import current_actor
from cadastre.errors import CadastreError
from cadastre.models import Account
from cadastre.rules.permissions import Role
from cadastre.services import administration
from cadastre.services.second_factor import has_second_factor
from web.views.people.forms import Page, refused
from web.views.people.registration import write_invitation_to_finish

pages = Blueprint("administration", __name__)
SECTORS = ("mines", "energie", "hydrocarbures", "eau", "environnement")


@pages.get("/account/administration")
@open_to(Access.ADMINISTRATOR, second_factor=True)
def accounts() -> Page:
    """Find an account."""
    return render_template("account/administration.html", problem=None, **_accounts())


@pages.post("/account/administration")
@open_to(Access.ADMINISTRATOR, second_factor=True)
def open_account() -> Page:
    """Open an account for somebody; a letter lets them choose a password."""
    form = request.form
    try:
        account = administration.open_account(
            db_session(), current_actor(), email=form.get("email", "")[:254],
            display_name=form.get("display_name", "")[:120], roles=form.getlist("roles"),
        )  # fmt: skip
    except CadastreError as error:
        return refused("account/administration.html", error, **_accounts())
    write_invitation_to_finish(account)
    return redirect(url_for("administration.account", account_id=account.id, done="opened"), 303)


@pages.get("/account/administration/<int:account_id>")
@open_to(Access.ADMINISTRATOR, second_factor=True)
def account(account_id: int) -> Page:
    """Show what one account may do."""
    return render_template("account/administered.html", problem=None, **_account(account_id))


@pages.post("/account/administration/<int:account_id>")
@open_to(Access.ADMINISTRATOR, second_factor=True)
def change(account_id: int) -> Page:
    """Change rights, close or reopen, with a reason."""
    try:
        _change(_found(account_id))
    except CadastreError as error:
        return refused("account/administered.html", error, **_account(account_id))
    return redirect(url_for("administration.account", account_id=account_id, done="changed"), 303)


def _change(found: Account) -> None:
    form, actor, database = request.form, current_actor(), db_session()
    reason = form.get("reason", "")[:500]
    if form.get("act") == "close":
        administration.close_account(database, actor, found, reason=reason)
    elif form.get("act") == "reopen":
        administration.reopen_account(database, actor, found, reason=reason)
    elif form.get("act") == "reset-factor":
        administration.reset_second_factor(database, actor, found, reason=reason)
    else:
        administration.change_rights(
            database, actor, found, roles=form.getlist("roles"), areas=form.getlist("areas"),
            subjects=form.getlist("subjects"), body=form.get("body", "")[:80], reason=reason,
        )  # fmt: skip


def _found(account_id: int) -> Account:
    return administration.account_to_change(db_session(), current_actor(), account_id)


def _accounts() -> dict[str, Any]:
    words = request.args.get("q", "")[:100]
    found = administration.find_accounts(db_session(), current_actor(), words)
    return {"accounts": found, "q": words, "roles": list(Role), "given": request.form}


def _account(account_id: int) -> dict[str, Any]:
    found = _found(account_id)
    return {
        "account": found,
        "has_factor": has_second_factor(db_session(), found),
        "roles": list(Role),
        "regions": administration.regions(db_session()),
        "sectors": SECTORS,
        "done": request.args.get("done"),
    }
