"""Make the test databases: one migrated template per state of the schema, a copy per worker."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from psycopg2 import sql
from sqlalchemy.engine import make_url

from cadastre.cluster import create_database, ensure_running, stop
from cadastre.cluster.place import ClusterPlace
from cadastre.cluster.roles import EXTENSIONS, connect
from cadastre.config import APP_ROLE, ROOT
from cadastre.database import sqlalchemy_url, upgrade

HOME = Path(os.environ.get("CADASTRE_TEST_HOME", ROOT / "var" / "test"))
SCHEMA_SOURCES = ("migrations", "cadastre/models", "cadastre/database.py", "tests/databases.py")
TEMPLATE_PREFIX = "template_"


@dataclass(frozen=True, slots=True)
class TestUrls:
    """Addresses of one test database, by role, in PostgreSQL's own manner."""

    __test__ = False

    owner_url: str
    app_url: str
    superuser_url: str


class TestServer:
    """A server on which this session may create databases."""

    __test__ = False

    def __init__(self, given: str | None) -> None:
        self.given = given

    def urls(self, name: str) -> TestUrls:
        """Give the addresses of a database of this server."""
        if self.given is None:
            private = ClusterPlace(HOME).urls(name)
            return TestUrls(private.owner_url, private.app_url, private.superuser_url)
        url = make_url(self.given).set(database=name, drivername="postgresql")
        as_app = url.update_query_dict({"options": f"-c role={APP_ROLE}"})
        owner = url.render_as_string(hide_password=False)
        return TestUrls(owner, as_app.render_as_string(hide_password=False), owner)

    @contextlib.contextmanager
    def copy_of_template(self, name: str) -> Iterator[TestUrls]:
        """Copy the migrated template under a name, and drop the copy at the end."""
        with exclusive("template"):
            template = self._ensure_template()
            self._run(sql.SQL("drop database if exists {} with (force)"), name)
            self._create(name, template)
        try:
            yield self.urls(name)
        finally:
            self._run(sql.SQL("drop database if exists {} with (force)"), name)

    def drop_leftovers(self) -> None:
        """Drop databases of sessions that were killed, and templates of former schemas."""
        for name in self._names("test_%"):
            if not Path(f"/proc/{name.split('_')[1]}").exists():
                self._run(sql.SQL("drop database if exists {} with (force)"), name)

    def _ensure_template(self) -> str:
        """Migrate once per state of the schema; a half-migrated one never has the final name."""
        name = TEMPLATE_PREFIX + schema_digest()
        if name in self._names(TEMPLATE_PREFIX + "%"):
            return name
        fresh = "fresh_" + name
        self._run(sql.SQL("drop database if exists {} with (force)"), fresh)
        self._create(fresh, None)
        upgrade(sqlalchemy_url(self.urls(fresh).owner_url))
        with connect(self._administration()) as server, server.cursor() as cursor:
            cursor.execute(
                sql.SQL("alter database {} rename to {}").format(
                    sql.Identifier(fresh), sql.Identifier(name)
                )
            )
        for former in self._names(TEMPLATE_PREFIX + "%"):
            if former != name:
                self._run(sql.SQL("drop database if exists {}"), former)
        return name

    def _create(self, name: str, template: str | None) -> None:
        if self.given is None:
            create_database(ClusterPlace(HOME), name, template)
            return
        self._run(
            sql.SQL("create database {} template {}"), name, template or "template0"
        )
        if template is None:
            with connect(self.urls(name).superuser_url) as server, server.cursor() as cursor:
                for extension in EXTENSIONS:
                    cursor.execute(
                        sql.SQL("create extension if not exists {}").format(
                            sql.Identifier(extension)
                        )
                    )

    def _administration(self) -> str:
        return self.given or self.urls("postgres").superuser_url

    def _names(self, pattern: str) -> list[str]:
        with connect(self._administration()) as server, server.cursor() as cursor:
            cursor.execute(
                "select datname from pg_database where datname like %s",
                (pattern.replace("_", r"\_"),),
            )
            return [row[0] for row in cursor.fetchall()]

    def _run(self, command: sql.SQL, *names: str) -> None:
        identifiers = [sql.Identifier(name) for name in names]
        with connect(self._administration()) as server, server.cursor() as cursor:
            cursor.execute(command.format(*identifiers))


@contextlib.contextmanager
def open_server() -> Iterator[TestServer]:
    """Start the private test cluster, or take the given server; the last one out stops ours."""
    given = os.environ.get("CADASTRE_DATABASE_URL") or None
    if given is not None:
        yield TestServer(_plain(given))
        return
    HOME.mkdir(parents=True, exist_ok=True)
    with (HOME / "users.lock").open("a") as users:
        fcntl.flock(users, fcntl.LOCK_SH)
        ensure_running(HOME, durable=False)
        server = TestServer(None)
        server.drop_leftovers()
        yield server
        fcntl.flock(users, fcntl.LOCK_UN)
        with contextlib.suppress(BlockingIOError):  # somebody else is still testing
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            stop(HOME)


@contextlib.contextmanager
def exclusive(name: str) -> Iterator[None]:
    """Let one test process at a time do this."""
    HOME.mkdir(parents=True, exist_ok=True)
    with (HOME / f"{name}.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def schema_digest() -> str:
    """Sum up everything the schema is made from, so that a changed migration is run anew."""
    digest = hashlib.sha256()
    for source in SCHEMA_SOURCES:
        path = ROOT / source
        files = sorted(path.rglob("*.*")) if path.is_dir() else [path]
        for file in files:
            if file.suffix in {".py", ".sql", ".ini"}:
                digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def _plain(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
