"""Answer a form of an act while it is filled in: the ground it would give, figures and shapes."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify
from shapely.geometry import shape

from api.language import current_language
from cadastre.errors import CadastreError, UnusableInput
from cadastre.sentences import say
from cadastre.services.titles.sketch import Sketch, sketch
from web.views.act_plans import LETTERS, map_of_sketch
from web.views.act_questions import AskAgain, Asking, Said, pages_of, read_page
from web.views.told import refused

# The questions whose answer is ground; the others have nothing to draw.
ABOUT_GROUND = ("kept", "pieces", "whole", "titles")


def asks_for_ground(fields: tuple[str, ...]) -> bool:
    """Tell whether a page of an act's form asks for ground."""
    return any(field in ABOUT_GROUND for field in fields)


def answer_of(asking: Asking) -> Response:
    """Read the question about ground as it is answered so far; keep and decide nothing."""
    try:
        said = _answered(asking)
        drawn = sketch(
            asking.session, asking.ruleset, asking.title, asking.facts, asking.act, asking.at,
            wanted=[shape(one) for one in said.get("geometries", ())],
            others=said.get("titles", ()),
        )  # fmt: skip
    except CadastreError as error:
        return _told(None, [refused(error, current_language()).message])
    return _told(drawn, _lines(drawn))


def _answered(asking: Asking) -> dict[str, Any]:
    fields = next((page for page in pages_of(asking.act) if asks_for_ground(page)), None)
    if fields is None:
        raise UnusableInput("acts.answer-needed", where="way")
    said = Said()
    only = tuple(field for field in fields if field in ABOUT_GROUND)
    if isinstance(read_page(asking, only, said), AskAgain):
        raise UnusableInput("acts.sketch-question", where="corners")
    if "geometry" in said.particulars:
        said.particulars["geometries"] = [said.particulars["geometry"]]
    return said.particulars


def _lines(drawn: Sketch) -> list[str]:
    language = current_language()
    if len(drawn.held) > 1:
        named = zip(LETTERS, drawn.held_ha, strict=False)
        lines = [
            say("acts.sketch-piece", language, letter=letter, area=round(area, 2))
            for letter, area in named
        ]
    else:
        total = round(sum(drawn.held_ha), 2)
        lines = [say("acts.sketch-held", language, area=total)]
    if not drawn.freed.is_empty:
        share = round(100 * drawn.share_freed, 2)
        freed = round(drawn.freed_ha, 2)
        lines.append(say("acts.sketch-freed", language, area=freed, share=share))
    for error in drawn.against:
        told = refused(error, language)
        lines += [told.message, *told.reasons]
    return lines


def _told(drawn: Sketch | None, lines: list[str]) -> Response:
    ground = None if drawn is None else map_of_sketch(drawn)
    is_lawful = drawn is not None and not drawn.against
    return jsonify({"ground": ground, "lines": lines, "is_lawful": is_lawful})
