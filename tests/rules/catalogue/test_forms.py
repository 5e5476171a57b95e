"""Each service: its examples pass, each question round-trips, each wrong answer is told of it."""

from __future__ import annotations

from typing import Any

import pytest

from cadastre.rules.catalogue import FormField, check_form, check_page, read_form
from cadastre.sentences import load_sentences, say
from cadastre.vocabulary import Severity
from tests.rules.catalogue.folder import (
    DAY,
    SERVICES,
    catalogue,
    every_service,
    examples,
    known,
    showing,
)

SENTENCES = load_sentences(SERVICES.parent / "sentences")
WRONG: dict[str, tuple[Any, str]] = {
    "text": (12, "form.not-text"),
    "long-text": (["un"], "form.not-text"),
    "number": ("douze", "form.not-a-number"),
    "date": ("hier", "form.not-a-date"),
    "choice": ("autre-chose", "form.not-a-choice"),
    "choices": (["autre-chose"], "form.not-a-choice"),
    "substances": (["kryptonite"], "form.unknown-reference"),
    "yes-no": ("bof", "form.not-yes-no"),
    "email": ("nom@", "form.not-an-email"),
    "phone": ("12", "form.not-a-phone"),
    "company": ({"name": "x"}, "form.not-text"),
    "title": (["PR/1"], "form.not-text"),
    "place": (3.5, "form.not-text"),
    "commune": (True, "form.not-text"),
}
each_service = pytest.mark.parametrize(("country", "service_id"), every_service())


def codes(findings, where: str) -> list[str]:
    return [finding.code for finding in findings if finding.where == where]


def bound_faults(question: FormField) -> list[tuple[Any, str]]:
    """Give answers just beyond the bounds of a number."""
    if question.type != "number":
        return []
    step = 1 if question.whole else 0.001
    faults = []
    if question.minimum is not None:
        faults.append((question.minimum - step, "form.too-small"))
    if question.maximum is not None:
        faults.append((question.maximum + step, "form.too-large"))
    return [*faults, (1.5, "form.not-whole")] if question.whole else faults


@each_service
def test_examples_pass_and_are_read_again_the_same(country: str, service_id: str) -> None:
    service = catalogue(country).service(service_id)
    first = read_form(service, examples(service), DAY, references=known(country))
    assert first.findings == ()
    again = read_form(service, first.values, DAY, language="en", references=known(country))
    assert (again.values, again.findings) == (first.values, ())


@each_service
def test_each_question_round_trips_where_it_is_asked(country: str, service_id: str) -> None:
    service = catalogue(country).service(service_id)
    for question in service.fields:
        read = read_form(service, showing(service, question), DAY, references=known(country))
        assert question.id in read.asked
        assert codes(read.findings, question.id) == []
        again = read_form(service, read.values, DAY, references=known(country))
        assert again.values[question.id] == read.values[question.id]


@each_service
def test_each_wrong_answer_is_told_of_its_question(country: str, service_id: str) -> None:
    service = catalogue(country).service(service_id)
    for question in service.fields:
        for wrong, code in [WRONG[question.type], *bound_faults(question)]:
            answers = {**showing(service, question), question.id: wrong}
            found = check_form(service, answers, DAY, references=known(country))
            assert codes(found, question.id) == [code], question.id
            finding = next(one for one in found if one.where == question.id)
            assert finding.severity is Severity.BLOCK
            for language in ("fr", "en"):
                sentence = say(finding.code, language, **finding.values)
                assert sentence.startswith(question.label[language])


@each_service
def test_a_missing_answer_is_told_only_where_it_is_due(country: str, service_id: str) -> None:
    service = catalogue(country).service(service_id)
    for question in service.fields:
        answers = showing(service, question)
        for empty in (None, "", "  ", []):
            found = check_form(service, {**answers, question.id: empty}, DAY)
            assert codes(found, question.id) == (["form.missing"] if question.required else [])


@each_service
def test_an_empty_form_asks_the_first_questions_only(country: str, service_id: str) -> None:
    service = catalogue(country).service(service_id)
    found = {finding.where for finding in check_form(service, {}, DAY)}
    assert found == {q.id for q in service.fields if q.required and not q.shown_when}


@each_service
def test_a_page_tells_only_of_its_own_questions(country: str, service_id: str) -> None:
    service = catalogue(country).service(service_id)
    told = [
        finding.where
        for page in service.form
        for finding in check_page(service, page.id, {"no-such-question": 1}, DAY)
    ]
    whole = [finding.where for finding in check_form(service, {"no-such-question": 1}, DAY)]
    assert sorted([*told, "no-such-question"]) == sorted(whole)


def test_an_answer_to_a_question_that_is_not_asked_is_left_aside() -> None:
    service = catalogue().service("declaration-autoproduction")
    answers = {**examples(service), "puissance-kva": "not even a number"}
    read = read_form(service, answers, DAY)
    assert read.findings == ()
    assert "puissance-kva" not in read.values


def test_an_answer_to_no_question_is_refused_by_its_name() -> None:
    service = catalogue().service("declaration-autoproduction")
    found = check_form(service, {**examples(service), "puissnace-kwc": 3}, DAY)
    assert [(f.code, f.where) for f in found] == [("form.unknown-field", "puissnace-kwc")]


def test_every_code_of_a_form_has_its_sentence() -> None:
    assert {code for _, code in WRONG.values()} <= set(SENTENCES)
