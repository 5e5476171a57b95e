"""Replay the situations of tests/cases/rules, written so that a jurist can read and add to them."""

from __future__ import annotations

from typing import Any

import pytest
import shapely
import yaml
from shapely.geometry import Polygon

from cadastre.config import ROOT
from cadastre.geometry.overlap import shared_ground
from cadastre.geometry.perimeter import ground, unproject
from cadastre.rules.check import check, finding_codes
from cadastre.rules.facts import Facts, NeighbourFact, WorkFact, ZoneFact
from cadastre.rules.load import load_ruleset
from cadastre.sentences import say
from cadastre.vocabulary import Evidence, Language, Severity

TOGO = load_ruleset(ROOT / "data" / "rulesets" / "togo")
CASES = yaml.safe_load((ROOT / "tests/cases/rules/togo.yaml").read_text("utf-8"))


def rectangle(corners: list[float]) -> Polygon:
    return ground(unproject(shapely.box(*corners), "EPSG:32631"))


def neighbour(raw: dict[str, Any], perimeter: Polygon) -> NeighbourFact:
    other = rectangle(raw["rectangle"])
    return NeighbourFact(
        raw["collection"], raw["id"], raw["id"], raw["kind"], tuple(raw["substances"]),
        TOGO.exclusivity_group(raw["kind"], raw["substances"]), raw["status"], None, None,
        1, raw.get("holder"), other, shared_ground(perimeter, other),
    )  # fmt: skip


def zone(raw: dict[str, Any], perimeter: Polygon) -> ZoneFact:
    shared = shared_ground(perimeter, rectangle(raw["rectangle"]))
    return ZoneFact(
        raw["id"], raw["id"], raw["kind"], raw["status"], "block", raw.get("act"),
        raw.get("starts"), raw.get("ends"), False, shared,
    )  # fmt: skip


def work(raw: dict[str, Any], perimeter: Polygon) -> WorkFact:
    shared = shared_ground(perimeter, rectangle(raw["rectangle"]))
    return WorkFact(
        raw["id"], raw["id"], raw["kind"], raw["state"], None, 25.0, "warn", False, shared
    )


def facts(raw: dict[str, Any]) -> Facts:
    perimeter = rectangle(raw["rectangle"])
    return Facts(
        at=raw["at"],
        kind=raw.get("kind"),
        substances=tuple(raw.get("substances", ())),
        rings=(),
        perimeter=perimeter,
        country=shapely.box(-0.2, 6.0, 1.9, 11.2),
        neighbours=tuple(neighbour(n, perimeter) for n in raw.get("neighbours", ())),
        zones=tuple(zone(z, perimeter) for z in raw.get("zones", ())),
        works=tuple(work(w, perimeter) for w in raw.get("works", ())),
        published_area_ha=raw.get("published_ha"),
        applicant=raw.get("applicant"),
    )


@pytest.mark.parametrize("raw", CASES, ids=[case["title"] for case in CASES])
def test_the_check_says_what_the_case_expects(raw: dict[str, Any]) -> None:
    report = check(facts(raw), TOGO)
    found = {f"{finding.code} {finding.severity.value}" for finding in report.findings}
    assert set(raw.get("says", ())) <= found
    assert not set(raw.get("silent", ())) & set(report.codes)
    assert report.blocks is raw["blocks"]
    assert set(raw.get("proposals", ())) <= {proposal.kind for proposal in report.proposals}
    if "fees" in raw:
        assert {fee.code: fee.amount for fee in report.fees} == raw["fees"]
    for name, hectares in raw.get("overlap_ha", {}).items():
        area = next(o.area_m2 for o in report.overlaps if o.id == name)
        assert area / 10_000 == pytest.approx(hectares, rel=2e-3)  # planar against true area


@pytest.mark.parametrize("raw", CASES, ids=[case["title"] for case in CASES])
def test_findings_are_declared_said_and_in_stable_order(raw: dict[str, Any]) -> None:
    report = check(facts(raw), TOGO)
    assert set(report.codes) <= finding_codes()
    assert check(facts(raw), TOGO).codes == report.codes
    for finding in report.findings:
        for language in Language:
            sentence = say(finding.code, language, **finding.values)
            assert sentence != finding.code
            assert "{" not in sentence, sentence
    for proposal in report.proposals:
        for language in Language:
            assert "{" not in say(f"proposal.{proposal.kind}", language, **proposal.values)


@pytest.mark.parametrize("raw", CASES, ids=[case["title"] for case in CASES])
def test_nothing_unconfirmed_blocks(raw: dict[str, Any]) -> None:
    for finding in check(facts(raw), TOGO).findings:
        if finding.evidence is Evidence.UNCONFIRMED:
            assert finding.severity is not Severity.BLOCK, finding.code


def test_the_piece_left_free_is_the_rectangle_beside_the_title() -> None:
    raw = next(case for case in CASES if "clip" in case.get("proposals", ()))
    report = check(facts(raw), TOGO)
    pieces = sum(p.area_ha for p in report.proposals if p.kind == "clip")
    assert pieces == pytest.approx(8000, rel=1e-4)  # hairs along the shared border are cut off
