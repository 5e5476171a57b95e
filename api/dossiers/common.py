"""What the routes of dossiers share: the dossier asked for, who asks, the answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response, request

from api.language import current_language
from api.representation import json_response
from api.session import db_session
from api.sign_in import current_actor, require_account
from api.state import state
from cadastre.models import Dossier
from cadastre.rules.permissions import Actor
from cadastre.services.dossiers.access import readable
from cadastre.services.dossiers.showing import dossier_for
from cadastre.services.once import do_once


def asked_for(number: str, *, lock: bool = False) -> tuple[Dossier, Actor]:
    """Give the dossier of a request and who asks, when they may read it."""
    actor = current_actor()
    return readable(db_session(), number, actor, lock=lock), actor


def shown(dossier: Dossier, actor: Actor, status: int = 200) -> Response:
    """Answer with the whole dossier as this person sees it."""
    return json_response(represent(dossier, actor), status)


def represent(dossier: Dossier, actor: Actor) -> dict[str, Any]:
    """Represent a dossier in the language of the request."""
    return dossier_for(db_session(), state().ruleset, dossier, actor, current_language())


def once(body: dict[str, Any], act: Callable[[], dict[str, Any]], status: int = 201) -> Response:
    """Do something once for each Idempotency-Key; without a key, each request is a new one."""
    account = require_account()
    key = request.headers.get("Idempotency-Key", "")
    if not key:
        return json_response(act(), status)
    answer, is_new = do_once(
        db_session(),
        key=key,
        account_id=account.id,
        request={"path": request.path, **body},
        act=act,
    )
    return json_response(answer, status if is_new else 200)
