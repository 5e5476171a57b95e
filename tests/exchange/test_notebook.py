"""The worked example runs from its first cell to its last, on a register with rows."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import shapely
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from cadastre.config import ROOT
from cadastre.database import sqlalchemy_url
from cadastre.exchange.write.webmap import LEAFLET
from cadastre.frames import Drawing, plot_bars, plot_map
from tests.databases import TestUrls
from tests.factories import make_title, make_unit, make_zone, square

NOTEBOOK = ROOT / "data" / "notebooks" / "registre.ipynb"


def code_cells() -> list[str]:
    cells = json.loads(NOTEBOOK.read_text("utf-8"))["cells"]
    assert all(not cell.get("outputs") for cell in cells)  # nobody's rows are kept in the example
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]


def fill(urls: TestUrls) -> None:
    engine = create_engine(sqlalchemy_url(urls.owner_url))
    with Session(engine) as session, session.begin():
        make_unit(session, shapely.box(0, 6, 2, 11), code="TG", name="Togo", level=0)
        make_title(session, square(0.5, 8.0), number="T1", name="Premier <titre>")
        make_title(session, square(0.9, 8.0), number="T2", expires_on=None)
        make_zone(session, square(0.55, 8.05), code="Z1", name="Parc")
    engine.dispose()


@pytest.mark.skipif(not LEAFLET.is_dir(), reason="needs node_modules (scripts/setup)")
def test_the_example_runs(
    fresh_database: TestUrls, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(fresh_database)
    monkeypatch.setenv("CADASTRE_DATABASE_URL", fresh_database.owner_url)
    monkeypatch.setenv("CADASTRE_APP_DATABASE_URL", fresh_database.app_url)
    monkeypatch.chdir(tmp_path)
    names: dict = {}
    for number, cell in enumerate(code_cells()):
        exec(compile(cell, f"cell {number}", "exec"), names)
    assert list(names["gold"].index) == ["T1", "T2"]
    assert names["shared"].shared_ha.sum() == pytest.approx(3_075, rel=0.01)
    assert names["history"].loc[2024, "titles"] == 2
    assert "T1" in (tmp_path / "titres-or.html").read_text("utf-8")
    drawing = plot_map(names["titles"], "name", over=names["country"], title="Titres & <b>")
    assert isinstance(drawing, Drawing)
    assert drawing._repr_svg_().count("<path") == 3
    assert "Titres &amp; &lt;b&gt;" in drawing.svg
    assert "Premier &lt;titre&gt; (1)" in drawing.svg
    bars = plot_bars(names["areas"], "Superficie", "ha")
    assert bars.svg.count("<rect") == 1 + len(names["areas"])
    assert plot_map(names["titles"][:0], title="Rien").svg.endswith("</svg>")
