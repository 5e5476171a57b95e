"""Sign in with an identity of somewhere else (OpenID Connect), where one is configured."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, render_template, request, session, url_for

from api.identity import begin, finish
from api.permissions import Access, open_to
from api.second_factor import owe_second_factor
from api.session import db_session
from api.sign_in import check_csrf, current_account, gave_second_factor, sign_in
from api.state import state
from cadastre.errors import NotAllowed, NotFound
from cadastre.services.identities import account_of_identity, tie_identity
from cadastre.services.second_factor import has_second_factor
from web.views.account import next_page
from web.views.people.forms import Page

pages = Blueprint("identity", __name__)
WISH = "identity_next"
TIE = "identity_tie"


@pages.post("/login/identity")
@open_to(Access.ANYBODY)
def leave() -> Page:
    """Leave for the provider; who is signed in already comes back to tie the identity.

    A page leads on rather than a redirect: our policy lets no form end on another host, and the
    provider's pages may be on any.
    """
    check_csrf()
    _ensure_configured()
    account = current_account()
    address = begin(url_for("identity.back"))
    session[WISH], session[TIE] = next_page(), None if account is None else account.id
    page = render_template("account/leaving.html", address=address)
    return Response(page, headers={"Refresh": f"0; url={address}", "Cache-Control": "no-store"})


@pages.get("/login/identity/return")
@open_to(Access.ANYBODY)
def back() -> Page:
    """Take the provider's word, and open the account tied to it or tie it."""
    _ensure_configured()
    proof = finish(request.args, url_for("identity.back"))
    wish, tie = session.pop(WISH, "/"), session.pop(TIE, None)
    account = current_account()
    if account is not None and account.id == tie:
        tie_identity(db_session(), account, proof.issuer, proof.subject)
        sign_in(account, second_factor=gave_second_factor(account))
        return redirect(url_for("people.mine", done="tied"))
    found = account_of_identity(db_session(), proof.issuer, proof.subject)
    if found is None:
        raise NotAllowed("identity.not-tied")
    if has_second_factor(db_session(), found):
        owe_second_factor(found)
        return redirect(url_for("second_factor.ask", next=wish))
    sign_in(found)
    return redirect(wish)


def _ensure_configured() -> None:
    if state().settings.oidc_issuer is None:
        raise NotFound("identity.none")
