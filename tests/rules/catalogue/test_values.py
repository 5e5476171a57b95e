"""Each type of answer is read, bounded, or refused with a sentence that names the way out."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cadastre.errors import UnusableInput
from cadastre.rules.catalogue import Choice, FormField
from cadastre.rules.catalogue.values import READERS, Circumstances, read_date, read_value
from cadastre.sentences import load_sentences, say
from tests.rules.catalogue.folder import DAY, SERVICES

SENTENCES = load_sentences(SERVICES.parent / "sentences")
LABEL = {"fr": "Question", "en": "Question"}
CHOICES = (
    Choice("oui-da", {"fr": "Évidemment", "en": "Of course"}),
    Choice("jamais", {"fr": "Jamais", "en": "Never"}),
)
TOGO = {"country_code": "228", "digits": 8}
ABOUT = Circumstances(DAY, phone=TOGO, references={"title": {"pr-1": "PR/1"}.get})


def question(kind: str, **more: object) -> FormField:
    choices = CHOICES if kind in ("choice", "choices") else ()
    return FormField("q", kind, LABEL, choices=choices, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "written", "value"),
    [
        ("text", "  Socie\u0301te\u0301  ", "Société"),
        ("long-text", "Un\r\ndeux\n", "Un\ndeux"),
        ("date", "24/11/2026", "2026-11-24"),
        ("date", "2026-11-24", "2026-11-24"),
        ("date", "24 novembre 2026", "2026-11-24"),
        ("date", "1er août 2026", "2026-08-01"),
        ("date", "3rd March 2026", "2026-03-03"),
        ("date", "5.2.2026", "2026-02-05"),
        ("choice", "jamais", "jamais"),
        ("choice", "evidemment", "oui-da"),
        ("choice", "of course", "oui-da"),
        ("choices", "jamais", ["jamais"]),
        ("choices", ["jamais", "Jamais", "oui-da"], ["jamais", "oui-da"]),
        ("yes-no", "Oui", True),
        ("yes-no", "no", False),
        ("yes-no", True, True),
        ("email", " Nom@Exemple.TG ", "Nom@exemple.tg"),
        ("phone", "90 00 00 00", "+22890000000"),
        ("phone", "00228 90-00-00-00", "+22890000000"),
        ("phone", "22890000000", "+22890000000"),
        ("phone", "+33 (0)1.23.45.67", "+331234567"),
        ("title", "pr-1", "PR/1"),
        ("place", "Kara", "Kara"),
        ("company", 12, "12"),
    ],
)
def test_an_answer_is_read(kind: str, written: object, value: object) -> None:
    assert read_value(question(kind), written, ABOUT) == value


@pytest.mark.parametrize(
    ("kind", "more", "written", "code"),
    [
        ("text", {}, 12, "form.not-text"),
        ("text", {"longest": 3}, "quatre", "form.too-long"),
        ("text", {}, "a\nb", "form.unprintable"),
        ("text", {}, "a\x00b", "form.unprintable"),
        ("long-text", {}, "a\ud800b", "form.unprintable"),
        ("number", {"whole": True}, "1,5", "form.not-whole"),
        ("number", {"minimum": 10}, 9, "form.too-small"),
        ("number", {"maximum": 10}, "10,01", "form.too-large"),
        ("date", {}, "31/02/2026", "form.not-a-date"),
        ("date", {}, "11/24/2026", "form.not-a-date"),
        ("date", {}, 20261124, "form.not-a-date"),
        ("date", {"minimum": "today"}, "23/11/2026", "form.too-early"),
        ("date", {"maximum": "2020-01-01"}, "02/01/2020", "form.too-late"),
        ("choice", {}, "peut-être", "form.not-a-choice"),
        ("choice", {}, ["jamais"], "form.not-a-choice"),
        ("choices", {}, {"jamais": 1}, "form.not-a-list"),
        ("choices", {}, ["jamais"] * 61, "form.not-a-list"),
        ("choices", {}, ["peut-être"], "form.not-a-choice"),
        ("choices", {"minimum": 2}, ["jamais"], "form.too-few-choices"),
        ("choices", {"maximum": 1}, ["jamais", "oui-da"], "form.too-many-choices"),
        ("yes-no", {}, "peut-être", "form.not-yes-no"),
        ("yes-no", {}, 1, "form.not-yes-no"),
        ("email", {}, "nom@", "form.not-an-email"),
        ("email", {}, "nom@exemple", "form.not-an-email"),
        ("email", {}, "nom exemple@exemple.tg", "form.not-an-email"),
        ("email", {}, "nom@exemple..tg", "form.not-an-email"),
        ("phone", {}, "9000", "form.not-a-phone"),
        ("phone", {}, "+228 9000", "form.not-a-phone"),
        ("phone", {}, "téléphone", "form.not-a-phone"),
        ("phone", {}, 90000000, "form.not-a-phone"),
        ("title", {}, "pr-2", "form.unknown-reference"),
    ],
)
def test_a_wrong_answer_is_refused_in_both_languages(
    kind: str, more: dict, written: object, code: str
) -> None:
    with pytest.raises(UnusableInput) as refusal:
        read_value(question(kind, **more), written, ABOUT)
    assert refusal.value.code == code
    for language in ("fr", "en"):
        sentence = say(code, language, field=LABEL, **refusal.value.values)
        assert "{" not in sentence.replace("{…}", "")
        assert sentence.encode()


def test_numbers_of_another_country_are_those_of_its_catalogue() -> None:
    there = Circumstances(DAY, phone={"country_code": "243", "digits": 9})
    assert read_value(question("phone"), "810 000 000", there) == "+243810000000"
    with pytest.raises(UnusableInput):
        read_value(question("phone"), "90 00 00 00", there)


@given(st.dates(min_value=dt.date(1000, 1, 1)))
def test_days_are_read_back(day) -> None:
    for form in ("%d/%m/%Y", "%Y-%m-%d"):
        assert read_date(day.strftime(form)) == day


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)


@settings(max_examples=400)
@given(st.sampled_from(sorted(READERS)), ANYTHING)
def test_anything_is_a_json_value_or_a_refusal_that_is_said(kind: str, written: object) -> None:
    try:
        value = read_value(question(kind), written, ABOUT)
    except UnusableInput as refused:
        code, values = refused.code, refused.values
        json.dumps(values, default=str, ensure_ascii=False).encode()
    else:
        code, again = None, "pr-1" if kind == "title" else value
        json.dumps(value, allow_nan=False, ensure_ascii=False).encode()
        assert read_value(question(kind), again, ABOUT) == value
    assert code is None or code in SENTENCES
