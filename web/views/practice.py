"""Practice: exercises for one's role, their mark, the trainer's list, and the way back."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from flask import Blueprint, render_template, request, url_for
from werkzeug.utils import redirect

from api.again import tried_again
from api.language import current_language
from api.permissions import Access, open_to
from api.session import db_session
from api.sign_in import require_account
from api.state import state
from cadastre.errors import CadastreError, NotFound
from cadastre.rules.practice import Exercise, load_exercises
from cadastre.services.practice import attempts, begin, current, examine, finish, order_reset
from web.views.told import refused

pages = Blueprint("practice", __name__)
TRAINERS = frozenset({"supervisor", "administrator"})


@cache
def _all(data: Path) -> dict[str, Exercise]:
    return load_exercises(data)


def _exercises() -> dict[str, Exercise]:
    """Give the exercises, in practice only.

    Raises
    ------
    NotFound
        ``practice.not-here``: this is not the practice register.
    """
    if not state().settings.is_practice:
        raise NotFound("practice.not-here", where="CADASTRE_ENV")
    return _all(state().settings.data)


@pages.get("/practice")
@open_to(Access.PERSON)
def index() -> str:
    """Show the exercises of one's role and how far one is."""
    return _index(None)


def _index(error: CadastreError | None) -> str:
    account, session = require_account(), db_session()
    mine = [one for one in _exercises().values() if one.roles & set(account.roles)]
    tries = {}
    for one in mine:
        attempt = current(session, account, one)
        tries[one.id] = attempt and examine(session, attempt, one)
    is_trainer = bool(TRAINERS & set(account.roles))
    language = current_language()
    return render_template(
        "practice/page.html", exercises=mine, tries=tries, is_trainer=is_trainer,
        everybody=attempts(session) if is_trainer else [], every=_exercises(), language=language,
        refused=None if error is None else refused(error, language),
    )  # fmt: skip


@pages.post("/practice/<exercise>/beginning")
@open_to(Access.PERSON)
@tried_again
def beginning(exercise: str) -> Any:
    """Begin an exercise and go to where it begins."""
    one = _found(exercise)
    try:
        begin(db_session(), require_account(), one, request.form.get("trainee", ""))
    except CadastreError as error:
        db_session().rollback()
        return _index(error), error.http_status
    return redirect(url_for("practice.index") + f"#{one.id}", 303)


@pages.post("/practice/<exercise>/end")
@open_to(Access.PERSON)
@tried_again
def end(exercise: str) -> Any:
    """End a try with its mark."""
    one = _found(exercise)
    try:
        finish(db_session(), require_account(), one)
    except CadastreError as error:
        db_session().rollback()
        return _index(error), error.http_status
    return redirect(url_for("practice.index") + f"#{one.id}", 303)


@pages.post("/practice/reset")
@open_to(Access.PERSON)
@tried_again
def reset() -> Any:
    """Order the practice register set back."""
    _exercises()
    order_reset(db_session(), require_account())
    return render_template("practice/reset.html")


def _found(exercise: str) -> Exercise:
    one = _exercises().get(exercise)
    if one is None:
        raise NotFound("practice.unknown", where=exercise)
    return one
