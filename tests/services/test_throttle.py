"""Guesses under one name are counted, one after another, and forgotten in time."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, func, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from cadastre.errors import TooOften
from cadastre.models import SignInFailure
from cadastre.services.throttle import (
    MOST_FAILURES,
    ensure_not_too_often,
    forget_failures,
    note_failure,
)

NAME = "ada@exemple.test"


def test_the_eleventh_try_waits_and_a_success_begins_anew(app_session: Session) -> None:
    for _ in range(MOST_FAILURES):
        ensure_not_too_often(app_session, NAME)
        note_failure(app_session, f" {NAME.upper()} ")  # one name, however it is written
    with pytest.raises(TooOften) as refusal:
        ensure_not_too_often(app_session, NAME)
    assert 0 < refusal.value.values["seconds"] <= 60
    ensure_not_too_often(app_session, NAME, device="known")
    ensure_not_too_often(app_session, "efua@exemple.test")
    forget_failures(app_session, NAME)
    ensure_not_too_often(app_session, NAME)


def test_failures_of_long_ago_are_neither_counted_nor_kept(app_session: Session) -> None:
    for minutes in (11, 30):
        failed = func.now() - text(f"interval '{minutes} minutes'")
        app_session.add_all(
            SignInFailure(name_hash=f"{minutes}-{number}", recorded_at=failed)
            for number in range(MOST_FAILURES)
        )
    app_session.flush()
    note_failure(app_session, NAME)
    left = app_session.scalar(select(func.count()).select_from(SignInFailure))
    assert left == MOST_FAILURES + 1


def test_tries_at_once_are_heard_one_after_another(app_engine: Engine) -> None:
    with Session(app_engine) as first, Session(app_engine) as second:
        ensure_not_too_often(first, NAME)
        second.execute(text("SET LOCAL lock_timeout = '50ms'"))
        ensure_not_too_often(second, "efua@exemple.test")  # the control: another name
        with pytest.raises(OperationalError, match="lock timeout"):
            ensure_not_too_often(second, NAME)
        first.rollback()
        second.rollback()
        ensure_not_too_often(second, NAME)
        second.rollback()
