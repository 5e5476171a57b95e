"""Run the command in this process on a committed register of its own."""

from __future__ import annotations

import dataclasses
import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from shapely.geometry import LineString
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from cadastre.cli import main
from cadastre.database import sqlalchemy_url
from cadastre.models import JournalEntry
from tests.databases import TestUrls
from tests.factories import make_application, make_title, make_unit, make_work, make_zone, square


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Read stdout as JSON."""
        return json.loads(self.out)


Run = Callable[..., Outcome]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run ``cadastre`` with arguments, and perhaps bytes on stdin."""
    monkeypatch.setenv("CADASTRE_LANG", "en")

    def run(*arguments: str, stdin: bytes = b"") -> Outcome:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        with pytest.raises(SystemExit) as end:
            main(list(arguments))
        out, err = capsys.readouterr()
        return Outcome(int(end.value.code or 0), out, err)

    return run


@pytest.fixture
def register(fresh_database: TestUrls, monkeypatch: pytest.MonkeyPatch) -> str:
    """Commit a small register and point the environment at it."""
    url = sqlalchemy_url(fresh_database.owner_url)
    engine = create_engine(url)
    with Session(engine) as session, session.begin():
        make_unit(session, square(0.0, 6.0, 4), code="TG", name="Togo", level=0)
        make_title(session, square(0.5, 8.0), number="T1", substances=("fer",), group="ferrous")
        make_title(
            session,
            square(0.59, 8.0),
            number="T2",
            substances=("fer",),
            group="ferrous",
            standing="legacy",
        )
        make_application(session, square(1.2, 8.2), number="A1")
        make_zone(session, square(0.6, 9.2), code="Z1")
        make_work(session, LineString([(0.4, 8.05), (0.7, 8.05)]), code="W1")
        session.add(
            JournalEntry(action="legacy.import", subject="legacy-register", subject_id="test")
        )
    engine.dispose()
    monkeypatch.setenv("CADASTRE_DATABASE_URL", fresh_database.owner_url)
    monkeypatch.setenv("CADASTRE_APP_DATABASE_URL", fresh_database.app_url)
    return url
