"""``cadastre cases``: counted again, listed, shown, refused in a sentence."""

from __future__ import annotations

import json

import pytest

from tests.cli.conftest import Outcome, Run


def lines(done: Outcome) -> list[dict]:
    return [json.loads(line) for line in done.out.splitlines()]


@pytest.fixture
def counted(run: Run, register: str) -> Outcome:
    """Count the register again: an inherited overlap, and a line across a title."""
    done = run("cases", "recount")
    assert done.code == 0, done.err
    return done


def test_a_recount_says_what_it_opened_and_a_second_one_nothing(run: Run, counted: Outcome):
    first = counted.json
    assert first["found"] == len(first["opened"]) == 3
    assert (first["closed"], first["changed"]) == ([], 0)
    again = run("cases", "recount").json
    assert (again["opened"], again["closed"], again["changed"]) == ([], [], 0)


def test_cases_are_listed_one_json_line_each_and_filtered(run: Run, counted: Outcome):
    rows = lines(run("cases", "list"))
    assert sorted(row["kind"] for row in rows) == ["title-title", "title-work", "title-work"]
    works = lines(run("cases", "list", "--kind", "title-work"))
    assert {row["kind"] for row in works} == {"title-work"}
    assert len(works) == 2
    assert len(lines(run("cases", "list", "--limit", "1"))) == 1
    assert lines(run("cases", "list", "--closed")) == []


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_case_is_shown_with_its_ways_out_in_words(run: Run, counted: Outcome, lang: str):
    (row,) = lines(run("cases", "list", "--kind", "title-title"))
    shown = run("cases", "show", row["number"], "--lang", lang).json
    assert {shown["left"]["number"], shown["right"]["number"]} == {"T1", "T2"}
    assert shown["shared"]["type"] in ("Polygon", "MultiPolygon")
    texts = {way["id"]: way["text"] for way in shown["proposals"]}
    assert {"clip", "share", "known"} <= set(texts)
    assert texts["clip"]


def test_a_case_nobody_knows_is_told_in_a_sentence(run: Run, register: str):
    done = run("cases", "show", "CHV-2020-000000")
    assert done.code != 0
    assert "CHV-2020-000000" in done.err
    assert "Traceback" not in done.err
