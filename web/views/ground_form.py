"""Read ground from a plain form: pasted corners or a file, with the reader's questions answered.

A browser does not send a file twice: what was uploaded travels in the form until its questions are
answered.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import request
from shapely.geometry.base import BaseGeometry

from api.language import current_language
from cadastre.errors import TooLarge, UnusableInput
from cadastre.geometry.crs import describe
from cadastre.rules.ruleset import Ruleset
from cadastre.services.readings import read_input
from cadastre.services.representation import question_json

ANSWER = "answer."  # form fields that answer the reader's questions
LARGEST_KEPT = 300_000  # bytes of a file that travels in the form
MOST_PERIMETERS = 20


@dataclass(frozen=True, slots=True)
class GroundRead:
    """What was read: perimeters in EPSG:4326, or what must be answered before there are any."""

    perimeters: tuple[BaseGeometry, ...] = ()
    questions: tuple[dict[str, Any], ...] = ()
    kept: Mapping[str, str] = field(default_factory=dict)


def read_ground(ruleset: Ruleset) -> GroundRead:
    """Read the ground that the present form gives.

    Raises
    ------
    UnusableInput
        ``acts.no-ground``: neither text nor file; else what the reader refuses.
    TooLarge
        ``acts.file-too-large``: its questions cannot be answered in a form.
    """
    content, name = _given()
    language = current_language()
    answers = {
        key.removeprefix(ANSWER): value
        for key, value in request.form.items()
        if key.startswith(ANSWER) and value
    }
    readings = read_input(
        ruleset, content, name, crs=answers.pop("crs", None) or request.form.get("crs") or None,
        answers=answers, language=language,
    )[:MOST_PERIMETERS]  # fmt: skip
    asked = {
        (question.code, question.corner): question_json(question, language)
        for reading in readings
        for question in reading.questions
    }
    if asked:
        return GroundRead(questions=tuple(asked.values()), kept=_kept(content, name))
    perimeters = tuple(one.perimeter for one in readings if one.perimeter is not None)
    if not perimeters:
        raise UnusableInput("acts.no-ground", where="corners")
    return GroundRead(perimeters)


def crs_options(ruleset: Ruleset) -> list[tuple[str, str]]:
    """List the systems a table of corners may be written in, that of the law first."""
    codes = dict.fromkeys((ruleset.legal_crs, *ruleset.likely_crs))
    return [(code, describe(code, current_language())) for code in codes]


def _given() -> tuple[bytes, str]:
    upload = request.files.get("file")
    if upload is not None and upload.filename:
        return upload.read(), upload.filename
    kept = request.form.get("kept_content", "")
    if kept:
        try:
            return base64.b64decode(kept, validate=True), request.form.get("kept_name", "")
        except binascii.Error:
            raise UnusableInput("acts.no-ground", where="corners") from None
    text = request.form.get("corners", "")
    if not text.strip():
        raise UnusableInput("acts.no-ground", where="corners")
    return text.encode(), ""


def _kept(content: bytes, name: str) -> dict[str, str]:
    if not name:
        return {}  # pasted text stands in its own field
    if len(content) > LARGEST_KEPT:
        raise TooLarge("acts.file-too-large", where="file")
    return {"kept_name": name, "kept_content": base64.b64encode(content).decode()}
