"""The fixtures themselves: what they promise to every other test."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from tests.databases import TestServer


def test_the_template_is_migrated_and_has_postgis(session: Session) -> None:
    assert session.scalar(text("select to_regclass('title')")) is not None
    assert session.scalar(text("select postgis_lib_version()"))


@pytest.mark.parametrize("turn", [1, 2])
def test_nothing_stays_even_after_a_commit(session: Session, turn: int) -> None:
    assert session.scalar(text("select to_regclass('left_behind')")) is None
    session.execute(text("create table left_behind (turn int)"))
    session.commit()
    session.execute(text("insert into left_behind values (:turn)"), {"turn": turn})
    session.rollback()
    assert session.scalar(text("select count(*) from left_behind")) == 0


def test_the_application_owns_nothing(app_session: Session) -> None:
    assert app_session.scalar(text("select current_user")) == "cadastre_app"
    with pytest.raises(ProgrammingError, match="must be owner"):
        app_session.execute(text("drop table title"))


def test_neither_role_is_superuser(
    cluster: TestServer, session: Session, app_session: Session
) -> None:
    question = text("select rolsuper from pg_roles where rolname = current_user")
    assert app_session.scalar(question) is False
    if cluster.given is None:  # a given server is used with the rights one gave us
        assert session.scalar(question) is False
