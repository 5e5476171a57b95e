"""The keeper writes down the delay that ended and tells the applicant, with nobody asking."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import create_engine, select, text
from sqlalchemy.orm import Session

from cadastre.cli.dossiers import turn
from cadastre.config import ROOT, Settings
from cadastre.database import sqlalchemy_url
from cadastre.models import Dossier, DossierStanding, Step
from cadastre.services.dossiers.standing import keep_standing, standing_of
from tests.databases import TestUrls
from tests.services.dossiers import walking


def settings(urls: TestUrls, home: Path) -> Settings:
    return Settings(
        home=home, data=ROOT / "data", environment="demo", ruleset="togo",
        database_url=urls.owner_url, app_database_url=urls.app_url, secret_key="tests only",
    )  # fmt: skip


def test_a_completion_that_never_came_lapses_and_is_told(
    fresh_database: TestUrls, tmp_path: Path
) -> None:
    engine = create_engine(sqlalchemy_url(fresh_database.owner_url))
    with Session(engine) as session, session.begin():
        number = overdue(session)
    chosen = settings(fresh_database, tmp_path)
    turn(chosen, walking.TOGO, "fr")
    with Session(engine) as session:
        dossier = session.scalars(select(Dossier).where(Dossier.number == number)).one()
        assert session.get_one(DossierStanding, dossier.id).state == "lapsed"
        kinds = session.scalars(select(Step.kind).where(Step.dossier_id == dossier.id)).all()
        assert kinds.count("lapse") == 1
    letters = [path.read_text() for path in (tmp_path / "mail").iterdir()]
    assert letters
    assert all(f"/dossiers/{number}" in letter for letter in letters)
    assert not any("page 2" in letter for letter in letters), "no content leaves"
    turn(chosen, walking.TOGO, "fr")
    assert len(list((tmp_path / "mail").iterdir())) == len(letters)
    engine.dispose()


def overdue(session: Session) -> str:
    """Leave a dossier waiting for a completion whose time is over."""
    who = walking.people(session)
    dossier = walking.opened(session, "declaration-autoproduction", who)
    walking.fill(session, dossier, who, perimeter=walking.ground_for(dossier.service, 1, None))
    walking.step(session, dossier, "lodge", who.actor(session, who.applicant))
    agent = who.actor(session, who.agent)
    walking.step(session, dossier, "request-completion", agent, "page 2", days=2)
    session.execute(text("UPDATE step SET happened_at = happened_at - interval '30 days'"))
    session.expire_all()
    steps = session.scalars(select(Step.happened_at).where(Step.dossier_id == dossier.id)).all()
    # The row of the queue as it was kept then: nobody has looked since.
    keep_standing(session, dossier, standing_of(session, dossier, now=max(steps)))
    return dossier.number
