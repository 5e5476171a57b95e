"""Serve orders of payment with a real provider beside them, and visit as payer and as staff."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy.orm import Session

from cadastre.models import Invoice
from tests.factories import make_party
from tests.services.money.conftest import PASSWORD, make_account, make_dossier, make_invoice
from tests.services.money.provider_process import SECRET, ProviderProcess
from tests.web.entering import enter
from tests.web.served import Serve, Served


@dataclass
class MoneySite:
    """A site where money is due: orders by name as (number, code), and what went wrong."""

    url: str
    browser: Browser
    orders: dict[str, tuple[str, str]]
    provider: ProviderProcess
    errors: list[str] = field(default_factory=list)
    weights: dict[str, int] = field(default_factory=dict)

    def open(
        self, path: str, *, who: str | None = None, size=(1280, 900), language="fr", script=True,
        page: Page | None = None,
    ) -> Page:
        """Open a page in a browser that remembers nothing, or go on in one."""
        if page is None:
            context = self.browser.new_context(
                viewport={"width": size[0], "height": size[1]}, java_script_enabled=script,
                locale="fr-FR" if language == "fr" else "en-GB",
            )  # fmt: skip
            if who is not None:
                enter(context, self.url, who, PASSWORD)
            page = context.new_page()
            page.set_default_timeout(15_000)
            page.on("pageerror", lambda error: self.errors.append(str(error)))
            page.on("console", lambda said: said.type == "error" and self._heard(said.text))
            page.on("requestfinished", self._weigh)
        page.goto(self.url + path)
        return page

    def sign_in(self, who: str, path: str, **options) -> Page:
        """Open a page as somebody."""
        return self.open(path, who=who, **options)

    def _heard(self, words: str) -> None:
        if "status of 4" not in words:  # Chromium's own note on a refusal we ask for
            self.errors.append(words)

    def _weigh(self, request) -> None:
        sizes = request.sizes()
        path = request.url.removeprefix(self.url)
        self.weights[path] = sizes["responseBodySize"] + sizes["responseHeadersSize"]


@pytest.fixture(scope="session")
def served_money(
    serve: Serve, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Served, ProviderProcess]]:
    """Serve a register in which several orders of payment stand, with a provider."""
    home = tmp_path_factory.mktemp("money")
    with ProviderProcess(home / "provider") as provider:
        yield serve(
            "money", fill, home=home, payments_url=provider.address, payments_secret=SECRET
        ), provider


@pytest.fixture
def money(served_money, chromium: Browser) -> Iterator[MoneySite]:
    """Hand over the site; a script error or a blocked request in any page fails the test."""
    served, provider = served_money
    site = MoneySite(served.url, chromium, served.told, provider)
    yield site
    for context in chromium.contexts:
        context.close()
    assert site.errors == []


def fill(session: Session) -> dict[str, tuple[str, str]]:
    """Make people and orders; give number and code of each order by name."""
    company = make_party(session, "Orpaille du Mono SA (fictive)")
    make_account(session, "payeur", parties=[company], password=PASSWORD)
    for who in ("agent1", "agent2"):
        make_account(session, who, "agent", password=PASSWORD)
    names = ("french", "english", "phone", "refused", "transfer", "cancelled", "stale")
    orders = {
        name: _order(session, company, f"DOS-2026-{place:06d}", 500_000, 4_500_000)
        for place, name in enumerate(names, start=101)
    }
    orders["unknown"] = _order(session, company, "DOS-2026-000199", 500_000, None)
    return {name: (one.number, one.code) for name, one in orders.items()}


def _order(session: Session, company, dossier: str, *amounts: int | None) -> Invoice:
    made = make_dossier(session, dossier)
    made.party_id = company.id
    return make_invoice(session, made, *amounts)
