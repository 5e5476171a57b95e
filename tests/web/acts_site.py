"""Serve a register whose titles may be acted on, openings in every phase, a clipped filing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from geoalchemy2.shape import from_shape
from playwright.sync_api import Browser
from shapely.geometry import MultiPolygon, box, mapping
from sqlalchemy.orm import Session

from cadastre.config import ROOT
from cadastre.models import Account, Opening, Party
from cadastre.models.base import SRID
from cadastre.rules.load import load_ruleset
from cadastre.services.accounts import create_account
from cadastre.services.filing import Filing
from cadastre.services.readings import read_geometry
from cadastre.services.remnants import file_clipped
from cadastre.services.titles.burdens import Burden, register_charge
from cadastre.services.titles.decision import Decision
from tests.factories import make_party, make_title, make_unit, square
from tests.web.acts_visit import PASSWORD, ActsSite
from tests.web.second_factor import let_decide
from tests.web.served import Serve, Served

SAND = {"substances": ("sable",), "group": "construction-materials"}
KIND = "permis-materiaux-construction"
DAY = dt.timedelta(days=1)


@pytest.fixture(scope="session")
def served_acts(serve: Serve) -> Served:
    """Serve the register."""
    return serve("acts", fill)


@pytest.fixture
def acts(served_acts: Served, chromium: Browser) -> Iterator[ActsSite]:
    """Hand over the site; a script error or a forbidden resource in any page fails the test."""
    site = ActsSite(served_acts.url, served_acts.owner_url, chromium)
    yield site
    for context in site.contexts:
        context.close()
    assert site.errors == []


def fill(session: Session) -> None:
    """Lay out titles, people, openings and a clipped filing."""
    make_unit(session, square(0.0, 6.0, 4), code="TG", name="Togo", level=0)
    mine = make_party(session, "Orpaille du Mono SA (fictive)")
    sand = make_party(session, "Carrières de l'Oti SARL (fictive)")
    bank = make_party(session, "Banque d'exemple (fictive)")
    people = _people(session, mine, sand)
    _titles(session, mine, sand, bank, people)
    _openings(session, people)
    _clipped(session, sand, people)


def _people(session: Session, mine: Party, sand: Party) -> dict[str, Account]:
    roles = {"agent": ["agent"], "decideur": ["decider"], "decideuse": ["decider"]}
    parties = {"demandeur": [sand], "rival": [mine]}
    people = {
        who: create_account(
            session, email=f"{who}@exemple.test", display_name=who.capitalize(), password=PASSWORD,
            roles=roles.get(who, ["applicant"]), parties=parties.get(who, []),
        )
        for who in (*roles, *parties)
    }  # fmt: skip
    for who in ("decideur", "decideuse"):
        let_decide(people[who])
    return people


def _titles(
    session: Session, mine: Party, sand: Party, bank: Party, people: dict[str, Account]
) -> None:
    two = Decision(people["agent"], people["decideur"], "convention de prêt")
    gold = make_title(
        session, square(0.5, 8.0), number="PR/2024/0001", name="Anié Nord", holder=mine,
        expires_on=dt.date(2030, 1, 1),
    )  # fmt: skip
    register_charge(session, load(), gold, Burden("mortgage", bank.id), two)
    make_title(session, square(0.6, 8.0), number="PR/2024/0002", name="Anié Est", holder=mine)
    for number in range(1, 9):
        make_title(
            session, square(0.3, 6.5 + number * 0.15), number=f"PMC-2024-{number}", holder=sand,
            kind=KIND, expires_on=dt.date(2032, 5, 1), **SAND,
        )  # fmt: skip


def load():
    """Load the law of the tests."""
    return load_ruleset(ROOT / "data" / "rulesets" / "togo")


PHASES = {  # days from now: opens, closes
    "OUV-A": (5, 15), "OUV-B": (-2, 8), "OUV-C": (-12, -1), "OUV-D": (-12, -1),
    "OUV-E": (-2, 8),
}  # fmt: skip


def _openings(session: Session, people: dict[str, Account]) -> None:
    """Lay out openings: announced, open, closed for a draw, closed for a comparison."""
    now = dt.datetime.now(dt.UTC)
    for place, (number, (opens, closes)) in enumerate(PHASES.items()):
        title = make_title(
            session, square(1.0, 6.5 + 0.2 * place), number=f"T-{number}", kind=KIND,
            ended_on=dt.date(2026, 1, 1), expires_on=dt.date(2026, 1, 1), **SAND,
        )  # fmt: skip
        session.add(
            Opening(
                number=number, title_id=title.id, exclusivity_group="construction-materials",
                geom=from_shape(MultiPolygon([square(1.0, 6.5 + 0.2 * place)]), SRID),
                published_at=now - 20 * DAY, opens_at=now + opens * DAY,
                closes_at=now + closes * DAY,
                mode="comparison" if number == "OUV-D" else "draw",
                seed_source="tirage public du 24 novembre 2026" if number == "OUV-C" else
                "log-head",
            )
        )  # fmt: skip
    session.flush()


def _clipped(session: Session, sand: Party, people: dict[str, Account]) -> None:
    """File a perimeter that a title cuts in two; its pieces wait for a choice."""
    make_title(
        session, box(1.33, 9.0, 1.35, 9.2), number="PMC-COUPE", kind=KIND, **SAND
    )
    wish = Filing(
        KIND, ("sable",), read_geometry(load(), mapping(box(1.3, 9.05, 1.4, 9.15))), "Deux rives"
    )
    file_clipped(session, load(), wish, account=people["demandeur"], applicant=sand)

