"""Acts on one title: which are possible now, a form for each, and what it would give.

Answers travel in the form from page to page, so that nothing is kept before somebody proposes, and
everything works without a script. What comes in that way is judged like any request of the API.
"""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from api.again import tried_again
from api.language import current_language
from api.permissions import Access, open_to
from api.session import db_session
from api.sign_in import check_csrf
from api.state import now, state
from cadastre.errors import CadastreError, UnusableInput
from cadastre.models import Account, Title
from cadastre.procedures.acts import act_named, possible_acts
from cadastre.procedures.charges import SECURITIES
from cadastre.procedures.ground import SIDES
from cadastre.services.titles.candidates import applications_to_convert, neighbours_to_merge
from cadastre.services.titles.decision import cite
from cadastre.services.titles.facts import facts_of, title_named
from cadastre.services.titles.perform import Particulars
from cadastre.services.titles.preview import party_names, preview, state_of
from cadastre.services.titles.proposals import Wish, open_proposals, propose
from web.views.act_plans import (
    letters_of,
    map_of_acts,
    map_of_right,
    plan_of_acts,
    plan_of_right,
)
from web.views.act_questions import (
    OTHER_CHARGES,
    AskAgain,
    Asking,
    Said,
    law_of_renewal,
    pages_of,
    read_page,
)
from web.views.act_sketch import answer_of, asks_for_ground
from web.views.desk_door import agent_or_sign_in, proposes
from web.views.ground_form import crs_options
from web.views.map import map_settings
from web.views.told import refused

pages = Blueprint("acts", __name__)
NOT_KEPT = ("csrf_token", "said", "page", "go", "kept_content", "kept_name")
LONGEST_SAID = 400_000


@pages.app_context_processor
def desk() -> dict[str, Any]:
    """Let the frame of every page lead agents to what waits for a second person."""
    return {"proposes": proposes, "kind_name": kind_name}


def kind_name(kind: str) -> str:
    """Name a kind of title in the reader's language; one the law does not know keeps its code."""
    known = state().ruleset.kinds.get(kind)
    return kind if known is None else known.name[current_language()]


@pages.get("/titles/<path:number>/acts")
def index(number: str) -> str | Response:
    """Show which acts are possible on a title now, and why the others are not."""
    account = agent_or_sign_in()
    if not isinstance(account, Account):
        return account
    session, ruleset = db_session(), state().ruleset
    title = title_named(session, number)
    right = state_of(session, ruleset, title)
    possible = possible_acts(facts_of(session, ruleset, title, now().instant), ruleset)
    return render_template(
        "titles/acts.html",
        title=title,
        right=right,
        possible=[act for act, reasons in possible.items() if not reasons],
        impossible={act: reasons for act, reasons in possible.items() if reasons},
        proposals=open_proposals(session, title),
        plan=plan_of_right(ruleset, right, title.number),
    )


@pages.get("/titles/<path:number>/acts/<act>")
def form(number: str, act: str) -> str | Response:
    """Show the first question of an act."""
    account = agent_or_sign_in()
    if not isinstance(account, Account):
        return account
    return _page(_asking(number, act), 0, Said())


@pages.post("/titles/<path:number>/acts/<act>")
@open_to(Access.PERSON)
@tried_again
def answer(number: str, act: str) -> Any:
    """Read one page's answers; go on, go back, look at what the act gives, or propose it."""
    check_csrf()
    account = agent_or_sign_in()
    if not isinstance(account, Account):
        return account
    asking, said, index = _asking(number, act), _said(), _index(act)
    if request.form.get("go") == "back":
        return _page(asking, index, said)
    if request.form.get("go") == "propose":
        return _propose(asking, said, account)
    fields = pages_of(act)[index]
    kept = {k: v for k, v in request.form.items() if k not in NOT_KEPT}
    try:
        again = read_page(asking, fields, said)
    except CadastreError as error:
        said.raw |= kept
        return _page(asking, index, said, error=error), error.http_status
    said.raw |= kept
    if again is not None:
        said.raw["to_party_asked"] = said.raw.get("to_party_name", "")
        return _page(asking, index, said, again=again)
    if index + 1 < len(pages_of(act)):
        return _page(asking, index + 1, said)
    return _preview(asking, said, account)


@pages.post("/titles/<path:number>/acts/<act>/sketch")
@open_to(Access.PERSON)
def sketch(number: str, act: str) -> Any:
    """Draw the ground that a form would give as it is answered so far; nothing is kept."""
    check_csrf()
    account = agent_or_sign_in()
    if not isinstance(account, Account):
        return account
    return answer_of(_asking(number, act))


def _asking(number: str, act: str) -> Asking:
    act_named(act)
    session, ruleset = db_session(), state().ruleset
    title = title_named(session, number)
    at: dt.datetime = now().instant
    return Asking(session, ruleset, title, facts_of(session, ruleset, title, at), act, at)


def _said() -> Said:
    """Read what the form carried from the pages before."""
    text = request.form.get("said", "")
    try:
        told = json.loads(text) if text and len(text) <= LONGEST_SAID else {}
        return Said(dict(told.get("particulars", {})), dict(told.get("raw", {})))
    except (ValueError, TypeError, AttributeError, RecursionError):
        raise UnusableInput("acts.form-unreadable", where="said") from None


def _index(act: str) -> int:
    text = request.form.get("page", "0")
    index = int(text[:2]) if text.isascii() and text.isdigit() else 0
    return min(index, len(pages_of(act)) - 1)


def _page(
    asking: Asking,
    index: int,
    said: Said,
    *,
    error: CadastreError | None = None,
    again: AskAgain | None = None,
) -> str:
    session, ruleset, title = asking.session, asking.ruleset, asking.title
    fields = pages_of(asking.act)[index]
    reasons = act_named(asking.act).reasons_against(asking.facts, ruleset)
    right = state_of(session, ruleset, title)
    language = current_language()
    told = None if error is None else refused(error, language)
    # The map is heavy beside a form: it comes where ground is asked for.
    sketched = asks_for_ground(fields) and not reasons
    return render_template(
        "titles/act.html",
        title=title, right=right, act=asking.act, fields=fields, index=index,
        count=len(pages_of(asking.act)), said=_carried(said), raw=said.raw,
        reasons=reasons, refusal=told, where=error.where if error else None,
        parties=again.parties if again else (), ground=again.ground if again else None,
        sides=SIDES, crs_options=crs_options(ruleset), law=law_of_renewal(ruleset, asking.facts),
        plan=plan_of_right(ruleset, right, title.number), sketched=sketched,
        act_map=map_of_right(right) if sketched else None,
        settings=map_settings(ruleset, language), **_offered(asking, title, fields),
    )  # fmt: skip


def _offered(asking: Asking, title: Title, fields: tuple[str, ...]) -> dict[str, Any]:
    """Give what may be chosen, asked of the register only where the page shows it."""
    session, ruleset, facts = asking.session, asking.ruleset, asking.facts
    weighing = [charge for charge in facts.charges if charge.weighs(facts.day)]
    return {
        "holders": facts.holders,
        "names": party_names(session, facts.holders),
        "currency": ruleset.currency,
        "other_charges": OTHER_CHARGES,
        "secured": sum(charge.kind in SECURITIES for charge in weighing),
        "neighbours": neighbours_to_merge(session, title, facts, asking.at)
        if "titles" in fields
        else (),
        "applications": applications_to_convert(session, ruleset, title, facts, asking.at)
        if "application" in fields
        else (),
    }


def _carried(said: Said) -> str:
    return json.dumps({"particulars": said.particulars, "raw": said.raw}, ensure_ascii=False)


def _wish(asking: Asking, said: Said) -> Wish:
    told = dict(said.particulars)
    reason = str(told.pop("reason", ""))
    told.pop("source", None)
    try:
        return Wish(asking.act, Particulars.from_json(told), reason)
    except (TypeError, ValueError):
        raise UnusableInput("acts.form-unreadable", where="said") from None


def _preview(
    asking: Asking, said: Said, account: Account, error: CadastreError | None = None
) -> Any:
    """Show what the act would give, or every reason why it is impossible as it was asked."""
    session, ruleset = asking.session, asking.ruleset
    seen = plan = told = None
    if error is None:
        try:
            seen = preview(session, ruleset, asking.title, _wish(asking, said), account)
            plan = plan_of_acts(ruleset, seen, asking.title.number)
        except CadastreError as refusal:
            error = refusal
    if error is not None:
        told = refused(error, current_language())
    page = render_template(
        "titles/act_preview.html",
        title=asking.title, act=asking.act, said=_carried(said), particulars=said.particulars,
        index=len(pages_of(asking.act)) - 1, preview=seen, plan=plan, refusal=told,
        letters=letters_of(seen) if seen else {},
        act_map=map_of_acts(seen) if seen and plan else None,
        settings=map_settings(ruleset, current_language()),
    )  # fmt: skip
    return (page, error.http_status) if error else page


def _propose(asking: Asking, said: Said, account: Account) -> Any:
    """Keep the proposal with its source, and lead to the page where another person confirms it."""
    session, ruleset = asking.session, asking.ruleset
    try:
        wish = _wish(asking, said)
        source = cite(session, ruleset, asking.title, str(said.particulars.get("source", "")))
        wish = Wish(wish.act, wish.said, wish.reason, source.id)
        step, _ = propose(session, ruleset, asking.title, wish, account)
    except CadastreError as error:
        session.rollback()
        return _preview(_asking(asking.title.number, asking.act), said, account, error)
    return redirect(url_for("proposals.one", proposal=step.id, done="proposed"), 303)
