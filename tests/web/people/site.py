"""Serve a site with a few people, for tests in a real browser."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine
from sqlalchemy.orm import Session
from werkzeug.serving import make_server

from cadastre.config import ROOT, Settings
from cadastre.database import sqlalchemy_url
from cadastre.models import Mandate, Party
from tests.databases import TestServer, TestUrls
from tests.factories import make_unit, square
from tests.web.people.asking import make_person
from tests.web.second_factor import let_decide
from web.app import create_app


@contextmanager
def served(cluster: TestServer, worker: str, home: Path) -> Iterator[str]:
    """Serve it; give its address."""
    with cluster.copy_of_template(f"test_{os.getpid()}_people_{worker}") as urls:
        fill(urls)
        settings = Settings(
            home=home, data=ROOT / "data", environment="demo", ruleset="togo",
            database_url=urls.owner_url, app_database_url=urls.app_url, secret_key="tests only",
        )  # fmt: skip
        app = create_app(settings)
        server = make_server("127.0.0.1", 0, app, threaded=True)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        # A passkey is bound to a name: no number serves as one.
        yield f"http://localhost:{server.server_port}"
        server.shutdown()
        thread.join()
        server.server_close()
        app.extensions["cadastre"].engine.dispose()


def fill(urls: TestUrls) -> None:
    """Lay out people of every kind, a company and what waits for somebody."""
    engine = create_engine(sqlalchemy_url(urls.owner_url))
    with Session(engine) as session, session.begin():
        make_unit(session, square(0.0, 6.0, 4), code="TG", name="Togo", level=0)
        make_unit(session, square(0.3, 7.8, 2.0), code="TG-C", name="Centrale", level=1)
        mine = Party(kind="company", name="Mines du Mono (fictive)", registration_number="TG-1")
        other = Party(kind="company", name="Or de Blitta (fictive)", registration_number="TG-2")
        session.add_all([mine, other])
        session.flush()
        for name in ("efua", "sena"):
            make_person(session, name, parties=[mine])
        asking = make_person(session, "ama")
        asking.mandates.append(
            Mandate(party=other, powers=["file"], state="pending", reason="Or de Blitta SA")
        )
        make_person(session, "agent", roles=["agent"])
        let_decide(make_person(session, "admin", roles=["administrator"]))
    engine.dispose()
