"""Say the answers of a form as people read them: question, answer, and what it stands on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from babel.numbers import format_decimal

from cadastre.rules.catalogue import FormField, Service
from cadastre.rules.ruleset import Ruleset
from cadastre.sentences import say, write_day
from cadastre.services.labels import substance_label


@dataclass(frozen=True, slots=True)
class Told:
    """One answer in words; ``classification`` says who may read it."""

    field: str
    question: str
    answer: str
    classification: str


@dataclass(frozen=True, slots=True)
class Group:
    """The answers of one page of the form."""

    title: str
    answers: tuple[Told, ...]


def answers_told(
    service: Service, values: Mapping[str, Any], ruleset: Ruleset, language: str
) -> tuple[Group, ...]:
    """List the answers page by page; give only those the reader may see (``shown_answers``)."""
    groups = []
    for page in service.form:
        told = tuple(
            Told(
                field.id, field.label[language],
                answer_told(field, values[field.id], ruleset, language), field.classification,
            )
            for field in page.fields
            if field.id in values
        )  # fmt: skip
        if told:
            groups.append(Group(page.title[language], told))
    return tuple(groups)


def answer_told(field: FormField, value: Any, ruleset: Ruleset, language: str) -> str:
    """Write one answer: labels instead of codes, days in words, units behind numbers."""
    if isinstance(value, list | tuple):
        return ", ".join(answer_told(field, one, ruleset, language) for one in value)
    if isinstance(value, bool):
        return say("desk.yes" if value else "desk.no", language)
    if field.type == "substances":
        return substance_label(ruleset, str(value), language)
    if field.type == "date":
        return write_day(dt.date.fromisoformat(str(value)), language)
    if isinstance(value, int | float):
        text = format_decimal(value, locale=language)
        return f"{text} {field.unit}" if field.unit else text
    labels = {choice.value: choice.label[language] for choice in field.choices}
    text = labels.get(str(value), str(value))
    return f"{text} {field.unit}" if field.unit else text
