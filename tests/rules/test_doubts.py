"""Doubts grade a record, mark it in public, and hold it back where the country says so."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cadastre.config import ROOT
from cadastre.rules.doubts import DOUBTS, UNTRANSFERABLE, aspects, can_transfer, grade, quarantine
from cadastre.rules.load import load_ruleset
from cadastre.rules.ruleset import Ruleset
from cadastre.sentences import say
from cadastre.vocabulary import Language

DAY = dt.date(2026, 11, 24)
SILENT = dataclasses.replace(load_ruleset(ROOT / "data" / "rulesets" / "rdc"), parameters={})
some_doubts = st.lists(st.sampled_from(sorted(DOUBTS)), unique=True)


@pytest.fixture(scope="module")
def togo() -> Ruleset:
    return load_ruleset(ROOT / "data" / "rulesets" / "togo")


@pytest.mark.parametrize(
    ("doubts", "letter"),
    [
        ([], "A"),
        (["substance-unknown"], "B"),
        (["substance-unknown", "area-differs"], "C"),
        (["overlap-later"], "D"),
        (["never-heard-of"], "C"),
    ],
)
def test_the_worst_doubt_gives_the_grade(doubts: list[str], letter: str) -> None:
    assert grade(doubts) == letter


@given(some_doubts, some_doubts)
def test_one_more_doubt_never_betters_a_record(first: list[str], more: list[str]) -> None:
    assert grade([*first, *more]) >= grade(first)
    assert set(aspects(first)) <= set(aspects([*first, *more]))


def test_the_country_says_what_may_not_change_hands(togo: Ruleset) -> None:
    assert can_transfer(["instrument-missing"], togo, DAY)
    assert quarantine(["instrument-missing", "overlap-later"], togo, DAY) == ("overlap-later",)
    lenient = dataclasses.replace(
        togo.parameters[UNTRANSFERABLE], periods=((dt.date(2026, 1, 1), ["holder-missing"]),)
    )
    other = dataclasses.replace(togo, parameters={**togo.parameters, UNTRANSFERABLE: lenient})
    assert can_transfer(["overlap-later"], other, DAY)


@given(some_doubts)
def test_a_ruleset_that_does_not_say_holds_back_what_is_grave(doubts: list[str]) -> None:
    assert can_transfer(doubts, SILENT, DAY) == (grade(doubts) != "D")


def test_every_doubt_is_said_in_words_and_every_code_of_the_ruleset_exists(togo: Ruleset) -> None:
    for code, doubt in DOUBTS.items():
        for language in Language:
            assert say(f"doubt.{code}", language) != f"doubt.{code}"
            assert say(f"doubt-aspect.{doubt.aspect}", language) != f"doubt-aspect.{doubt.aspect}"
    assert set(togo.value(UNTRANSFERABLE, DAY).value) <= set(DOUBTS)
