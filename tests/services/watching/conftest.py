"""A register of two regions and a right, with the doors of its owner and of its application."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session

from cadastre.config import ROOT, Settings
from cadastre.database import sqlalchemy_url
from cadastre.models import AreaWatch, OutboxEvent
from cadastre.rules.load import load_ruleset
from cadastre.services.again import decide
from cadastre.services.watching.asking import ask_to_follow, confirm
from cadastre.services.watching.reading import Read, read_events
from cadastre.services.watching.scopes import scope_of
from tests.databases import TestUrls
from tests.factories import make_application, make_party, make_title, make_unit, square

TOGO = load_ruleset(ROOT / "data" / "rulesets" / "togo")


@dataclass
class Register:
    """Both doors, and what tests do through them."""

    owner: Engine
    app: Engine
    settings: Settings

    def write(self, do: Callable[[Session], object]) -> None:
        """Commit something as the register's own services would."""
        with Session(self.owner) as session, session.begin():
            do(session)

    def happens(self, topic: str, subject: str) -> None:
        """Commit an event."""
        self.write(lambda s: s.add(OutboxEvent(topic=topic, subject_id=subject)))

    def follows(self, email: str, **given: str) -> AreaWatch:
        """Follow something and confirm it, as a letter's link does."""

        def ask(session: Session) -> AreaWatch:
            token = ask_to_follow(session, email, scope_of(session, TOGO, given), "fr")
            assert token is not None
            return confirm(session, token)

        with Session(self.app, expire_on_commit=False) as session, session.begin():
            return ask(session)

    def read(self) -> Read:
        """Read events as the keeper does."""
        return decide(self.app, read_events)


@pytest.fixture
def register(fresh_database: TestUrls, tmp_path: Path) -> Iterator[Register]:
    """Give a register with two regions, a commune without outline, a title and an application."""
    owner = create_engine(sqlalchemy_url(fresh_database.owner_url))
    app = create_engine(sqlalchemy_url(fresh_database.app_url))
    settings = Settings(
        home=tmp_path, data=ROOT / "data", environment="production", ruleset="togo",
        database_url="", app_database_url="", secret_key="tests only",
        mail_from="cadastre@exemple.test", public_url="https://exemple.test",
    )  # fmt: skip
    made = Register(owner, app, settings)
    made.write(_fill)
    yield made
    owner.dispose()
    app.dispose()


def _fill(session: Session) -> None:
    north = make_unit(session, square(0.0, 9.0, 1.0), code="TG-N", name="Nord", level=1)
    make_unit(session, square(0.0, 8.0, 1.0), code="TG-S", name="Sud", level=1)
    town = make_unit(
        session, None, code="TG-N-1", name="Kozah", level=2, parent_id=north.id
    )
    make_unit(session, None, code="TG-N-1-1", name="Kozah 1", level=3, parent_id=town.id)
    gold = make_party(session, "Orpaille du Mono SA (fictive)")
    somebody = make_party(session, "Une personne", kind="person")
    make_title(session, square(0.2, 9.2), number="PR-1", name="Bassar", holder=gold)
    make_application(session, square(0.2, 8.2), number="DEM-1", name="Anié", applicant=somebody)
