"""What the forms about people share: say a refusal on the form, ask again after half an hour."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, ParamSpec

from flask import redirect, render_template, request, url_for
from flask_security.utils import check_and_update_authn_fresh
from werkzeug.wrappers import Response

from api.engine import FRESH, GRACE
from api.language import current_language
from api.session import db_session
from api.sign_in import current_account
from cadastre.errors import CadastreError
from cadastre.models import Account
from cadastre.sentences import say

P = ParamSpec("P")
Page = str | Response | tuple[str, int]


def myself() -> Account:
    """Give the account that is asking, on a page that nobody else reaches."""
    account = current_account()
    assert account is not None
    return account


def fresh(view: Callable[P, Page]) -> Callable[P, Page]:
    """Ask for the password or second factor again when it was given over half an hour ago."""

    @functools.wraps(view)
    def run(*args: P.args, **named: P.kwargs) -> Page:
        current_account()
        if check_and_update_authn_fresh(FRESH, GRACE):
            return view(*args, **named)
        back = request.full_path.rstrip("?") if request.method == "GET" else url_for("people.mine")
        return redirect(url_for("again.ask", next=back), 303)

    return run


def refused(template: str, error: CadastreError, **values: Any) -> tuple[str, int]:
    """Undo what was begun, and show the form again with the reason beside its field."""
    db_session().rollback()
    sentence = say(error.code, current_language(), where=error.where, **error.values)
    problem = {"field": error.where, "message": sentence}
    return render_template(template, problem=problem, **values), error.http_status
