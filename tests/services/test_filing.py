"""Filing: rank, ground and history together, or nothing at all."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from shapely.geometry import box
from sqlalchemy import create_engine, func, select
from sqlalchemy.orm import Session

from cadastre.config import ROOT
from cadastre.database import sqlalchemy_url
from cadastre.errors import Blocked, UnusableInput
from cadastre.models import (
    Account,
    Application,
    JournalEntry,
    Occupation,
    OutboxEvent,
    Parcel,
    Party,
    Step,
)
from cadastre.rules.load import load_ruleset
from cadastre.rules.ruleset import Ruleset
from cadastre.services.accounts import create_account
from cadastre.services.filing import Filing, file_application
from cadastre.services.readings import read_geometry, read_input
from tests.databases import TestUrls
from tests.factories import make_title, square

SAND = ("sable",)
KIND = "permis-materiaux-construction"


@pytest.fixture(scope="module")
def ruleset() -> Ruleset:
    return load_ruleset(ROOT / "data" / "rulesets" / "togo")


def people(session: Session) -> tuple[Account, Party]:
    party = Party(kind="company", name="Carrières Exemple SARL (fictive)")
    session.add(party)
    session.flush()
    account = create_account(
        session,
        email="operateur@exemple.test",
        display_name="Opérateur",
        password="un mot de passe",
        parties=[party],
    )
    return account, party


def filing(ruleset: Ruleset, west: float = 1.0, south: float = 7.0, side: float = 0.01) -> Filing:
    shape = box(west, south, west + side, south + side)
    return Filing(KIND, SAND, read_geometry(ruleset, shape.__geo_interface__), name="Essai")


def test_a_filing_enters_the_register_whole(session: Session, ruleset: Ruleset) -> None:
    account, party = people(session)
    before = dt.datetime.now(dt.UTC)
    made = file_application(session, ruleset, filing(ruleset), account=account, applicant=party)
    assert before <= made.filed_at <= dt.datetime.now(dt.UTC)
    assert made.number == f"DEM-{made.filed_at.year}-{made.rank:06d}"
    parcel = session.scalars(select(Parcel).where(Parcel.application_id == made.id)).one()
    assert parcel.period.lower == made.filed_at
    assert parcel.planar_area_m2 == pytest.approx(1_218_000, rel=0.01)
    assert parcel.original_crs == "EPSG:4326"
    occupation = session.scalars(select(Occupation).where(Occupation.parcel_id == parcel.id)).one()
    assert (occupation.standing, occupation.occupant) == ("exclusive", "application")
    assert session.scalars(select(Step.kind).where(Step.dossier_id == made.dossier_id)).all() == [
        "file"
    ]
    told = select(JournalEntry.action).where(JournalEntry.subject_id == made.number)
    assert session.scalars(told).all() == ["application.file"]
    heard = select(OutboxEvent.topic).where(OutboxEvent.subject_id == made.number)
    assert session.scalars(heard).all() == ["application.filed"]


def test_ranks_follow_the_order_of_filing_and_the_second_waits_behind(
    session: Session, ruleset: Ruleset
) -> None:
    account, party = people(session)
    first = file_application(session, ruleset, filing(ruleset), account=account, applicant=party)
    second = file_application(
        session, ruleset, filing(ruleset, west=1.005), account=account, applicant=party
    )
    assert second.rank > first.rank
    standings = session.scalars(select(Occupation.standing).order_by(Occupation.id)).all()
    assert standings == ["exclusive", "second-rank"]


def test_ground_of_a_title_of_the_same_group_cannot_be_asked_for(
    session: Session, ruleset: Ruleset
) -> None:
    account, party = people(session)
    group = ruleset.exclusivity_group(KIND, SAND)
    make_title(session, square(1.0, 7.0), substances=SAND, group=group)
    with pytest.raises(Blocked) as refusal:
        file_application(session, ruleset, filing(ruleset), account=account, applicant=party)
    assert refusal.value.values["count"] >= 1
    assert session.scalar(select(func.count()).select_from(Application)) == 0


def test_an_open_question_stops_a_filing(session: Session, ruleset: Ruleset) -> None:
    account, party = people(session)
    table = "A 276400 1011100\nB 293000 1011100\nC 293000 999200\nD 276400 999200"
    (reading,) = read_input(ruleset, table.encode(), "table.txt")
    with pytest.raises(UnusableInput, match="question-open"):
        file_application(
            session, ruleset, Filing(KIND, SAND, reading), account=account, applicant=party
        )


def test_the_past_of_a_filing_cannot_be_changed_by_the_application(
    app_session: Session, ruleset: Ruleset
) -> None:
    account, party = people(app_session)
    made = file_application(app_session, ruleset, filing(ruleset), account=account, applicant=party)
    made.rank = made.rank + 1000
    with pytest.raises(Exception, match="permission denied"):
        app_session.flush()


def test_of_eight_simultaneous_filings_one_holds_the_first_rank(
    fresh_database: TestUrls, ruleset: Ruleset
) -> None:
    engine = create_engine(sqlalchemy_url(fresh_database.app_url), pool_size=8)
    with Session(engine) as session, session.begin():
        account, party = people(session)
        ids = account.id, party.id
    start, failures = threading.Barrier(8), []

    def file() -> None:
        start.wait()
        try:
            with Session(engine) as session, session.begin():
                account = session.get_one(Account, ids[0])
                party = session.get_one(Party, ids[1])
                file_application(
                    session, ruleset, filing(ruleset), account=account, applicant=party
                )
        except Exception as failure:
            failures.append(failure)

    threads = [threading.Thread(target=file) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with Session(engine) as session:
        rows = session.execute(
            select(Application.rank, Application.filed_at, Occupation.standing)
            .join(Parcel, Parcel.application_id == Application.id)
            .join(Occupation, Occupation.parcel_id == Parcel.id)
            .order_by(Application.rank)
        ).all()
    engine.dispose()
    assert [row.standing for row in rows] == ["exclusive"] + ["second-rank"] * 7
    assert [row.filed_at for row in rows] == sorted(row.filed_at for row in rows)
