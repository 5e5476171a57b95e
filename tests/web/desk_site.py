"""Serve the office's desk over dossiers of a register of its own, opened as several people."""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser
from sqlalchemy import create_engine
from sqlalchemy.orm import Session
from werkzeug.serving import make_server

from cadastre.config import ROOT, Settings
from cadastre.database import sqlalchemy_url
from cadastre.models import Account, Dossier, Mandate
from cadastre.services.accounts import create_account
from cadastre.services.dossiers.fees import order_payment
from cadastre.services.dossiers.open import OWN_POWERS
from tests.databases import TestServer, TestUrls
from tests.factories import make_party, make_unit, square
from tests.services.dossiers import walking
from tests.web.acts_visit import PASSWORD, ActsSite
from tests.web.second_factor import let_decide
from web.app import create_app

MANIFEST = ROOT / "web" / "static" / "dist" / "manifest.json"
RESEARCH, DECLARATION = "permis-recherche", "declaration-autoproduction"
ROLES = {
    "applicant": "applicant", "agent": "agent", "agente": "agent", "decider": "decider",
    "environnement": "adviser", "commune": "adviser", "clerk": "clerk",
}  # fmt: skip
BODIES = {"environnement": "environment", "commune": "local-authority"}


@pytest.fixture(scope="module")
def served_dossiers(
    cluster: TestServer, worker_id: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Serve the desk; give its address, that of its database, and the numbers of its dossiers."""
    if not MANIFEST.exists():
        subprocess.run(["node", "scripts/build_pages.mjs"], cwd=ROOT, check=True)
    name = f"test_{os.getpid()}_dossiers_{worker_id}"
    with cluster.copy_of_template(name) as urls:
        numbers = fill(urls)
        settings = Settings(
            home=tmp_path_factory.mktemp("home"), data=ROOT / "data", environment="demo",
            ruleset="togo", database_url=urls.owner_url, app_database_url=urls.app_url,
            secret_key="tests only",
        )  # fmt: skip
        app = create_app(settings)
        server = make_server("127.0.0.1", 0, app, threaded=True)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        owner = sqlalchemy_url(urls.owner_url)
        yield f"http://127.0.0.1:{server.server_port}", owner, numbers
        server.shutdown()
        thread.join()
        server.server_close()
        app.extensions["cadastre"].engine.dispose()


@pytest.fixture
def office(
    served_dossiers: tuple[str, str, dict[str, str]], chromium: Browser
) -> Iterator[ActsSite]:
    """Hand over the desk; a script error or a forbidden resource in any page fails the test."""
    site = ActsSite(served_dossiers[0], served_dossiers[1], chromium)
    yield site
    for context in site.contexts:
        context.close()
    assert site.errors == []


@pytest.fixture
def numbers(served_dossiers: tuple[str, str, dict[str, str]]) -> dict[str, str]:
    """Name the dossiers that were filed."""
    return served_dossiers[2]


def fill(urls: TestUrls) -> dict[str, str]:
    """Open accounts, and file dossiers of a title and of a declaration."""
    engine = create_engine(sqlalchemy_url(urls.owner_url))
    with Session(engine) as session, session.begin():
        make_unit(session, square(0.0, 6.0, 4), code="TG", name="Togo", level=0)
        make_unit(session, square(0.3, 7.8, 2.0), code="TG-C", name="Centrale", level=1)
        make_unit(session, square(0.3, 7.8, 0.1), code="TG-C-1", name="Golfe 1", level=3)
        who = _people(session)
        filed = {
            name: file(session, who, RESEARCH, place).number
            for place, name in enumerate(("granted", "refused", "shared", "shown"), start=1)
        }
        filed["declared"] = file(session, who, DECLARATION, 9).number
    engine.dispose()
    return filed


def _people(session: Session) -> walking.People:
    company = make_party(session, "Mines de l'Anié (fictive)")
    made: dict[str, Account] = {}
    for name, role in ROLES.items():
        made[name] = create_account(
            session, email=f"{name}@exemple.test", display_name=name.capitalize(),
            password=PASSWORD, roles=[role],
        )  # fmt: skip
        made[name].body = BODIES.get(name)
    let_decide(made["decider"])
    session.flush()
    session.add(
        Mandate(
            account_id=made["applicant"].id, party_id=company.id, powers=list(OWN_POWERS),
            starts_on="2020-01-01",
        )
    )  # fmt: skip
    session.flush()
    return walking.People(
        applicant=made["applicant"], agent=made["agent"], decider=made["decider"],
        adviser=made["environnement"], clerk=made["clerk"], company=company,
    )  # fmt: skip


def file(session: Session, who: walking.People, service: str, place: int) -> Dossier:
    """File a dossier whole: answers, ground, pieces, fees."""
    dossier = walking.opened(session, service, who)
    walking.fill(session, dossier, who, perimeter=walking.ground_for(service, place, None))
    actor = who.actor(session, who.applicant)
    day = actor.day
    order_payment(session, walking.TOGO, dossier, "lodgement", day)
    for invoice in walking.unpaid(session, dossier):
        walking.pay(session, invoice, who)
    walking.step(session, dossier, "lodge", actor)
    return dossier


__all__ = ["fill", "numbers", "office", "served_dossiers"]
