"""Let in who may work on titles, and lead whoever is not signed in to the sign-in page."""

from __future__ import annotations

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from api.sign_in import current_account
from cadastre.models import Account
from cadastre.rules.permissions import can_confirm_acts, can_propose_acts
from cadastre.services.actors import bearer_of
from cadastre.services.titles.decision import ensure_may_propose


def agent_or_sign_in() -> Account | Response:
    """Give the agent or decision maker who is asking, or the way to the sign-in page.

    Raises
    ------
    NotAllowed
        ``titles.not-agent``: somebody else is signed in.
    """
    account = current_account()
    if account is None:
        return to_sign_in()
    ensure_may_propose(account)
    return account


def to_sign_in() -> Response:
    """Lead to the sign-in page, and back afterwards."""
    address = request.full_path if request.method == "GET" else request.path
    return redirect(url_for("account.login", next=address.rstrip("?")))


def proposes(account: Account | None) -> bool:
    """Tell whether somebody may propose acts."""
    return can_propose_acts(bearer_of(account))


def confirms(account: Account | None) -> bool:
    """Tell whether somebody may confirm acts."""
    return can_confirm_acts(bearer_of(account))
