"""A country of squares: what is checked, filed, held and settled is whole squares."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
import shapely
from geoalchemy2.shape import to_shape
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from cadastre.config import ROOT
from cadastre.errors import Blocked, NotAvailable
from cadastre.geometry.grid import Cell, CellGrid, cells_of, draw_cells
from cadastre.models import Account, Application, Grid, Occupation, OverlapCase, Parcel, Party
from cadastre.rules.load import load_ruleset
from cadastre.rules.report import Report
from cadastre.rules.ruleset import Ruleset
from cadastre.sentences import say
from cadastre.services.accounts import create_account
from cadastre.services.cases.decide import confirm, propose
from cadastre.services.checks import check_perimeter, today
from cadastre.services.filing import Filing, file_application
from cadastre.services.grids import keep_grids, kinds_on_grid
from cadastre.services.readings import read_geometry
from cadastre.services.refusals import in_our_words
from cadastre.services.remnants import bundle_of, file_clipped
from tests.factories import make_application, make_title
from tests.rules.test_grids import with_cells

RDC = load_ruleset(ROOT / "data" / "rulesets" / "rdc")
TOGO = load_ruleset(ROOT / "data" / "rulesets" / "togo")
GRID = RDC.grids[0]
KIND = "permis-recherches"
TWO_METRES = 0.00002


@pytest.fixture
def congo(session: Session) -> Session:
    """Give a register whose database guards the squares of Congo."""
    keep_grids(session, RDC)
    return session


def block(column: int, row: int, across: int, along: int) -> BaseGeometry:
    west, south = 3000 + column, -1200 + row
    return shapely.box(west / 120, south / 120, (west + across) / 120, (south + along) / 120)


def cells(column: int, row: int, across: int, along: int) -> set[Cell]:
    return {(3000 + column + c, -1200 + row + r) for c in range(across) for r in range(along)}


def beside(ground: BaseGeometry) -> BaseGeometry:
    """Print corners two metres beside the grid."""
    return shapely.transform(ground, lambda xy: xy + TWO_METRES)


def asked(ground: BaseGeometry) -> Filing:
    return Filing(KIND, ("cuivre",), read_geometry(RDC, mapping(ground)))


def people(session: Session, name: str) -> tuple[Account, Party]:
    party = Party(kind="company", name=f"{name} SARL (fictive)")
    session.add(party)
    session.flush()
    account = create_account(
        session, email=f"{name}@exemple.test", display_name=name, password=None, parties=[party]
    )
    return account, party


def file(session: Session, name: str, ground: BaseGeometry, how=file_application) -> Application:
    account, party = people(session, name)
    return how(session, RDC, asked(ground), account=account, applicant=party)


def check(session: Session | None, ground: BaseGeometry) -> Report:
    reading = read_geometry(RDC, mapping(ground))
    return check_perimeter(
        session, RDC, reading, kind=KIND, substances=("cuivre",), at=today(RDC)
    )


def now_held(session: Session, application: Application) -> set[Cell]:
    rows = session.execute(
        text(
            'SELECT r."row", lower(r.columns), upper(r.columns) FROM cell_run AS r'
            " JOIN occupation AS o ON o.id = r.occupation_id JOIN parcel AS p ON p.id = o.parcel_id"
            " WHERE p.application_id = :id AND r.period @> clock_timestamp()"
        ),
        {"id": application.id},
    )
    return {(column, row) for row, first, end in rows for column in range(first, end)}


def grounds(session: Session, application: Application) -> list[BaseGeometry]:
    query = select(Parcel.geom).where(
        Parcel.application_id == application.id, Parcel.period.op("@>")(func.clock_timestamp())
    )
    return [to_shape(geom) for geom in session.scalars(query)]


@pytest.fixture
def peru(tmp_path: Path) -> Ruleset:
    """Write the squares of Peru over a copy of Congo."""
    return with_cells(tmp_path, "{crs: [EPSG:32717, EPSG:32718, EPSG:32719], "
                      "name: {fr: cuadrícula, en: cuadrícula}, step_m: 1000}")  # fmt: skip


# --- filing -----------------------------------------------------------------------------


def test_what_is_held_is_the_squares_themselves(congo: Session) -> None:
    first = file(congo, "un", beside(block(0, 0, 4, 3)))
    assert now_held(congo, first) == cells(0, 0, 4, 3)
    assert grounds(congo, first)[0].equals(block(0, 0, 4, 3))
    parcel = congo.scalars(select(Parcel).where(Parcel.application_id == first.id)).one()
    assert parcel.corners[0][0]["lon"] != pytest.approx(25.0, abs=TWO_METRES / 2)  # as printed


def test_neighbours_printed_beside_the_grid_do_not_meet(congo: Session) -> None:
    """Two metres over the neighbour's border would be a real overlap of free perimeters."""
    file(congo, "un", block(0, 0, 4, 3))
    second = file(congo, "deux", shapely.transform(block(4, 0, 2, 2), lambda xy: xy - TWO_METRES))
    held = congo.scalars(
        select(Occupation.standing).join(Parcel).where(Parcel.application_id == second.id)
    )
    assert held.all() == ["exclusive"]
    assert not [f for f in second.findings["findings"] if f["code"].startswith("overlap.")]


def test_broken_squares_are_not_filed(congo: Session) -> None:
    with pytest.raises(Blocked) as refusal:
        file(congo, "un", shapely.transform(block(0, 0, 4, 3), lambda xy: xy + 0.4 / 120))
    assert [f.code for f in refusal.value.values["findings"]] == ["grid.not-whole-cells"]


def test_nothing_is_filed_while_the_database_does_not_know_the_grid(session: Session) -> None:
    with pytest.raises(NotAvailable) as refusal:
        file(session, "un", block(0, 0, 4, 3))
    assert refusal.value.code == "register.grid-missing"
    assert "cadastre migrate" in say(refusal.value.code, "fr", **refusal.value.values)


def test_a_clipped_filing_keeps_whole_squares_in_every_piece(congo: Session) -> None:
    file(congo, "un", block(2, 0, 1, 3))
    # Free ground that crosses the squares askew takes each of them it enters.
    make_title(
        congo, shapely.box(25 + 5.4 / 120, -11, 25 + 5.6 / 120, -9), kind="libre", group="mines"
    )
    second = file(congo, "deux", beside(block(0, 1, 8, 1)), file_clipped)
    assert now_held(congo, second) == cells(0, 1, 8, 1) - cells(2, 1, 1, 1) - cells(5, 1, 1, 1)
    assert len(grounds(congo, second)) == 3
    assert bundle_of(congo, second) is not None
    for ground in grounds(congo, second):
        assert not cells_of(ground, GRID).partial


# --- checks -----------------------------------------------------------------------------


def test_a_check_proposes_whole_squares_only(congo: Session) -> None:
    file(congo, "un", block(0, 0, 4, 3))
    ways = {way.kind: way for way in check(congo, beside(block(2, 1, 4, 4))).proposals}
    assert set(ways) == {"cells-clip", "cells-shift"}
    clipped = cells_of(ways["cells-clip"].geometry, GRID)
    assert (set(clipped.whole), clipped.partial) == (
        cells(2, 1, 4, 4) - cells(0, 0, 4, 3), (),
    )  # fmt: skip
    moved = ways["cells-shift"]
    assert set(cells_of(moved.geometry, GRID).whole) == cells(4, 1, 4, 4)
    assert (moved.values["across"], moved.values["along"]) == (2, 0)
    assert say("proposal.cells-shift", "fr", **moved.values).startswith(
        "Garder la forme et la déplacer le long de la grille jusqu'à la place libre la plus proche"
        " : 2 carré(s) vers l'est, 0 vers le nord (1\u202f827 m), "
    )


def test_a_shift_goes_round_what_others_hold(congo: Session) -> None:
    file(congo, "un", block(0, 0, 4, 3))
    file(congo, "deux", block(7, 1, 1, 1))
    (shift,) = (w for w in check(congo, block(2, 1, 4, 4)).proposals if w.kind == "cells-shift")
    assert set(cells_of(shift.geometry, GRID).whole) == cells(2, 3, 4, 4)


def test_too_many_squares_shrink_to_what_is_permitted() -> None:
    (way,) = check(None, block(0, 0, 24, 20)).proposals
    assert (way.kind, way.values["cells"], way.values["limit"]) == ("cells-shrink", 471, 471)
    kept = set(cells_of(way.geometry, GRID).whole)
    assert len(kept) == 471
    assert kept < cells(0, 0, 24, 20)


def test_broken_squares_are_clipped_to_whole_free_ones(congo: Session) -> None:
    file(congo, "un", block(0, 0, 4, 3))
    report = check(congo, shapely.transform(block(2, 1, 4, 4), lambda xy: xy + 0.5 / 120))
    ways = {way.kind: way for way in report.proposals}
    assert set(ways) == {"cells-outward", "cells-inward", "cells-clip"}
    assert "grid.not-whole-cells" in ways["cells-clip"].cures
    for way in ways.values():
        assert not cells_of(way.geometry, GRID).partial


# --- the desk ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("choice", "left"),
    [
        ("clip", cells(2, 1, 4, 4) - cells(0, 0, 4, 3)),
        ("shrink", cells(4, 1, 2, 4)),
        ("shift", cells(4, 1, 4, 4)),
    ],
)
def test_what_the_desk_decides_is_held_in_squares(
    congo: Session, choice: str, left: set[Cell]
) -> None:
    first = file(congo, "un", block(0, 0, 4, 3))
    second = file(congo, "deux", block(2, 1, 4, 4))
    assert now_held(congo, second) == set()  # second in rank
    case = congo.scalars(select(OverlapCase)).one()
    agent, decider = (
        create_account(congo, email=f"{role}@exemple.test", display_name=role, password=None,
                       roles=(role,))
        for role in ("agent", "decider")
    )  # fmt: skip
    propose(
        congo, RDC, case.number, account=agent, choice=choice, reason="Rang", source="PV n° 3"
    )
    confirm(congo, RDC, case.number, account=decider)
    assert now_held(congo, second) == left
    assert now_held(congo, first) == cells(0, 0, 4, 3)


# --- the database's refusals, in our words ----------------------------------------------------


def test_held_squares_are_told_with_their_number_and_holder(congo: Session) -> None:
    def squares(ground: BaseGeometry, number: str) -> Application:
        return make_application(
            congo, ground, number=number, kind=KIND, substances=("cuivre",), group="mines"
        )

    # The makers of tests write rows of Togo; the guard follows the rows when they are corrected.
    for number, ground in (("A1", block(0, 0, 3, 3)), ("A2", block(9, 9, 3, 3))):
        squares(ground, number).ruleset = "rdc"
        congo.flush()
    moved = congo.scalars(select(Occupation).order_by(Occupation.id.desc())).first()
    moved.geom = func.ST_Multi(func.ST_GeomFromText(block(2, 1, 3, 3).wkt, 4326))
    with pytest.raises(Blocked) as refusal, in_our_words():
        congo.flush()
    assert (refusal.value.code, refusal.value.where) == ("register.cells-held", "A1")
    assert say(refusal.value.code, "fr", **refusal.value.values).startswith(
        "2 des mailles demandées sont déjà tenues par A1."
    )


def test_broken_squares_of_the_application_are_told(congo: Session, app_role: str) -> None:
    broken = shapely.box(25, -10, 25 + 1.5 / 120, -10 + 1 / 120)
    ask = make_application(
        congo, broken, kind=KIND, substances=("cuivre",), group="mines", standing="second-rank"
    )
    ask.ruleset = "rdc"
    congo.flush()
    congo.execute(text(f"SET LOCAL ROLE {app_role}"))
    with pytest.raises(Blocked) as refusal, in_our_words():
        congo.execute(text("UPDATE occupation SET standing = 'exclusive'"))
    assert (refusal.value.code, refusal.value.values["cells"]) == ("register.off-grid", 1)


# --- the grids of other laws -------------------------------------------------------------------


def test_a_law_without_squares_asks_nothing_of_the_database(session: Session) -> None:
    assert kinds_on_grid(TOGO) == ()
    assert not keep_grids(session, TOGO)
    assert session.scalar(select(func.count()).select_from(Grid)) == 0


def test_the_time_of_the_law_is_the_time_of_its_grid() -> None:
    (one,) = kinds_on_grid(RDC)
    assert (one.kind, one.grid) == (KIND, CellGrid("EPSG:4326", 30 / 3600, 30 / 3600))
    assert one.period.lower == dt.datetime(2002, 7, 10, 22, tzinfo=dt.UTC)  # midnight, Lubumbashi
    assert one.period.upper is None


def test_each_zone_of_a_country_holds_cells_of_its_grid(session: Session, peru: Ruleset) -> None:
    """Cuadrículas of a kilometre in three zones of UTM: the middle of the ground decides."""
    keep_grids(session, peru)
    for number, grid, west in (("P1", peru.grids[1], 700), ("P2", peru.grids[0], 300)):
        wanted = {(west + column, 8800) for column in range(3)}
        title = make_title(session, draw_cells(wanted, grid), number=number, kind=KIND)
        title.ruleset = peru.id
        session.flush()
        rows = session.execute(
            text(
                'SELECT r.grid_id, lower(r.columns), upper(r.columns), r."row" FROM cell_run AS r'
                " JOIN occupation AS o ON o.id = r.occupation_id"
                " JOIN parcel AS p ON p.id = o.parcel_id WHERE p.title_id = :id"
            ),
            {"id": title.id},
        )
        assert rows.all() == [(grid.id, west, west + 3, 8800)]


def test_two_rights_in_one_square_stop_a_new_grid(session: Session) -> None:
    """A register that becomes one of squares says whose squares clash before it starts."""
    for number, ground in (("T1", block(0, 0, 2, 2)), ("T2", block(1, 1, 2, 2))):
        standing = "exclusive" if number == "T1" else "legacy"
        title = make_title(
            session, ground, number=number, kind=KIND, substances=("cuivre",), group="mines",
            standing=standing,
        )  # fmt: skip
        title.ruleset = "rdc"
    session.flush()
    assert keep_grids(session, RDC)  # an inherited overlap is known, and holds no squares
    session.execute(text("ALTER TABLE occupation DISABLE TRIGGER guard_occupation"))
    with pytest.raises(DBAPIError, match="1 cells are already held by T1"):
        session.execute(text("UPDATE occupation SET standing = 'exclusive'"))
