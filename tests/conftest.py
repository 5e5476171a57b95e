"""Give every test a migrated PostGIS of its own and clean connections to it.

The server is ``CADASTRE_DATABASE_URL`` when given (its user must be allowed to create databases),
else a private cluster in ``var/test``. Migrations run once into a template; each worker copies it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session

from cadastre.config import APP_ROLE, ROOT
from cadastre.database import sqlalchemy_url
from cadastre.services import accounts
from tests.databases import TestServer, TestUrls, open_server

SHARED = ROOT.parent / "shared"


@pytest.fixture(scope="session")
def cluster() -> Iterator[TestServer]:
    """Hand over a running server; the last session that uses the private one stops it."""
    with open_server() as server:
        yield server


@pytest.fixture(scope="session")
def database(cluster: TestServer, worker_id: str) -> Iterator[TestUrls]:
    """Copy the migrated template into a database for this worker; drop it at the end."""
    name = f"test_{os.getpid()}_{worker_id}"
    with cluster.copy_of_template(name) as urls:
        yield urls


@pytest.fixture
def fresh_database(cluster: TestServer, request: pytest.FixtureRequest) -> Iterator[TestUrls]:
    """Give one test a migrated database of its own, for tests that really commit."""
    name = f"test_{os.getpid()}_{abs(hash(request.node.nodeid)) % 10**10}"
    with cluster.copy_of_template(name) as urls:
        yield urls


@pytest.fixture(scope="session", autouse=True)
def dear_hashes() -> Iterator[tuple[PasswordHasher, str]]:
    """Hash passwords cheaply in this process; hand over the hasher of the product and its blank."""
    dear = accounts.HASHER, accounts.NOBODY
    accounts.HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    accounts.NOBODY = accounts.HASHER.hash("nobody bears this name")
    yield dear
    accounts.HASHER, accounts.NOBODY = dear


@pytest.fixture(scope="session")
def database_url(database: TestUrls) -> str:
    """Give the owner's address of this worker's database."""
    return sqlalchemy_url(database.owner_url)


@pytest.fixture(scope="session")
def app_database_url(database: TestUrls) -> str:
    """Give the application's address of this worker's database."""
    return sqlalchemy_url(database.app_url)


@pytest.fixture(scope="session")
def engine(database_url: str) -> Iterator[Engine]:
    """Open this worker's database as its owner."""
    engine = create_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def app_engine(app_database_url: str) -> Iterator[Engine]:
    """Open this worker's database as the application, which owns nothing."""
    engine = create_engine(app_database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """Open an owner's session of which nothing stays: commits end savepoints only."""
    yield from _undone(engine)


@pytest.fixture
def app_session(app_engine: Engine) -> Iterator[Session]:
    """Open an application's session of which nothing stays: commits end savepoints only."""
    yield from _undone(app_engine)


@pytest.fixture(scope="session")
def app_role() -> str:
    """Name the role of the application, for ``SET ROLE`` inside an owner's session."""
    return APP_ROLE


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Give the folder of real cases kept beside the clone; skip where there is none."""
    if not SHARED.is_dir():
        pytest.skip(f"{SHARED.name}/ is not beside the clone")
    return SHARED


@pytest.fixture(scope="session")
def worker_id(request: pytest.FixtureRequest) -> str:
    """Name this worker, also where pytest-xdist is switched off."""
    return getattr(request.config, "workerinput", {}).get("workerid", "main")


def _undone(engine: Engine) -> Iterator[Session]:
    with engine.connect() as connection:
        outer = connection.begin()
        with Session(
            connection, join_transaction_mode="create_savepoint", expire_on_commit=False
        ) as session:
            yield session
        if outer.is_active:
            outer.rollback()
