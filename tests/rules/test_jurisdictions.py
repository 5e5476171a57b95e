"""Nothing of Togo is in the code: a country of cells, and one of long sides, are only data."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import pytest
import shapely
from shapely.geometry.base import BaseGeometry

from cadastre.config import ROOT
from cadastre.rules.check import check
from cadastre.rules.facts import Facts
from cadastre.rules.load import load_ruleset
from cadastre.rules.report import Report
from cadastre.rules.ruleset import Ruleset
from cadastre.vocabulary import Severity
from tests.shapes import SHAPES, polygon_of, rings_of_shape

RULESETS = ROOT / "data" / "rulesets"
DAY = dt.date(2026, 11, 24)
CELL = 30 / 3600


def asked(ruleset: Ruleset, kind: str, substance: str, perimeter: BaseGeometry) -> Report:
    return check(Facts(DAY, kind, (substance,), (), perimeter), ruleset)


def squares(columns: int, rows: int, shift: float = 0.0) -> BaseGeometry:
    west, south = 3000 * CELL + shift, -1000 * CELL
    return shapely.box(west, south, west + columns * CELL, south + rows * CELL)


def test_whole_squares_are_counted_in_congo() -> None:
    report = asked(load_ruleset(RULESETS / "rdc"), "permis-recherches", "cuivre", squares(4, 3))
    cells = next(f for f in report.findings if f.code == "grid.cells")
    assert cells.values["whole"] == 12
    assert not report.blocks


def test_squares_entered_in_part_are_refused_with_both_ways_out() -> None:
    ruleset = load_ruleset(RULESETS / "rdc")
    report = asked(ruleset, "permis-recherches", "cuivre", squares(4, 3, shift=CELL / 3))
    assert ("grid.not-whole-cells", Severity.BLOCK) in {
        (f.code, f.severity) for f in report.findings
    }
    ways = {p.kind: p for p in report.proposals}
    for kind, columns in (("cells-outward", 5), ("cells-inward", 3)):
        again = asked(ruleset, "permis-recherches", "cuivre", ways[kind].geometry)
        cells = next(f for f in again.findings if f.code == "grid.cells")
        assert cells.values["whole"] == columns * 3


def test_an_unconfirmed_number_of_squares_only_warns() -> None:
    report = asked(load_ruleset(RULESETS / "rdc"), "permis-recherches", "or", squares(24, 20))
    over = next(f for f in report.findings if f.code == "grid.cells-over")
    assert over.severity is Severity.WARN
    assert not report.blocks


@pytest.fixture
def ivory_coast(tmp_path: Path) -> Ruleset:
    """Write the limits of the Ivorian decree under the 1995 code over a copy of Togo."""
    shutil.copytree(RULESETS / "schema", tmp_path / "schema")
    folder = Path(shutil.copytree(RULESETS / "togo", tmp_path / "ivory-coast"))
    country = (folder / "ruleset.yaml").read_text("utf-8")
    country = country.replace("id: togo", "id: ivory-coast").replace("planar_crs: EPSG:32631",
        "planar_crs: EPSG:32630")  # fmt: skip
    (folder / "ruleset.yaml").write_text(country, "utf-8")
    rule = (
        "    description: {{fr: limite, en: limit}}\n    evidence: confirmed\n"
        "    values: [{{from: 1996-01-01, value: {}}}]\n"
    )
    limits = "".join(
        f"  {name}:\n{rule.format(value)}"
        for name, value in (
            ("geometry", "free"), ("priority", "first-come"), ("exclusive", "true"),
            ("min_area_km2", 1), ("max_area_km2", 1000), ("min_side_km", 1), ("max_side_km", 50),
            ("direction", "meridian"), ("direction_tolerance_m", 5),
        )
    )  # fmt: skip
    kinds = "permis-recherche:\n  name: {fr: permis de recherche, en: research permit}\n" + limits
    (folder / "kinds.yaml").write_text(kinds, "utf-8")
    (folder / "moratorium.yaml").write_text("{}\n", "utf-8")
    (folder / "fees.yaml").write_text("{}\n", "utf-8")
    return load_ruleset(folder)


@pytest.mark.parametrize(
    ("size", "codes"),
    [
        ((0.1, 0.1), set()),
        ((0.005, 0.2), {"limits.side-under"}),
        ((0.6, 0.02), {"limits.side-over"}),
        ((0.005, 0.005), {"limits.side-under", "limits.area-under"}),
        ((0.4, 0.4), {"limits.area-over"}),
    ],
)
def test_sides_and_areas_have_limits_in_ivory_coast(
    ivory_coast: Ruleset, size: tuple[float, float], codes: set[str]
) -> None:
    perimeter = shapely.box(-5.0, 7.0, -5.0 + size[0], 7.0 + size[1])
    report = asked(ivory_coast, "permis-recherche", "or", perimeter)
    assert {code for code in report.codes if code.startswith(("limits.", "direction."))} == codes


def test_slanted_sides_leave_meridian_and_parallel(ivory_coast: Ruleset) -> None:
    slanted = shapely.Polygon([(-5, 7), (-4.9, 7.02), (-4.9, 7.1), (-5, 7.1)])
    assert "direction.off-meridian" in asked(ivory_coast, "permis-recherche", "or", slanted).codes


@pytest.mark.parametrize("country", ["togo", "rdc"])
@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_of_the_shelf_is_checked(country: str, shape: str) -> None:
    ruleset = load_ruleset(RULESETS / country)
    kind = next(iter(ruleset.kinds))
    drawn = polygon_of(SHAPES[shape])
    facts = Facts(DAY, kind, ("or",), rings_of_shape(SHAPES[shape]), drawn)
    report = check(facts, ruleset)
    assert report.blocks or drawn.is_valid


def test_swapped_axes_are_seen_and_swapped_back() -> None:
    shape = SHAPES["axes swapped"]
    facts = Facts(DAY, None, (), rings_of_shape(shape), polygon_of(shape))
    report = check(facts, load_ruleset(RULESETS / "togo"))
    assert {"place.outside", "place.swap-axes"} <= set(report.codes)
    back = next(p for p in report.proposals if p.kind == "swap-axes")
    assert back.geometry.equals(polygon_of(SHAPES["square"]))
