"""Who loses a race tries again from a clean transaction, five times and no more."""

from __future__ import annotations

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError, ProgrammingError
from sqlalchemy.orm import Session

from cadastre.database import sqlalchemy_url
from cadastre.errors import NotAvailable
from cadastre.services.again import TRIES, decide, try_again
from tests.databases import TestUrls

RACES = ("40001", "40P01")


@pytest.fixture
def engine(fresh_database: TestUrls):
    """Connect to a register that may be written to."""
    engine = create_engine(sqlalchemy_url(fresh_database.owner_url))
    yield engine
    engine.dispose()


def lose(session: Session, code: str) -> None:
    """Let the database refuse with a code, as it does when two decisions meet."""
    session.execute(text(f"DO $$ BEGIN RAISE EXCEPTION 'met' USING ERRCODE = '{code}'; END $$"))


@pytest.mark.parametrize("code", RACES)
def test_a_lost_race_is_run_again_and_leaves_nothing(engine, code):
    tries: list[int] = []

    def work(session: Session) -> int:
        session.execute(text("INSERT INTO granting_stop (reason) VALUES ('essai')"))
        tries.append(1)
        if len(tries) < 3:
            lose(session, code)
        return len(tries)

    assert decide(engine, work) == 3
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM granting_stop")) == 1


@pytest.mark.parametrize("code", RACES)
def test_five_lost_races_are_told_in_a_sentence(engine, code):
    tries: list[int] = []

    def work(session: Session) -> None:
        tries.append(1)
        lose(session, code)

    with pytest.raises(NotAvailable, match=r"register\.too-busy"):
        decide(engine, work)
    assert len(tries) == TRIES


def test_other_faults_are_not_tried_again(engine):
    tries: list[int] = []

    def work(session: Session) -> None:
        tries.append(1)
        session.execute(text("SELECT nothing FROM nowhere"))

    with pytest.raises(ProgrammingError):
        decide(engine, work)
    assert len(tries) == 1


def test_the_edge_cleans_its_own_session_between_tries(engine):
    with Session(engine) as session:
        tries: list[int] = []

        def work() -> int:
            tries.append(1)
            if len(tries) == 1:
                lose(session, "40001")
            return int(session.scalar(text("SELECT 7")) or 0)

        with pytest.raises(DBAPIError):  # without cleaning, the failed transaction stays failed
            try_again(work)
        session.rollback()
        tries.clear()
        assert try_again(work, clean_up=session.rollback) == 7
