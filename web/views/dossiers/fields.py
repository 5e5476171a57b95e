"""Questions of a form on a page: read what was typed, show what was answered.

What can be read is kept as its plain value (a number, an ISO day), so that whoever reads the form
in the other language sees it written their way; what cannot be read is kept as it was typed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from babel.numbers import format_decimal
from werkzeug.datastructures import MultiDict

from api.session import db_session
from api.state import now, state
from cadastre.errors import UnusableInput
from cadastre.queries.choosing import titles_held, unit_names
from cadastre.rules.catalogue import FormField
from cadastre.rules.catalogue.conditions import When
from cadastre.rules.catalogue.numbers import read_number
from cadastre.rules.catalogue.values import is_empty, read_date
from cadastre.sentences import LOCALES, say, write_day
from web.views.dossiers.common import PREFIX, Desk

SEVERAL = frozenset({"choices", "substances"})
LONGEST = 20_000
RADIOS = 8  # more choices than this make a list to choose from
YES, NO = "yes", "no"
INPUT = {"email": "email", "phone": "tel"}
FILLED_BY_BROWSER = {"email": "email", "phone": "tel"}


def given(question: FormField, form: MultiDict[str, str], language: str) -> Any:
    """Read what a form says of a question; None where nothing was answered."""
    name = f"{PREFIX}{question.id}"
    if question.type in SEVERAL:
        return [one[:200] for one in form.getlist(name)[:100] if one.strip()] or None
    text = form.get(name, "")[:LONGEST].strip()
    if is_empty(text):
        return None
    try:
        if question.type == "number":
            return read_number(text, language)
        if question.type == "date":
            return read_date(text).isoformat()
    except UnusableInput:
        return text
    if question.type == "yes-no" and text in (YES, NO):
        return text == YES
    return text


def fingerprint(questions: Iterable[FormField], answers: Mapping[str, Any]) -> str:
    """Name what was answered to some questions: whoever writes says what they had read."""
    held = {question.id: answers.get(question.id) for question in questions}
    told = json.dumps(held, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def shown(question: FormField, desk: Desk, answer: Any, language: str) -> dict[str, Any]:
    """Give what the page needs to ask a question with its answer so far."""
    return {
        "id": question.id,
        "name": f"{PREFIX}{question.id}",
        "type": question.type,
        "widget": _widget(question),
        "input": INPUT.get(question.type, "text"),
        "autocomplete": FILLED_BY_BROWSER.get(question.type),
        "label": question.label[language],
        "help": question.help[language] if question.help else None,
        "example": _example(question, language),
        "required": question.required,
        "unit": question.unit,
        "longest": question.longest,
        "options": _options(question, desk, language),
        "value": typed(question, answer, language),
        "when": condition(question.shown_when, desk, language),
        "tests": [
            {"field": one.field, "among": one.among, "least": one.at_least, "below": one.below}
            for one in question.shown_when
        ],
    }


def typed(question: FormField, answer: Any, language: str) -> Any:
    """Write an answer as it would be typed in the reader's language."""
    if question.type in SEVERAL:
        return answer if isinstance(answer, list) else [] if answer is None else [answer]
    if answer is None:
        return ""
    if question.type == "yes-no":
        return YES if answer is True else NO if answer is False else str(answer)
    if isinstance(answer, (int, float)) and not isinstance(answer, bool):
        return format_decimal(answer, "#,##0.############", locale=LOCALES[language])
    if question.type == "date":
        return _day(str(answer))
    return str(answer)


def told(question: FormField, answer: Any, language: str) -> str:
    """Say an answer in words, for who checks them all."""
    if is_empty(answer):
        return "—"
    if isinstance(answer, bool):
        return say("apply.yes" if answer else "apply.no", language)
    if question.type in SEVERAL or question.type == "choice":
        listed = answer if isinstance(answer, list) else [answer]
        return ", ".join(_label(question, str(one), language) for one in listed)
    if question.type == "date":
        try:
            return write_day(read_date(answer), language, "long")
        except UnusableInput:
            return str(answer)
    written = str(typed(question, answer, language))
    return f"{written} {question.unit}" if question.unit else written


def condition(when: When, desk: Desk, language: str) -> str | None:
    """Say under which answers a question is asked, for who has no script."""
    if not when:
        return None
    questions = {question.id: question for question in desk.service.fields}
    parts = [
        f"{questions[one.field].label[language]} : "
        + ", ".join(told(questions[one.field], value, language) for value in one.among)
        for one in when
        if one.among is not None and one.field in questions
    ]
    return " ; ".join(parts) or None


def _widget(question: FormField) -> str:
    if question.type == "choice":
        return "radios" if len(question.choices) <= RADIOS else "select"
    plain = {
        "choices": "checks", "substances": "substances", "yes-no": "radios",
        "long-text": "textarea", "title": "title", "place": "listed", "commune": "listed",
    }  # fmt: skip
    return plain.get(question.type, "input")


def _example(question: FormField, language: str) -> str | None:
    if question.type not in ("text", "number", "date", "phone", "company", "email"):
        return None
    if question.example is None:
        return None
    if question.type == "number":
        try:
            return str(typed(question, read_number(question.example, "fr"), language))
        except UnusableInput:
            return str(question.example)
    return str(question.example)


def _options(question: FormField, desk: Desk, language: str) -> list[Any]:
    if question.type == "yes-no":
        return [
            {"value": word, "label": say(f"apply.{word}", language), "help": None}
            for word in (YES, NO)
        ]
    if question.type == "substances":
        return _substances(desk, language)
    if question.type == "title":
        return titles_held(db_session(), desk.dossier.party_id, question.kinds, now().day)
    if question.type in ("place", "commune"):
        return list(unit_names(db_session(), communes_only=question.type == "commune"))
    return [
        {"value": one.value, "label": one.label[language],
         "help": one.help[language] if one.help else None}
        for one in question.choices
    ]  # fmt: skip


def _substances(desk: Desk, language: str) -> list[dict[str, Any]]:
    """Group the substances by class, with the classes a freeze of the service leaves closed."""
    ruleset, day = state().ruleset, now().day
    freezes = [
        freeze for freeze in ruleset.moratoria.values()
        if freeze.id in desk.service.moratoria and freeze.runs(day)
    ]  # fmt: skip
    groups = []
    for kind in ruleset.substances.classes.values():
        members = sorted(
            ({"value": one.id, "label": one.name[language]}
             for one in ruleset.substances.by_id.values() if one.class_id == kind.id),
            key=lambda one: one["label"],
        )  # fmt: skip
        frozen = any(kind.id not in freeze.exempt_classes for freeze in freezes)
        groups.append({"label": kind.name[language], "frozen": frozen, "members": members})
    return groups


def _label(question: FormField, value: str, language: str) -> str:
    if question.type == "substances":
        known = state().ruleset.substances.by_id.get(value)
        return known.name[language] if known else value
    return next((one.label[language] for one in question.choices if one.value == value), value)


def _day(written: str) -> str:
    try:
        value = read_date(written)
    except UnusableInput:
        return written
    return f"{value.day:02d}/{value.month:02d}/{value.year}"
