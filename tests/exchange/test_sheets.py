"""Sheets of paper say what the register says, of which day, and that they prove nothing."""

from __future__ import annotations

import datetime as dt
import io
import re

import pytest
import shapely
from pypdf import PdfReader

from cadastre.errors import UnusableInput
from cadastre.exchange.write import FeatureRecord, FieldSpec, Metadata, write_features
from cadastre.exchange.write.records import Paper
from cadastre.exchange.write.sheets import MOST_SHEETS, sheets_html

FIELDS = [
    FieldSpec("name", title={"fr": "Nom", "en": "Name"}),
    FieldSpec("area_ha", "real", {"fr": "Superficie (ha)", "en": "Area (ha)"}),
    FieldSpec("kind", title={"fr": "Type", "en": "Kind"}),
]
GROUND = shapely.box(0.5, 8.0, 0.6, 8.1)
ROW = FeatureRecord("PR/1", GROUND, {"name": "Kpélé <b>", "area_ha": 12312.5, "kind": None})
DAY = dt.datetime(2026, 6, 1, 12, tzinfo=dt.UTC)
PAPER = Paper(
    address=lambda key: f"https://cadastre.example/titles/{key}",
    rings=lambda key: [[("B7", 0.5, 8.0), ("B8", 0.5, 8.1), ("B9", 0.6, 8.1), ("C1", 0.6, 8.0)]],
    shown=lambda name, value: value,
    crs="EPSG:25231",
)


def html(*rows: FeatureRecord, crs: str = "EPSG:4326", **told) -> str:
    return sheets_html(rows, FIELDS, crs, Metadata("titles", DAY, language="en", **told))


def test_a_sheet_says_everything_of_its_row() -> None:
    page = html(ROW, paper=PAPER, licence="CC BY 4.0", filter="area_ha > 1")
    for words in ("not a certificate", "Kpélé &lt;b&gt;", "12,312.5", "B7", "C1", "EPSG:25231",
                  "1 June 2026", "https://cadastre.example/titles/PR/1", "CC BY 4.0",
                  "area_ha &gt; 1"):  # fmt: skip
        assert words in page, words
    scale = re.search(r"Plan at 1:([\d ]+);", page)
    assert scale
    assert scale[1].replace(" ", "").rstrip("0") in {"1", "2", "25", "5"}
    assert re.search(r'class="mono">[0-9a-f]{64}<', page)
    assert "Kind" not in page  # what is empty is left out


def test_other_facts_have_another_fingerprint() -> None:
    def print_of(row: FeatureRecord) -> str:
        return re.findall(r'class="mono">([0-9a-f]{64})<', html(row))[1]

    other = FeatureRecord("PR/1", GROUND, {**ROW.values, "area_ha": 1.0})
    assert print_of(ROW) == print_of(ROW)
    assert print_of(other) != print_of(ROW)


def test_the_grid_is_in_metres_of_the_law_or_of_whoever_asks() -> None:
    assert "grid EPSG:25231" in html(ROW, paper=PAPER)
    assert "grid EPSG:32631" in html(ROW)
    assert "grid EPSG:3857" in html(ROW, crs="EPSG:3857", paper=PAPER)


@pytest.mark.parametrize(
    "ground",
    [None, shapely.Point(1, 8), shapely.LineString([(1, 8), (1.1, 8.2)]), shapely.Polygon(),
     shapely.Point(1, 8).buffer(0.1, 200)],
)  # fmt: skip
def test_any_ground_has_a_sheet(ground) -> None:
    page = html(FeatureRecord("X", ground, {}))
    assert ("No perimeter" in page) is (ground is None or ground.is_empty)


def test_there_is_a_most_of_sheets() -> None:
    rows = [FeatureRecord(str(number), None, {}) for number in range(MOST_SHEETS + 1)]
    assert html(*rows[:-1]).count("<article") == MOST_SHEETS
    with pytest.raises(UnusableInput) as refusal:
        html(*rows)
    assert refusal.value.code == "exchange.pdf-rows"


def test_it_is_typeset_page_by_page() -> None:
    told = Metadata("titles", DAY, language="fr", paper=PAPER)
    content = write_features([ROW, FeatureRecord("PR/2", None, {})], FIELDS, "pdf", metadata=told)
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(content)).pages]
    assert "Kpélé <b>" in pages[0]
    assert "PR/2" in pages[-1]
    assert all("ce n'est pas un certificat" in page for page in pages)
    assert told.losses
