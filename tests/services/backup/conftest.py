"""A small register to copy aside, and settings that lead to test databases."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from cadastre.config import ROOT, Settings
from cadastre.database import sqlalchemy_url
from cadastre.models import Document, JournalEntry, StoredFile
from cadastre.rules.load import load_ruleset
from cadastre.rules.ruleset import Ruleset
from tests.databases import TestServer, TestUrls
from tests.factories import make_application, make_party, make_title, make_zone, square

LETTER = "Arrêté d'essai".encode()
WriteSettings = Callable[[TestUrls], Settings]


@pytest.fixture(scope="session")
def togo() -> Ruleset:
    return load_ruleset(ROOT / "data" / "rulesets" / "togo")


@pytest.fixture
def settings_for(tmp_path: Path) -> WriteSettings:
    def write(urls: TestUrls) -> Settings:
        return Settings(
            home=tmp_path / "home", data=ROOT / "data", environment="demo", ruleset="togo",
            database_url=urls.owner_url, app_database_url=urls.app_url, secret_key=None,
        )  # fmt: skip

    return write


@pytest.fixture
def register(fresh_database: TestUrls) -> TestUrls:
    """Give a committed register: two titles, one held by a person, an application, a document."""
    engine = create_engine(sqlalchemy_url(fresh_database.owner_url))
    with Session(engine) as session:
        make_title(session, square(0.5, 8.0), number="PR-1", name="Colline d'essai")
        person = make_party(session, "Fulano de Tal", kind="person")
        person.email, person.address = "fulano@example.org", "Rue inconnue 1"
        make_title(session, square(0.7, 8.0), number="PR-2", holder=person)
        make_application(session, square(0.9, 8.0), number="DEM-1", applicant=person)
        make_zone(session, square(0.9, 9.0), code="Z-1")
        session.add(JournalEntry(action="legacy.import", subject="legacy-register", subject_id="x"))
        digest = hashlib.sha256(LETTER).hexdigest()
        session.add(StoredFile(sha256=digest, size=len(LETTER), content=LETTER))
        session.flush()
        session.add(Document(kind="act", title="Arrêté", sha256=digest))
        session.commit()
    engine.dispose()
    return fresh_database


@pytest.fixture
def other_database(cluster: TestServer, request: pytest.FixtureRequest) -> Iterator[TestUrls]:
    """Give a second migrated, empty database on the same server."""
    name = f"test_{os.getpid()}_{abs(hash(request.node.nodeid)) % 10**9}_copy"
    with cluster.copy_of_template(name) as urls:
        yield urls
