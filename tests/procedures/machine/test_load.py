"""Files say only what the loader knows; a refusal names file, key and expectation."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from cadastre.errors import InvalidRuleset
from cadastre.procedures.machine import Procedure, load_procedures
from cadastre.rules.load import load_ruleset
from cadastre.sentences import say
from tests.procedures.machine.walks import FOLDER, procedures


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Copy the procedures to where a test may spoil them."""
    return Path(shutil.copytree(FOLDER, tmp_path / "procedures"))


SPOILT = [
    ("declaration", "from: [draft]", "from: [drafted]", "not-one-of", "steps.lodge.from"),
    ("declaration", "id: declaration", "id: declarations", "not-one-of", "id"),
    ("declaration", "calendar: togo", "calendar: mars", "not-one-of", "calendar"),
    ("declaration", "  withdraw: {by", "  vanish: {by", "not-one-of", "steps.vanish"),
    ("declaration", "second_factor: true", "two_factors: true", "unknown-key", "steps.confirm"),
    ("declaration", "[form-complete,", "[form-full,", "unknown-guard", "form-full"),
    ("declaration", "automatic: completion", "automatic: completions", "unknown-name", "lapse"),
    ("declaration", "by: [system]", "by: [robot]", "unknown-name", "steps.lapse.by"),
    ("declaration", "from: [], to: draft", "from: [], to: back", "leads-nowhere", "steps.open"),
    ("clocks", "value: 30", "value: thirty", "wrong-type", "completion.limit.values"),
    ("clocks", "unit: day\n    evidence: unconfirmed\n    values: [{from: 1996-02-26, value: 10}]",
     "unit: week\n    evidence: unconfirmed\n    values: []", "", "admission.limit"),
    ("words", '  draft: {fr: "en préparation", en: "being prepared"}\n', "",
     "missing-key", "states"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "code", "key"), SPOILT)
def test_a_fault_names_its_place(
    folder: Path, file: str, old: str, new: str, code: str, key: str
) -> None:
    path = folder / f"{file}.yaml"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(InvalidRuleset) as refused:
        load_procedures(folder)
    assert code in refused.value.code
    assert key in str(refused.value.where)
    assert "{" not in say(refused.value.code, "fr", **refused.value.values)


def test_a_snapshot_says_all_it_needs() -> None:
    """A dossier keeps words, calendar and legal values; nothing is looked up in the files again."""
    for procedure in procedures().values():
        kept = json.loads(json.dumps(procedure.as_json(), ensure_ascii=False))
        again = Procedure.from_json(kept)
        assert again == procedure
        assert again.as_json() == kept


def test_a_snapshot_that_lost_a_part_is_refused() -> None:
    kept = procedures()["declaration"].as_json()
    del kept["calendar"]
    with pytest.raises(InvalidRuleset, match=r"procedures\.unusable-snapshot"):
        Procedure.from_json(kept)


def test_every_delay_says_what_it_stands_on() -> None:
    for procedure in procedures().values():
        for clock in procedure.clocks.values():
            law = clock.limit
            assert law.description["fr"]
            if law.evidence == "unconfirmed":
                assert law.note is not None, (procedure.id, clock.name)
            if law.evidence != "unconfirmed":
                assert law.source, (procedure.id, clock.name)


def test_decisions_want_two_people_and_two_factors() -> None:
    for procedure in procedures().values():
        confirm = procedure.step("confirm")
        assert "second-person" in confirm.guards
        assert confirm.second_factor
        for rule in procedure.steps.values():
            assert rule.second_factor or rule.effect not in ("grant-title", "act"), rule.kind
            assert not (rule.proposes and "decider" in rule.by)


@pytest.mark.parametrize(("country", "working"), [("togo", False), ("rdc", True)])
def test_working_days_are_those_of_the_country(country: str, working: bool) -> None:
    """Togo rests on 27 April, the Congo does not."""
    law = load_ruleset(FOLDER.parent / "rulesets" / country)
    calendar = load_procedures(FOLDER, law)["titre-minier"].calendar
    assert calendar.is_working(dt.date(2027, 4, 27)) is working
    assert calendar.is_working(dt.date(2027, 6, 30)) is not working
    assert calendar.time_zone == law.time_zone


def test_a_country_without_a_calendar_has_week_ends_alone() -> None:
    law = replace(load_ruleset(FOLDER.parent / "rulesets" / "togo"), id="elsewhere")
    calendar = load_procedures(FOLDER, law)["declaration"].calendar
    assert calendar.is_working(dt.date(2026, 12, 25))
    assert not calendar.is_working(dt.date(2026, 12, 26))


def test_whoever_proposes_says_why() -> None:
    """The reason of a decision is that of its proposal: no procedure lets it be left out."""
    for procedure in procedures().values():
        for rule in procedure.steps.values():
            assert rule.proposes is None or "reason" in rule.needs, (procedure.id, rule.kind)
