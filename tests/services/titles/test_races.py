"""Two decisions at one instant: one is taken, the other is told why it came too late."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable

import pytest
from shapely.geometry import box
from sqlalchemy import create_engine, func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from cadastre.database import sqlalchemy_url
from cadastre.errors import Blocked
from cadastre.models import Account, Application, Occupation, Step, Title
from cadastre.services.titles.decision import Decision
from cadastre.services.titles.grant import Grant, grant
from cadastre.services.titles.perform import Particulars, perform
from tests.databases import TestUrls
from tests.factories import make_application, make_title
from tests.services.titles.people import TOGO, account

WRITERS = 8
TERM = Grant(expires_on=dt.date(2030, 1, 1))


@pytest.fixture
def race(fresh_database: TestUrls):
    """Run an act from eight connections at once as the application's role; give what each met."""
    engine = create_engine(sqlalchemy_url(fresh_database.app_url), pool_size=WRITERS)
    with Session(engine) as session, session.begin():
        ids = account(session, "agent").id, account(session, "decider").id

    def run(act: Callable[[Session, Decision], object]) -> list[str]:
        start, met = threading.Barrier(WRITERS), []

        def once() -> None:
            start.wait()
            try:
                with Session(engine) as session, session.begin():
                    people = [session.get_one(Account, one) for one in ids]
                    act(session, Decision(*people, "course d'essai"))
                met.append("done")
            except Blocked as refusal:
                met.append(refusal.code)
            except DBAPIError as error:
                met.append(error.orig.pgcode)

        threads = [threading.Thread(target=once) for _ in range(WRITERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return sorted(met)

    run.engine = engine
    yield run
    engine.dispose()


def test_an_application_is_granted_once(race):
    with Session(race.engine) as session, session.begin():
        number = make_application(
            session, kind="permis-materiaux-construction", substances=("sable",),
            group="construction-materials",
        ).number  # fmt: skip

    def act(session: Session, decided: Decision) -> None:
        asked = session.scalars(select(Application).where(Application.number == number)).one()
        grant(session, TOGO, asked, decided, TERM)

    assert race(act) == ["done"] + ["titles.application-closed"] * (WRITERS - 1)
    with Session(race.engine) as session:
        assert session.scalar(select(func.count()).select_from(Title)) == 1
        holding = select(func.count()).where(func.upper_inf(Occupation.period).is_(False))
        assert session.scalar(holding) == 2  # the application's, closed, and the title's


def test_one_ground_is_split_once_and_renounced_never_after(race):
    with Session(race.engine) as session, session.begin():
        number = make_title(session, box(0.9, 8.9, 1.0, 9.0)).number
    west, east = (
        box(*b).__geo_interface__ for b in ((0.9, 8.9, 0.95, 9.0), (0.95, 8.9, 1.0, 9.0))
    )

    def act(session: Session, decided: Decision) -> None:
        title = session.scalars(select(Title).where(Title.number == number)).one()
        perform(session, TOGO, title, "split", Particulars(geometries=(west, east)), decided)

    met = race(act)
    assert met == ["done"] + ["titles.is-ended"] * (WRITERS - 1)
    with Session(race.engine) as session:
        assert session.scalar(select(func.count()).where(Step.kind == "split")) == 1
