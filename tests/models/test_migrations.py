"""Build the schema from nothing, compare it with the models, take it down and up again."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from psycopg2 import sql
from sqlalchemy import Engine, create_engine, text

from cadastre.database import downgrade, migration_files, sqlalchemy_url, upgrade
from cadastre.models import Base
from tests.databases import TestServer

# Alembic cannot compare expressions that name an operator class, and says so for each; the search
# indexes are proved by the tests of search.
pytestmark = pytest.mark.filterwarnings("ignore:Expression #1 .* operator clause:UserWarning")
COUNT = itertools.count(1)
OF_EXTENSIONS = ("spatial_ref_sys",)


@pytest.fixture
def empty_url(cluster: TestServer) -> Iterator[str]:
    """Give the owner's address of a database with nothing but extensions."""
    name = f"test_{os.getpid()}_empty_{next(COUNT)}"
    cluster._create(name, None)
    yield sqlalchemy_url(cluster.urls(name).owner_url)
    cluster._run(sql.SQL("drop database if exists {} with (force)"), name)


@pytest.fixture
def empty(empty_url: str) -> Iterator[Engine]:
    """Open it."""
    engine = create_engine(empty_url)
    yield engine
    engine.dispose()


def differences(engine: Engine) -> list[object]:
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"include_object": is_ours, "compare_type": True}
        )
        return compare_metadata(context, Base.metadata)


def is_ours(_thing, name, kind, *_rest):
    return not (kind == "table" and name in OF_EXTENSIONS)


def leftovers(engine: Engine) -> set[str]:
    query = (
        "SELECT relname FROM pg_class c WHERE relnamespace = 'public'::regnamespace "
        "AND relkind IN ('r', 'S', 'v') "
        "AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e') "
        "UNION SELECT proname FROM pg_proc p WHERE pronamespace = 'public'::regnamespace "
        "AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')"
    )
    with engine.connect() as connection:
        return {row[0] for row in connection.execute(text(query))} - {"alembic_version"}


def test_migrations_build_what_the_models_say(empty_url, empty):
    upgrade(empty_url)
    assert differences(empty) == []


def test_migrations_go_down_to_nothing_and_up_again(empty_url, empty):
    upgrade(empty_url)
    downgrade(empty_url, "base")
    assert leftovers(empty) == set()
    upgrade(empty_url)
    assert differences(empty) == []


def test_migrations_are_numbered_without_a_gap_and_say_why():
    files = migration_files()
    assert [file.name[:4] for file in files] == [f"{n:04d}" for n in range(1, len(files) + 1)]
    for file in files:
        first = file.read_text("utf-8").splitlines()[0]
        assert first.startswith('"""'), file.name
        assert len(first) > 20, file.name
