"""One's own account, and the people who act for one's companies."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from api.letters import site_address, write_after_answer
from api.permissions import Access, open_to
from api.session import db_session
from api.sign_in import current_actor, gave_second_factor, sign_in
from api.state import now, state
from cadastre.errors import CadastreError, NotAllowed, UnusableInput
from cadastre.rules.permissions import Power, can_confirm_mandate
from cadastre.services import mandates
from cadastre.services.accounts import change_password, is_password_of
from cadastre.services.identities import identities_of, untie_identity
from cadastre.services.mail import Letter
from cadastre.services.second_factor import (
    codes_left,
    has_second_factor,
    needs_second_factor,
    passkeys_of,
)
from web.views.people.forms import Page, fresh, myself, refused
from web.views.people.registration import tell_password_changed

pages = Blueprint("people", __name__)


@pages.get("/account")
@open_to(Access.PERSON)
def mine() -> Page:
    """Show what the account is, how it signs in, and for whom it acts."""
    return render_template("account/mine.html", problem=None, **_mine())


@pages.post("/account/password")
@open_to(Access.PERSON, second_factor=False)
@fresh
def new_password() -> Page:
    """Change the password; every other session ends."""
    account, kept = myself(), gave_second_factor(myself())
    try:
        if not is_password_of(account, request.form.get("present", "")):
            raise NotAllowed("accounts.wrong-password", where="present")
        change_password(db_session(), account, request.form.get("password", ""))
    except CadastreError as error:
        return refused("account/mine.html", error, **_mine())
    sign_in(account, second_factor=kept)
    tell_password_changed(account)
    return redirect(url_for("people.mine", done="password"), 303)


@pages.post("/account/identities/<int:identity_id>/removal")
@open_to(Access.PERSON, second_factor=False)
@fresh
def untie(identity_id: int) -> Page:
    """Stop signing in with an identity of somewhere else."""
    untie_identity(db_session(), myself(), identity_id)
    return redirect(url_for("people.mine"), 303)


@pages.get("/account/people")
@open_to(Access.PERSON)
def people() -> Page:
    """Show one's companies, who acts for them, and what one was offered."""
    return render_template("account/people.html", problem=None, **_people())


@pages.post("/account/people/companies")
@open_to(Access.PERSON)
def ask_for_company() -> Page:
    """Ask to act for a company."""
    form = request.form
    try:
        mandates.ask_for_company(
            db_session(), myself(), name=form.get("name", ""),
            registration_number=form.get("registration_number", ""),
            country=form.get("country", "").strip()[:60] or None, day=now().day,
        )  # fmt: skip
    except CadastreError as error:
        return refused("account/people.html", error, **_people())
    return redirect(url_for("people.people", done="asked"), 303)


@pages.post("/account/people/<int:party_id>/invitations")
@open_to(Access.PERSON)
def invite(party_id: int) -> Page:
    """Offer a mandate by letter."""
    form = request.form
    try:
        offer = mandates.invite(
            db_session(), current_actor(), party_id, email=form.get("email", "")[:254],
            powers=form.getlist("powers"), ends_on=_day(form.get("ends_on", "")),
        )  # fmt: skip
    except CadastreError as error:
        error.where = f"{error.where}-{party_id}"  # one form for each company
        return refused("account/people.html", error, **_people())
    letter = Letter(
        offer.email, "account-mandate", f"{site_address()}/account/people", myself().language
    )
    write_after_answer(lambda: letter)
    return redirect(url_for("people.people", done="invited"), 303)


@pages.post("/account/people/invitations/<int:invitation_id>/acceptance")
@open_to(Access.PERSON)
def accept(invitation_id: int) -> Page:
    """Take up a mandate."""
    try:
        mandates.accept_invitation(db_session(), myself(), invitation_id, day=now().day)
    except CadastreError as error:
        return refused("account/people.html", error, **_people())
    return redirect(url_for("people.people", done="accepted"), 303)


@pages.post("/account/people/invitations/<int:invitation_id>/withdrawal")
@open_to(Access.PERSON)
def uninvite(invitation_id: int) -> Page:
    """Take an offer back."""
    try:
        mandates.withdraw_invitation(db_session(), current_actor(), invitation_id)
    except CadastreError as error:
        return refused("account/people.html", error, **_people())
    return redirect(url_for("people.people", done="withdrawn"), 303)


@pages.post("/account/people/<int:mandate_id>/revocation")
@open_to(Access.PERSON)
def revoke(mandate_id: int) -> Page:
    """End a mandate."""
    try:
        mandates.revoke(
            db_session(), current_actor(), mandate_id, reason=request.form.get("reason", "")[:500]
        )
    except CadastreError as error:
        return refused("account/people.html", error, **_people())
    return redirect(url_for("people.people", done="revoked"), 303)


@pages.get("/desk/mandates")
@open_to(Access.PERSON)
def waiting() -> Page:
    """Show agents and clerks who asks to act for a company."""
    return render_template("account/mandates.html", problem=None, **_waiting())


@pages.post("/desk/mandates/<int:mandate_id>")
@open_to(Access.PERSON)
def decide(mandate_id: int) -> Page | Response:
    """Confirm or refuse one, with what was seen."""
    form = request.form
    try:
        mandates.decide_mandate(
            db_session(), current_actor(), mandate_id, confirm=form.get("answer") == "confirm",
            reason=form.get("reason", "")[:500],
        )  # fmt: skip
    except CadastreError as error:
        return refused("account/mandates.html", error, **_waiting())
    return redirect(url_for("people.waiting", done="decided"), 303)


def _waiting() -> dict[str, Any]:
    if not can_confirm_mandate(current_actor()):
        raise NotAllowed("permissions.not-allowed")
    return {"waiting": mandates.waiting_mandates(db_session())}


def _mine() -> dict[str, Any]:
    account, database = myself(), db_session()
    return {
        "account": account,
        "passkeys": passkeys_of(database, account),
        "codes_left": codes_left(database, account),
        "has_factor": has_second_factor(database, account),
        "needs_factor": needs_second_factor(account),
        "gave_factor": gave_second_factor(account),
        "identities": identities_of(database, account),
        "identity": state().settings.oidc_name if state().settings.oidc_issuer else None,
        "done": request.args.get("done"),
    }


def _people() -> dict[str, Any]:
    account, actor, day = myself(), current_actor(), now().day
    managed = set(actor.parties(Power.MANAGE))
    offers = mandates.open_invitations(db_session(), party_ids=managed)
    return {
        "mandates": [one for one in account.mandates if _is_shown(one, day)],
        "managed": managed,
        "people": mandates.people_of(db_session(), managed, day=day),
        "sent": offers,
        "received": mandates.open_invitations(db_session(), email=account.email),
        "powers": [power.value for power in Power],
        "mine": account,
        "done": request.args.get("done"),
        "given": request.form,
    }


def _is_shown(mandate: Any, day: dt.date) -> bool:
    return mandate.state != "revoked" and (mandate.ends_on is None or mandate.ends_on > day)


def _day(text: str) -> dt.date | None:
    if not text.strip():
        return None
    try:
        return dt.date.fromisoformat(text.strip())
    except ValueError:
        raise UnusableInput("mandates.not-a-day", where="ends_on") from None
