"""The plan is the same each time, plausible, and holds exactly the overlaps it announces."""

from __future__ import annotations

from collections import Counter
from itertools import combinations
from pathlib import Path

import pytest
import shapely
from shapely.geometry import MultiPolygon, Polygon, shape

from cadastre.config import ROOT
from cadastre.geometry.corners import read_corners
from cadastre.rules.load import load_ruleset
from cadastre.rules.ruleset import Ruleset
from cadastre.services.demonstration.frame import home_country
from cadastre.services.demonstration.ground import zone_shapes
from cadastre.services.demonstration.plan import Plan, PlannedTitle
from cadastre.services.demonstration.planned import plan_register
from cadastre.services.demonstration.sources import read_frame
from cadastre.services.readings import hints_of

FOLDER = ROOT / "data" / "demonstration"
M_PER_DEG = 111_000.0
NO_AREA_SORTS = {"shared-border", "touching-corner", "in-exclusion"}
OTHER_COLLECTION = {
    "title-on-zone", "application-on-zone", "title-on-corridor", "outside-country",
    "application-on-coast",
}  # fmt: skip


@pytest.fixture(scope="module")
def ruleset() -> Ruleset:
    return load_ruleset(ROOT / "data" / "rulesets" / "togo")


@pytest.fixture(scope="module")
def plan(ruleset: Ruleset) -> Plan:
    return plan_register(FOLDER, ruleset)


@pytest.fixture(scope="module")
def grounds(plan: Plan) -> dict[str, MultiPolygon]:
    titles = {title.number: title.printed.geom for title in plan.titles}
    return titles | {each.key: each.printed.geom for each in plan.applications}


def test_same_seed_same_register(plan: Plan, ruleset: Ruleset) -> None:
    again = plan_register(FOLDER, ruleset)
    assert again.titles == plan.titles
    assert again.applications == plan.applications
    assert again.cases == plan.cases


def test_counts_and_variety(plan: Plan, ruleset: Ruleset) -> None:
    fictitious = [title for title in plan.titles if "fictif" in (title.instrument or "fictif")]
    assert len(fictitious) == 300
    assert len(plan.titles) == 302
    assert len(plan.applications) == 40
    assert set(ruleset.kinds) == {title.kind for title in plan.titles}
    assert sum(title.parent is not None for title in plan.titles) >= 10
    assert sum(len(title.holders) == 2 for title in plan.titles) >= 5
    assert any(title.suspended_from for title in plan.titles)
    assert any(title.ended_on for title in plan.titles)
    assert any(title.granted_on > plan.reference_day for title in plan.titles)
    assert sum(bool(p.interiors) for t in plan.titles for p in t.printed.geom.geoms) >= 3
    assert sum(len(title.printed.geom.geoms) == 2 for title in plan.titles) >= 3


def test_companies_are_plainly_fictitious(plan: Plan) -> None:
    made_up = [company for company in plan.companies if company.registration_number]
    assert all("(fictive)" in company.name for company in made_up)
    assert len(plan.companies) - len(made_up) == 2


def test_ground_is_valid_and_in_the_country(plan: Plan, grounds: dict[str, MultiPolygon]) -> None:
    country = home_country(FOLDER)
    outside = {case.first for case in plan.cases if case.sort == "outside-country"}
    for name, ground in grounds.items():
        assert ground.is_valid, name
        assert ground.within(country) != (name in outside), name


def test_no_frozen_permit_was_granted(plan: Plan, ruleset: Ruleset) -> None:
    for title in plan.titles:
        classes = {ruleset.substance(each).class_id for each in title.substances}
        for freeze in ruleset.moratoria.values():
            if title.kind in freeze.kinds and not classes <= set(freeze.exempt_classes):
                assert not freeze.runs(title.granted_on) or title.parent, title.number


def test_every_announced_overlap_is_there(plan: Plan, grounds: dict[str, MultiPolygon]) -> None:
    assert len({case.sort for case in plan.cases}) == len(plan.cases) == 17
    for case in plan.cases:
        if case.sort in OTHER_COLLECTION:
            continue
        first, second = grounds[case.first], grounds[case.second]
        shared = first.intersection(second)
        if case.sort in NO_AREA_SORTS:
            assert first.intersects(second), case
            assert width_m(shared) < 1e-3, case
        elif case.sort == "technical-sliver":
            assert 0.015 < width_m(shared) < 0.025, case
        else:
            assert shared.area * M_PER_DEG**2 > 10_000, case
    by_sort = {case.sort: case for case in plan.cases}
    contained = by_sort["contained"]
    assert grounds[contained.first].within(grounds[contained.second])
    twice = by_sort["duplicate"]
    assert grounds[twice.first].equals(grounds[twice.second])
    left = by_sort["remnant"]
    assert len(grounds[left.first].difference(grounds[left.second]).geoms) == 2
    corner = by_sort["touching-corner"]
    assert grounds[corner.first].intersection(grounds[corner.second]).geom_type == "Point"


def test_overlaps_with_other_collections(plan: Plan, grounds: dict[str, MultiPolygon]) -> None:
    zones = {code: ground for code, (_, ground) in zone_shapes(FOLDER).items()}
    coast = shapely.union_all([shape(each["geometry"]) for each in read_frame(FOLDER)["coast"]])
    for case in plan.cases:
        if case.second in zones:
            assert grounds[case.first].intersection(zones[case.second]).area > 0, case
        if case.sort == "application-on-coast":
            assert grounds[case.first].distance(coast) * M_PER_DEG < 900


def test_no_other_overlap_of_one_group(plan: Plan, ruleset: Ruleset, grounds) -> None:
    """Ground of one group held at the same time is shared only where the manifest says so."""
    announced = {frozenset((case.first, case.second)) for case in plan.cases}
    held = [title for title in plan.titles if title.kind != "autorisation-prospection"]
    tree = shapely.STRtree([grounds[title.number] for title in held])
    pairs = tree.query([grounds[title.number] for title in held], predicate="intersects").T
    unexpected = []
    for left, right in ((held[i], held[j]) for i, j in pairs if i < j):
        alike = set(ruleset.exclusivity_groups(left.substances)) & set(
            ruleset.exclusivity_groups(right.substances)
        )
        known = frozenset((left.number, right.number)) in announced
        if alike and same_time(left, right) and not known:
            unexpected.append((left.number, right.number))
    assert unexpected == []


def test_printed_text_reads_back(plan: Plan, ruleset: Ruleset) -> None:
    """The printed table is what an operator would paste: the reader finds the same ground."""
    simple = [
        title for title in plan.titles
        if len(title.printed.geom.geoms) == 1 and not title.printed.geom.geoms[0].interiors
        and title.source is None
    ]  # fmt: skip
    for title in simple[::7]:
        reading = read_corners(
            title.printed.text, crs=title.printed.crs, hints=hints_of(ruleset)
        )
        assert not reading.questions, title.number
        assert isinstance(reading.perimeter, Polygon | MultiPolygon)
        drift = reading.perimeter.symmetric_difference(title.printed.geom).area
        assert drift <= 1e-9 * title.printed.geom.area + 1e-15, title.number


def same_time(left: PlannedTitle, right: PlannedTitle) -> bool:
    ends = [title.ended_on or title.expires_on for title in (left, right)]
    return (ends[1] is None or left.granted_on < ends[1]) and (
        ends[0] is None or right.granted_on < ends[0]
    )


def width_m(shared: shapely.Geometry) -> float:
    """Give the mean width of shared ground: twice the area over the outline."""
    areas = [part for part in getattr(shared, "geoms", [shared]) if part.geom_type == "Polygon"]
    if not areas:
        return 0.0
    outline = sum(part.length for part in areas)
    return 2 * sum(part.area for part in areas) / outline * M_PER_DEG


def test_the_control_sees_an_overlap(plan: Plan, grounds: dict[str, MultiPolygon]) -> None:
    """The search above would notice: without the manifest, the legacy pair is found."""
    legacy = next(case for case in plan.cases if case.sort == "title-on-title")
    pair = [title for title in plan.titles if title.number in (legacy.first, legacy.second)]
    left, right = next(iter(combinations(pair, 2)))
    assert same_time(left, right)
    assert grounds[left.number].intersects(grounds[right.number])


def test_statuses(plan: Plan) -> None:
    today = plan.reference_day
    statuses = Counter(
        "ended" if title.ended_on and title.ended_on <= today
        else "future" if title.granted_on > today
        else "expired" if title.expires_on and title.expires_on <= today
        else "in-force"
        for title in plan.titles
    )  # fmt: skip
    assert statuses["in-force"] > 120
    assert min(statuses[word] for word in ("ended", "future", "expired")) >= 1


def test_folder_needs_no_network() -> None:
    assert (Path(FOLDER) / "togo_frame.geojson").stat().st_size < 1_200_000
