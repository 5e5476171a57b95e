"""The office's desk in the browser: completion, opinions, two persons, two agents on one file."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from cadastre.errors import NotAvailable
from cadastre.models import Account, Dossier
from cadastre.sealing.keys import SigningKey, open_key
from cadastre.services.money.issue import enter_amounts
from cadastre.services.sealed_log import seal_once
from cadastre.signing.client import SigningClient
from cadastre.signing.place import SignPlace
from tests.services.certificates.papers import text_of
from tests.services.dossiers import walking
from tests.web.acts_visit import NARROW, ActsSite, fits
from tests.web.served import Served, filled
from tests.web.visitor import axe

pytestmark = pytest.mark.browser
PROGRAM = Path(sys.executable).parent / "cadastre"
SHOTS = os.environ.get("CADASTRE_SCREENSHOTS")
ACT = {"name": "arrete.pdf", "mimeType": "application/pdf", "buffer": walking.PDF}


@pytest.fixture(scope="module")
def signing(served_office: Served) -> Iterator[SigningClient]:
    """Let the signing process run for the site, as the supervisor would."""
    environment = {**os.environ, "CADASTRE_HOME": str(served_office.home)}
    with subprocess.Popen([PROGRAM, "sign"], env=environment) as process:
        client = SigningClient(SignPlace(served_office.home).socket)
        for _ in range(600):
            with contextlib.suppress(NotAvailable):
                client.about()
                break
            time.sleep(0.1)
        yield client
        process.terminate()


def _log_key(served: Served) -> SigningKey:
    return open_key(served.home / "log.pem", may_make=True)


def shot(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS) / f"{name}.png"), full_page=True)


def sound(page: Page) -> None:
    """Hold a page to being usable by everybody, on any screen."""
    assert axe(page) == []
    assert fits(page)


def step(page: Page, verb: str, **said: str) -> None:
    """Take a step from the screen of a dossier: fill in, look at what it will do, confirm."""
    page.get_by_role("link", name=verb, exact=True).first.click()
    attached = said.pop("file", None)
    for name, value in said.items():
        field = page.locator(f"#{name}")
        if field.evaluate("e => e.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)
    if attached:
        page.set_input_files("#file", ACT)
    page.get_by_role("button", name="Voir ce que cela fera").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ce qui va se passer")
    page.get_by_role("button", name=re.compile("^Confirmer")).click()
    expect(page.get_by_role("status").first).to_contain_text(re.compile("C'est fait|enregistré"))


def opinion(office: ActsSite, number: str, who: str, words: str) -> None:
    """Give the opinion of a body, from its own list."""
    page = office.visit("/opinions", who=who)
    page.get_by_role("link", name=re.compile(number)).click()
    sound(page)
    answers = page.locator(".dossier-desk section").first
    expect(answers).to_contain_text("Substances")
    expect(answers).not_to_contain_text("FCFA")  # a budget is confidential: it stays in the office
    page.get_by_role("link", name="Rendre l'avis").click()
    page.get_by_label("favorable", exact=True).check()
    page.fill("#reason", words)
    page.get_by_role("button", name="Voir ce que cela fera").click()
    page.get_by_role("button", name=re.compile("^Confirmer")).click()
    expect(page.get_by_role("status").first).to_contain_text("Votre avis est enregistré")
    page.close()


def days_pass(office: ActsSite, number: str, days: int) -> None:
    office.ask(
        "UPDATE step SET happened_at = happened_at - make_interval(days => :days) WHERE"
        " dossier_id = (SELECT id FROM dossier WHERE number = :number)",
        days=days, number=number,
    )  # fmt: skip


def settle(office: ActsSite, number: str) -> None:
    """Have what is ordered and not paid be paid, amounts set first: money has tests of its own."""
    engine = create_engine(office.database)
    with Session(engine) as session, session.begin():
        dossier = session.scalars(select(Dossier).where(Dossier.number == number)).one()
        agent = session.scalars(select(Account).where(Account.email == "agent@exemple.test")).one()
        for invoice in walking.unpaid(session, dossier):
            open_lines = [line["code"] for line in invoice.lines if line["amount"] is None]
            if open_lines:
                amounts = dict.fromkeys(open_lines, 150_000)
                invoice = enter_amounts(
                    session, invoice, amounts, account=agent, source="note de service d'essai"
                )
            walking.pay(session, invoice, SimpleNamespace(agent=agent))
    engine.dispose()


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_desk_says_what_is_due_and_gives_it_out(office: ActsSite, numbers, language: str):
    page = office.visit("/desk", who="agent", language=language, size=NARROW)
    expect(page.get_by_role("heading", level=1)).to_contain_text(
        "À faire aujourd'hui" if language == "fr" else "To do today"
    )
    sound(page)
    shot(page, f"desk-{language}-360")
    page.goto(f"{office.url}/desk?q=anie&queue=all")
    number = numbers["declared"]
    expect(page.get_by_role("link", name=re.compile(number))).to_be_visible()
    page.get_by_role("button", name=re.compile(number)).click()
    expect(page.get_by_role("status")).to_be_visible()
    page.get_by_role("link", name=re.compile("Mes dossiers|Mine")).click()
    expect(page.locator(".desk-row")).to_have_count(1)
    page.goto(f"{office.url}/desk/{number}")
    page.select_option("#to", "")
    page.get_by_role("button", name=re.compile("^(Confier|Give)$")).click()
    expect(page.get_by_role("status").first).to_be_visible()


def test_completion_two_opinions_and_a_second_person(office: ActsSite, numbers):
    number = numbers["granted"]
    page = office.visit(f"/desk/{number}", who="agent")
    sound(page)
    shot(page, "dossier-lodged")
    page.get_by_role("button", name="Accepter demande.pdf").click()
    expect(page.locator(".paper", has_text="demande.pdf")).to_contain_text("acceptée")
    page.get_by_text("À remplacer carte-situation.pdf").click()
    page.get_by_label("Pourquoi ? Le demandeur le lira.").locator("visible=true").fill("Illisible.")
    page.get_by_role("button", name="Noter « à remplacer »").locator("visible=true").click()
    expect(page.locator(".paper", has_text="carte-situation.pdf")).to_contain_text("Illisible.")
    page.get_by_role("link", name="capacites.pdf", exact=True).click()
    pane = page.frame("paper-pane")
    assert pane is not None
    pane.wait_for_url(re.compile(r"/documents/\d+$"))
    page.get_by_role("link", name="Demander un complément", exact=True).click()
    page.fill("#reason", "La carte est illisible.")
    page.fill("#days", "12")
    page.get_by_role("button", name="Voir ce que cela fera").click()
    expect(page.locator(".step-will")).to_contain_text("à compléter par le demandeur")
    expect(page.locator("#letter")).to_have_value(re.compile("La carte est illisible"))
    sound(page)
    shot(page, "review-completion")
    page.get_by_role("button", name=re.compile("^Confirmer")).click()
    expect(page.locator(".line-office")).to_contain_text("La carte est illisible")
    office.ask(  # the applicant's side has pages and tests of its own
        "UPDATE document SET verdict = NULL WHERE verdict = 'to-replace'"
    )
    office.ask(
        "INSERT INTO step (dossier_id, kind, happened_at, account_id, facts) SELECT d.id,"
        " 'complete', clock_timestamp(), d.account_id, '{\"role\": \"applicant\"}' FROM dossier d"
        " WHERE number = :number",
        number=number,
    )
    page.goto(f"{office.url}/desk/{number}")
    step(page, "Déclarer recevable")
    barred = page.locator(".dossier-now .dossier-barred")
    barred.locator("summary").click()
    expect(barred).to_contain_text("Proposer d'accorder")
    for body in ("environment", "local-authority"):
        step(page, "Demander un avis", body=body, reason="Merci de votre avis.")
    opinion(office, number, "environnement", "Rien à redire.")
    opinion(office, number, "commune", "La commune est d'accord.")
    page.goto(f"{office.url}/desk/{number}")
    expect(page.locator(".dossier-opinions")).to_contain_text("La commune est d'accord.")
    step(page, "Ouvrir la période d'opposition")
    step(page, "Verser le procès-verbal de consultation", file="oui")
    days_pass(office, number, 40)
    settle(office, number)
    page.goto(f"{office.url}/desk/{number}")
    settle(office, number)
    shot(page, "dossier-examined")
    step(page, "Proposer d'accorder", reason="Avis favorables, pièces et droits en règle.")
    page.goto(f"{office.url}/desk/{number}/decision")
    expect(page.get_by_text("une autre personne doit la confirmer")).to_be_visible()
    decider = office.visit(f"/desk/{number}/decision", who="decider")
    sound(decider)
    shot(decider, "decision")
    step(decider, "Confirmer la décision")
    step(
        decider, "Enregistrer l'arrêté signé", reference="Arrêté n° 12/2026", dated="2026-11-20",
        file="oui",
    )  # fmt: skip
    settle(office, number)
    decider.goto(f"{office.url}/desk/{number}/steps/issue")
    decider.get_by_role("button", name="Voir ce que cela fera").click()
    expect(decider.locator(".step-will")).to_contain_text("Fin de validité")
    shot(decider, "review-issue")
    decider.get_by_role("button", name=re.compile("^Confirmer")).click()
    expect(decider.get_by_text("Ce dossier est terminé")).to_be_visible()
    expect(decider.get_by_role("link", name="Document délivré (PDF signé)")).to_be_visible()
    instrument = office.ask("SELECT instrument FROM title WHERE instrument IS NOT NULL")
    assert [row[0] for row in instrument] == ["Arrêté n° 12/2026"]


@pytest.mark.parametrize("script", [False])
def test_a_refusal_without_a_script_with_its_act(
    office: ActsSite, numbers, script: bool, served_office: Served, signing: SigningClient
):
    number = numbers["refused"]
    page = office.visit(f"/desk/{number}", who="agent", script=script)
    step(page, "Proposer de refuser", reason="Le programme de travaux ne répond pas à l'article 9.")
    assert page.get_by_role("link", name="Confirmer la décision").count() == 0
    decider = office.visit(f"/desk/{number}/decision", who="decider")
    decider.get_by_role("link", name="Confirmer la décision").click()
    decider.get_by_role("button", name="Voir ce que cela fera").click()
    expect(decider.locator("#letter")).to_have_value(re.compile("article 9"))
    shot(decider, "review-refusal")
    decider.get_by_role("button", name=re.compile("^Confirmer")).click()
    expect(decider.locator(".line-office")).to_contain_text("article 9")
    act = decider.get_by_role("link", name="Acte de refus (PDF signé)").get_attribute("href")
    filled(served_office.urls, lambda session: seal_once(session, _log_key(served_office), "togo"))
    answer = decider.context.request.get(f"{office.url}{act}")
    assert answer.headers["content-type"] == "application/pdf", answer.text()
    pdf = answer.body()
    assert "article 9" in text_of(pdf)
    stranger = office.visit("/verify", script=script)
    changed = pdf[:2000] + b"~" + pdf[2001:]
    for told, content in (("est intact", pdf), ("a été modifié", changed)):
        stranger.set_input_files("#file", {**ACT, "buffer": content})
        stranger.get_by_role("button", name="Comparer le fichier").click()
        expect(stranger.get_by_text(f"Le fichier {told}")).to_be_visible()
        stranger.go_back()


def test_two_agents_on_one_file_see_each_other_and_lose_nothing(office: ActsSite, numbers):
    number = numbers["shared"]
    one = office.visit(f"/desk/{number}/steps/admit", who="agent")
    other = office.visit(f"/desk/{number}", who="agente")
    one.fill("#reason", "Tout y est.")
    step(other, "Demander un complément", reason="Il manque une page.")
    one.get_by_role("button", name="Voir ce que cela fera").click()
    summary = one.get_by_role("alert")
    expect(summary).to_contain_text("entre-temps")
    expect(summary).to_contain_text("Agente : Complément demandé")
    expect(one.locator("#reason")).to_have_value("Tout y est.")
    sound(one)
    shot(one, "meanwhile")
    one.goto(f"{office.url}/desk/{number}")
    expect(one.locator("#others")).to_contain_text("Agente")
    write = one.get_by_label("Écrire au demandeur")
    write.fill("Bonjour, une question")
    office.ask(
        "INSERT INTO journal_entry (action, subject, subject_id) VALUES"
        " ('dossier.judge', 'dossier', :number)", number=number,
    )  # fmt: skip
    one.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(one.locator("#others")).to_contain_text("vient de changer")
    expect(write).to_have_value("Bonjour, une question")
    sound(one)
