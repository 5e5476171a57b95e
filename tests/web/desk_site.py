"""Serve the office's desk over dossiers of a register of its own, opened as several people."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser
from sqlalchemy.orm import Session

from cadastre.models import Account, Mandate
from cadastre.services.accounts import create_account
from cadastre.services.dossiers.open import OWN_POWERS
from tests.factories import make_party, make_unit, square
from tests.services.dossiers import walking
from tests.web.acts_visit import PASSWORD, ActsSite
from tests.web.second_factor import let_decide
from tests.web.served import Serve, Served

RESEARCH, DECLARATION = "permis-recherche", "declaration-autoproduction"
ROLES = {
    "applicant": "applicant", "agent": "agent", "agente": "agent", "decider": "decider",
    "environnement": "adviser", "commune": "adviser", "clerk": "clerk",
}  # fmt: skip
BODIES = {"environnement": "environment", "commune": "local-authority"}


@pytest.fixture(scope="session")
def served_office(serve: Serve) -> Served:
    """Serve the desk, which tells the numbers of its dossiers."""
    return serve("office", fill)


@pytest.fixture
def office(served_office: Served, chromium: Browser) -> Iterator[ActsSite]:
    """Hand over the desk; a script error or a forbidden resource in any page fails the test."""
    site = ActsSite(served_office.url, served_office.owner_url, chromium)
    yield site
    for context in site.contexts:
        context.close()
    assert site.errors == []


@pytest.fixture
def numbers(served_office: Served) -> dict[str, str]:
    """Name the dossiers that were filed."""
    return dict(served_office.told)


def fill(session: Session) -> dict[str, str]:
    """Open accounts, and file dossiers of a title and of a declaration."""
    make_unit(session, square(0.0, 6.0, 4), code="TG", name="Togo", level=0)
    make_unit(session, square(0.3, 7.8, 2.0), code="TG-C", name="Centrale", level=1)
    make_unit(session, square(0.3, 7.8, 0.1), code="TG-C-1", name="Golfe 1", level=3)
    who = _people(session)
    filed = {
        name: walking.lodged(session, RESEARCH, who, place).number
        for place, name in enumerate(("granted", "refused", "shared", "shown"), start=1)
    }
    filed["declared"] = walking.lodged(session, DECLARATION, who, 9).number
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
