"""Doors to PostGIS: engines, sessions and migrations.

Two doors: the owner's, for migrations and set-up, and the application's, whose role owns nothing
and cannot switch a guard off. Transactions belong to the edge: a request or a
command opens a session with :func:`transaction`, services only flush.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from psycopg2 import Error as DriverError
from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.exc import DisconnectionError, OperationalError
from sqlalchemy.orm import Session

from cadastre.cluster import ensure_running
from cadastre.config import APP_ROLE, ROOT, Settings
from cadastre.errors import NotAvailable

MIGRATIONS = ROOT / "migrations"
IDLE_S = 1.0  # a connection used longer ago is asked whether it still lives


def owner_url(settings: Settings) -> str:
    """Give the owner's address, starting the private cluster when it is the one meant."""
    if settings.database_url is not None:
        return sqlalchemy_url(settings.database_url)
    return sqlalchemy_url(ensure_running(settings.home).owner_url)


def app_engine(settings: Settings) -> Engine:
    """Open the application's door: every connection works as a role that owns nothing."""
    if settings.database_url is None:
        return _engine(sqlalchemy_url(ensure_running(settings.home).app_url), None)
    if settings.app_database_url is not None:
        return _engine(sqlalchemy_url(settings.app_database_url), None)
    return _engine(sqlalchemy_url(settings.database_url), APP_ROLE)


def owner_engine(settings: Settings) -> Engine:
    """Open the owner's door, for set-up and migrations only."""
    return _engine(owner_url(settings), None)


@contextmanager
def transaction(engine: Engine) -> Iterator[Session]:
    """Open a session that commits at the end, or leaves nothing behind on an error.

    Raises
    ------
    NotAvailable
        The database does not answer.
    """
    try:
        with Session(engine, expire_on_commit=False) as session, session.begin():
            yield session
    except OperationalError as error:
        raise NotAvailable("database.not-answering", reason=str(error.orig).strip()) from error


def upgrade(url: str, revision: str = "head") -> None:
    """Bring a database to a revision of the schema."""
    command.upgrade(_alembic(url), revision)


def downgrade(url: str, revision: str) -> None:
    """Take a database back to an earlier revision of the schema."""
    command.downgrade(_alembic(url), revision)


def sqlalchemy_url(url: str) -> str:
    """Name the driver in an address written in PostgreSQL's own manner."""
    for scheme in ("postgresql://", "postgres://"):
        if url.startswith(scheme):
            return "postgresql+psycopg2://" + url.removeprefix(scheme)
    return url


@cache
def _engine(url: str, role: str | None) -> Engine:
    # Starting parallel workers costs about 20 ms a question and five times the throughput of tiles.
    engine = create_engine(
        url,
        pool_size=8,
        connect_args={"options": "-c max_parallel_workers_per_gather=0 -c timezone=UTC"},
    )
    event.listen(engine, "checkin", _note_use)
    event.listen(engine, "checkout", _ping_when_idle)
    if role is not None:

        @event.listens_for(engine, "connect")
        def work_as_role(connection, _record) -> None:  # type: ignore[no-untyped-def]
            with connection.cursor() as cursor:
                cursor.execute(f"SET ROLE {role}")
            connection.commit()

    return engine


def _note_use(_connection: Any, record: Any) -> None:
    record.info["used_at"] = time.monotonic()


def _ping_when_idle(connection: Any, record: Any, _proxy: Any) -> None:
    """Ask a connection whether it still lives, unless it did a moment ago.

    A ping before each request is a journey to the database in four.
    """
    if time.monotonic() - record.info.get("used_at", time.monotonic()) < IDLE_S:
        return
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        connection.rollback()
    except DriverError as error:
        raise DisconnectionError from error


def _alembic(url: str) -> Config:
    config = Config(str(MIGRATIONS / "alembic.ini"))
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["url"] = url
    return config


def is_ready(engine: Engine) -> bool:
    """Tell whether the database answers and holds the register's schema."""
    try:
        with engine.connect() as connection:
            return connection.execute(text("SELECT to_regclass('title')")).scalar() is not None
    except OperationalError:
        return False


def migration_files() -> list[Path]:
    """List the migrations in their order."""
    return sorted((MIGRATIONS / "versions").glob("[0-9]*.py"))
