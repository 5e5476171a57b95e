"""Acts on titles in the browser: what is possible, a form for each, two persons."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, Request, expect

from tests.web.acts_visit import NARROW, WIDE, ActsSite, fits
from tests.web.visitor import axe

pytestmark = pytest.mark.browser
SHOTS = os.environ.get("CADASTRE_SCREENSHOTS")


def shot(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS) / f"{name}.png"), full_page=True)


def go_on(page: Page, name: str = "Continuer") -> None:
    page.get_by_role("button", name=name, exact=True).click()


def why(page: Page) -> None:
    """Answer the last page, and look at what the act gives."""
    page.fill("#reason", "demande du titulaire")
    page.fill("#source", "lettre du 3 mars 2026")
    go_on(page, "Voir ce que cela donne")


def propose(page: Page) -> str:
    """Submit what is previewed; give the address of the proposal."""
    page.get_by_role("button", name="Soumettre à une seconde personne").click()
    expect(page.get_by_role("status")).to_contain_text("La proposition est enregistrée")
    return page.url.partition("?")[0]


def confirm(acts: ActsSite, address: str) -> Page:
    page = acts.visit(address.removeprefix(acts.url), who="decideur")
    page.get_by_role("button", name="Confirmer et faire l'acte").click()
    expect(page.get_by_role("status")).to_contain_text("L'acte est fait")
    return page


@pytest.mark.parametrize(("language", "size"), [("fr", WIDE), ("en", NARROW)])
def test_a_title_shows_what_may_be_done_and_why_not(acts: ActsSite, language, size):
    page = acts.visit("/titles/PR/2024/0001/acts", who="agent", language=language, size=size)
    names = page.locator(".act-name").all_inner_texts()
    assert ("Renouvellement" if language == "fr" else "Renewal") in names
    expect(page.locator(".act-reasons")).to_contain_text(
        "est en vigueur" if language == "fr" else "is in force"
    )
    shot(page, f"acts-{language}-{size[0]}")
    assert axe(page) == []
    assert fits(page)


@pytest.mark.parametrize("script", [True, False])
def test_a_renewal_gives_back_a_strip_and_needs_two_persons(acts: ActsSite, script: bool):
    page = acts.visit("/titles/PR/2024/0001/acts", who="agent", script=script)
    page.get_by_role("link", name="Renouvellement").click()
    page.get_by_label("Une bande au nord").check()
    if script:
        # The law of the tests wants half: the strip is that half before anything is sent.
        expect(page.locator("#act-sketch")).to_contain_text("soit 50 % du terrain")
        expect(page.locator("#act-map path.act-shape-freed")).to_have_count(1)
        page.fill("#part", "10")
        expect(page.locator("#act-sketch")).to_contain_text("la loi en veut 50")
        expect(page.locator("#act-sketch")).to_have_class("act-sketch is-against")
        page.fill("#part", "50")
        expect(page.locator("#act-sketch")).to_have_class("act-sketch")
        assert axe(page) == []
    shot(page, f"renew-1-{script}")
    go_on(page)
    go_on(page)
    why(page)
    expect(page.locator(".preview")).to_contain_text("libéré")
    expect(page.locator("#act-plan svg path.ground-freed")).to_have_count(1)
    expect(page.locator("#act-map path.act-shape-freed")).to_have_count(int(script))
    shot(page, f"renew-preview-{script}")
    if script:
        assert axe(page) == []
        return
    address = propose(page)
    expect(page.get_by_text("une autre personne doit le confirmer")).to_be_visible()
    done = confirm(acts, address)
    expect(done.get_by_text("Confirmé par Decideur")).to_be_visible()
    shot(done, "renew-done")
    assert axe(done) == []


def test_what_the_law_refuses_is_said_with_its_reason(acts: ActsSite):
    page = acts.visit("/titles/PR/2024/0002/acts/renew", who="agent", script=False)
    page.get_by_label("Une bande à l'est").check()
    page.fill("#part", "10")
    go_on(page)
    go_on(page)
    why(page)
    expect(page.get_by_role("alert")).to_contain_text("la loi en veut 50")
    shot(page, "renew-refused")
    page.get_by_role("button", name="Modifier mes réponses").click()
    expect(page.locator("#reason")).to_have_value("demande du titulaire")
    page.get_by_role("button", name="Revenir").click()
    page.get_by_role("button", name="Revenir").click()
    expect(page.locator("#part")).to_have_value("10")


def test_a_transfer_by_shares_finds_the_party_by_part_of_its_name(acts: ActsSite):
    page = acts.visit("/titles/PMC-2024-1/acts/transfer", who="agent", size=NARROW)
    go_on(page)
    page.fill("#to_party_name", "exemple")
    go_on(page)
    page.get_by_label("Banque d'exemple (fictive)").check()
    shot(page, "transfer-party-360")
    assert axe(page) == []
    go_on(page)
    page.get_by_label("Une part du titre entier").check()
    page.fill("#share", "1/3")
    go_on(page)
    why(page)
    expect(page.locator(".preview")).to_contain_text("Banque d'exemple (fictive) (1/3)")
    shot(page, "transfer-preview-360")
    assert fits(page)
    propose(page)


def test_a_split_by_a_line_shows_both_pieces(acts: ActsSite):
    page = acts.visit("/titles/PMC-2024-2/acts/split", who="agent")
    page.get_by_label("En deux, A à l'ouest").check()
    page.fill("#part", "40")
    expect(page.locator("#act-sketch")).to_contain_text("B : ")
    assert page.locator("#act-map .act-map-letter").all_text_contents() == ["A", "B"]
    shot(page, "split-sketch")
    go_on(page)
    go_on(page)
    why(page)
    expect(page.locator(".preview")).to_contain_text("PMC-2024-2-B")
    assert page.locator("#act-plan svg .ground-letter").all_text_contents() == ["A", "B"]
    assert page.locator("#act-map .act-map-letter").all_text_contents() == ["A", "B"]
    shot(page, "split-preview")
    done = confirm(acts, propose(page))
    shot(done, "split-done")
    record = acts.visit("/titles/PMC-2024-2-A")
    expect(record.get_by_text("né d'une division")).to_be_visible()
    shot(record, "record-family")
    assert axe(record) == []


def test_corners_pasted_without_a_system_are_asked_about(acts: ActsSite):
    page = acts.visit("/titles/PMC-2024-3/acts/extend", who="agent", script=False)
    rows = "\n".join(
        f"{name} {x} {y}" for name, x, y in (
            ("A", "202500", "767500"), ("B", "213500", "767500"), ("C", "213500", "779000"),
            ("D", "202500", "779000"))
    )  # fmt: skip
    page.fill("#corners", rows)
    go_on(page)
    expect(page.locator("fieldset.question")).to_have_count(1)
    expect(page.locator("#corners")).to_have_value(rows)
    shot(page, "extend-question")


def test_a_file_is_kept_while_its_question_is_answered(acts: ActsSite):
    page = acts.visit("/titles/PMC-2024-3/acts/extend", who="agent", script=False)
    table = "point;x;y\nA;202500;767500\nB;213500;767500\nC;213500;779000\nD;202500;779000\n"
    page.set_input_files(
        "#file", {"name": "sommets.csv", "mimeType": "text/csv", "buffer": table.encode()}
    )
    go_on(page)
    expect(page.get_by_text("Fichier déjà reçu : sommets.csv")).to_be_visible()
    page.locator("fieldset.question input[type=radio]").first.check()
    go_on(page)
    expect(page.locator("#reason")).to_be_visible()


def test_the_drawing_of_this_browser_is_taken_over(acts: ActsSite):
    page = acts.visit("/titles/PMC-2024-4/acts/renounce-part", who="agent")
    page.get_by_label("Je donne le périmètre gardé").check()
    draft = {
        "version": 1, "savedAt": "2026-11-24T00:00:00Z", "asked": {},
        "perimeter": {"source": None, "rings": [{"isExclusion": False, "corners": [
            {"lon": lon, "lat": lat} for lon, lat in
            ((0.3, 7.1), (0.4, 7.1), (0.4, 7.15), (0.3, 7.15))]}]},
    }  # fmt: skip
    page.evaluate("draft => localStorage.setItem('cadastre.draw.draft', JSON.stringify(draft))",
                  draft)  # fmt: skip
    page.get_by_role("button", name="Reprendre mon dessin").click()
    expect(page.locator("#act-map path.act-shape-freed")).to_have_count(1)
    go_on(page)
    go_on(page)
    why(page)
    expect(page.locator(".preview")).to_contain_text("libéré")
    expect(page.locator(".preview")).to_contain_text("s'ouvrent aux demandes")


@pytest.mark.parametrize(
    ("act", "answers"),
    [
        ("lease", [("#to_party_name", "Banque d'exemple (fictive)"), None]),
        ("mortgage", [("#to_party_name", "Banque d'exemple (fictive)"), ("#amount", "2 500 000")]),
        ("suspend", [("#until", "2027-06-01")]),
        ("force-majeure", [("#until", "2027-06-01")]),
        ("withdraw", []),
    ],
)
def test_short_acts_are_previewed(acts: ActsSite, act: str, answers):
    page = acts.visit(f"/titles/PMC-2024-5/acts/{act}", who="agent", script=False)
    for answer in answers:
        if answer:
            page.fill(*answer)
        go_on(page)
    why(page)
    expect(page.get_by_text("Rien n'est encore changé.")).to_be_visible()
    shot(page, f"short-{act}")


def test_a_charge_is_registered_then_released(acts: ActsSite):
    page = acts.visit("/titles/PMC-2024-6/acts/charge", who="agent", script=False)
    page.get_by_label("Nantissement").check()
    go_on(page)
    page.fill("#to_party_name", "banque")
    go_on(page)
    go_on(page)
    go_on(page)
    why(page)
    confirm(acts, propose(page))
    page.goto(f"{acts.url}/titles/PMC-2024-6/acts/renounce")
    go_on(page)
    why(page)
    expect(page.get_by_role("alert")).to_contain_text("créancier")
    page.goto(f"{acts.url}/titles/PMC-2024-6/acts/release")
    go_on(page)
    why(page)
    done = confirm(acts, propose(page))
    expect(done.locator(".notice").first).to_be_visible()


def test_neighbours_are_offered_for_a_merger(acts: ActsSite):
    page = acts.visit("/titles/PR/2024/0002/acts/merge", who="agent")
    page.get_by_label("PR/2024/0001").check()
    expect(page.locator("#act-map path.act-shape-held")).to_have_count(1)
    expect(page.locator("#act-sketch")).to_contain_text("Tenu après l'acte")
    shot(page, "merge-sketch")
    go_on(page)
    page.fill("#number", "PR-2026-REUNI")
    go_on(page)
    why(page)
    expect(page.locator(".preview")).to_contain_text("PR-2026-REUNI")
    shot(page, "merge-preview")


def test_a_proposal_may_be_set_aside_with_a_reason(acts: ActsSite):
    page = acts.visit("/titles/PMC-2024-7/acts/suspend", who="agent")
    page.fill("#until", "2027-06-01")
    go_on(page)
    why(page)
    address = propose(page)
    decider = acts.visit("/proposals", who="decideur")
    expect(decider.locator(".act-list")).to_contain_text("PMC-2024-7")
    shot(decider, "proposals")
    assert axe(decider) == []
    decider.goto(address)
    decider.get_by_text("Écarter la proposition").first.click()
    decider.fill("#reason", "pièce manquante")
    decider.get_by_role("button", name="Écarter la proposition").click()
    expect(decider.get_by_role("status")).to_contain_text("écartée")
    expect(decider.get_by_text("Motif : pièce manquante.")).to_be_visible()


def test_only_agents_enter(acts: ActsSite):
    page = acts.visit("/titles/PMC-2024-8/acts")
    assert "/login" in page.url
    stranger = acts.visit("/help", who="demandeur")
    for path in ("/titles/PMC-2024-8/acts", "/proposals"):
        answer = stranger.goto(f"{acts.url}{path}")
        assert answer is not None
        assert answer.status == 403


def test_a_sketch_keeps_nothing_and_is_for_agents(acts: ActsSite):
    page = acts.visit("/titles/PMC-2024-8/acts/split", who="agent", size=NARROW)
    form = {"csrf_token": page.locator("[name=csrf_token]").first.input_value()}
    address = f"{acts.url}/titles/PMC-2024-8/acts/split/sketch"
    told = page.request.post(address, form={**form, "way": "west", "part": "150"}).json()
    assert told["ground"] is None
    assert not told["is_lawful"]
    assert "150" in told["lines"][0]
    told = page.request.post(address, form={**form, "way": "west", "part": "25"}).json()
    assert told["is_lawful"]
    assert [one["letter"] for one in told["ground"]["held"]] == ["A", "B"]
    page.get_by_label("En deux, A à l'ouest").check()
    expect(page.locator("#act-map .act-map-letter")).to_have_count(2)
    shot(page, "split-360")
    assert fits(page)
    stranger = acts.visit("/help", who="demandeur")
    form = {"csrf_token": stranger.locator("[name=csrf_token]").first.input_value()}
    assert stranger.request.post(address, form={**form, "way": "west"}).status == 403


@pytest.mark.parametrize("path", ["", "/suspend", "/transfer"])
def test_forms_are_light(acts: ActsSite, path: str):
    page = acts.visit("/help", who="agent")
    weights: dict[str, int] = {}

    def weigh(request: Request) -> None:
        sizes = request.sizes()
        weights[request.url] = sizes["responseBodySize"] + sizes["responseHeadersSize"]

    page.on("requestfinished", weigh)
    page.goto(f"{acts.url}/titles/PMC-2024-8/acts{path}")
    page.wait_for_load_state("networkidle")
    assert sum(weights.values()) <= 40_000, weights
