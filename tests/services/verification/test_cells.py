"""Alter the cells of a register of squares one thing at a time: verification names it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
import shapely
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.orm import Session

from cadastre.config import ROOT
from cadastre.database import sqlalchemy_url
from cadastre.models import Grid
from cadastre.rules.load import load_ruleset
from cadastre.sentences import say
from cadastre.services.grids import are_kept, keep_grids
from cadastre.services.verification import guards, verify
from cadastre.services.verification.ground import cells
from tests.factories import make_title
from tests.services.verification.test_verify import behind

RDC = load_ruleset(ROOT / "data" / "rulesets" / "rdc")
DAY = dt.date(2026, 6, 1)
WHOLE = shapely.box(25, -10, 25 + 3 / 120, -10 + 2 / 120)


@pytest.fixture
def congo(fresh_database) -> Iterator[Engine]:
    """Commit a register of Congo with two titles side by side."""
    engine = create_engine(sqlalchemy_url(fresh_database.owner_url))
    with Session(engine) as session, session.begin():
        keep_grids(session, RDC)
        for number, ground in (("T1", WHOLE), ("T2", shapely.transform(WHOLE, lambda xy: xy + 1))):
            make_title(
                session, ground, number=number, kind="permis-recherches", group="mines",
                substances=("cuivre",),
            ).ruleset = "rdc"  # fmt: skip
            session.flush()
    yield engine
    engine.dispose()


def said(engine: Engine) -> str:
    with Session(engine) as session:
        proof = cells(session, RDC)
    assert proof.passed == (not proof.said)
    return " ".join(say(each.code, "en", **each.values) for each in proof.said)


def test_a_register_of_squares_passes(congo: Engine) -> None:
    assert said(congo) == ""
    with Session(congo) as session:
        held = session.scalar(text("SELECT sum(upper(columns) - lower(columns)) FROM cell_run"))
        assert held == 12
        failed = {p.code for p in verify(session, RDC, DAY) if not p.passed}
    assert failed == {"verify.chains"}  # nobody decided these titles; nothing else is wrong


FAULTS = {
    "a run removed": (
        ("DELETE FROM cell_run WHERE \"row\" = -1200",), "T1 holds other cells"),
    "a run too wide": (
        ("UPDATE cell_run SET columns = '[3000,3004)' WHERE \"row\" = -1200",),
        "T1 holds other cells"),
    "ground moved behind the trigger": (
        behind("occupation", "cells_take", "UPDATE occupation SET geom = "
               "ST_Translate(geom, 1 / 120.0, 0) WHERE id = (SELECT min(id) FROM occupation)"),
        "T1 holds other cells"),
    "a constraint of the same name that keeps nobody out": (
        ("ALTER TABLE cell_run DROP CONSTRAINT ex_cell_run_cells",
         "ALTER TABLE cell_run ADD CONSTRAINT ex_cell_run_cells CHECK (true)"),
        "missing or was changed"),
    "a grid changed": (("UPDATE grid SET width = width / 2",), "does not guard the grids"),
    "a kind forgotten": (("DELETE FROM grid_kind",), "does not guard the grids"),
    "a cell with two holders": (
        ("ALTER TABLE cell_run DROP CONSTRAINT ex_cell_run_cells",
         *behind("occupation", "guard_occupation", "UPDATE occupation SET geom = (SELECT geom FROM "
                 "occupation ORDER BY id LIMIT 1)")),
        "T1 and T2 both hold 6 cell(s) in group mines"),
}  # fmt: skip


@pytest.mark.parametrize("name", list(FAULTS))
def test_altered_cells_are_named(congo: Engine, name: str) -> None:
    statements, place = FAULTS[name]
    with congo.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))
    assert place in said(congo)


def test_a_trigger_of_the_cells_switched_off_is_named(congo: Engine) -> None:
    with congo.begin() as connection:
        connection.execute(text("ALTER TABLE occupation DISABLE TRIGGER cells_release"))
        connection.execute(text("DROP TRIGGER cells_follow ON title"))
    with Session(congo) as session:
        names = {each.values["name"] for each in guards.triggers(session).said}
    assert names == {"cells_release", "cells_follow"}


def test_grids_are_written_once_and_again_when_the_law_changes(congo: Engine) -> None:
    with Session(congo) as session:
        assert are_kept(session, RDC)
        assert not keep_grids(session, RDC)
        session.query(Grid).update({"width": 1.0})
        session.expire_all()
        assert keep_grids(session, RDC)
        assert are_kept(session, RDC)
        assert cells(session, RDC).passed
