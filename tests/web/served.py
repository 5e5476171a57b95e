"""Serve the real site over a test database: one way of doing it for every test that visits."""

from __future__ import annotations

import contextlib
import logging
import os
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import pytest
from flask import Flask
from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session
from werkzeug.serving import make_server

from cadastre.config import ROOT, Settings
from cadastre.database import sqlalchemy_url
from tests.databases import TestServer, TestUrls
from web.app import create_app

POOLS: list[Engine] = []  # of the sites this worker serves
MANIFEST = ROOT / "web" / "static" / "dist" / "manifest.json"
Fill = Callable[[Session], Any]


@dataclass(frozen=True, slots=True)
class Served:
    """A site that answers: its address, its database, its home, and what its filling told."""

    url: str
    urls: TestUrls
    home: Path
    told: Any = None

    @property
    def owner_url(self) -> str:
        """Give the owner's address of the database, as SQLAlchemy wants it."""
        return sqlalchemy_url(self.urls.owner_url)


class Serve(Protocol):
    """Serve a register of that name, filled in one transaction."""

    def __call__(
        self, name: str, fill: Fill, *, home: Path | None = None, **settings: Any
    ) -> Served: ...


@pytest.fixture(scope="session")
def serve(
    cluster: TestServer, worker_id: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Serve]:
    """Hand over a way to serve registers, each made once a worker and kept until its end."""
    with contextlib.ExitStack() as until_the_end:

        def one(name: str, fill: Fill, *, home: Path | None = None, **settings: Any) -> Served:
            database = f"test_{os.getpid()}_{name}_{worker_id}"
            urls = until_the_end.enter_context(cluster.copy_of_template(database))
            home = home or tmp_path_factory.mktemp(name)
            told = filled(urls, fill)
            app = until_the_end.enter_context(site_over(urls, home, **settings))
            return Served(until_the_end.enter_context(answering(app)), urls, home, told)

        yield one


def filled(urls: TestUrls, fill: Fill) -> Any:
    """Fill a database as its owner, and give what the filling told."""
    engine = create_engine(sqlalchemy_url(urls.owner_url))
    with Session(engine, expire_on_commit=False) as session, session.begin():
        told = fill(session)
    engine.dispose()
    return told


def settings_over(urls: TestUrls, home: Path, **settings: Any) -> Settings:
    """Say what the demonstration's site is told, over a database."""
    return Settings(
        home=home, data=ROOT / "data", environment="demo", ruleset="togo",
        database_url=urls.owner_url, app_database_url=urls.app_url, secret_key="tests only",
        **settings,
    )  # fmt: skip


@contextlib.contextmanager
def site_over(urls: TestUrls, home: Path, **settings: Any) -> Iterator[Flask]:
    """Make the demonstration's site over a database; its law and services are read at once."""
    app = create_app(settings_over(urls, home, **settings))
    state = app.extensions["cadastre"]
    assert len(state.catalogue) == 29
    POOLS.append(state.engine)
    yield app
    POOLS.remove(state.engine)
    state.engine.dispose()


def rest() -> None:
    """Let sites that nobody visits now give back their connections."""
    for pool in POOLS:
        pool.dispose()


@contextlib.contextmanager
def answering(app: Flask) -> Iterator[str]:
    """Let a site answer on a free port; give its address."""
    if not MANIFEST.exists():
        subprocess.run(["node", "scripts/build_pages.mjs"], cwd=ROOT, check=True)
    server = make_server("127.0.0.1", 0, _in_one_piece(app), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def _in_one_piece(app: Flask) -> Callable[..., list[bytes]]:
    """Answer at once and close: this server leaves files open where a browser goes away."""
    logging.getLogger("werkzeug").setLevel(logging.WARNING)

    def answer(environ: Any, start_response: Any) -> list[bytes]:
        pieces = app(environ, start_response)
        try:
            return list(pieces)
        finally:
            close = getattr(pieces, "close", None)
            if close is not None:
                close()

    return answer
