"""The drawing page as a person uses it: draw, drag, type, paste, open a file, undo."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pyproj import Transformer

from tests.web.draw_page import DrawSite, axe, cells, checked, type_corners

pytestmark = pytest.mark.browser

FREE = [("1,2", "8,2"), ("1,25", "8,2"), ("1,25", "8,25"), ("1,2", "8,25")]
OVERLAPPING = [("1", "9"), ("1,1", "9"), ("1,1", "9,02"), ("1", "9,02")]
UNSURE_TABLE = "A 0°57'55,1\" E 9°08'28,5\" N\nB 1°03'20\" E 9°08'28\" N\nC 1°03' E 9°04' N"
BOW_TIE = [("1,2", "8,2"), ("1,25", "8,25"), ("1,25", "8,2"), ("1,2", "8,25")]


def choose_degrees(page: Page) -> None:
    """Choose decimal degrees on WGS 84, as a person must before typing."""
    page.select_option("#view-crs", "EPSG:4326")
    page.select_option("#view-style", "dd")


def metres(text: str) -> float:
    """Read metres as the table prints them in French."""
    return float(text.replace("\xa0", "").replace(",", "."))


def draw_square(page: Page, size: int = 120) -> None:
    """Draw four corners by mouse and end with Escape."""
    page.click("#tool-draw")
    page.wait_for_timeout(300)
    box = page.locator("#map").bounding_box()
    assert box is not None
    left, top = box["x"] + box["width"] / 2 - size / 2, box["y"] + box["height"] / 2 - size / 2
    for dx, dy in ((0, 0), (size, 0), (size, size), (0, size)):
        page.mouse.click(left + dx, top + dy)
        page.wait_for_timeout(350)  # slower than a double click
    page.keyboard.press("Escape")


def test_drawing_by_mouse_fills_the_table_and_dragging_moves_a_row(drawing: DrawSite) -> None:
    page = drawing.open()
    draw_square(page)
    expect(page.locator("tr.corner")).to_have_count(4)
    expect(page.locator("#tool-draw")).to_have_text("Dessiner")
    before = cells(page)
    handle = page.locator(".draw-corner").first.bounding_box()
    assert handle is not None
    x, y = handle["x"] + handle["width"] / 2, handle["y"] + handle["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 40, y - 30, steps=6)
    page.mouse.up()
    after = cells(page)
    assert after[0] != before[0]
    assert after[1:] == before[1:]
    page.keyboard.press("Control+z")
    assert cells(page) == before, "a whole drag is one step"
    page.keyboard.press("Control+Shift+z")
    assert cells(page) == after


def test_nothing_is_presumed_about_the_system_of_typed_coordinates(drawing: DrawSite) -> None:
    page = drawing.open()
    page.select_option("#view-style", "dd")
    type_corners(page, FREE[:1])
    expect(page.locator("tr.fault")).to_contain_text("Choisissez d'abord le système")
    assert cells(page)[0][1:] == ["1,2", "8,2"], "what was typed is kept"
    page.select_option("#view-crs", "EPSG:4326")
    expect(page.locator("tr.fault")).to_have_count(0)
    assert cells(page)[0][1:] == ["1,2", "8,2"]


def test_typed_corners_are_measured_at_once_and_confirmed_by_the_server(drawing: DrawSite) -> None:
    page = drawing.open()
    choose_degrees(page)
    type_corners(page, FREE)
    expect(page.locator("#summary")).to_contain_text("ha")
    checked(page)
    expect(page.locator("#summary")).to_contain_text("plane, EPSG:32631")
    expect(page.locator("tr.corner .side").first).to_contain_text("m")


def test_a_misunderstood_cell_is_marked_with_its_sentence(drawing: DrawSite) -> None:
    page = drawing.open()
    page.select_option("#view-crs", "EPSG:4326")
    type_corners(page, [("1°12'00\" E", "8°72'00\" N")])
    fault = page.locator("tr.fault td")
    expect(fault).to_contain_text("72 minutes")
    cell = page.locator("tr.corner [data-axis=y]").first
    expect(cell).to_have_attribute("aria-invalid", "true")
    assert cell.get_attribute("aria-describedby") == fault.get_attribute("id")
    cell.fill("8°12'00\" N")
    expect(fault).to_have_count(0)


def test_changing_the_notation_keeps_the_corners_where_they_are(drawing: DrawSite) -> None:
    page = drawing.open()
    choose_degrees(page)
    type_corners(page, FREE)
    before = cells(page)
    page.select_option("#view-style", "utm")
    assert page.input_value("#view-crs") == "EPSG:32631"
    easting, northing = Transformer.from_crs(4326, 32631, always_xy=True).transform(1.2, 8.2)
    assert metres(cells(page)[0][1]) == pytest.approx(easting, abs=0.006)
    assert metres(cells(page)[0][2]) == pytest.approx(northing, abs=0.006)
    page.select_option("#view-style", "mgrs")
    assert cells(page)[0][1].startswith("31P ")
    page.select_option("#view-style", "dd")
    assert cells(page) == before
    page.reload()
    assert page.input_value("#view-crs") == "EPSG:4326", "remembered"


def test_an_excel_block_of_twelve_rows_is_previewed_then_used_as_one_step(
    drawing: DrawSite,
) -> None:
    page = drawing.open()
    rows = [
        f"{number + 1}\t{1 + (number // 2) % 2}°{number:02d}'{number},5\"\t"
        f"8°{10 + (number if number < 6 else 11 - number):02d}'3{number % 10},25\""
        for number in range(12)
    ]
    page.click("#tool-paste")
    page.fill("#reading-text", "Sommet\tLongitude (E)\tLatitude (N)\n" + "\n".join(rows))
    page.locator(".reading-text .button").click()
    answer_first_question(page)
    expect(page.locator("tr.read-corner")).to_have_count(12)
    page.click(".reading-use")
    expect(page.locator("tr.corner")).to_have_count(12)
    assert page.locator(".draw-corner").count() == 12
    page.click("#tool-undo")
    expect(page.locator(".draw-corner")).to_have_count(0)
    page.click("#tool-redo")
    expect(page.locator(".draw-corner")).to_have_count(12)


def answer_first_question(page: Page) -> None:
    """Take the likeliest answer to each question the reader asks."""
    page.wait_for_selector(".reading-outcome[aria-busy=false] > *")
    while page.locator(".reading-outcome .question").count():
        page.locator(".reading-outcome .question input").first.check()
        page.locator(".reading-outcome .question .button").first.click()
        page.wait_for_selector(".reading-outcome[aria-busy=false] > *")
        page.wait_for_timeout(50)


def test_a_block_pasted_into_a_cell_opens_the_preview(drawing: DrawSite) -> None:
    page = drawing.open()
    choose_degrees(page)
    block = "\n".join(f"{n}\t{x}\t{y}" for n, (x, y) in enumerate(FREE, 1))
    page.locator("tr.corner [data-axis=x]").first.evaluate(
        """(cell, text) => {
            const data = new DataTransfer();
            data.setData('text/plain', text);
            const how = {clipboardData: data, bubbles: true, cancelable: true};
            cell.dispatchEvent(new ClipboardEvent('paste', how));
        }""",
        block,
    )
    answer_first_question(page)
    page.click(".reading-use")
    expect(page.locator("tr.corner")).to_have_count(4)


def test_a_file_is_read_and_its_other_perimeter_can_be_chosen(
    drawing: DrawSite, tmp_path: Path
) -> None:
    def polygon(west: float) -> dict[str, object]:
        ring = [[west, 8.2], [west + 0.05, 8.2], [west + 0.05, 8.25], [west, 8.2]]
        return {"type": "Polygon", "coordinates": [ring]}

    features = [
        {"type": "Feature", "properties": {"name": name}, "geometry": polygon(west)}
        for name, west in (("Nord", 1.2), ("Sud", 1.3))
    ]
    path = tmp_path / "deux.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    page = drawing.open()
    page.set_input_files("#tool-file", path)
    page.get_by_role("radio").nth(1).check()
    page.click(".reading-use")
    expect(page.locator("tr.corner")).to_have_count(3)
    page.select_option("#view-style", "dd")
    assert cells(page)[0][1].startswith("1,3")


def test_a_bow_tie_is_told_and_repaired_by_a_proposal(drawing: DrawSite) -> None:
    page = drawing.open()
    choose_degrees(page)
    type_corners(page, BOW_TIE)
    assert "croise" in checked(page)
    before = cells(page)
    page.get_by_role("button", name="Voir sur la carte").first.click()
    expect(page.locator("#draw-preview")).to_be_visible()
    assert cells(page) == before, "a preview changes nothing"
    page.click("#preview-apply")
    expect(page.locator("#findings")).not_to_contain_text("croise")
    page.click("#tool-undo")
    assert cells(page) == before


def test_an_overlap_shows_its_figures_and_is_hatched(drawing: DrawSite) -> None:
    page = drawing.open()
    choose_degrees(page)
    type_corners(page, OVERLAPPING)
    page.select_option("#asked-kind", "permis-recherche")
    page.fill("#asked-substance", "or")
    page.press("#asked-substance", "Enter")
    row = page.locator("table.overlaps tbody tr")
    expect(row).to_contain_text("PR-2024-0001")
    expect(row).to_contain_text("50 %")
    expect(row.locator("a")).to_have_attribute("href", "/titles/PR-2024-0001")
    expect(page.locator("path[fill^='url(#draw-hatch']")).to_have_count(1)
    row.get_by_role("button").click()


def test_an_exclusion_is_taken_out_of_the_area(drawing: DrawSite) -> None:
    page = drawing.open()
    choose_degrees(page)
    type_corners(page, FREE)
    page.click("#add-exclusion")
    page.keyboard.type("1,21")
    for text in ("8,21", None, "1,22", "8,21", None, "1,22", "8,22"):
        page.keyboard.press("Enter" if text is None else "Tab")
        if text:
            page.keyboard.type(text)
    expect(page.locator("tr.ring")).to_have_count(2)


def test_a_corner_on_the_map_moves_by_keyboard(drawing: DrawSite) -> None:
    page = drawing.open()
    choose_degrees(page)
    type_corners(page, FREE)
    page.select_option("#view-style", "utm")
    before = metres(cells(page)[0][1])
    page.locator(".draw-corner").first.focus()
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("ArrowRight")
    assert metres(cells(page)[0][1]) - before == pytest.approx(11, abs=0.011)
    page.keyboard.press("Control+z")
    assert metres(cells(page)[0][1]) == before


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("size", [(1280, 900), (360, 740)])
def test_axe_finds_nothing_in_any_state(
    drawing: DrawSite, size: tuple[int, int], language: str
) -> None:
    page = drawing.open(size, language)
    assert axe(page) == []
    page.select_option("#view-crs", "EPSG:4326")
    page.select_option("#view-style", "dd")
    comma = "," if language == "fr" else "."
    type_corners(page, [(x.replace(",", comma), y.replace(",", comma)) for x, y in BOW_TIE])
    checked(page)
    page.wait_for_timeout(1200)  # the view follows what was typed
    assert axe(page) == []
    page.locator(".proposal .button").first.click()
    assert axe(page) == []
    page.locator("tr.corner [data-axis=y]").first.fill("8°72'")
    expect(page.locator("tr.fault")).to_have_count(1)
    assert axe(page) == []
    page.click("#tool-filing")
    assert axe(page) == []
    page.locator("#filing .dialog-head button").click()
    page.click("#tool-paste")
    page.fill("#reading-text", UNSURE_TABLE)
    page.locator(".reading-text .button").click()
    page.wait_for_selector(".reading-outcome[aria-busy=false] > *")
    assert axe(page) == []


def test_a_telephone_shows_everything_without_scrolling_sideways(drawing: DrawSite) -> None:
    page = drawing.open((360, 740), has_touch=True)
    choose_degrees(page)
    type_corners(page, OVERLAPPING)
    checked(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    small = page.evaluate(
        """() => [...document.querySelectorAll(
                'main button, main select, main input:not([type=file]), main a.button')]
            .filter(e => e.offsetParent && !e.closest('label'))
            .filter(e => e.getBoundingClientRect().height < 44)
            .map(e => `${e.id} ${e.className}`)"""
    )
    assert small == []
