"""Paying and handling money in the browser: payers with and without account, two agents."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.web.money_site import MoneySite
from tests.web.visitor import axe, scrolls_sideways

pytestmark = pytest.mark.browser
SHOTS = os.environ.get("CADASTRE_SCREENSHOTS")
NARROW = (360, 740)
MOST_BYTES = 40_000


def shot(page: Page, name: str) -> None:
    """Keep a picture for whoever wants to look."""
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS) / f"money-{name}.png"), full_page=True)


def looked_at(page: Page, name: str) -> None:
    """Hold a page to what every page must keep."""
    shot(page, name)
    assert axe(page) == [], name
    assert not scrolls_sideways(page), name


@pytest.mark.parametrize(
    ("order", "language", "pay", "accept", "paid"),
    [
        ("french", "fr", "en ligne", "Payer", "L'ordre est réglé"),
        ("english", "en", "online", "Pay", "The order is settled"),
    ],
)
def test_a_payer_pays_online_and_has_a_receipt(
    money: MoneySite, order: str, language: str, pay: str, accept: str, paid: str
):
    number, _ = money.orders[order]
    page = money.sign_in("payeur", f"/invoices/{number}", language=language)
    looked_at(page, f"due-{language}")
    page.get_by_role("button", name=pay).click()
    page.wait_for_url(f"{money.provider.address}/pay/**")
    looked_at(page, f"provider-{language}")
    page.get_by_role("button", name=accept, exact=True).click()
    page.wait_for_url(f"{money.url}/invoices/{number}**")
    expect(page.get_by_role("status")).to_contain_text(paid)
    looked_at(page, f"paid-{language}")
    page.get_by_role("link", name="QT-").click()
    expect(page.locator("h1")).to_contain_text(number.replace("OP", "QT"))
    looked_at(page, f"receipt-{language}")
    page.goto(f"{money.url}/invoices/{number}")
    expect(page.get_by_role("button", name=pay)).to_have_count(0)


def test_a_code_is_enough_on_a_telephone_without_a_script(money: MoneySite):
    number, code = money.orders["phone"]
    page = money.open(f"/invoices/{number}?code={code}", size=NARROW, script=False)
    shot(page, "due-360")
    page.get_by_role("button", name="en ligne").click()
    page.wait_for_url(f"{money.provider.address}/pay/**")
    shot(page, "provider-360")
    page.get_by_role("button", name="Payer", exact=True).click()
    page.wait_for_url(f"{money.url}/invoices/{number}**")
    expect(page.get_by_role("status")).to_contain_text("L'ordre est réglé")
    shot(page, "paid-360")


def test_a_page_weighs_less_than_forty_kilobytes(money: MoneySite):
    number, code = money.orders["stale"]
    page = money.open(f"/invoices/{number}?code={code}")
    page.wait_for_load_state("networkidle")
    assert sum(money.weights.values()) <= MOST_BYTES, money.weights


def test_strangers_are_led_to_sign_in_or_refused(money: MoneySite):
    number, code = money.orders["refused"]
    page = money.open(f"/invoices/{number}")
    assert "/login?next=" in page.url
    page = money.open(f"/invoices/{number}?code=WRONGCODE1")
    expect(page.locator("main")).to_contain_text("ne vous concerne pas")
    assert code not in page.content()
    page = money.sign_in("payeur", "/")
    answer = page.goto(f"{money.url}/money")
    assert answer is not None
    assert answer.status == 403


def test_a_refusal_is_told_and_one_may_try_again(money: MoneySite):
    number, code = money.orders["refused"]
    page = money.open(f"/invoices/{number}?code={code}")
    page.get_by_role("button", name="en ligne").click()
    page.get_by_role("button", name="Refuser").click()
    page.wait_for_url(f"{money.url}/invoices/{number}**")
    expect(page.get_by_role("status")).to_contain_text("rien n'a été débité")
    looked_at(page, "refused")
    expect(page.get_by_role("button", name="en ligne")).to_be_visible()


def test_two_agents_take_a_transfer_in(money: MoneySite, tmp_path: Path):
    number, _ = money.orders["transfer"]
    page = money.sign_in("agent1", "/money", script=False)
    shot(page, "list")
    page.get_by_role("link", name=number).click()
    page.get_by_text("Enregistrer un virement ou une quittance").click()
    page.select_option("#method", "bank-transfer")
    page.fill("#reference", "VIR 2026 17")
    page.fill("#amount", "cinq millions")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_role("alert")).to_contain_text("montant")
    expect(page.locator("#amount")).to_have_attribute("aria-invalid", "true")
    shot(page, "other-amount")
    page.fill("#amount", "5 000 000")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_role("status")).to_contain_text("second agent")
    second = money.sign_in("agent2", "/money/reconcile")
    looked_at(second, "reconcile-before")
    statement = tmp_path / "releve.csv"
    statement.write_text(
        "Date;Référence;Libellé;Crédit\n24/11/2026;VIR202617;Ordre;5000000\n"
        "24/11/2026;VIR88;Inconnu;12000\n", "utf-8",
    )  # fmt: skip
    second.set_input_files("#file", str(statement))
    second.get_by_role("button", name="Importer").click()
    expect(second.get_by_role("status")).to_contain_text("2 crédit(s)")
    looked_at(second, "reconcile")
    second.get_by_role("button", name="Confirmer").click()
    expect(second.get_by_role("status").first).to_contain_text("réglé")
    second.goto(f"{money.url}/invoices/{number}")
    expect(second.locator(".notice-good")).to_contain_text("Virement bancaire")
    looked_at(second, "staff-paid")


def test_amounts_nobody_knew_are_entered_from_a_document(money: MoneySite):
    number, _ = money.orders["unknown"]
    page = money.sign_in("agent1", f"/invoices/{number}")
    expect(page.locator(".notice")).to_contain_text("Rien n'est inventé")
    looked_at(page, "unknown")
    page.get_by_label("Frais f1").fill("250 000")
    page.fill("#source", "Note 12/DGMG du 3 mars 2026")
    page.get_by_role("button", name="Émettre").click()
    expect(page.get_by_role("status")).to_contain_text("nouvel ordre")
    expect(page.locator(".money-total")).to_contain_text("750")
    expect(page.get_by_role("link", name=number)).to_be_visible()


def test_money_for_a_cancelled_order_is_shown_to_be_given_back(money: MoneySite):
    number, code = money.orders["cancelled"]
    payer = money.open(f"/invoices/{number}?code={code}")
    payer.get_by_role("button", name="en ligne").click()
    payer.wait_for_url(f"{money.provider.address}/pay/**")
    agent = money.sign_in("agent1", f"/invoices/{number}")
    agent.get_by_text("Annuler l'ordre").click()
    agent.fill("#reason", "erreur de service")
    agent.get_by_role("button", name="Annuler cet ordre").click()
    expect(agent.get_by_role("status")).to_contain_text("annulé")
    payer.get_by_role("button", name="Payer", exact=True).click()
    payer.wait_for_url(f"{money.url}/invoices/{number}**")
    expect(payer.locator("main")).to_contain_text("Annulé le")
    agent.goto(f"{money.url}/money/refunds")
    looked_at(agent, "refunds")
    agent.get_by_label("Référence de l'ordre").fill("VIR 9")
    agent.get_by_role("button", name="Enregistrer le remboursement").click()
    expect(agent.get_by_role("status").first).to_contain_text("enregistré")


@pytest.mark.parametrize("path", ["/money", "/money/reconcile", "/money/refunds"])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_desk_fits_a_telephone(money: MoneySite, path: str, language: str):
    page = money.sign_in("agent1", path, size=NARROW, language=language)
    looked_at(page, f"{path.strip('/').replace('/', '-')}-{language}-360")
