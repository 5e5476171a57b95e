"""Tell the pages who is signed in, for whom they may file, and the token changes must carry."""

from __future__ import annotations

from flask import Blueprint, Response

from api.permissions import Access, open_to
from api.representation import json_response
from api.sign_in import csrf_token, current_account, current_actor
from api.state import now
from cadastre.services.accounts import parties_of

me_routes = Blueprint("me", __name__)


@me_routes.get("/api/me")
@open_to(Access.ANYBODY)
def me() -> Response:
    """Describe the visitor; nothing of this answer may be kept by a cache."""
    account = current_account()
    day = now().day
    answer = json_response(
        {
            "signed_in": account is not None,
            "name": account.display_name if account else None,
            "parties": [
                {"id": party.id, "name": party.name}
                for party in (parties_of(account, at=day) if account else [])
            ],
            "roles": list(account.roles) if account else [],
            "second_factor": current_actor().second_factor,
            "csrf_token": csrf_token(),
        }
    )
    answer.cache_control.no_store = True
    return answer
