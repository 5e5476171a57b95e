"""Pairs of groups reduced to shared names say exactly what the law's matrix says."""

from __future__ import annotations

import itertools
import shutil
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from cadastre.config import ROOT
from cadastre.errors import InvalidRuleset
from cadastre.rules.exclusion import occupied_names
from cadastre.rules.load import load_ruleset

RULESETS = ROOT / "data" / "rulesets"
GROUPS = tuple("abcdef")
PAIRS = tuple(itertools.combinations(GROUPS, 2))


def excluded(one: set[str], other: set[str], pairs: set[tuple[str, str]]) -> bool:
    """Say by the matrix itself whether two rights keep each other out."""
    return any(
        left == right or (left, right) in pairs or (right, left) in pairs
        for left in one
        for right in other
    )


@given(
    pairs=st.sets(st.sampled_from(PAIRS)),
    one=st.sets(st.sampled_from(GROUPS), min_size=1, max_size=3),
    other=st.sets(st.sampled_from(GROUPS), min_size=1, max_size=3),
    turned=st.booleans(),
)
def test_two_rights_share_a_name_exactly_when_the_matrix_excludes_them(pairs, one, other, turned):
    written = {pair[::-1] for pair in pairs} if turned else pairs
    mine, theirs = occupied_names(one, pairs), occupied_names(other, written)
    assert (not set(mine).isdisjoint(theirs)) == excluded(one, other, pairs)
    assert set(mine[: len(one)]) == one  # its own groups come first
    assert len(set(mine)) == len(mine)


def test_a_row_for_each_group_kept_out_would_refuse_neighbours_of_neighbours():
    """Control: the reduction that suggests itself makes gold and sand meet on iron."""
    pairs = {("gold", "iron"), ("iron", "sand")}

    def naive(group: str) -> set[str]:
        return {group} | {name for pair in pairs if group in pair for name in pair}

    assert not excluded({"gold"}, {"sand"}, pairs)
    assert naive("gold") & naive("sand")
    assert set(occupied_names({"gold"}, pairs)).isdisjoint(occupied_names({"sand"}, pairs))


def copied(folder: Path, value: object) -> Path:
    """Copy the law of Togo with other pairs."""
    shutil.copytree(RULESETS, folder, dirs_exist_ok=True)
    path = folder / "togo" / "overlaps.yaml"
    content = yaml.safe_load(path.read_text("utf-8"))
    content["excludes"]["values"] = [{"from": "2020-01-01", "value": value}]
    path.write_text(yaml.safe_dump(content, allow_unicode=True), "utf-8")
    return folder / "togo"


def test_a_ruleset_that_says_nothing_excludes_equals_only():
    assert load_ruleset(RULESETS / "togo").exclusivity_groups(["or"]) == ("precious-metals",)


def test_a_ruleset_may_name_pairs_of_its_classes(tmp_path):
    togo = load_ruleset(copied(tmp_path, [["precious-metals", "construction-materials"]]))
    assert togo.exclusivity_groups(["or"]) == (
        "precious-metals", "construction-materials+precious-metals",
    )  # fmt: skip
    assert togo.exclusivity_group("permis-recherche", ["or"]) == "precious-metals"
    assert togo.exclusivity_groups(["phosphates"]) == ("industrial-minerals",)


@pytest.mark.parametrize(
    "value", [[["precious-metals", "gems-of-nowhere"]], [["precious-metals"]], "precious-metals"]
)
def test_a_pair_of_unknown_groups_is_refused(tmp_path, value):
    with pytest.raises(InvalidRuleset):
        load_ruleset(copied(tmp_path, value))
