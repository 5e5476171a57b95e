"""Rules on data as they are applied: classes, delays, register of processing, licence, who saw."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from flask import Blueprint, Response, make_response, render_template

from api.language import current_language
from api.permissions import Access, open_to
from api.session import db_session
from api.sign_in import require_account
from api.state import state
from cadastre.models.classification import FIELDS, TABLES
from cadastre.queries.views_of_me import views_of
from cadastre.rules.governance import Governance, load_governance
from cadastre.rules.permissions.classification import Classification

pages = Blueprint("governance", __name__)


@cache
def _rules(data: Path) -> Governance:
    return load_governance(data)


@pages.get("/data/governance")
@open_to(Access.ANYBODY)
def rules() -> str:
    """Show how data are classed, why they are kept and how long: what the code applies."""
    classes = [
        (
            each.name.lower(),
            sorted(table for table, own in TABLES.items() if own is each),
            sorted(f"{table}.{column}" for (table, column), own in FIELDS.items() if own is each),
        )
        for each in Classification
    ]
    return render_template(
        "data/governance.html", classes=classes, rules=_rules(state().settings.data),
        tables={table: own.name.lower() for table, own in TABLES.items()},
        language=current_language(),
    )  # fmt: skip


@pages.get("/data/licence")
@open_to(Access.ANYBODY)
def licence() -> str:
    """Say under which licence public data may be used again, and what is not covered."""
    rules = _rules(state().settings.data)
    return render_template(
        "data/licence.html", licence=rules.licence, language=current_language()
    )


@pages.get("/account/data")
@open_to(Access.PERSON)
def my_data() -> Response:
    """Tell a person who saw their data."""
    account = require_account()
    answer = make_response(
        render_template("data/my_data.html", seen=views_of(db_session(), account.id))
    )
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
