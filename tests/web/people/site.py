"""Serve a site with a few people, for tests in a real browser."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.orm import Session

from cadastre.models import Mandate, Party
from tests.databases import TestServer
from tests.factories import make_unit, square
from tests.web.people.asking import make_person
from tests.web.second_factor import let_decide
from tests.web.served import answering, filled, site_over


@contextmanager
def served(cluster: TestServer, worker: str, home: Path) -> Iterator[str]:
    """Serve it; give its address: a passkey is bound to a name, and no number serves as one."""
    with cluster.copy_of_template(f"test_{os.getpid()}_people_{worker}") as urls:
        filled(urls, fill)
        with site_over(urls, home) as app, answering(app) as address:
            yield address.replace("127.0.0.1", "localhost")


def fill(session: Session) -> None:
    """Lay out people of every kind, a company and what waits for somebody."""
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
