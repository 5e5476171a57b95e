"""Every page with which a service is asked for is light and is a plain form: all services, all
questions, the pieces, the answers, the follow-up, the counter and the steps of the desk.

Asked as a browser without script asks: the page and what it must have before it is shown.
"""

from __future__ import annotations

import re
from urllib.parse import urljoin

import pytest
import requests
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from cadastre.models import Dossier
from cadastre.services.accounts import create_account
from tests.factories import make_party
from tests.services.dossiers import walking
from tests.web import desk_site, dossiers_site
from tests.web.entering import PATIENCE_S, client_of
from tests.web.served import Served

KB = 1000
MOST = 40 * KB
BLOCKING = re.compile(
    r'<(?:link rel="stylesheet" href|script src|script type="module" src)="([^"]+)"'
)
SERVICES = sorted(service.id for service in walking.CATALOGUE)


class Scales:
    """Weigh pages as they travel, each asset once for all pages that share it."""

    def __init__(self, client: requests.Session) -> None:
        self.client = client
        self.assets: dict[str, int] = {}

    def weigh(self, url: str) -> tuple[int, str]:
        """Give the bytes of a page with its blocking assets, and its words."""
        size, words = self._fetch(url)
        for found in set(BLOCKING.findall(words)):
            asset = urljoin(url, found)
            if asset not in self.assets:
                self.assets[asset] = self._fetch(asset)[0]
            size += self.assets[asset]
        return size, words

    def _fetch(self, url: str) -> tuple[int, str]:
        with self.client.get(
            url, headers={"Accept-Encoding": "br"}, stream=True, timeout=PATIENCE_S
        ) as answer:
            assert answer.status_code == 200, (url, answer.status_code)
            head = sum(len(name) + len(value) + 4 for name, value in answer.headers.items())
            length = int(answer.headers["Content-Length"])
            return head + length, answer.text


@pytest.fixture(scope="module")
def drafts(served_dossiers: Served) -> dict[str, tuple[str, str]]:
    """Open a dossier of each service, by two people: one alone may not keep so many drafts."""
    engine = create_engine(served_dossiers.owner_url)
    opened = {}
    with Session(engine, expire_on_commit=False) as session, session.begin():
        company = make_party(session, "Mines de l'Oti SARL (fictive)")
        for turn, name in enumerate(("leger", "legere")):
            applicant = create_account(
                session, email=f"{name}@exemple.test", display_name=name.title(),
                password=dossiers_site.PASSWORD, parties=[company],
            )  # fmt: skip
            session.refresh(applicant, ["mandates"])
            who = walking.People(*[applicant] * 5, company=company)
            for place, service in enumerate(SERVICES[turn::2]):
                title = walking.title_for(session, service, who, 30 + 2 * place + turn)
                number = walking.opened(session, service, who, title=title).number
                opened[service] = (name, number)
    engine.dispose()
    return opened


def pages_of(service: str, number: str) -> list[str]:
    """List the pages of a dossier that is being made."""
    found = walking.CATALOGUE.service(service)
    own = [f"form/{page.id}" for page in found.form] + ["pieces", "answers"]
    if found.perimeter != "none":
        own.append("perimeter")
    return [f"/services/{service}", f"/services/{service}/start", f"/dossiers/{number}",
            *(f"/dossiers/{number}/{page}" for page in own)]  # fmt: skip


def held(url: str, scales: Scales, paths: list[str]) -> None:
    """Hold pages to their weight, and those with questions to being forms that are sent."""
    for path in paths:
        size, words = scales.weigh(url + path)
        assert size <= MOST, (path, size)
        asks = "/form/" in path or path.endswith(("/start", "/pieces", "/answers", "/perimeter"))
        if asks or "/steps/" in path:
            assert re.search(r'<form[^>]*method="post"', words), path
            assert "<button" in words, path


def test_every_page_of_every_service_is_light_and_plain(
    served_dossiers: Served, drafts: dict[str, tuple[str, str]]
) -> None:
    assert len(drafts) == 29
    everywhere = ["/services", "/follow", "/search", "/dossiers"]
    for name in ("leger", "legere"):
        scales = Scales(client_of(served_dossiers.url, name, dossiers_site.PASSWORD))
        for service, (owner, number) in drafts.items():
            if owner == name:
                held(served_dossiers.url, scales, pages_of(service, number))
    held(served_dossiers.url, scales, everywhere)


def test_the_counter_is_light_and_plain(served_dossiers: Served) -> None:
    scales = Scales(client_of(served_dossiers.url, "clerk", dossiers_site.PASSWORD))
    held(served_dossiers.url, scales, ["/counter"])


def test_the_steps_of_the_desk_are_light_and_plain(
    served_office: Served, numbers: dict[str, str]
) -> None:
    scales = Scales(client_of(served_office.url, "agent", desk_site.PASSWORD))
    engine = create_engine(served_office.owner_url)
    with Session(engine) as session:
        number = numbers["declared"]
        dossier = session.scalars(select(Dossier).where(Dossier.number == number)).one()
        steps = walking.rules(dossier.service).procedure.steps
        agents = [kind for kind, step in steps.items() if "agent" in step.by]
    engine.dispose()
    assert agents
    held(served_office.url, scales, ["/desk", f"/desk/{number}"])
    held(served_office.url, scales, [f"/desk/{number}/steps/{kind}" for kind in agents])
