"""The drawing page: a perimeter beside its table, checked as it changes.

``/draw`` is the page with a map. ``/draw?simple=1``, any visit without JavaScript, and what the
plain form posts, are answered by a page that needs no script: the low-bandwidth way.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask import Blueprint, render_template, request

from api.language import current_language
from api.session import db_session
from api.state import state
from cadastre.errors import Blocked, CadastreError, UnusableInput
from cadastre.geometry.crs import describe, geographic_base, is_geographic
from cadastre.geometry.reading import Reading
from cadastre.rules.ruleset import Ruleset
from cadastre.sentences import say
from cadastre.services.checks import Demand, check_demand, today
from cadastre.services.dossiers.filed_by import service_to_file
from cadastre.services.dossiers.ground import reading_of, substances_of
from cadastre.services.readings import read_input
from cadastre.services.representation import geometry_json, reading_json, report_json
from web.static_files import asset
from web.views.dossiers.common import opened
from web.views.draw_sketch import sketch

pages = Blueprint("draw", __name__)
ANSWER = "answer."  # form fields that answer the reader's questions


@pages.get("/draw")
def draw() -> str:
    """Show the drawing page; the plain one when asked for, or when no script was built."""
    facts = page_facts(state().ruleset, current_language())
    if number := request.args.get("dossier"):
        facts["dossier"] = dossier_facts(number)
    if request.args.get("simple") or not asset("pages/draw.js"):
        return render_template("draw_simple.html", facts=facts, form={}, error=None, answers=[])
    return render_template("draw.html", facts=facts, form={})


def dossier_facts(number: str) -> dict[str, Any]:
    """Give what the page draws for a dossier that is being written: its ground, kind, substances.

    Raises
    ------
    NotSignedIn, NotFound, Blocked
        Nobody signed in; none of theirs; ``dossiers.not-writable``.
    """
    desk = opened(number)
    if not desk.is_writable:
        raise Blocked("dossiers.not-writable", where=number)
    kept = desk.dossier.perimeter or {}
    try:
        reading = reading_of(state().ruleset, desk.dossier)
    except CadastreError:
        reading = None
    return {
        "number": desk.number,
        "geometry": geometry_json(reading.perimeter) if reading else None,
        "source": {"text": kept["corners"], "crs": kept.get("crs") or (reading and reading.crs),
                   "answers": kept.get("answers") or {}} if kept.get("corners") else None,
        "asked": {
            "kind": desk.service.outcome.kind or "",
            "substances": list(substances_of(desk.service, desk.about.answers.values)),
            "name": kept.get("name") or "",
        },
    }  # fmt: skip


@pages.post("/draw")
def answer_form() -> str | tuple[str, int]:
    """Answer the plain form: what was read, what the check found, what it overlaps."""
    facts = page_facts(state().ruleset, current_language())
    try:
        answers, error = [answer_reading(reading) for reading in read_form()], None
    except CadastreError as refusal:
        answers = []
        error = say(refusal.code, current_language(), where=refusal.where, **refusal.values)
    page = render_template(
        "draw_simple.html", facts=facts, form=request.form, error=error, answers=answers
    )
    return (page, 422) if error else page


def read_form() -> tuple[Reading, ...]:
    """Read the text or the file of the plain form, with the answers given so far.

    Raises
    ------
    UnusableInput
        ``draw.simple-empty``: neither was given; else what the reader refuses.
    """
    text = request.form.get("corners", "")
    upload = request.files.get("file")
    content = upload.read() if upload and upload.filename else text.encode()
    if not content.strip():
        raise UnusableInput("draw.simple-empty", where="corners")
    answers = {
        name.removeprefix(ANSWER): value
        for name, value in request.form.items()
        if name.startswith(ANSWER) and value
    }
    return read_input(
        state().ruleset,
        content,
        upload.filename or "" if upload else "",
        crs=answers.pop("crs", None) or request.form.get("crs") or None,
        answers=answers,
        language=current_language(),
    )


def answer_reading(reading: Reading) -> dict[str, Any]:
    """Give a reading and, once nothing is asked about it, its check, as the API words them."""
    language = current_language()
    answer: dict[str, Any] = {"reading": reading_json(reading, language), "report": None}
    if reading.questions or reading.perimeter is None:
        return answer
    ruleset = state().ruleset
    demand = Demand(
        reading,
        at=day_asked() or today(ruleset),
        kind=request.form.get("kind") or None,
        substances=tuple(
            name.strip() for name in request.form.get("substances", "").split(",") if name.strip()
        ),
        with_openings=True,
    )
    checked = check_demand(db_session(), ruleset, demand)
    answer["report"] = report_json(checked.facts, checked.report, reading, language)
    answer["sketch"] = sketch(answer["report"])
    return answer


def day_asked() -> dt.date | None:
    """Give the day whose law and register apply; None for today, and for what is no date."""
    try:
        return dt.date.fromisoformat(request.form.get("at", ""))
    except ValueError:
        return None


def page_facts(ruleset: Ruleset, language: str) -> dict[str, Any]:
    """Give what the page offers: kinds, substances, systems, the grid, in the reader's language."""
    grid = ruleset.snap_grid
    codes = dict.fromkeys((ruleset.legal_crs, *ruleset.likely_crs))
    day = today(ruleset)
    frozen = {
        kind for freeze in ruleset.moratoria.values() if freeze.runs(day) for kind in freeze.kinds
    }
    return {
        "bounds": list(ruleset.envelope),
        "legal_crs": ruleset.legal_crs,
        "planar_crs": ruleset.planar_crs,
        "grid": {"crs": grid.crs, "step_m": grid.step_m} if grid else None,
        "crs_options": [
            {
                "code": code,
                "label": describe(code, language),
                "projected": not is_geographic(code),
                "base": None if is_geographic(code) else geographic_base(code),
            }
            for code in codes
        ],
        "kinds": [
            {
                "id": kind.id,
                "label": capital(kind.name[language]),
                "letters": letters(kind.id),
                "suspended": kind.id in frozen,
                "service": _service(kind.id),
            }
            for kind in ruleset.kinds.values()
        ],
        "substances": sorted(
            (
                {"id": substance.id, "label": substance.name[language]}
                for substance in ruleset.substances.by_id.values()
            ),
            key=lambda each: each["label"],
        ),
    }


def _service(kind_id: str) -> dict[str, str | None] | None:
    """Name the service whose dossier files this kind, and its question about substances."""
    service = service_to_file(state().catalogue_or_none, kind_id)
    if service is None:
        return None
    asked = (question.id for question in service.fields if question.type == "substances")
    return {"service": service.id, "question": next(asked, None)}


def capital(words: str) -> str:
    """Begin a label with a capital, whatever the law's register writes."""
    return words[:1].upper() + words[1:]


def letters(kind_id: str) -> str:
    """Give the letters that stand for a kind of title on the map: PR, PEGE…"""
    return "".join(word[0] for word in kind_id.split("-")).upper()[:4]
