"""A dossier that owes money, people who handle it, and a real provider in a process of its own."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session

from cadastre.config import ROOT
from cadastre.models import Account, Dossier, Invoice
from cadastre.rules.catalogue import FeeLine
from cadastre.rules.load import load_ruleset
from cadastre.rules.ruleset import Ruleset
from cadastre.services.accounts import create_account
from cadastre.services.money import settled
from cadastre.services.money.issue import Debt, issue_invoice
from cadastre.vocabulary import Evidence
from tests.factories import make_party
from tests.services.money.provider_process import ProviderProcess

_count = itertools.count(1)
DAY = dt.date(2026, 11, 24)
PASSWORD = "un mot de passe"


@pytest.fixture
def session(app_session: Session) -> Session:
    """Work as the application does: with its rights, and no others."""
    return app_session


@pytest.fixture(scope="session")
def ruleset() -> Ruleset:
    """Give the law of Togo."""
    return load_ruleset(ROOT / "data" / "rulesets" / "togo")


def fee(code: str, amount: int | None, currency: str = "XOF") -> FeeLine:
    """Make a line of a fee."""
    name = {"fr": f"Frais {code}", "en": f"Fee {code}"}
    working = {"fr": "1 × ?", "en": "1 × ?"}
    return FeeLine(
        f"fees.{code}", name, amount, currency, working, Evidence.CONFIRMED, "lodgement"
    )


def make_account(session: Session, name: str, *roles: str, parties=(), password=None) -> Account:
    """Make an account with roles; with a password only where somebody signs in."""
    return create_account(
        session, email=f"{name}@exemple.test", display_name=name.capitalize(), password=password,
        roles=roles or ("applicant",), parties=parties,
    )  # fmt: skip


def make_dossier(session: Session, number: str = "DOS-2026-000001") -> Dossier:
    """Make a dossier of a company."""
    dossier = Dossier(
        number=number, service="permis-recherche", procedure="permis-recherche",
        procedure_version="1", party_id=make_party(session).id,
    )  # fmt: skip
    session.add(dossier)
    session.flush()
    return dossier


def make_invoice(
    session: Session, dossier: Dossier | None = None, *amounts: int | None, moment="lodgement"
) -> Invoice:
    """Issue an order of payment of a dossier."""
    dossier = dossier or make_dossier(session, f"DOS-2026-{next(_count):06d}")
    fees = [fee(f"f{place}", amount) for place, amount in enumerate(amounts or (500_000,))]
    debt = Debt(moment, DAY, dossier=dossier, party_id=dossier.party_id)
    invoice = issue_invoice(session, debt, fees)
    assert invoice is not None
    return invoice


@pytest.fixture
def people(session: Session) -> dict[str, Account]:
    """Make a clerk, two agents and an applicant."""
    return {
        "clerk": make_account(session, "guichet", "clerk"),
        "agent": make_account(session, "agent1", "agent"),
        "second": make_account(session, "agent2", "agent"),
        "applicant": make_account(session, "demandeur"),
    }


@pytest.fixture
def hooks(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Let a list note which invoices set something in motion."""
    told: list[str] = []
    table = {"note": lambda _session, invoice: told.append(invoice.number)}
    monkeypatch.setattr(settled, "ON_PAID", table)
    return told


@pytest.fixture(scope="session")
def provider_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ProviderProcess]:
    """Run the simulated provider once a worker."""
    with ProviderProcess(tmp_path_factory.mktemp("provider")) as process:
        yield process
