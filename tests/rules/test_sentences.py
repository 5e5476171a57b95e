"""Every code of checks, proposals and refusals is said in both languages, with the same values."""

from __future__ import annotations

import re

import pytest
import yaml

from cadastre.config import ROOT
from cadastre.rules.check import CHECKS, finding_codes
from cadastre.rules.proposals import KINDS
from cadastre.sentences import load_sentences

SENTENCES = load_sentences(ROOT / "data" / "sentences")
CODES = sorted(finding_codes() | {f"proposal.{kind}" for kind in KINDS})
RAISED = re.compile(r'"((?:ruleset|geometry)\.(?!yaml)[a-z-]+)"')


@pytest.mark.parametrize("code", CODES)
def test_every_finding_and_proposal_is_said(code: str) -> None:
    assert code in SENTENCES


def test_every_code_raised_by_rules_and_geometry_is_said() -> None:
    sources = [*(ROOT / "cadastre/rules").rglob("*.py"), *(ROOT / "cadastre/geometry").glob("*.py")]
    raised = {code for path in sources for code in RAISED.findall(path.read_text("utf-8"))}
    assert raised - set(SENTENCES) == set()
    assert "geometry.too-many-corners" in raised  # the search itself finds something


@pytest.mark.parametrize("file", ["rules.yaml", "geometry.yaml"])
def test_both_languages_hold_the_same_values(file: str) -> None:
    said = yaml.safe_load((ROOT / "data/sentences" / file).read_text("utf-8"))
    for code, words in said.items():
        values = {lang: sorted(set(re.findall(r"{(\w+)", text))) for lang, text in words.items()}
        assert values["fr"] == values["en"], code


def test_no_sentence_of_ours_is_left_without_a_code() -> None:
    said = yaml.safe_load((ROOT / "data/sentences/rules.yaml").read_text("utf-8"))
    findings = {code for code in said if not code.startswith("ruleset.")}
    assert findings <= finding_codes()


def test_each_check_has_a_subject_of_its_own() -> None:
    subjects = [check.subject for check in CHECKS]
    assert len(set(subjects)) == len(subjects)
