"""Keep the drafts of the person signed in."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response

from api.body import json_body
from api.documentation import Operation, documented
from api.permissions import Access, open_to
from api.representation import json_response
from api.schemas import Shape
from api.session import db_session
from api.sign_in import require_account
from cadastre.models import Draft
from cadastre.services.drafts import draft_named, drop_draft, save_draft

draft_routes = Blueprint("drafts", __name__)


class DraftBody(Shape):
    """What a page keeps: an object of its own making."""

    content: dict[str, Any]


@draft_routes.get("/api/drafts/<name>")
@open_to(Access.SIGNED_IN)
def read(name: str) -> Response:
    """Give a draft back to its author."""
    return represent(draft_named(db_session(), require_account(), name))


@draft_routes.put("/api/drafts/<name>")
@open_to(Access.SIGNED_IN)
@documented(Operation("Keep a draft", body=DraftBody))
def keep(name: str) -> Response:
    """Keep a draft under a name, in place of an earlier one."""
    account = require_account()
    body = json_body(DraftBody)
    return represent(save_draft(db_session(), account, name, body.content))


@draft_routes.delete("/api/drafts/<name>")
@open_to(Access.SIGNED_IN)
def drop(name: str) -> Response:
    """Forget a draft."""
    drop_draft(db_session(), require_account(), name)
    return Response(status=204)


def represent(draft: Draft) -> Response:
    """Represent a draft."""
    return json_response(
        {"name": draft.name, "updated_at": draft.updated_at, "content": draft.content}
    )
