"""Fair openings in the browser: sealed here, revealed later, drawn or compared before everybody."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, Request, expect
from shapely.geometry import mapping
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from cadastre.models import Account, Opening, Party, SealedFiling
from cadastre.procedures.draw import seal_of
from tests.factories import square
from tests.web.acts_site import KIND
from tests.web.acts_visit import NARROW, WIDE, ActsSite, fits
from tests.web.visitor import axe

pytestmark = pytest.mark.browser
SHOTS = os.environ.get("CADASTRE_SCREENSHOTS")


def shot(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS) / f"{name}.png"), full_page=True)


@pytest.mark.parametrize(("language", "size"), [("fr", NARROW), ("en", WIDE)])
def test_anybody_sees_what_opens_when(acts: ActsSite, language: str, size: tuple[int, int]):
    page = acts.visit("/openings", language=language, size=size)
    expect(page.get_by_role("link", name="OUV-B")).to_be_visible()
    shot(page, f"openings-{language}-{size[0]}")
    assert axe(page) == []
    assert fits(page)
    for number in ("OUV-A", "OUV-B", "OUV-C"):
        page.goto(f"{acts.url}/openings/{number}")
        shot(page, f"{number}-{language}-{size[0]}")
        assert axe(page) == []
        assert fits(page)
    page.goto(f"{acts.url}/openings/OUV-A")
    before = page.locator(".countdown").inner_text()
    expect(page.locator(".countdown")).not_to_have_text(before)
    assert "4" in before


def test_the_browser_makes_the_seal_and_sends_nothing_else(acts: ActsSite):
    page = acts.visit("/openings/OUV-E", who="demandeur")
    sent: list[str] = []
    page.on("request", lambda request: "/static/" in request.url or sent.append(_told(request)))
    expect(page.locator("#server-made")).to_be_hidden()
    page.get_by_label("Une partie").check()
    page.fill("#corners", "A  1,05 E  7,3 N\nB  1,08 E  7,3 N\nC  1,08 E  7,35 N")
    page.get_by_role("button", name="Faire le sceau").click()
    expect(page.locator("#seal-wrong")).to_contain_text("Choisissez le système")
    page.select_option("#crs", "EPSG:4326")
    page.fill("#substances", "or")
    page.get_by_role("button", name="Faire le sceau").click()
    expect(page.locator("#seal-wrong")).to_contain_text("n'est pas une substance")
    page.fill("#substances", "Sable")
    page.get_by_role("button", name="Faire le sceau").click()
    expect(page.locator("#secret-title")).to_be_focused()
    shot(page, "seal-made")
    assert axe(page) == []
    assert sent == []
    with page.expect_download() as download:
        page.get_by_role("link", name="Télécharger le fichier secret").click()
    kept = json.loads(Path(download.value.path()).read_text("utf-8"))
    assert kept["seal"] == seal_of(kept["content"].encode(), kept["salt"])
    asked = json.loads(kept["content"])
    assert (asked["substances"], asked["kind"]) == (["sable"], KIND)
    assert asked["geometry"]["coordinates"][0][0] == pytest.approx([1.05, 7.3])
    page.get_by_label("J'ai gardé le fichier secret").check()
    page.get_by_role("button", name="Laisser le sceau").click()
    expect(page.get_by_role("status")).to_contain_text("Votre sceau est reçu")
    assert not any("geometry" in body or "1.05" in body for body in sent)
    ((stored, content),) = acts.ask(
        "SELECT seal, content::text FROM sealed_filing JOIN opening ON opening.id = opening_id"
        " WHERE number = 'OUV-E'"
    )
    assert (stored, content) == (kept["seal"], "{}")


def _told(request: Request) -> str:
    return f"{request.method} {request.url} {request.post_data or ''}"


def test_without_a_script_the_server_makes_the_seal_and_says_so(acts: ActsSite):
    page = acts.visit("/openings/OUV-B", who="rival", script=False)
    expect(page.get_by_text("c'est le serveur qui fait le sceau")).to_be_visible()
    page.get_by_role("button", name="Faire le sceau").click()
    shot(page, "seal-without-script")
    with page.expect_download() as download:
        page.get_by_role("button", name="Télécharger le fichier secret").click()
    kept = json.loads(Path(download.value.path()).read_text("utf-8"))
    page.get_by_label("J'ai gardé le fichier secret").check()
    page.get_by_role("button", name="Laisser le sceau").click()
    expect(page.get_by_text("Votre sceau est reçu")).to_be_visible()
    expect(page.get_by_text(kept["seal"])).to_be_visible()
    text = acts.ask("SELECT content::text FROM sealed_filing WHERE seal = :seal", seal=kept["seal"])
    assert text == [("{}",)]


def test_sealed_here_revealed_later_and_drawn_before_everybody(acts: ActsSite):
    page = acts.visit("/openings/OUV-B", who="demandeur")
    page.get_by_role("button", name="Faire le sceau").click()
    page.get_by_label("J'ai gardé le fichier secret").check()
    page.get_by_role("button", name="Laisser le sceau").click()
    acts.ask("UPDATE opening SET closes_at = now() - interval '1 minute' WHERE number = 'OUV-B'")
    acts.ask("UPDATE opening SET seed_source = 'tirage public' WHERE number = 'OUV-B'")
    page.goto(f"{acts.url}/openings/OUV-B")
    expect(page.get_by_text("Ce navigateur a gardé votre secret")).to_be_visible()
    shot(page, "reveal")
    assert axe(page) == []
    page.get_by_role("button", name="Dévoiler mon dépôt").click()
    expect(page.get_by_role("status")).to_contain_text("dévoilé")
    _reveal_others(acts, "OUV-B")
    for who, said in (("decideur", "La graine est notée"), ("decideuse", "Les places sont tirées")):
        desk = acts.visit("/openings/OUV-B", who=who)
        desk.fill("#seed", "4711 du 24 novembre")
        desk.get_by_role("button", name="Entrer la graine").click()
        expect(desk.get_by_role("status").first).to_contain_text(said)
    public = acts.visit("/openings/OUV-B", size=NARROW)
    public.get_by_role("button", name="Refaire le tirage dans ce navigateur").click()
    expect(public.locator("#drawn-again")).to_contain_text("les mêmes places")
    shot(public, "drawn-360")
    assert axe(public) == []
    assert fits(public)


def _reveal_others(acts: ActsSite, number: str) -> None:
    """Let whoever else sealed something be past revealing: the time for it is over."""
    acts.ask(
        "UPDATE opening SET closes_at = now() - interval '11 days',"
        " opens_at = now() - interval '20 days' WHERE number = :number", number=number,
    )  # fmt: skip


def test_a_comparison_is_marked_by_one_and_decided_by_another(acts: ActsSite):
    _sealed_and_revealed(acts, "OUV-D")
    page = acts.visit("/openings/OUV-D", who="agent")
    for place, field in enumerate(page.locator("input[name^='mark.']").all()):
        field.fill(str(10 + place % 7))
    page.fill("#reason", "grille du comité du 20 novembre")
    shot(page, "comparison-form")
    assert axe(page) == []
    page.get_by_role("button", name="Soumettre à une seconde personne").click()
    expect(page.get_by_role("status")).to_contain_text("Les notes sont proposées")
    desk = acts.visit("/openings/OUV-D", who="decideur", size=NARROW)
    shot(desk, "comparison-waiting-360")
    assert axe(desk) == []
    assert fits(desk)
    desk.get_by_role("button", name="Confirmer et donner les places").click()
    expect(desk.get_by_role("status")).to_contain_text("Les places sont données")
    public = acts.visit("/openings/OUV-D", language="en")
    expect(public.locator(".marks")).to_contain_text("Programme of works")
    expect(public.get_by_text("These criteria and their marks are unconfirmed")).to_be_visible()
    shot(public, "comparison-settled-en")
    assert axe(public) == []


def _sealed_and_revealed(acts: ActsSite, number: str) -> None:
    engine = create_engine(acts.database)
    with Session(engine) as session, session.begin():
        opening = session.scalars(select(Opening).where(Opening.number == number)).one()
        for who, name in (("demandeur", "Carrières"), ("rival", "Orpaille")):
            account = session.scalars(
                select(Account).where(Account.email == f"{who}@exemple.test")
            ).one()
            party = session.scalars(select(Party).where(Party.name.startswith(name))).first()
            ground = mapping(square(1.0, 7.1))
            asked = {"kind": KIND, "substances": ["sable"], "geometry": ground}
            session.add(
                SealedFiling(
                    opening_id=opening.id, party_id=party.id, account_id=account.id,
                    seal=seal_of(json.dumps(asked).encode(), who),
                    content={"asked": asked, "text": json.dumps(asked), "salt": who},
                )
            )  # fmt: skip
    engine.dispose()


def test_the_page_of_an_opening_is_light(acts: ActsSite):
    page = acts.visit("/help")
    weights: dict[str, int] = {}

    def weigh(request: Request) -> None:
        sizes = request.sizes()
        weights[request.url] = sizes["responseBodySize"] + sizes["responseHeadersSize"]

    page.on("requestfinished", weigh)
    page.goto(f"{acts.url}/openings/OUV-B")
    page.wait_for_load_state("networkidle")
    assert sum(weights.values()) <= 40_000, weights


def test_the_drawing_page_says_that_ground_waits_for_its_opening(acts: ActsSite):
    page = acts.visit("/draw")
    draft = {
        "version": 1, "savedAt": "2026-11-24T00:00:00Z",
        "asked": {"name": "", "kind": KIND, "substances": ["sable"], "at": None},
        "perimeter": {"source": None, "rings": [{"isExclusion": False, "corners": [
            {"lon": lon, "lat": lat} for lon, lat in
            ((1.02, 6.52), (1.06, 6.52), (1.06, 6.56), (1.02, 6.56))]}]},
    }  # fmt: skip
    page.evaluate("draft => localStorage.setItem('cadastre.draw.draft', JSON.stringify(draft))",
                  draft)  # fmt: skip
    page.reload()
    finding = page.locator('[data-code="opening.not-open-yet"]')
    expect(finding).to_contain_text("ouverture OUV-A")
    shot(page, "draw-opening")
    finding.get_by_role("link", name="Voir quand et comment").click()
    expect(page.locator("h1")).to_have_text("Ouverture OUV-A")
    plain = acts.visit("/draw?simple=1", script=False)
    plain.fill("#plain-corners", "A 1,02 E 6,52 N\nB 1,06 E 6,52 N\nC 1,06 E 6,56 N")
    plain.select_option("#plain-crs", "EPSG:4326")
    plain.select_option("#plain-kind", KIND)
    plain.fill("#plain-substances", "sable")
    plain.locator("form.plain-form button").click()
    expect(plain.get_by_role("link", name="Voir quand et comment")).to_be_visible()
