"""Signed calls to the programs of administrations: ask for them, see how they go, end them."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response
from sqlalchemy import func, select

from api.body import json_body
from api.documentation import LANG, Operation, documented
from api.language import current_language
from api.permissions import Access, open_to
from api.representation import json_response
from api.schemas import Shape
from api.session import db_session
from api.sign_in import require_account
from api.state import state
from cadastre.models import AreaNotice, AreaWatch
from cadastre.services.watching.hooks import add_hook, hooks_of, remove_hook, resume_hook
from cadastre.services.watching.scopes import scope_of

webhook_routes = Blueprint("webhooks", __name__)


class HookRequest(Shape):
    """The address to call, and what it is told of, as for letters about an area."""

    url: str
    unit: str | None = None
    title: str | None = None
    holder: str | None = None
    around: str | None = None
    km: str | None = None
    zone: str | None = None
    name: str | None = None


@webhook_routes.get("/api/webhooks")
@open_to(Access.OFFICIAL)
@documented(Operation("One's own webhooks", parameters=(LANG,)))
def listed() -> Response:
    """List the calls asked for by the person signed in, and how they go."""
    hooks = hooks_of(db_session(), require_account())
    return json_response({"webhooks": [hook_json(hook) for hook in hooks]})


@webhook_routes.post("/api/webhooks")
@open_to(Access.OFFICIAL)
@documented(Operation("Be called at events of an area", body=HookRequest, parameters=(LANG,)))
def add() -> Response:
    """Begin to call an address; the secret that signs the calls is shown this once."""
    account, asked = require_account(), json_body(HookRequest)
    given = asked.model_dump(exclude={"url"})
    scope = scope_of(db_session(), state().ruleset, given, current_language())
    hook = add_hook(db_session(), account, asked.url, scope, current_language())
    return json_response({**hook_json(hook), "secret": hook.secret}, 201)


@webhook_routes.delete("/api/webhooks/<key>")
@open_to(Access.OFFICIAL)
@documented(Operation("End a webhook"))
def remove(key: str) -> Response:
    """End the calls of a webhook."""
    remove_hook(db_session(), require_account(), key)
    return Response(status=204)


@webhook_routes.post("/api/webhooks/<key>/resume")
@open_to(Access.OFFICIAL)
@documented(Operation("Resume a paused webhook", parameters=(LANG,)))
def resume(key: str) -> Response:
    """Call again from the first event that was not received."""
    return json_response(hook_json(resume_hook(db_session(), require_account(), key)))


def hook_json(hook: AreaWatch) -> dict[str, Any]:
    """Represent a webhook: never its secret."""
    waiting, failure = db_session().execute(
        select(func.count(), func.max(AreaNotice.failure)).where(
            AreaNotice.watch_id == hook.id, AreaNotice.sent_at.is_(None)
        )
    ).one()  # fmt: skip
    return {
        "key": hook.key,
        "url": hook.address,
        "scope": hook.scope,
        "label": hook.label,
        "told_at": hook.told_at.isoformat() if hook.told_at else None,
        "paused_at": hook.paused_at.isoformat() if hook.paused_at else None,
        "waiting": waiting,
        "failure": failure,
    }
