"""``cadastre keep`` does each day's work once, tries again what failed, and seals meanwhile."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

from cadastre.cli import keep
from cadastre.cli.keep import RETRY_SECONDS, Chore
from cadastre.config import ROOT
from cadastre.database import sqlalchemy_url
from cadastre.errors import NotAvailable
from cadastre.models import JournalEntry
from tests.databases import TestUrls
from tests.factories import make_title, make_zone, square

MONDAY, TUESDAY = dt.date(2026, 6, 1), dt.date(2026, 6, 2)
PATIENCE_S = 90


def test_a_chore_is_done_once_a_day() -> None:
    done: list[str] = []
    chore = Chore(lambda: done.append("x") or "fait", "fr")
    for day, now in ((MONDAY, 0.0), (MONDAY, 10.0), (TUESDAY, 20.0), (TUESDAY, 30.0)):
        chore.run_if_due(day, now)
    assert len(done) == 2


@pytest.mark.parametrize("fault", [NotAvailable("register.too-busy"), ValueError("essai")])
def test_a_failure_is_told_and_tried_again_later(fault: Exception, capsys) -> None:
    faults = [fault]

    def do() -> str:
        if faults:
            raise faults.pop()
        return "fait"

    chore = Chore(do, "en")
    chore.run_if_due(MONDAY, 0.0)
    told = capsys.readouterr().err
    assert "Try again in a minute" in told or "essai" in told
    chore.run_if_due(MONDAY, RETRY_SECONDS - 1)
    assert chore.done_on is None
    chore.run_if_due(MONDAY, RETRY_SECONDS)
    assert chore.done_on == MONDAY


def test_sealing_outlives_a_missing_key_and_says_so_once(monkeypatch, capsys) -> None:
    turns = []

    def key(_settings):
        turns.append(1)
        if len(turns) == 4:
            raise KeyboardInterrupt
        raise NotAvailable("log.no-key", where="nowhere")

    monkeypatch.setattr(keep, "signing_key", key)
    monkeypatch.setattr(keep, "SEAL_SECONDS", 0.0)
    with pytest.raises(KeyboardInterrupt):
        keep._seal_without_end(None, "en")
    assert capsys.readouterr().err.count("no key at nowhere") == 1


def test_it_does_every_chore_at_start(fresh_database: TestUrls, tmp_path: Path) -> None:
    engine = create_engine(sqlalchemy_url(fresh_database.owner_url))
    with Session(engine) as session, session.begin():
        make_zone(session, square(1.05, 8.05))
        make_title(session, square(1.0, 8.0))
        owed = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=7)
        signed = dt.date(owed.year - 2, owed.month, min(owed.day, 28))
        make_title(
            session, square(1.5, 8.5), number="PE-1", kind="permis-exploitation-petite-echelle",
            granted_on=signed, starts_on=signed, expires_on=signed.replace(year=owed.year + 5),
            recorded_at=dt.datetime(owed.year - 1, 1, 1, tzinfo=dt.UTC),
        )  # fmt: skip
        session.add(JournalEntry(action="title.grant", subject="title", subject_id="T"))
    here = {
        "CADASTRE_DATABASE_URL": fresh_database.owner_url, "CADASTRE_HOME": str(tmp_path),
        "CADASTRE_ENV": "demo", "CADASTRE_LANG": "en",
    }  # fmt: skip
    command = [str(Path(sys.executable).parent / "cadastre"), "keep"]
    with (tmp_path / "keep.log").open("w") as log:
        keeping = subprocess.Popen(
            command, cwd=ROOT, env=os.environ | here, stdin=subprocess.DEVNULL, stderr=log
        )
    try:
        end, words = time.monotonic() + PATIENCE_S, ""
        wanted = (
            "entries sealed", "1 cases opened", "expired title(s) opened", "Yearly fees: 1 order(s)"
        )  # fmt: skip
        while not all(each in words for each in wanted) and time.monotonic() < end:
            assert keeping.poll() is None, words
            time.sleep(0.2)
            words = (tmp_path / "keep.log").read_text("utf-8")
    finally:
        keeping.terminate()
        keeping.wait(PATIENCE_S)
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM overlap_case")) == 1, words
        assert connection.scalar(text("SELECT count(*) FROM log_leaf")) >= 1, words
        yearly = "SELECT count(*) FROM invoice WHERE moment = 'yearly' AND issued_by_id IS NULL"
        assert connection.scalar(text(yearly)) == 1, words
    engine.dispose()
