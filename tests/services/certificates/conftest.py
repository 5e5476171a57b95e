"""Give tests an office that signs in this process, and a title whose act is sealed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from cadastre.config import ROOT, read_settings
from cadastre.models import Certificate, JournalEntry, Title
from cadastre.queries.asof import as_of
from cadastre.rules.load import load_ruleset
from cadastre.rules.ruleset import Ruleset
from cadastre.sealing.keys import open_key
from cadastre.services.certificates.issuing import Office
from cadastre.services.certificates.titles import title_certificate
from cadastre.services.sealed_log import seal_once
from cadastre.signing.identity import Identity, open_identity
from tests.factories import make_title
from tests.signing.local import LocalSigner

ADDRESS = "https://cadastre.example"


@pytest.fixture(scope="session")
def togo() -> Ruleset:
    return load_ruleset(ROOT / "data" / "rulesets" / "togo")


@pytest.fixture(scope="session")
def identity(tmp_path_factory: pytest.TempPathFactory) -> Identity:
    home = tmp_path_factory.mktemp("signing")
    (home / "sign" / "keys").mkdir(parents=True)
    return open_identity(read_settings({"CADASTRE_HOME": str(home)}))


@pytest.fixture
def office(identity: Identity) -> Office:
    return Office(LocalSigner(identity), ADDRESS, "Africa/Lome")


@pytest.fixture
def seal(session: Session, tmp_path: Path) -> Callable[[], None]:
    key = open_key(tmp_path / "log.pem", may_make=True)

    def do() -> None:
        seal_once(session, key, "togo-demo")

    return do


@pytest.fixture
def title(session: Session, seal: Callable[[], None]) -> Title:
    made = make_title(session, number="PR-2026-000041", name="Kpéssi Nord", is_demonstration=True)
    session.add(JournalEntry(action="title.grant", subject="title", subject_id=made.number))
    session.flush()
    seal()
    return made


@pytest.fixture
def certified(
    session: Session, office: Office, togo: Ruleset, title: Title
) -> Callable[..., Certificate | None]:
    def make(language: str = "fr") -> Certificate | None:
        at = as_of(dt.date(2026, 11, 24), togo.time_zone)
        return title_certificate(session, office, togo, title, at, language)

    return make
