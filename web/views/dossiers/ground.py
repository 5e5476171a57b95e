"""The ground of a dossier: an area drawn, pasted or uploaded, or a point on a small map."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from shapely.geometry import mapping

from api.again import tried_again
from api.language import current_language
from api.limits import HEAVY, limiter
from api.permissions import Access, open_to
from api.session import db_session
from api.state import state
from cadastre.errors import CadastreError, UnusableInput
from cadastre.geometry.position import read_position
from cadastre.geometry.reading import Reading
from cadastre.services.checks import Demand, check_demand
from cadastre.services.dossiers.answers import save
from cadastre.services.dossiers.ground import POINT, point_of, reading_of, substances_of
from cadastre.services.readings import only_one, read_input
from cadastre.services.representation import reading_json, report_json
from web.static_files import asset
from web.views.dossiers.common import Desk, opened
from web.views.dossiers.place_map import CLOSEST, Frame, frame_at
from web.views.draw import page_facts
from web.views.draw_sketch import sketch
from web.views.told import Refused, refused

pages = Blueprint("dossier_ground", __name__)
ANSWER = "answer."


@pages.get("/dossiers/<number>/perimeter")
@open_to(Access.PERSON)
def show(number: str) -> Any:
    """Show the ground as it was given, what was found on it, and the ways to change it."""
    desk = opened(number)
    if not desk.is_writable or desk.ground == "none":
        return redirect(url_for("my_dossiers.show", number=number), 303)
    return _page(desk)


@pages.post("/dossiers/<number>/perimeter")
@limiter.limit(HEAVY)
@open_to(Access.PERSON)
@tried_again
def give(number: str) -> Any:
    """Keep the ground: pasted corners, a file, a typed position or a click on the map."""
    desk = opened(number, lock=True)
    back: dict[str, Any] = {}
    try:
        if desk.ground == POINT:
            ground, back = _point(desk)
        else:
            ground = _area()
        save(db_session(), desk.dossier, desk.actor, perimeter=ground)
    except CadastreError as error:
        db_session().rollback()
        told = refused(error, current_language(), ("corners", "file", "position", "crs"))
        return _page(Desk(desk.dossier, desk.actor), told), error.http_status
    if "later" in request.form:
        return redirect(url_for("my_dossiers.show", number=number), 303)
    return redirect(url_for("dossier_ground.show", number=number, **back), 303)


def _area() -> dict[str, Any]:
    """Take pasted corners as they were written, or what an uploaded file holds.

    Raises
    ------
    UnusableInput
        ``draw.simple-empty``; else what the reader refuses.
    """
    form, upload = request.form, request.files.get("file")
    answers = {
        name.removeprefix(ANSWER): value
        for name, value in form.items()
        if name.startswith(ANSWER) and value
    }
    crs = answers.pop("crs", None) or form.get("crs") or None
    if upload is not None and upload.filename:
        readings = read_input(
            state().ruleset, upload.read(), upload.filename, crs=crs, answers=answers,
            language=current_language(),
        )  # fmt: skip
        return _of_file(only_one(readings, "file"))
    corners = form.get("corners", "").strip()
    if not corners:
        raise UnusableInput("draw.simple-empty", where="corners")
    only_one(
        read_input(
            state().ruleset, corners.encode(), crs=crs, answers=answers,
            language=current_language(),
        ),
        "corners",
    )  # fmt: skip
    return {"corners": corners, "answers": answers} | ({} if crs is None else {"crs": crs})


def _of_file(reading: Reading) -> dict[str, Any]:
    """Keep the perimeter of a file, in longitude and latitude.

    Raises
    ------
    UnusableInput
        ``apply.file-asks``: the file leaves something open, most often its system.
    """
    if reading.questions or reading.perimeter is None:
        raise UnusableInput("apply.file-asks", where="file")
    kept: dict[str, Any] = {"geometry": mapping(reading.perimeter), "crs": "EPSG:4326"}
    return kept | ({"name": reading.name[:200]} if reading.name else {})


def _point(desk: Desk) -> tuple[dict[str, Any], dict[str, Any]]:
    """Take a typed position, or a click on the map, which also brings the map closer.

    Raises
    ------
    UnusableInput
        ``apply.point-unread``.
    """
    form, ruleset = request.form, state().ruleset
    typed = form.get("position", "").strip()
    back: dict[str, Any] = {"zoom": CLOSEST} if typed else {}
    if "at.x" in form:
        frame, x, y = _frame(desk), form.get("at.x", ""), form.get("at.y", "")
        if x.isdigit() and y.isdigit():
            longitude, latitude = frame.position(int(x), int(y))
            back = {"zoom": min(frame.zoom + 1, CLOSEST), "_anchor": "map"}
            return _as_point(longitude, latitude), back
    found = read_position(typed, ruleset.envelope, ruleset.legal_crs) if typed else None
    if found is None:
        raise UnusableInput("apply.point-unread", where="position", given=typed[:80])
    return _as_point(*found), back


def _as_point(longitude: float, latitude: float) -> dict[str, Any]:
    place = [round(longitude, 7), round(latitude, 7)]
    return {"geometry": {"type": "Point", "coordinates": place}, "crs": "EPSG:4326"}


def _frame(desk: Desk) -> Frame:
    """Give what the map of the page shows: around the point, as close as was asked."""
    asked = request.values.get("zoom", "0")
    zoom = min(int(asked), CLOSEST) if asked.isdigit() else 0
    try:
        point = point_of(desk.dossier)
    except CadastreError:
        point = None
    return frame_at(state().ruleset.envelope, point, zoom)


def _page(desk: Desk, trouble: Refused | None = None) -> str:
    place, of = desk.place("perimeter")
    common = {
        "desk": desk, "place": place, "of": of, "back": desk.before("perimeter"),
        "onward": desk.after("perimeter"), "trouble": trouble, "form": request.form,
    }  # fmt: skip
    if desk.ground == POINT:
        frame = _frame(desk)
        try:
            point = point_of(desk.dossier)
        except CadastreError:
            point = None
        return render_template(
            "dossiers/point.html", point=point, frame=frame, closest=CLOSEST, **common
        )
    answer, unread = _answer(desk)
    return render_template(
        "dossiers/area.html", answer=answer, unread=unread, can_draw=bool(asset("pages/draw.js")),
        facts=page_facts(state().ruleset, current_language()),
        kept=desk.dossier.perimeter or {}, **common,
    )  # fmt: skip


def _answer(desk: Desk) -> tuple[dict[str, Any] | None, str | None]:
    """Read and check the ground that was kept; a sentence where it cannot be read."""
    language = current_language()
    try:
        reading = reading_of(state().ruleset, desk.dossier)
        if reading is None:
            return None, None
        told: dict[str, Any] = {"reading": reading_json(reading, language), "report": None}
        if not reading.questions and reading.perimeter is not None:
            told["report"] = _report(desk, reading)
            told["sketch"] = sketch(told["report"])
        return told, None
    except CadastreError as error:
        return None, refused(error, language).message


def _report(desk: Desk, reading: Reading) -> dict[str, Any]:
    """Check for a title as a filing would be; for an act on a title, its form only."""
    ruleset, service = state().ruleset, desk.service
    for_title = service.outcome.type == "title"
    demand = Demand(
        reading, at=desk.about.day, kind=service.outcome.kind,
        substances=substances_of(service, desk.about.answers.values), with_openings=for_title,
    )  # fmt: skip
    checked = check_demand(db_session() if for_title else None, ruleset, demand)
    return report_json(checked.facts, checked.report, reading, current_language())
