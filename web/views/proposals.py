"""What waits for a second person: the list, one proposal with what it gives, the decision."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from api.again import tried_again
from api.language import current_language
from api.permissions import Access, open_to
from api.session import db_session
from api.sign_in import check_csrf
from api.state import state
from cadastre.errors import CadastreError, UnusableInput
from cadastre.models import Account, Document, Step, Title
from cadastre.services.titles.decision import SHORTEST_REASON
from cadastre.services.titles.preview import Preview, preview
from cadastre.services.titles.proposals import (
    all_open_proposals,
    confirm,
    proposal_step,
    reject,
    subject_of,
    wish_of,
)
from web.views.act_plans import letters_of, map_of_acts, plan_of_acts
from web.views.desk_door import agent_or_sign_in, confirms
from web.views.map import map_settings
from web.views.told import refused

pages = Blueprint("proposals", __name__)
DONE = ("proposed", "confirmed", "rejected")


@dataclass(frozen=True, slots=True)
class Line:
    """A proposal as the list shows it."""

    step: Step
    act: str
    number: str
    author: str


@pages.get("/proposals")
def index() -> str | Response:
    """List what waits for a second person, oldest first."""
    account = agent_or_sign_in()
    if not isinstance(account, Account):
        return account
    lines = [_line(step) for step in all_open_proposals(db_session())]
    return render_template("proposals/list.html", lines=lines, account=account)


@pages.get("/proposals/<int:proposal>")
def one(proposal: int) -> str | Response:
    """Show a proposal: who, why, from which document, and what it would give today."""
    account = agent_or_sign_in()
    if not isinstance(account, Account):
        return account
    return _show(proposal, account)


@pages.post("/proposals/<int:proposal>/confirmation")
@open_to(Access.PERSON)
@tried_again
def confirmation(proposal: int) -> Any:
    """Do what another person proposed."""
    return _act(
        proposal, "confirmed",
        lambda account: confirm(db_session(), state().ruleset, proposal, account),
    )  # fmt: skip


@pages.post("/proposals/<int:proposal>/rejection")
@open_to(Access.PERSON)
@tried_again
def rejection(proposal: int) -> Any:
    """Set a proposal aside."""
    return _act(proposal, "rejected", lambda account: _reject(proposal, account))


def _reject(proposal: int, account: Account) -> None:
    reason = request.form.get("reason", "").strip()[:2000]
    if len(reason) < SHORTEST_REASON:
        raise UnusableInput("titles.no-reason", where="reason")
    reject(db_session(), proposal, account, reason)


def _act(proposal: int, done: str, act: Callable[[Account], Any]) -> Any:
    """Do one thing and show the proposal again: what came of it, or why it was refused."""
    check_csrf()
    account = agent_or_sign_in()
    if not isinstance(account, Account):
        return account
    try:
        act(account)
    except CadastreError as error:
        db_session().rollback()
        return _show(proposal, account, error), error.http_status
    return redirect(url_for("proposals.one", proposal=proposal, done=done), 303)


def _show(proposal: int, account: Account, error: CadastreError | None = None) -> str:
    session, ruleset, language = db_session(), state().ruleset, current_language()
    step, closing = proposal_step(session, proposal)
    subject = subject_of(session, step)
    seen: Preview | None = None
    against = None if error is None else refused(error, language, ("reason",))
    if closing is None:
        try:
            author = session.get_one(Account, step.account_id)
            seen = preview(session, ruleset, subject, wish_of(step), author)
        except CadastreError as refusal:
            against = against or refused(refusal, language)
    source = None if step.document_id is None else session.get(Document, step.document_id)
    mine = step.account_id == account.id
    plan = plan_of_acts(ruleset, seen, subject.number) if seen else None
    return render_template(
        "proposals/one.html",
        line=_line(step), closing=closing, closer=_name(closing), source=source,
        is_title=isinstance(subject, Title), said=step.facts["said"], preview=seen,
        letters=letters_of(seen) if seen else {},
        plan=plan, act_map=map_of_acts(seen) if seen and plan else None,
        settings=map_settings(ruleset, language), refusal=against,
        mine=mine, can_confirm=confirms(account) and not mine and seen is not None,
        can_reject=closing is None and (mine or confirms(account)),
        done=request.args.get("done") if request.args.get("done") in DONE else None,
    )  # fmt: skip


def _line(step: Step) -> Line:
    return Line(step, step.facts["act"], step.facts["number"], _name(step) or "—")


def _name(step: Step | None) -> str | None:
    account = None if step is None else db_session().get(Account, step.account_id)
    return None if account is None else account.display_name
