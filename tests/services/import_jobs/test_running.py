"""An import from the page: tried without a trace, confirmed, killed, taken up, never doubled."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import subprocess
import sys

import pytest
from shapely.geometry import mapping
from sqlalchemy import Engine, create_engine, func, select
from sqlalchemy.orm import Session

from cadastre.config import ROOT
from cadastre.database import sqlalchemy_url
from cadastre.errors import Blocked, NotAllowed
from cadastre.models import (
    Account,
    BaseMapFeature,
    ImportJob,
    ImportRow,
    OverlapCase,
    StoredFile,
    Title,
    Zone,
)
from cadastre.rules.load import load_ruleset
from cadastre.services.import_jobs import confirm, order_trial, receive, run_next
from cadastre.services.import_jobs.ordering import Sent
from tests.factories import square

TOGO = load_ruleset(ROOT / "data" / "rulesets" / "togo")
ZONE = {"nom": "Parc", "type": "national-park", "acte": "Décret 1"}
FIELDS = {"name": "nom", "kind": "type", "act": "acte"}
DIE_AT_THE_THIRD_BATCH = """
import os, sys
from sqlalchemy import create_engine
from cadastre.config import ROOT
from cadastre.rules.load import load_ruleset
from cadastre.services.import_jobs import running
running.BATCH, count, write = 2, [0], running._write
def dying(*given):
    write(*given)
    count[0] += 1
    if count[0] == 3:
        given[0].flush()
        os._exit(9)
running._write = dying
running.run_next(create_engine(sys.argv[1]), load_ruleset(ROOT / "data" / "rulesets" / "togo"))
"""


@pytest.fixture
def register(fresh_database) -> Engine:
    """Open a database in which imports really commit."""
    engine = create_engine(sqlalchemy_url(fresh_database.owner_url))
    yield engine
    engine.dispose()


def geojson(rows: list[tuple[dict, object]]) -> bytes:
    features = [
        {"type": "Feature", "properties": cells, "geometry": mapping(ground) if ground else None}
        for cells, ground in rows
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def ordered(engine: Engine, collection: str, content: bytes, body: dict) -> int:
    """Receive a file and order its trial."""
    with Session(engine) as session, session.begin():
        people = [
            Account(email=f"{who}@exemple.test", display_name=who, roles=["agent"])
            for who in ("un", "deux")
        ]
        session.add_all(people)
        session.flush()
        sent = Sent("../couche.geojson", content, collection)
        job = receive(session, people[0], sent, scanner=None)
        order_trial(session, people[0], job, body, None)
        return job.id


def confirmed(engine: Engine, job_id: int, who: str = "deux") -> None:
    with Session(engine) as session, session.begin():
        account = session.scalars(select(Account).where(Account.display_name == who)).one()
        confirm(session, account, session.get_one(ImportJob, job_id), dt.datetime.now(dt.UTC))


def test_tried_without_a_trace_then_written_with_its_report_kept(register: Engine) -> None:
    rows = [(ZONE | {"nom": f"Parc {n}"}, square(1.0 + n / 10, 8.0)) for n in range(3)]
    rows.append((ZONE | {"nom": "=HYPERLINK(1)", "type": "inconnu"}, square(0.5, 8.0)))
    job_id = ordered(register, "zones", geojson(rows), {"fields": FIELDS})
    assert run_next(register, TOGO) == job_id
    with Session(register) as session:
        job = session.get_one(ImportJob, job_id)
        assert (job.state, job.trial["outcomes"]["created"], job.filename) == (
            "tried", 3, "couche.geojson",
        )  # fmt: skip
        assert session.scalar(select(func.count()).select_from(Zone)) == 0
    confirmed(register, job_id, "un")  # a zone is no right: the same person may
    assert run_next(register, TOGO) == job_id
    assert run_next(register, TOGO) is None
    with Session(register) as session:
        job = session.get_one(ImportJob, job_id)
        assert (job.state, job.done) == ("done", 4)
        assert job.report["outcomes"] == job.trial["outcomes"]
        kept = session.get_one(StoredFile, job.report_sha256).content.decode("utf-8-sig")
        lines = list(csv.DictReader(io.StringIO(kept)))
        assert [(line["row"], line["outcome"]) for line in lines] == [
            ("1", "created"), ("2", "created"), ("3", "created"), ("4", "refused"),
        ]  # fmt: skip
        assert lines[3]["code"] == "import.unknown-value"
        assert not any(cell.startswith("=") for line in lines for cell in line.values())
        with pytest.raises(Blocked):
            confirm(session, job.account, job, dt.datetime.now(dt.UTC))


def test_a_killed_import_is_taken_up_without_doubling_a_row(register: Engine) -> None:
    """Base map features have no code: written twice with other ground they would be two."""
    rows = [({"couche": "towns", "nom": f"Ville {n}"}, square(1.0, 8.0 + n / 10)) for n in range(9)]
    rows.append((rows[0][0], rows[0][1]))
    fields = {"layer": "couche", "name": "nom"}
    job_id = ordered(register, "base-map", geojson(rows), {"fields": fields})
    run_next(register, TOGO)
    confirmed(register, job_id)
    address = register.url.render_as_string(hide_password=False)
    killed = subprocess.run(
        [sys.executable, "-c", DIE_AT_THE_THIRD_BATCH, address], capture_output=True
    )
    assert killed.returncode == 9, killed.stderr.decode()
    with Session(register) as session:
        assert session.get_one(ImportJob, job_id).state == "running"
        assert session.scalar(select(func.count()).select_from(BaseMapFeature)) == 4
    assert run_next(register, TOGO) == job_id
    with Session(register) as session:
        job = session.get_one(ImportJob, job_id)
        assert (job.state, job.done) == ("done", 10)
        assert job.report["outcomes"] == {
            "created": 9, "updated": 0, "unchanged": 1, "refused": 0,
        }  # fmt: skip
        assert session.scalar(select(func.count()).select_from(BaseMapFeature)) == 9
        numbers = select(ImportRow.row).where(ImportRow.job_id == job_id).order_by(ImportRow.row)
        assert list(session.scalars(numbers)) == list(range(1, 11))


def test_rights_need_a_second_person_and_open_their_cases(register: Engine) -> None:
    cells = {"numero": "N-1", "type": "permis-exploitation-petite-echelle", "substance": "or",
             "titulaire": "Mines Exemple SA", "debut": "2024-03-04"}  # fmt: skip
    rows = [(cells, square(1.0, 8.0)), (cells | {"numero": "N-2"}, square(1.05, 8.05))]
    fields = {"number": "numero", "kind": "type", "substances": "substance",
              "holder": "titulaire", "starts_on": "debut"}  # fmt: skip
    job_id = ordered(register, "titles", geojson(rows), {"fields": fields})
    run_next(register, TOGO)
    with pytest.raises(NotAllowed):
        confirmed(register, job_id, "un")
    confirmed(register, job_id, "deux")
    run_next(register, TOGO)
    with Session(register) as session:
        job = session.get_one(ImportJob, job_id)
        assert (job.state, job.report["outcomes"]["created"]) == ("done", 2)
        assert session.scalar(select(func.count()).select_from(Title)) == 2
        assert job.report["cases"]["opened"] == list(session.scalars(select(OverlapCase.number)))


def test_a_mapping_that_lacks_a_field_fails_in_words_and_can_be_changed(register: Engine) -> None:
    job_id = ordered(register, "zones", geojson([(ZONE, square(1.0, 8.0))]), {"fields": {}})
    run_next(register, TOGO)
    with Session(register) as session, session.begin():
        job = session.get_one(ImportJob, job_id)
        assert (job.state, job.fault["code"]) == ("failed", "import.mapping-lacks")
        order_trial(session, job.account, job, {"fields": FIELDS}, None)
    run_next(register, TOGO)
    with Session(register) as session:
        assert session.get_one(ImportJob, job_id).state == "tried"
