"""A ruleset says only what the loader knows; a refusal names file, key and expectation."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import pytest

from cadastre.config import ROOT
from cadastre.errors import InvalidRuleset, NotFound
from cadastre.rules.load import load_ruleset
from cadastre.sentences import say
from cadastre.vocabulary import Evidence

RULESETS = ROOT / "data" / "rulesets"
DAY = dt.date(2026, 11, 24)


@pytest.fixture
def togo(tmp_path: Path) -> Path:
    """Copy the ruleset of Togo to where a test may spoil it."""
    shutil.copytree(RULESETS / "schema", tmp_path / "schema")
    return Path(shutil.copytree(RULESETS / "togo", tmp_path / "togo"))


def spoil(folder: Path, file: str, old: str, new: str) -> None:
    path = folder / file
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


@pytest.mark.parametrize("country", ["togo", "rdc"])
def test_each_ruleset_loads(country: str) -> None:
    ruleset = load_ruleset(RULESETS / country)
    assert ruleset.id == country
    assert ruleset.reading_hints().likely_crs


@pytest.mark.parametrize(
    ("file", "old", "new", "code", "told"),
    [
        ("kinds.yaml", "max_area_km2:", "max_aera_km2:", "ruleset.unknown-key", "max_aera_km2"),
        ("kinds.yaml", "value: free", "value: round", "ruleset.not-one-of", "free, grid"),
        ("kinds.yaml", "value: 200", "value: many", "ruleset.wrong-type", "number"),
        ("kinds.yaml", "evidence: confirmed", "evidence: sure", "ruleset.not-one-of", "confirmed"),
        ("zones.yaml", "value: block", "value: forbid", "ruleset.unexpected", "forbid"),
        ("fees.yaml", "  basis: fixed\n", "", "ruleset.missing-key", "basis"),
        ("substances.yaml", "class: precious-metals", "class: precious", "ruleset.not-one-of",
         "precious"),
        ("moratorium.yaml", "permis-recherche]", "permis-reserche]", "ruleset.not-one-of",
         "permis-reserche"),
        ("moratorium.yaml", "enabled: true", "enabled: perhaps", "ruleset.wrong-type", "boolean"),
        ("kinds.yaml", "from: 1996-02-26", "from: hier", "ruleset.unexpected", "hier"),
        ("ruleset.yaml", "id: togo", "id: tchad", "ruleset.not-one-of", "togo"),
        ("ruleset.yaml", "currency: XOF", "currency: XOF\ncurrency: EUR", "ruleset.key-twice",
         "currency"),
        ("works.yaml", "line:", "line: [", "ruleset.not-yaml", "works.yaml"),
    ],
)  # fmt: skip
def test_what_is_not_known_is_refused(
    togo: Path, file: str, old: str, new: str, code: str, told: str
) -> None:
    spoil(togo, file, old, new)
    with pytest.raises(InvalidRuleset) as refusal:
        load_ruleset(togo)
    assert refusal.value.code == code
    assert file in (refusal.value.where or "")
    for language in ("fr", "en"):
        sentence = say(code, language, **refusal.value.values)
        assert told in sentence
        assert file in sentence


def test_a_missing_file_is_named(togo: Path) -> None:
    (togo / "fees.yaml").unlink()
    with pytest.raises(InvalidRuleset) as refusal:
        load_ruleset(togo)
    assert (refusal.value.code, refusal.value.values["file"]) == (
        "ruleset.missing-file", "fees.yaml"
    )  # fmt: skip


def test_values_take_their_date(togo: Path) -> None:
    spoil(
        togo, "kinds.yaml", "values: [{from: 1996-02-26, value: 200}]",
        "values: [{from: 1996-02-26, value: 200}, {from: 2030-01-01, value: 150},"
        " {from: 2040-01-01, value: null}]",
    )  # fmt: skip
    ruleset = load_ruleset(togo)

    def limit(year: int) -> object:
        return ruleset.value("kinds.permis-recherche.max_area_km2", dt.date(year, 6, 1)).value

    assert [limit(y) for y in (1990, 2000, 2030, 2041)] == [None, 200, 150, None]


def test_values_out_of_order_are_refused(togo: Path) -> None:
    spoil(
        togo, "kinds.yaml", "values: [{from: 1996-02-26, value: 200}]",
        "values: [{from: 2030-01-01, value: 200}, {from: 1996-02-26, value: 150}]",
    )  # fmt: skip
    with pytest.raises(InvalidRuleset, match=r"ruleset\.dates-disordered"):
        load_ruleset(togo)


def test_a_switched_off_moratorium_does_not_run(togo: Path) -> None:
    assert load_ruleset(togo).moratoria["gel-2025"].runs(DAY)
    spoil(togo, "moratorium.yaml", "enabled: true", "enabled: false")
    assert not load_ruleset(togo).moratoria["gel-2025"].runs(DAY)


@pytest.mark.parametrize(
    ("written", "found", "exact"),
    [
        ("or", "or", True), ("Gold", "or", True), ("OR", "or", True), ("au", "or", True),
        ("manganese", "manganese", True), ("Manganèse", "manganese", True),
        ("phosphates métamorphiques", "phosphates", False),
        ("or et substances connexes", "or", False), ("sable de verrerie", "sable-verrier", True),
        ("platine", "platinoides", True), ("rare earths", "terres-rares", True),
    ],
)  # fmt: skip
def test_substances_are_found_as_people_write_them(written: str, found: str, exact: bool) -> None:
    match = load_ruleset(RULESETS / "togo").substances.find(written)
    assert (match.substance.id, match.exact) == (found, exact)


def test_an_unknown_substance_lists_near_names() -> None:
    with pytest.raises(NotFound) as refusal:
        load_ruleset(RULESETS / "togo").substance("phosfate")
    assert "phosphates" in refusal.value.values["near"]


def test_phosphates_are_industrial_minerals_and_marble_is_construction() -> None:
    togo = load_ruleset(RULESETS / "togo")
    assert togo.substance_class("phosphates").id == "industrial-minerals"
    assert togo.substance_class("marbre").id == "construction-materials"
    assert togo.exclusivity_groups(["or", "calcaire"]) == (
        "industrial-minerals", "precious-metals"
    )  # fmt: skip


def test_the_research_cap_is_told_as_deduced() -> None:
    cap = load_ruleset(RULESETS / "togo").value("kinds.permis-recherche.max_area_km2", DAY)
    assert (cap.value, cap.unit, cap.evidence) == (200, "km2", Evidence.INFERRED)
