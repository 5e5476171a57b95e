"""Whole journeys: by keyboard to the receipt, through a cut, after a reload, without script."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests.services.dossiers import walking
from tests.web.draw_page import EMAIL, PASSWORD, DrawSite, axe, cells, checked, type_corners

pytestmark = pytest.mark.browser
QUARRY = "permis-exploitation-materiaux-construction"

EIGHT = [
    ("1.20", "8.20"), ("1.23", "8.19"), ("1.26", "8.20"), ("1.27", "8.23"),
    ("1.26", "8.26"), ("1.23", "8.27"), ("1.20", "8.26"), ("1.19", "8.23"),
]  # fmt: skip
WORDS = {
    "fr": {"file": "Déposer maintenant", "substance": "sable", "ok": "Rien ne bloque"},
    "en": {"file": "File now", "substance": "sand", "ok": "Nothing blocks"},
}


def in_language(corners: list[tuple[str, str]], language: str) -> list[tuple[str, str]]:
    """Write decimals as the language does."""
    sign = "," if language == "fr" else "."
    return [(x.replace(".", sign), y.replace(".", sign)) for x, y in corners]


def sign_in(page: Page, site: DrawSite) -> None:
    """Sign in as the operator of the register's company."""
    # The page asks who is there; an answer still under way would replace the form's own session.
    page.wait_for_load_state("networkidle")
    page.goto(f"{site.url}/login?next=/draw")
    page.fill("#email", EMAIL)
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{site.url}/draw")


def tab_to(page: Page, selector: str, most: int = 150) -> None:
    """Walk with Tab until an element has the keyboard."""
    for _ in range(most):
        if page.evaluate("s => document.activeElement?.matches(s) ?? false", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{selector} was not reached by keyboard")


def choose(page: Page, selector: str, value: str) -> None:
    """Choose in a list by keyboard: down until it holds the value."""
    tab_to(page, selector)
    for _ in range(40):
        if page.input_value(selector) == value:
            return
        page.keyboard.press("ArrowDown")
    raise AssertionError(f"{selector} never held {value}")


def complete(page: Page) -> None:
    """Answer the form and attach the pieces; the pages for it have journeys of their own."""
    found = walking.CATALOGUE.service(QUARRY)
    address = page.url.replace("/dossiers/", "/api/dossiers/")
    me = page.request.get(f"{address.rsplit('/dossiers/', 1)[0]}/me").json()
    headers = {"X-CSRFToken": me["csrf_token"]}
    kept = page.request.get(address).json()["form"]
    places = {q.id: "Sotouboua" for q in found.fields if q.type in ("place", "commune")}
    form = {**walking.examples(QUARRY), **kept, **places}
    assert page.request.patch(address, data={"form": form}, headers=headers).ok
    for piece in found.pieces:
        if piece.required:
            sent = {"name": "piece.pdf", "mimeType": "application/pdf", "buffer": walking.PDF}
            fields = {"piece": piece.id, "file": sent}
            added = page.request.post(f"{address}/documents", multipart=fields, headers=headers)
            assert added.ok, added.text()


@pytest.mark.parametrize("language", ["fr", "en"])
def test_eight_corners_are_entered_corrected_undone_and_filed_by_keyboard(
    drawing: DrawSite, language: str
) -> None:
    words = WORDS[language]
    page = drawing.open(language=language)
    sign_in(page, drawing)
    page.keyboard.press("Tab")
    choose(page, "#view-crs", "EPSG:4326")
    choose(page, "#view-style", "dd")
    tab_to(page, "tr.corner [data-axis=x]")
    shift = 0.0 if language == "fr" else 0.2  # each language asks for ground of its own
    corners = [(f"{float(x) - shift:.2f}", y) for x, y in EIGHT]
    for number, (x, y) in enumerate(in_language(corners, language)):
        page.keyboard.type(x)
        page.keyboard.press("Tab")
        page.keyboard.type(y)
        if number < 7:
            page.keyboard.press("Enter")
    entered = cells(page)
    assert len(entered) == 8
    for _ in range(3):  # correct the latitude of corner 5
        page.keyboard.press("ArrowUp")
    page.keyboard.press("Control+a")
    page.keyboard.type(in_language([("8.25", "")], language)[0][0])
    assert cells(page)[4] != entered[4]
    page.keyboard.press("Alt+Delete")
    assert len(cells(page)) == 7
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    assert cells(page) == entered
    choose(page, "#asked-kind", "permis-materiaux-construction")
    tab_to(page, "#asked-substance")
    page.keyboard.type(words["substance"])
    page.keyboard.press("Enter")
    expect(page.locator("#sum-check")).to_contain_text(words["ok"])
    tab_to(page, "#tool-filing")
    page.keyboard.press("Enter")
    expect(page.locator("#filing")).to_contain_text("Carrières Exemple")
    assert axe(page) == []
    tab_to(page, "#filing > button")
    page.keyboard.press("Enter")
    page.wait_for_url("**/dossiers/DOS-*")
    complete(page)
    page.goto(f"{page.url}/answers")
    tab_to(page, "form[data-once] button")
    page.keyboard.press("Enter")
    page.wait_for_url("**/receipt")
    expect(page.locator("main")).to_contain_text("DEM-")
    page.goto(f"{drawing.url}/draw")
    expect(page.locator(".draw-corner")).to_have_count(0)


def test_a_draft_survives_a_reload_and_can_be_left(drawing: DrawSite) -> None:
    page = drawing.open()
    page.select_option("#view-crs", "EPSG:4326")
    page.select_option("#view-style", "dd")
    type_corners(page, in_language(EIGHT, "fr"))
    page.fill("#asked-name", "Mon périmètre")
    before = cells(page)
    page.reload()
    expect(page.locator("#draw-restored")).to_contain_text("a été repris")
    assert cells(page) == before
    assert page.input_value("#asked-name") == "Mon périmètre"
    page.locator("#draw-restored button").nth(1).click()
    expect(page.locator(".draw-corner")).to_have_count(0)
    page.click("#tool-undo")
    assert cells(page) == before


def test_a_lost_connection_shows_a_bar_and_loses_nothing(drawing: DrawSite) -> None:
    page = drawing.open()
    page.select_option("#view-crs", "EPSG:4326")
    page.select_option("#view-style", "dd")
    page.context.set_offline(True)
    expect(page.locator("#draw-offline")).to_be_visible()
    type_corners(page, in_language(EIGHT, "fr"))
    expect(page.locator(".draw-corner")).to_have_count(8)
    expect(page.locator(".check-status")).to_contain_text("Pas de connexion")
    page.context.set_offline(False)
    expect(page.locator("#draw-offline")).to_be_hidden()
    checked(page)


def test_a_blocked_perimeter_says_why_it_cannot_be_filed(drawing: DrawSite) -> None:
    page = drawing.open()
    page.click("#tool-filing")
    expect(page.locator("#filing")).to_contain_text("Il manque un périmètre")
    expect(page.locator("#filing")).to_contain_text("Choisissez le type de titre")
    page.keyboard.press("Escape")
    expect(page.locator("#filing")).to_be_hidden()


def test_who_is_not_signed_in_is_sent_to_sign_in_with_the_drawing_kept(drawing: DrawSite) -> None:
    page = drawing.open()
    page.select_option("#view-crs", "EPSG:4326")
    page.select_option("#view-style", "dd")
    elsewhere = [(f"{float(x) - 0.4:.2f}", y) for x, y in EIGHT]
    type_corners(page, in_language(elsewhere, "fr"))
    page.select_option("#asked-kind", "permis-materiaux-construction")
    page.fill("#asked-substance", "sable")
    page.press("#asked-substance", "Enter")
    expect(page.locator("#sum-check")).to_contain_text("Rien ne bloque")
    page.click("#tool-filing")
    page.click("#filing a.button")
    page.fill("#email", EMAIL)
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{drawing.url}/draw")
    expect(page.locator(".draw-corner")).to_have_count(8)


@pytest.mark.parametrize("form", ["geojson", "shapefile"])
def test_the_drawn_perimeter_is_handed_over_as_a_file(
    drawing: DrawSite, form: str, tmp_path: Path
) -> None:
    page = drawing.open()
    page.select_option("#view-crs", "EPSG:4326")
    page.select_option("#view-style", "dd")
    type_corners(page, in_language(EIGHT, "fr"))
    page.select_option("#tool-format", form)
    with page.expect_download() as waiting:
        page.click("#tool-export")
    path = tmp_path / "perimeter"
    waiting.value.save_as(path)
    if form == "geojson":
        assert "1.2" in json.dumps(json.loads(path.read_text("utf-8")))
    else:
        assert any(name.endswith(".prj") for name in zipfile.ZipFile(path).namelist())


@pytest.mark.parametrize("language", ["fr", "en"])
def test_without_script_a_form_reads_checks_and_lists_overlaps(
    drawing: DrawSite, language: str
) -> None:
    page = drawing.open(language=language, java_script_enabled=False)
    page.fill("#plain-corners", "A 1°00'00\" E 9°00'00\" N\nB 1°06'00\" E 9°00'00\" N\n"
              "C 1°06'00\" E 9°01'12\" N\nD 1°00'00\" E 9°01'12\" N")  # fmt: skip
    page.select_option("#plain-kind", "permis-recherche")
    page.fill("#plain-substances", "or" if language == "fr" else "gold")
    page.get_by_role("button").last.click()
    page.locator(".question input").first.check()
    page.get_by_role("button").last.click()
    answer = page.locator(".plain-answer")
    expect(answer).to_contain_text("PR-2024-0001")
    expect(answer.locator("table").first).to_contain_text("50")
    expect(answer.locator("svg.sketch")).to_be_visible()


def test_without_script_bad_input_is_answered_in_words(drawing: DrawSite) -> None:
    page = drawing.open(path="/draw?simple=1")
    page.get_by_role("button", name="Contrôler").click()
    expect(page.locator(".error-summary")).to_contain_text("Collez un tableau")
    page.fill("#plain-corners", "A 1°72'00\" E 9°00'00\" N\nB 1° E 9° N\nC 2° E 9° N")
    page.get_by_role("button", name="Contrôler").click()
    expect(page.locator(".error-summary")).to_contain_text("72 minutes")
    assert axe(page) == []


def test_a_dossier_whose_answer_was_cut_is_not_opened_twice(drawing: DrawSite) -> None:
    page = drawing.open()
    sign_in(page, drawing)
    page.select_option("#view-crs", "EPSG:4326")
    page.select_option("#view-style", "dd")
    elsewhere = [(f"{float(x) - 0.6:.2f}", y) for x, y in EIGHT]
    type_corners(page, in_language(elsewhere, "fr"))
    page.select_option("#asked-kind", "permis-materiaux-construction")
    page.fill("#asked-substance", "sable")
    page.press("#asked-substance", "Enter")
    expect(page.locator("#sum-check")).to_contain_text("Rien ne bloque")
    answers: list[dict[str, object]] = []

    def cut_first(route: Route) -> None:
        response = route.fetch()
        answers.append(response.json())
        if len(answers) == 1:
            route.abort("connectionreset")
        else:
            route.fulfill(response=response)

    page.route("**/api/dossiers", cut_first)
    page.click("#tool-filing")
    page.click("#filing > button")
    expect(page.locator("#filing")).to_contain_text("ne sera pas déposée deux fois")
    page.click("#filing > button")
    page.wait_for_url("**/dossiers/DOS-*")
    assert len(answers) == 2
    assert answers[0]["number"] == answers[1]["number"]


def test_a_draft_follows_the_person_to_another_machine(drawing: DrawSite) -> None:
    page = drawing.open()
    sign_in(page, drawing)
    page.select_option("#view-crs", "EPSG:4326")
    page.select_option("#view-style", "dd")
    elsewhere = [(f"{float(x) - 0.6:.2f}", f"{float(y) + 0.3:.2f}") for x, y in EIGHT]
    type_corners(page, in_language(elsewhere, "fr"))
    expect(page.locator("#draw-saved")).to_contain_text("sur le serveur", timeout=12_000)
    other = drawing.open()
    sign_in(other, drawing)
    expect(other.locator("#draw-restored")).to_contain_text("a été repris")
    expect(other.locator(".draw-corner")).to_have_count(8)
