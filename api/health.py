"""Say whether this deployment can serve, for balancers and for `scripts/run`."""

from __future__ import annotations

from flask import Blueprint, Response

from api.documentation import Operation, documented
from api.permissions import Access, open_to
from api.representation import json_response
from api.schemas import Health
from api.state import state
from cadastre.database import is_ready
from cadastre.errors import CadastreError

health = Blueprint("health", __name__)


@health.get("/healthz")
@open_to(Access.ANYBODY)
@documented(Operation("Can this deployment serve?", Health))
def healthz() -> Response:
    """Answer 200 when the database answers and holds the schema, else 503."""
    ready = _is_ready()
    body = {"status": "ok" if ready else "not-available", "database": ready}
    return json_response(body, 200 if ready else 503)


def _is_ready() -> bool:
    try:
        return is_ready(state().engine)
    except CadastreError:
        return False
