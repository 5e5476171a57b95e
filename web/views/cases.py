"""The overlap resolution desk: the list of cases, and one case from facts to decision.

Every act is a plain form: the desk works without a script, which only adds the map and the keys.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from api.again import tried_again
from api.language import current_language
from api.permissions import Access, open_to
from api.session import db_session
from api.sign_in import check_csrf, current_account
from api.state import now, state
from cadastre.errors import CadastreError, NotSignedIn
from cadastre.models import Account, OverlapCase
from cadastre.rules.resolution.kinds import KINDS
from cadastre.sentences import say
from cadastre.services.cases import decide
from cadastre.services.cases.access import ensure_sees_case, sees_desk
from cadastre.services.cases.desk import NATURES, PAGE, STATES, Filter, find_row, list_cases
from web.typed import typed_form
from web.views.case_page import gather_page
from web.views.map import map_settings

pages = Blueprint("cases", __name__)
DONE = ("proposed", "accepted", "withdrawn", "confirmed")


@pages.get("/desk/cases")
def index() -> str | Response:
    """List the cases, the nearest legal deadline first; parties see their own."""
    account = current_account()
    if account is None:
        return _to_sign_in()
    wanted = read_filter()
    found = list_cases(db_session(), state().ruleset, wanted, account)
    return render_template(
        "cases/list.html", found=found, wanted=wanted, kinds=KINDS, states=STATES,
        natures=NATURES, at_desk=sees_desk(account), last_page=-(-found.total // PAGE) or 1,
        page_address=_page_address,
    )  # fmt: skip


def read_filter() -> Filter:
    """Read the filter of the list; what is not understood is as if it were not there."""
    args = request.args

    def one_of(name: str, known: tuple[str, ...], default: str | None) -> str | None:
        return args[name] if args.get(name) in known else default

    def count(name: str) -> int | None:
        text = args.get(name, "")
        return int(text[:6]) if text.isascii() and text.isdigit() else None

    return Filter(
        state=one_of("state", STATES, "open") or "open",
        nature=one_of("nature", NATURES, "real") or "real",
        kind=one_of("kind", KINDS, None),
        group=args.get("group") or None,
        overdue="overdue" in args,
        older_than_days=count("age"),
        waiting="waiting" in args,
        page=max(count("page") or 1, 1),
    )


def _page_address(page: int) -> str:
    question = {**request.args.to_dict(), "page": str(page)}
    return f"{url_for('cases.index')}?{urlencode(question)}"


@pages.get("/desk/cases/<number>")
def case(number: str) -> str | Response:
    """Show a case: facts, ways out, what is proposed, history."""
    account = current_account()
    if account is None:
        return _to_sign_in()
    return show(find_row(db_session(), number), account)


def show(row: OverlapCase, account: Account, error: CadastreError | None = None) -> str:
    """Render the page of a case, with what was refused on top."""
    session, ruleset, language = db_session(), state().ruleset, current_language()
    ensure_sees_case(session, account, row, now().day)
    page = gather_page(session, ruleset, row, account, language, request.values.get("choice"))
    told = []
    if error is not None:
        sentence = say(error.code, language, where=error.where, **error.values)
        field = error.where if error.where in ("reason", "source") else None
        told = [{"field": field, "message": sentence}]
    done = request.args.get("done")
    return render_template(
        "cases/case.html", page=page, errors=told, form=typed_form(),
        done=done if done in DONE else None, settings=map_settings(ruleset, language),
    )  # fmt: skip


@pages.post("/desk/cases/<number>/propose")
@open_to(Access.PERSON)
@tried_again
def propose(number: str) -> Any:
    """Choose a way out."""
    form = request.form
    return _act(
        number, "proposed",
        lambda account: decide.propose(
            db_session(), state().ruleset, number, account=account, choice=form.get("choice", ""),
            reason=form.get("reason", ""), source=form.get("source", ""),
        ),
    )  # fmt: skip


@pages.post("/desk/cases/<number>/accept")
@open_to(Access.PERSON)
@tried_again
def accept(number: str) -> Any:
    """Accept as a party."""
    return _act(
        number, "accepted",
        lambda account: decide.accept(db_session(), state().ruleset, number, account=account),
    )  # fmt: skip


@pages.post("/desk/cases/<number>/withdraw")
@open_to(Access.PERSON)
@tried_again
def withdraw(number: str) -> Any:
    """Take back, or decline."""
    reason = request.form.get("reason", "")
    return _act(
        number, "withdrawn",
        lambda account: decide.withdraw(
            db_session(), state().ruleset, number, account=account, reason=reason
        ),
    )  # fmt: skip


@pages.post("/desk/cases/<number>/confirm")
@open_to(Access.PERSON)
@tried_again
def confirm(number: str) -> Any:
    """Confirm as second person."""
    return _act(
        number, "confirmed",
        lambda account: decide.confirm(db_session(), state().ruleset, number, account=account),
    )  # fmt: skip


def _act(number: str, done: str, act: Callable[[Account], Any]) -> Any:
    """Do one thing and show the case again: what came of it, or why it was refused."""
    check_csrf()
    account = current_account()
    if account is None:
        raise NotSignedIn("accounts.sign-in-first")
    try:
        act(account)
    except CadastreError as refusal:
        # Whatever was begun is undone before the page reads anything.
        db_session().rollback()
        return show(find_row(db_session(), number), account, refusal), refusal.http_status
    return redirect(url_for("cases.case", number=number, done=done), 303)


def _to_sign_in() -> Response:
    return redirect(url_for("account.login", next=request.full_path.rstrip("?")))


@pages.app_template_filter("case_option")
def option(word: str, prefix: str) -> tuple[str, str]:
    """Pair a word of a closed list with its sentence, for a select."""
    return word, say(f"{prefix}{word}", current_language())


@pages.app_template_filter("case_pair")
def pair(word: str) -> tuple[str, str]:
    """Pair a word with itself, for a select."""
    return word, word
