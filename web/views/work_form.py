"""Enter a work, change or reroute it on the map, attach the dossiers that license it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for

from api.language import current_language
from api.permissions import Access, open_to
from api.session import db_session
from api.sign_in import check_csrf, current_actor, require_actor
from api.state import state
from cadastre.errors import CadastreError
from cadastre.models import Work
from cadastre.rules.permissions import can_edit_work, ensure
from cadastre.sentences import say
from cadastre.services.works.editing import (
    Given,
    Kept,
    add_work,
    change_work,
    place_text,
    types_of,
    work_named,
)
from cadastre.services.works.licences import attach_dossier, detach_dossier
from cadastre.vocabulary import WorkState
from web.views.map import map_settings
from web.views.people.forms import Page

pages = Blueprint("work_form", __name__)
FIELDS = ("name", "state", "place", "operator", "commissioned_on", "reason")
LONGEST = 400_000
PREFIX = "a-"


@pages.get("/works/new")
@open_to(Access.SIGNED_IN)
def new() -> Page:
    """Ask for the kind, then for what is known of that kind."""
    kind = request.args.get("kind", "")
    return _form(None, {"kind": kind, "state": WorkState.PLANNED.value})


@pages.post("/works/new")
@open_to(Access.SIGNED_IN)
def enter() -> Page:
    """Enter the work."""
    check_csrf()
    actor, given = require_actor(), _given(request.form)
    try:
        kept = add_work(db_session(), state().ruleset, state().settings.data, given, actor)
    except CadastreError as error:
        return _refused(error, None)
    return _shown(kept)


@pages.get("/works/<path:key>/edit")
@open_to(Access.SIGNED_IN)
def edit(key: str) -> Page:
    """Show the work as it is, to change it."""
    work = work_named(db_session(), key)
    ensure(can_edit_work(current_actor(), work.operator_id), current_actor())
    return _form(work, _values(work))


@pages.post("/works/<path:key>/edit")
@open_to(Access.SIGNED_IN)
def change(key: str) -> Page:
    """Change the work, and what its corridor meets with it."""
    check_csrf()
    actor, given = require_actor(), _given(request.form)
    data = state().settings.data
    try:
        kept = change_work(db_session(), state().ruleset, data, key, given, actor)
    except CadastreError as error:
        return _refused(error, key)
    return _shown(kept)


@pages.post("/works/<path:key>/dossiers")
@open_to(Access.EXAMINER)
def license(key: str) -> Page:
    """Attach a dossier to the work, or take one away."""
    check_csrf()
    actor, work = require_actor(), work_named(db_session(), key)
    number = request.form.get("dossier", "")
    act = detach_dossier if request.form.get("do") == "detach" else attach_dossier
    act(db_session(), work, number, actor)
    return redirect(f"{_address(work)}#licences", 303)


def _given(form: Mapping[str, str]) -> Given:
    told = {name: form.get(name, "")[:LONGEST] for name in FIELDS}
    attributes = {
        name.removeprefix(PREFIX): value[:200]
        for name, value in form.items()
        if name.startswith(PREFIX)
    }
    return Given(kind=form.get("kind", ""), attributes=attributes, **told)


def _values(work: Work) -> dict[str, Any]:
    attributes = {f"{PREFIX}{name}": value for name, value in work.attributes.items()}
    return {
        "kind": work.kind, "name": work.name or "", "state": work.state,
        "place": place_text(work), "operator": work.operator.name if work.operator else "",
        "commissioned_on": work.commissioned_on or "", **attributes,
    }  # fmt: skip


def _form(work: Work | None, values: Mapping[str, Any], problem: Any = None) -> str:
    ruleset, language = state().ruleset, current_language()
    types = types_of(state().settings.data)
    known = [(kind, ruleset.works[kind].name[language]) for kind in types if kind in ruleset.works]
    return render_template(
        "works/form.html", work=work, values=values, problem=problem, kinds=known,
        kind=types.get(str(values.get("kind"))), prefix=PREFIX,
        states=[one.value for one in WorkState], settings=map_settings(ruleset, language),
    )  # fmt: skip


def _refused(error: CadastreError, key: str | None) -> Page:
    db_session().rollback()
    told = say(error.code, current_language(), where=error.where, **error.values)
    work = None if key is None else work_named(db_session(), key)
    types = types_of(state().settings.data)
    kind = types.get(request.form.get("kind", ""))
    own = {one.id for one in kind.attributes} if kind else set()
    place = f"{PREFIX}{error.where}" if error.where in own else error.where
    page = _form(work, request.form, {"field": place, "message": told})
    return page, error.http_status


def _shown(kept: Kept) -> Page:
    counts = {"opened": len(kept.opened), "closed": len(kept.closed)}
    return redirect(_address(kept.work, done=kept.done or "same", **counts), 303)


def _address(work: Work, **query: Any) -> str:
    return url_for("features_page.one-works", key=work.code, **query)
