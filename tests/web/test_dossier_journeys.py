"""Asking for a service in the browser: abroad, at the counter, without script, through a cut."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.services.dossiers import walking
from tests.web.dossiers_site import (
    NARROW,
    PDF,
    DossierSite,
    looked_at,
)
from web.views.dossiers.place_map import frame_at

pytestmark = pytest.mark.browser
MOST_BYTES = 40_000
CORNERS = "A\t1.20 E\t8.20 N\nB\t1.26 E\t8.20 N\nC\t1.26 E\t8.26 N\nD\t1.20 E\t8.26 N"


def begin(page: Page, site: DossierSite, service: str, go: str) -> str:
    """Open a dossier from the page of a service; give its address."""
    page.get_by_role("button", name=go, exact=True).click()
    page.wait_for_url(re.compile(r"/dossiers/DOS-\d+-\d+$"))
    return page.url.removeprefix(site.url)


def answer_all(page: Page, site: DossierSite, home: str, service: str, go: str) -> None:
    """Answer every question by its example, page after page, with the page's own buttons."""
    found = walking.CATALOGUE.service(service)
    english = page.evaluate("document.documentElement.lang") == "en"
    answers = walking.examples(service)
    for step in found.form:
        page.goto(f"{site.url}{home}/form/{step.id}")
        for question in step.fields:
            value = answers.get(question.id)
            name = f"[name='a-{question.id}']"
            if value is None:
                continue
            if question.type in ("choice", "yes-no", "choices", "substances"):
                word = {True: "yes", False: "no"}
                several = value if isinstance(value, list) else [word.get(value, value)]
                for one in several:
                    page.locator(f"{name}[value='{one}']").evaluate(
                        "i => i.closest('details')?.setAttribute('open', '')"
                    )
                    page.check(f"{name}[value='{one}']")
            elif page.locator(name).is_visible():
                text = str(value)
                page.fill(name, text.replace(",", ".") if english else text)
        page.get_by_role("button", name=go).click()
        page.wait_for_url(lambda url, own=step.id: not url.endswith(f"/form/{own}"))


def add_pieces(page: Page, site: DossierSite, home: str, service: str, *, go: str | None) -> None:
    """Send a file for each piece that is required."""
    page.goto(f"{site.url}{home}/pieces")
    for piece in walking.CATALOGUE.service(service).pieces:
        if piece.required:
            card = page.locator(f"#piece-{piece.id}")
            card.locator("input[type=file]").set_input_files(PDF)
            if go:
                card.get_by_role("button", name=go).click()
            expect(page.locator(f"#piece-{piece.id} .file")).to_be_visible()


def test_an_investor_abroad_files_a_research_permit_in_english_and_follows_it(
    dossiers: DossierSite,
):
    service = "permis-recherche"
    page = dossiers.sign_in(
        "investor", f"/services/{service}/start", language="en", timezone_id="Asia/Tokyo"
    )
    page.get_by_label("Fer du Mono").check()
    home = begin(page, dossiers, service, "Continue")
    looked_at(page, "draft-en")
    page.goto(f"{dossiers.url}{home}/answers")
    expect(page.locator("main")).to_contain_text("points to settle")
    looked_at(page, "answers-missing-en")
    page.get_by_role("button", name="Lodge now").click()
    expect(page.locator(".error-summary")).to_be_focused()
    # Iron is under the freeze: said on the page of substances, and refused on lodging.
    substances = walking.CATALOGUE.service(service).form[0].id
    page.goto(f"{dossiers.url}{home}/form/{substances}")
    expect(page.locator("details.substances", has_text="suspended").first).to_be_visible()
    looked_at(page, "substances-en")
    answer_all(page, dossiers, home, service, "Save and continue")
    page.goto(f"{dossiers.url}{home}/perimeter")
    looked_at(page, "area-empty-en")
    page.get_by_role("link", name="Draw on the map").click()
    page.wait_for_url("**/draw?dossier=*")
    page.select_option("#view-crs", "EPSG:4326")
    page.select_option("#view-style", "dd")
    page.locator("tr.corner [data-axis=x]").first.focus()
    for x, y in (("1.20", "8.20"), ("1.26", "8.20"), ("1.26", "8.26"), ("1.20", "8.26")):
        page.keyboard.type(x)
        page.keyboard.press("Tab")
        page.keyboard.type(y)
        page.keyboard.press("Enter")
    page.keyboard.press("Alt+Delete")
    page.click("#tool-filing")
    page.wait_for_url(f"{dossiers.url}{home}/perimeter")
    expect(page.locator("#given-title")).to_be_visible()
    looked_at(page, "area-given-en")
    add_pieces(page, dossiers, home, service, go=None)
    looked_at(page, "pieces-en")
    page.goto(f"{dossiers.url}{home}/form/{substances}")
    page.locator("[value=fer]").evaluate("i => i.closest('details').open = true")
    page.check("[value=fer]")
    page.get_by_role("button", name="Save and continue").click()
    page.wait_for_url("**/form/recherche")
    page.goto(f"{dossiers.url}{home}/answers")
    expect(page.locator("main")).to_contain_text("Suspension of prospecting")
    looked_at(page, "answers-frozen-en")
    page.goto(f"{dossiers.url}{home}/form/{substances}")
    page.uncheck("[value=fer]")
    page.get_by_role("button", name="Save and continue").click()
    page.wait_for_url("**/form/recherche")
    page.goto(f"{dossiers.url}{home}/answers")
    page.get_by_role("button", name="Lodge now").click()
    page.wait_for_url("**/receipt")
    expect(page.locator(".lodged")).to_contain_text("Priority rank")
    expect(page.locator("table.received code")).to_have_count(4)
    looked_at(page, "receipt-en")
    page.get_by_role("link", name="Follow this dossier").click()
    expect(page.locator("[aria-current=step]")).to_be_visible()
    expect(page.locator(".yours").first).to_contain_text("your time")
    page.fill("#text", "When does the examination begin?")
    page.get_by_role("button", name="Send the message").click()
    expect(page.locator(".message")).to_contain_text("When does the examination begin?")
    looked_at(page, "follow-en")
    page.goto(f"{dossiers.url}/dossiers")
    looked_at(page, "mine-en")


def test_a_connection_without_perimeter_is_asked_for_on_a_telephone_without_script(
    dossiers: DossierSite,
):
    service = "raccordement-basse-tension"
    page = dossiers.sign_in(
        "investor", f"/services/{service}/start", size=NARROW, script=False
    )
    page.get_by_label("Pour moi-même").check()
    home = begin(page, dossiers, service, "Continuer")
    first = walking.CATALOGUE.service(service).form[0].id
    page.goto(f"{dossiers.url}{home}/form/{first}")
    page.get_by_role("button", name="Enregistrer et continuer").click()
    expect(page.locator(".error-summary li")).to_have_count(3)
    looked_at(page, "form-wrong-360", with_script=False)
    answer_all(page, dossiers, home, service, "Enregistrer et continuer")
    add_pieces(page, dossiers, home, service, go="Envoyer")
    looked_at(page, "pieces-360", with_script=False)
    page.goto(f"{dossiers.url}{home}/answers")
    looked_at(page, "answers-360", with_script=False)
    page.get_by_role("button", name="Déposer maintenant").click()
    page.wait_for_url("**/receipt")
    looked_at(page, "receipt-360", with_script=False)
    code = page.locator("code.big").text_content()
    dossiers.weights.clear()
    public = dossiers.open(
        f"/follow?number={home.rsplit('/', 1)[1]}&code={code}", size=NARROW, script=False
    )
    expect(public.locator("main")).to_contain_text("Demande reçue")
    expect(public.locator("main")).not_to_contain_text("Investor")
    looked_at(public, "followed-360", with_script=False)
    assert sum(dossiers.weights.values()) < MOST_BYTES, dossiers.weights
    page.goto(f"{dossiers.url}{home}")
    looked_at(page, "follow-360", with_script=False)


def test_a_clerk_files_for_a_person_who_confirms_by_the_code_of_the_slip(dossiers: DossierSite):
    service = "raccordement-basse-tension"
    page = dossiers.sign_in("clerk", "/counter")
    page.get_by_role("button", name="Ouvrir la demande").click()
    expect(page.locator(".error-summary")).to_be_focused()
    page.select_option("#service", service)
    page.fill("#name", "Afi Exemple (fictive)")
    looked_at(page, "counter")
    page.get_by_role("button", name="Ouvrir la demande").click()
    page.wait_for_url("**/dossiers/DOS-*")
    home = page.url.removeprefix(dossiers.url)
    expect(page.locator("main")).to_contain_text("Afi Exemple")
    answer_all(page, dossiers, home, service, "Enregistrer et continuer")
    add_pieces(page, dossiers, home, service, go=None)
    page.goto(f"{dossiers.url}{home}/answers")
    page.get_by_role("button", name="Déposer maintenant").click()
    expect(page.locator(".error-summary")).to_contain_text("confirm")
    page.get_by_role("link", name="Confirmation de la personne").first.click()
    looked_at(page, "counter-code")
    page.get_by_role("button", name="Créer un code").click()
    secret = page.locator("#confirmation-code").text_content() or ""
    code = page.locator("code.big").text_content()
    looked_at(page, "slip")
    number = home.rsplit("/", 1)[1]
    person = dossiers.open(f"/follow?number={number}&code={code}", size=NARROW)
    person.fill("#confirmation", "00000000")
    person.get_by_role("button", name="Confirmer").click()
    expect(person.locator(".error-summary")).to_contain_text("essais")
    looked_at(person, "confirm-wrong-360")
    person.fill("#confirmation", secret)
    person.get_by_role("button", name="Confirmer").click()
    expect(person.get_by_role("status")).to_contain_text("Confirmé")
    page.goto(f"{dossiers.url}{home}/answers")
    page.get_by_role("button", name="Déposer maintenant").click()
    page.wait_for_url("**/receipt")
    expect(page.locator("main")).to_contain_text("Afi Exemple")
    expect(page.locator("main")).to_contain_text("Clerk Exemple")


def test_a_cut_connection_shows_a_bar_and_loses_no_answer(dossiers: DossierSite):
    service = "raccordement-basse-tension"
    page = dossiers.sign_in("investor", f"/services/{service}/start")
    page.get_by_label("Pour moi-même").check()
    home = begin(page, dossiers, service, "Continuer")
    page.goto(f"{dossiers.url}{home}/form/contact")
    field = page.locator("input[name^='a-']").first
    name = field.get_attribute("name")
    field.fill("Kossi Exemple (fictif)")
    page.keyboard.press("Tab")
    expect(page.locator("#kept")).to_contain_text("Enregistré à")
    page.context.set_offline(True)
    expect(page.locator("#offline")).to_be_visible()
    field.fill("Kossi Corrigé (fictif)")
    page.keyboard.press("Tab")
    expect(page.locator("#kept")).to_contain_text("Gardé sur cet appareil")
    page.context.set_offline(False)
    expect(page.locator("#offline")).to_be_hidden(timeout=12_000)
    expect(page.locator("#kept")).to_contain_text("Enregistré à")
    page.context.set_offline(True)
    field.fill("Kossi Repris (fictif)")
    page.keyboard.press("Tab")
    expect(page.locator("#kept")).to_contain_text("Gardé sur cet appareil")
    page.context.set_offline(False)
    page.goto(f"{dossiers.url}{home}/form/contact")
    expect(page.locator(f"[name='{name}']")).to_have_value("Kossi Repris (fictif)")
    expect(page.locator("#kept")).to_contain_text("Enregistré à")


def test_a_point_is_shown_by_a_click_or_in_words(dossiers: DossierSite):
    service = "declaration-autoproduction"
    page = dossiers.sign_in("investor", f"/services/{service}/start", size=NARROW)
    page.get_by_label("Fer du Mono").check()
    home = begin(page, dossiers, service, "Continuer")
    page.goto(f"{dossiers.url}{home}/perimeter")
    page.fill("#position", "quelque part")
    page.get_by_role("button", name="Enregistrer cette position").click()
    expect(page.locator(".error-summary")).to_contain_text("quelque part")
    page.locator("input[type=image]").click(position={"x": 180, "y": 200})
    page.wait_for_url("**zoom=1**")
    there = frame_at(walking.TOGO.envelope, None, 0).position(180, 200)
    told = page.locator(".notice-good").text_content() or ""
    shown = [float(each.replace(",", ".")) for each in re.findall(r"-?\d+,\d+", told)]
    assert shown == pytest.approx(list(there), abs=0.02)  # a pixel or two
    looked_at(page, "point-360")
    page.fill("#position", "6,1725 1,2314")
    page.get_by_role("button", name="Enregistrer cette position").click()
    expect(page.locator(".notice-good")).to_contain_text("1,2314")


@pytest.mark.parametrize(("language", "size"), [("fr", (1280, 900)), ("en", NARROW)])
def test_anybody_finds_a_service_and_reads_what_it_takes(
    dossiers: DossierSite, language: str, size: tuple[int, int]
):
    page = dossiers.open("/services", language=language, size=size)
    looked_at(page, f"services-{language}")
    page.fill("#service-q", "recherche" if language == "fr" else "research")
    page.keyboard.press("Enter")
    page.locator(".service-rows a").first.click()
    dossiers.weights.clear()
    page.goto(f"{dossiers.url}/services/permis-recherche")
    page.wait_for_load_state("networkidle")
    expect(page.locator(".stage").first).to_be_visible()
    looked_at(page, f"service-{language}")
    assert sum(dossiers.weights.values()) < MOST_BYTES, dossiers.weights
    page.goto(f"{dossiers.url}/follow")
    looked_at(page, f"follow-ask-{language}")
