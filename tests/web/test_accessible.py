"""Nothing axe knows is wrong on any page of the demonstration, nor on any refusal of its forms.

Every page is listed with who opens it: one that is not listed fails, so that a new page cannot
come without being looked at. Each is opened at the width of a phone, and may not scroll sideways.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from cadastre.config import ROOT, read_settings
from cadastre.models import (
    Account,
    Application,
    Certificate,
    Dossier,
    OverlapCase,
    StoredFile,
    Title,
    Work,
    Zone,
)
from cadastre.rules.load import load_ruleset
from cadastre.services.cases.detection import recount
from cadastre.services.demonstration.loading import load_demonstration
from tests.services.dossiers import walking
from tests.web.entering import enter
from tests.web.served import Serve, Served
from tests.web.test_routes_access import EXPECTED
from tests.web.visitor import NARROW, WIDE, Visitor, axe, scrolls_sideways

CODE, PAPER = "ABCD-EFGH-JKMN-PQRS", b"%PDF-1.7 a paper"
PASSWORD = "demonstration-2026"
STRANGER, OPERATOR, CLERK, AGENT = None, "operateur", "guichet", "agent"
DECIDER, SUPERVISOR, AUDITOR, ADMINISTRATOR = (
    "decideur", "superviseur", "auditeur", "administrateur",
)  # fmt: skip
ADVISER = "environnement"

# Page: who opens it. {placeholders} of an address are filled from the demonstration.
PAGES: dict[str | None, tuple[str, ...]] = {
    STRANGER: (
        "/", "/about", "/account/forgotten", "/account/register", "/data", "/data/governance",
        "/data/licence", "/draw", "/eiti", "/follow", "/help", "/log/", "/login",
        "/openings", "/search", "/services", "/services/<service_id>",
        "/services/<service_id>/sheet", "/glossary", "/help/titles", "/statistics", "/watch",
        "/watch/events", "/works", "/electrification", "/verify", "/titles/<path:key>",
        "/applications/<path:key>",
        "/applications/<path:number>/object", "/zones/<path:key>", "/works/<path:key>",
    ),
    OPERATOR: (
        "/account", "/account/data", "/account/keys", "/account/people", "/dossiers",
        "/dossiers/<number>", "/dossiers/<number>/answers", "/dossiers/<number>/pieces",
        "/services/<service_id>/start",
    ),
    CLERK: ("/counter", "/counter/<number>", "/desk/mandates"),
    AGENT: (
        "/desk", "/desk/<number>", "/desk/<number>/steps/<kind>", "/desk/cases",
        "/desk/cases/<number>", "/proposals", "/titles/<path:number>/acts",
        "/titles/<path:number>/acts/<act>", "/imports", "/acts-read", "/money",
        "/money/reconcile", "/money/refunds", "/certificates", "/works/new",
        "/works/<path:key>/edit", "/account/again",
    ),
    ADVISER: ("/opinions",),
    SUPERVISOR: ("/supervision", "/supervision/history", "/supervision/devices"),
    AUDITOR: ("/journal",),
    ADMINISTRATOR: (
        "/account/administration", "/account/administration/<int:account_id>",
        "/watch/webhooks", "/login/second-factor",
    ),
    DECIDER: ("/verify/<code>", "/certificates/<code>/end"),
}  # fmt: skip
# Pages of what the demonstration does not hold: the tests that make it ask axe.
ELSEWHERE = {
    "/account/authenticator": "people/test_browser.py",
    "/account/letter": "people/test_browser.py",
    "/account/password/<purpose>/<token>": "people/test_browser.py",
    "/acts-read/<int:act_id>": "test_acts_read_page.py",
    "/applications/<number>/receipt": "test_draw_journeys.py",
    "/applications/<number>/remnants": "test_remnants_page.py",
    "/desk/<number>/decision": "test_desk_pages.py",
    "/dossiers/<number>/form/<page_id>": "dossiers_site.py",
    "/dossiers/<number>/perimeter": "dossiers_site.py",
    "/dossiers/<number>/receipt": "dossiers_site.py",
    "/imports/<int:job_id>": "test_imports_page.py",
    "/log/sheet": "test_log_journeys.py",
    "/invoices/<number>": "test_money_pages.py",
    "/invoices/<number>/receipt": "test_money_pages.py",
    "/openings/<path:number>": "test_openings_pages.py",
    "/opinions/<number>": "test_desk_pages.py",
    "/practice": "test_practice_page.py",
    "/proposals/<int:proposal>": "test_acts_pages.py",
    "/supervision/list/<code>": "test_supervision.py",
    "/units/<path:key>": "test_pages.py",
    "/watch/<key>": "test_watch_pages.py",
    "/watch/<key>/stop": "test_watch_pages.py",
    "/watch/confirm/<token>": "test_watch_pages.py",
}
# What answers with a file, a picture, data or another page.
NOT_PAGES = (
    ".pdf", ".json", ".jsonld", ".xml", ".csv", ".svg", ".jpg", ".webmanifest", "<form>",
    "/data/files/<name>", "/data/jobs/<key>", "/file", "/login/identity/return",
    "/invoices/<number>/return", "/static/<path:name>", "/supervision/figures",
    "/supervision/stream", "/supervision/link/<secret>", "/documents/<int:document_id>",
)  # fmt: skip
# Every kind of refusal: who asks for what.
REFUSED = ((STRANGER, "/nothing-here"), (OPERATOR, "/desk"), (STRANGER, "/verify/AAAA-AAAA"))
# A form as somebody sends it who filled nothing in, past what the browser itself would say.
FORMS = """() => [...document.querySelectorAll('main form[method=post]')]
  .map((form, place) => [place, form])
  .filter(([, form]) => form.querySelector(
    'input:not([type=hidden]):not([type=submit]), textarea, select'))
  .map(([place]) => place)"""
EMPTIED = """place => {
  const form = document.querySelectorAll('main form[method=post]')[place];
  for (const field of form.querySelectorAll('input:not([type=hidden]), textarea')) {
    if (['radio', 'checkbox'].includes(field.type)) field.checked = false; else field.value = '';
  }
  form.noValidate = true;
  HTMLFormElement.prototype.submit.call(form);
}"""


def test_every_page_is_looked_at() -> None:
    known = {page for pages in PAGES.values() for page in pages} | set(ELSEWHERE)
    every = {
        each.partition(" ")[2]
        for pages in EXPECTED.values() for each in pages if each.startswith("GET ")
    }  # fmt: skip
    assert {page for page in every - known if not page.endswith(NOT_PAGES)} == set()
    assert known - every == set()
    for file in ELSEWHERE.values():
        assert "axe" in (ROOT / "tests" / "web" / file).read_text("utf-8"), file


def _objectionable(session: Session) -> str:
    """File an application whose objection window is open; give its number."""
    who = walking.people(session)
    agent = who.actor(session, who.agent)
    dossier = walking.lodged(session, "permis-recherche", who, 7)
    walking.step(session, dossier, "admit", agent)
    walking.step(session, dossier, "open-objections", agent)
    return str(
        session.scalars(
            select(Application.number).where(Application.dossier_id == dossier.id)
        ).one()
    )


def _certify(session: Session) -> None:
    """Keep a paper as if it had been issued; nobody opens its bytes here."""
    title = session.scalars(select(Title).order_by(Title.id)).first()
    assert title is not None
    sha256 = hashlib.sha256(PAPER).hexdigest()
    session.add(StoredFile(sha256=sha256, size=len(PAPER), content=PAPER))
    session.flush()
    session.add(
        Certificate(
            code=CODE, kind="title", number=title.number, language="fr", version="1", title=title,
            sha256=sha256, signer_sha256=sha256, issued_at=dt.datetime.now(dt.UTC),
            facts={"fr": [], "en": []}, is_demonstration=True,
        )
    )  # fmt: skip


@pytest.fixture(scope="session")
def served_demonstration(serve: Serve, tmp_path_factory: pytest.TempPathFactory) -> Served:
    """Serve the demonstration, with its overlaps found."""
    home = tmp_path_factory.mktemp("demonstration")
    settings = replace(read_settings({}), environment="demo", home=home)

    def fill(session: Session) -> str:
        load_demonstration(session, settings)
        number = _objectionable(session)
        _certify(session)
        recount(session, load_ruleset(ROOT / "data" / "rulesets" / "togo"))
        return number

    return serve("demonstration", fill, home=home)


@pytest.fixture(scope="module")
def filled_in(served_demonstration: Served) -> dict[str, str]:
    """Give an address of the demonstration for each that has a placeholder."""
    engine = create_engine(served_demonstration.owner_url)
    with Session(engine) as session:
        first = {
            kind: session.scalars(select(kind.number).order_by(kind.id)).first()
            for kind in (Application, Title, OverlapCase)
        }
        dossiers = {
            email.partition("@")[0]: session.scalars(
                select(Dossier.number).join(Account, Dossier.account_id == Account.id)
                .where(Account.email == email).order_by(Dossier.id)
            ).all()
            for email in ("operateur@exemple.test", "guichet@exemple.test")
        }  # fmt: skip
        zone, work = (session.scalars(select(kind.code)).first() for kind in (Zone, Work))
        account = session.scalars(select(Account.id)).first()
        counter = session.scalars(
            select(Dossier.number).where(Dossier.clerk_id.is_not(None))
        ).first()  # fmt: skip
    engine.dispose()
    draft, lodged = dossiers["operateur"][0], dossiers["operateur"][-1]
    return {
        "/services/<service_id>": "/services/permis-recherche",
        "/services/<service_id>/sheet": "/services/permis-recherche/sheet",
        "/services/<service_id>/start": "/services/analyses-laboratoire-mines/start",
        "/titles/<path:key>": f"/titles/{first[Title]}",
        "/titles/<path:number>/acts": f"/titles/{first[Title]}/acts",
        "/titles/<path:number>/acts/<act>": f"/titles/{first[Title]}/acts/suspend",
        "/applications/<path:key>": f"/applications/{first[Application]}",
        "/desk/cases/<number>": f"/desk/cases/{first[OverlapCase]}",
        "/applications/<path:number>/object": f"/applications/{served_demonstration.told}/object",
        "/watch/events": f"/watch/events?title={first[Title]}",
        "/verify/<code>": f"/verify/{CODE}",
        "/certificates/<code>/end": f"/certificates/{CODE}/end",
        "/zones/<path:key>": f"/zones/{zone}",
        "/works/<path:key>": f"/works/{work}",
        "/works/<path:key>/edit": f"/works/{work}/edit",
        "/dossiers/<number>": f"/dossiers/{lodged}",
        "/dossiers/<number>/answers": f"/dossiers/{draft}/answers",
        "/dossiers/<number>/pieces": f"/dossiers/{draft}/pieces",
        "/desk/<number>": f"/desk/{lodged}",
        "/desk/<number>/steps/<kind>": f"/desk/{lodged}/steps/request-completion",
        "/counter/<number>": f"/counter/{counter}",
        "/account/administration/<int:account_id>": f"/account/administration/{account}",
    }


@pytest.fixture
def looking(
    served_demonstration: Served, chromium: Browser, request: pytest.FixtureRequest
) -> Iterator[Page]:
    """Open a browser, the width of a phone, as whoever the test is about."""
    who = request.param
    context = chromium.new_context(
        viewport={"width": NARROW[0], "height": NARROW[1]}, locale="fr-FR",
        base_url=served_demonstration.url,
    )  # fmt: skip
    if who is not None:
        enter(context, served_demonstration.url, who, PASSWORD)
    page = context.new_page()
    page.set_default_timeout(30_000)
    yield page
    context.close()


@pytest.mark.parametrize(
    ("looking", "who"), [(who, who) for who in PAGES], indirect=["looking"], ids=str
)
def test_pages_and_refused_forms(
    looking: Page, who: str | None, filled_in: dict[str, str]
) -> None:
    wrong: list[str] = []
    addresses = [filled_in.get(page, page) for page in PAGES[who]]
    for address in addresses:
        answer = looking.goto(address)
        assert answer is not None
        assert answer.ok, (address, answer.status)
        wrong += _wrong(looking, address)
    for address in addresses:
        for form in _forms(looking, address):
            looking.goto(address)
            with looking.expect_navigation() as sent:
                looking.evaluate(EMPTIED, form)
            if sent.value is not None and sent.value.status >= 400:
                wrong += _wrong(looking, f"{address}, form {form} sent empty")
    assert wrong == []


@pytest.mark.parametrize(("looking", "path"), REFUSED, indirect=["looking"], ids=str)
def test_refusals(looking: Page, path: str) -> None:
    answer = looking.goto(path)
    assert answer is not None
    assert answer.status >= 400
    assert _wrong(looking, path) == []


def test_the_guard_sees_a_fault(served_demonstration: Served, chromium: Browser) -> None:
    visitor = Visitor(served_demonstration.url, chromium)
    page = visitor.visit("/about", size=WIDE)
    page.evaluate("document.querySelector('main').innerHTML += '<img src=\"/x.png\"><button/>'")
    found = axe(page)
    visitor.leave()
    assert any(fault.startswith("image-alt") for fault in found)
    assert any(fault.startswith("button-name") for fault in found)


def _forms(page: Page, address: str) -> list[int]:
    page.goto(address)
    found: list[int] = page.evaluate(FORMS)
    return found


def _wrong(page: Page, where: str) -> list[str]:
    """Say what is wrong with the page that is open."""
    found = [f"{where}: {fault}" for fault in axe(page)]
    return [*found, f"{where}: scrolls sideways"] if scrolls_sideways(page) else found
