"""One subject a page: the questions of a form, kept at every turn of a page and of a field."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify, redirect, render_template, request, url_for

from api.again import tried_again
from api.language import current_language
from api.limits import HEAVY, limiter
from api.permissions import Access, open_to
from api.session import db_session
from cadastre.errors import Blocked, CadastreError
from cadastre.rules.catalogue import FormField, FormPage
from cadastre.rules.catalogue.conditions import all_met
from cadastre.services.dossiers.answers import save
from cadastre.vocabulary import Severity
from web.views.dossiers.common import PREFIX, Desk, opened, said, wants_json
from web.views.dossiers.fields import fingerprint, given, shown
from web.views.told import Refused, refused

pages = Blueprint("dossier_form", __name__)


@pages.get("/dossiers/<number>/form/<page_id>")
@open_to(Access.PERSON)
def page(number: str, page_id: str) -> Any:
    """Ask the questions of a page; ``check`` says at once what is wrong with them."""
    desk = opened(number)
    asked = desk.service.page(page_id)
    if not desk.is_writable:
        return redirect(url_for("my_dossiers.show", number=number), 303)
    return _page(desk, asked, desk.dossier.form, with_faults="check" in request.args)


@pages.post("/dossiers/<number>/form/<page_id>")
@limiter.limit(HEAVY)
@open_to(Access.PERSON)
@tried_again
def answer(number: str, page_id: str) -> Any:
    """Keep the answers, right or wrong; go on when nothing is wrong."""
    desk, language = opened(number, lock=True), current_language()
    asked = desk.service.page(page_id)
    questions = on_page(desk, asked)
    values = {question.id: given(question, request.form, language) for question in questions}
    try:
        ensure_not_overwriting(desk, questions, values)
        save(db_session(), desk.dossier, desk.actor, form=values)
    except CadastreError as error:
        db_session().rollback()
        if wants_json():
            raise
        held = {**desk.dossier.form, **values}
        trouble = refused(error, language)
        return _page(desk, asked, held, trouble=trouble), error.http_status
    db_session().commit()
    fresh = Desk(desk.dossier, desk.actor)
    if wants_json():
        return jsonify(_kept(fresh, questions))
    if "later" in request.form:
        return redirect(url_for("my_dossiers.show", number=number), 303)
    if _faults(fresh, questions):
        return _page(fresh, asked, desk.dossier.form, with_faults=True), 422
    return redirect(fresh.after(page_id), 303)


def on_page(desk: Desk, asked: FormPage) -> tuple[FormField, ...]:
    """List the questions to show: those another page's answers rule out are left aside."""
    own = {question.id for question in asked.fields}
    values = desk.about.answers.values
    return tuple(
        question
        for question in asked.fields
        if all_met(tuple(c for c in question.shown_when if c.field not in own), values)
    )


def ensure_not_overwriting(
    desk: Desk, questions: tuple[FormField, ...], values: dict[str, Any]
) -> None:
    """Refuse to write over answers that somebody else gave since the page was read.

    Raises
    ------
    Blocked
        ``dossiers.edited-meanwhile``.
    """
    held = fingerprint(questions, desk.dossier.form)
    if held not in (request.form.get("was"), fingerprint(questions, values)):
        raise Blocked("dossiers.edited-meanwhile", where=desk.number, edition=desk.dossier.edition)


def _faults(desk: Desk, questions: tuple[FormField, ...]) -> dict[str, str]:
    """Give what is wrong with the questions of a page, by the id of its field."""
    own = {question.id for question in questions}
    found: dict[str, str] = {}
    for finding in desk.about.answers.findings:
        if finding.where in own and finding.severity is Severity.BLOCK:
            found.setdefault(f"{PREFIX}{finding.where}", said(finding)["message"])
    return found


def _kept(desk: Desk, questions: tuple[FormField, ...]) -> dict[str, Any]:
    return {
        "was": fingerprint(questions, desk.dossier.form),
        "faults": _faults(desk, questions),
        "asked": [f"{PREFIX}{one}" for one in desk.about.answers.asked],
    }


def _page(
    desk: Desk,
    asked: FormPage,
    answers: dict[str, Any],
    *,
    with_faults: bool = False,
    trouble: Refused | None = None,
) -> str:
    language, questions = current_language(), on_page(desk, asked)
    faults = _faults(desk, questions) if with_faults else {}
    warnings = [
        said(finding)
        for finding in desk.about.answers.findings
        if finding.where in {q.id for q in questions} and finding.severity is not Severity.BLOCK
    ]
    place, of = desk.place(asked.id)
    return render_template(
        "dossiers/form.html", desk=desk, page=asked, title=asked.title[language],
        help=asked.help[language] if asked.help else None,
        fields=[shown(one, desk, answers.get(one.id), language) for one in questions],
        was=fingerprint(questions, desk.dossier.form), faults=faults, trouble=trouble,
        warnings=warnings, place=place, of=of, back=desk.before(asked.id),
        alone=len(questions) == 1,
    )  # fmt: skip
