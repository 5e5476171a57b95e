"""Check a form: every answer read, every fault told with the question it is about.

A question whose ``shown_when`` is not met is not asked: its answer, if any, is left aside.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cadastre.errors import UnusableInput
from cadastre.rules.catalogue.conditions import all_met
from cadastre.rules.catalogue.references import References
from cadastre.rules.catalogue.scope import check_scope
from cadastre.rules.catalogue.service import FormField, Service
from cadastre.rules.catalogue.told import told
from cadastre.rules.catalogue.values import Circumstances, is_empty, read_value
from cadastre.rules.finding import Finding
from cadastre.vocabulary import Severity


@dataclass(frozen=True, slots=True)
class Answers:
    """A form as read: ``values`` are JSON values of the questions that are asked and answered.

    ``asked`` lists the questions that these answers lead to, in order.
    """

    values: Mapping[str, Any]
    findings: tuple[Finding, ...]
    asked: tuple[str, ...]

    @property
    def blocks(self) -> bool:
        """Tell whether the form cannot be lodged as it is."""
        return any(finding.severity is Severity.BLOCK for finding in self.findings)


def read_form(
    service: Service,
    answers: Mapping[str, Any],
    day: dt.date,
    *,
    language: str = "fr",
    references: References | None = None,
) -> Answers:
    """Read every answer of a form as it stands on a day; ``where`` of a finding is its question.

    ``language`` says how numbers are written; ``references`` looks up titles, companies, places
    and substances (see :mod:`cadastre.rules.catalogue.references`).
    """
    about = Circumstances(day, language, references or {}, service.phone)
    values: dict[str, Any] = {}
    findings: list[Finding] = []
    asked: list[str] = []
    for question in service.fields:
        if not all_met(question.shown_when, values):
            continue
        asked.append(question.id)
        given = answers.get(question.id)
        if is_empty(given):
            findings += [_fault("form.missing", question)] if question.required else []
            continue
        try:
            values[question.id] = read_value(question, given, about)
        except UnusableInput as refusal:
            findings.append(_fault(refusal.code, question, **refusal.values))
    findings += _unknown(service, answers)
    return Answers(values, (*findings, *check_scope(service, values, day)), tuple(asked))


def check_form(
    service: Service,
    answers: Mapping[str, Any],
    day: dt.date,
    *,
    language: str = "fr",
    references: References | None = None,
) -> tuple[Finding, ...]:
    """Give everything that is wrong with a whole form; nothing when it may be lodged."""
    return read_form(service, answers, day, language=language, references=references).findings


def check_page(
    service: Service,
    page_id: str,
    answers: Mapping[str, Any],
    day: dt.date,
    *,
    language: str = "fr",
    references: References | None = None,
) -> tuple[Finding, ...]:
    """Give what is wrong with the questions of one page, all other answers being known.

    Raises
    ------
    NotFound
        ``services.unknown-page``.
    """
    own = {question.id for question in service.page(page_id).fields}
    found = check_form(service, answers, day, language=language, references=references)
    return tuple(finding for finding in found if finding.where in own)


def _fault(code: str, question: FormField, /, **values: Any) -> Finding:
    return Finding(code, Severity.BLOCK, {"field": question.label, **values}, where=question.id)


def _unknown(service: Service, answers: Mapping[str, Any]) -> list[Finding]:
    known = {question.id for question in service.fields}
    return [
        Finding("form.unknown-field", Severity.BLOCK, {"given": told(name)}, where=told(name))
        for name in sorted(set(map(str, answers)) - known)
    ]
