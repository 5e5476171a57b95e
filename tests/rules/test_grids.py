"""The grids of the laws that have one are data: steps, systems, zones, and how many cells."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import pytest
import shapely

from cadastre.config import ROOT
from cadastre.errors import InvalidRuleset
from cadastre.geometry.grid import CellGrid, cells_of, draw_cells
from cadastre.geometry.perimeter import geodesic_area_m2
from cadastre.rules.check import check
from cadastre.rules.facts import Facts
from cadastre.rules.load import load_ruleset
from cadastre.rules.ruleset import Ruleset

RULESETS = ROOT / "data" / "rulesets"
KIND = "permis-recherches"
DAY = dt.date(2026, 11, 24)
NAME = "name: {fr: maille, en: cell}"


def with_cells(folder: Path, cells: str) -> Ruleset:
    """Load a copy of Congo's ruleset with another grid."""
    shutil.copytree(RULESETS / "schema", folder / "schema")
    copy = Path(shutil.copytree(RULESETS / "rdc", folder / "elsewhere"))
    lines = (copy / "ruleset.yaml").read_text("utf-8").splitlines()
    kept = [f"cells: {cells}" if line.startswith("cells:") else line for line in lines]
    content = "\n".join(kept).replace("id: rdc", "id: elsewhere") + "\n"
    (copy / "ruleset.yaml").write_text(content, "utf-8")
    return load_ruleset(copy)


@pytest.mark.parametrize(
    ("cells", "place", "hectares"),
    [
        ("crs: EPSG:4326, step_arcsec: 15", (-2.0, 6.0), 21),  # Ghana
        ("crs: EPSG:32718, step_m: 1000", (-75.0, -12.0), 100),  # Peru, its middle zone
        ("crs: EPSG:4617, step_arcsec: 22.5, height_arcsec: 15", (-120.0, 49.0), 21),  # B. C.
        ("crs: EPSG:7844, step_arcsec: 60", (120.0, -25.0), 312),  # Western Australia
    ],
)
def test_grids_of_other_laws_are_only_data(
    tmp_path: Path, cells: str, place: tuple[float, float], hectares: float
) -> None:
    ruleset = with_cells(tmp_path, f"{{{cells}, {NAME}}}")
    point = shapely.Point(place).buffer(0.01)
    grid = ruleset.grid_of(KIND, DAY, point)
    assert grid is not None
    cell = draw_cells(cells_of(point, grid).entered[:1], grid)
    assert geodesic_area_m2(cell) / 10_000 == pytest.approx(hectares, rel=0.02)
    report = check(Facts(DAY, KIND, ("or",), (), cell), ruleset)
    assert next(f for f in report.findings if f.code == "grid.cells").values["whole"] == 1


def test_each_zone_has_its_grid(tmp_path: Path) -> None:
    systems = [f"EPSG:{code}" for code in (32717, 32718, 32719)]
    ruleset = with_cells(tmp_path, f"{{crs: [{', '.join(systems)}], {NAME}, step_m: 1000}}")
    for lon, crs in ((-80.0, 0), (-75.0, 1), (-70.0, 2), (-90.0, 0), (-60.0, 2)):
        grid = ruleset.grid_of(KIND, DAY, shapely.Point(lon, -12).buffer(0.01))
        assert grid == CellGrid(systems[crs], 1000, 1000, -84 + 6 * crs, -78 + 6 * crs)


@pytest.mark.parametrize(
    "cells",
    [
        "crs: EPSG:4326, step_arcsec: 15, step_m: 100",
        "crs: EPSG:4326, step_arcsec: 15, height_m: 100",
        "crs: EPSG:4326",
        "crs: [], step_m: 1000",
        "crs: EPSG:32718, step_m: 0",
    ],
)
def test_a_grid_that_says_too_little_or_too_much_is_refused(tmp_path: Path, cells: str) -> None:
    with pytest.raises(InvalidRuleset):
        with_cells(tmp_path, f"{{{cells}, {NAME}}}")


def test_a_kind_is_on_its_grid_from_the_day_the_law_says() -> None:
    ruleset = load_ruleset(RULESETS / "rdc")
    assert ruleset.is_on_grid(KIND, DAY)
    assert not ruleset.is_on_grid(KIND, dt.date(2002, 7, 10))
    assert not ruleset.is_on_grid("libre", DAY)
    assert not load_ruleset(RULESETS / "togo").is_on_grid("permis-recherche", DAY)
