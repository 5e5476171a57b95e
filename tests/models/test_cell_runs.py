"""A cell of a grid never has two holders, whoever writes, and how; beside controls that fail.

The cells are counted from the grounds themselves, by shapely, and never from what the guard wrote.
"""

from __future__ import annotations

import io
import random
import threading
from collections import Counter
from collections.abc import Callable, Iterator

import psycopg2
import pytest
import shapely
from psycopg2.extensions import connection as Connection
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from cadastre.config import ROOT
from cadastre.database import sqlalchemy_url
from cadastre.geometry.grid import Cell, cells_of
from cadastre.queries.cells import occupations_with_wrong_cells, shared_cells
from cadastre.rules.load import load_ruleset
from cadastre.services.grids import keep_grids
from scripts.benches.racing import INSERT, WRITERS, race
from tests.databases import TestUrls

RDC = load_ruleset(ROOT / "data" / "rulesets" / "rdc")
GRID = RDC.grids[0]
KIND = "permis-recherches"
WEST, SOUTH = 3000, -1200  # 25° E, 10° S
TRIES_A_WRITER = 250
COLUMNS = "(parcel_id, occupant, exclusivity_group, period, standing, geom)"
TITLE = """
    INSERT INTO title (number, kind, substances, exclusivity_group, ruleset, starts_on)
    VALUES (%s, %s, '{cuivre}', 'mines', 'rdc', '2026-01-01') RETURNING id
"""
PARCEL = """
    INSERT INTO parcel (title_id, geom, period, original_text, original_crs, edge_model,
        planar_area_m2, planar_crs, geodesic_area_m2)
    VALUES (%s, ST_Multi(ST_MakeEnvelope(25, -10, 26, -9, 4326)), '[2026-01-01,)', '',
        'EPSG:4326', 'straight-lonlat', 1, 'EPSG:32735', 1) RETURNING id
"""


def a_parcel(cursor, number: str, kind: str = KIND) -> int:
    cursor.execute(TITLE, (number, kind))
    cursor.execute(PARCEL, (cursor.fetchone()[0],))
    return int(cursor.fetchone()[0])


@pytest.fixture
def owner(fresh_database: TestUrls) -> Iterator[Connection]:
    """Open the owner's door of a register of Congo."""
    engine = create_engine(sqlalchemy_url(fresh_database.owner_url))
    with Session(engine) as session, session.begin():
        assert keep_grids(session, RDC)
    engine.dispose()
    connection = psycopg2.connect(fresh_database.owner_url)
    yield connection
    connection.close()


@pytest.fixture
def parcels(owner: Connection) -> list[int]:
    """Give parcels of three titles of squares and of a free one, in this order."""
    with owner, owner.cursor() as cursor:
        found = [a_parcel(cursor, f"PR-{n}") for n in (1, 2, 3)]
        return [*found, a_parcel(cursor, "LIBRE-1", "permis-libre")]


@pytest.fixture
def app(fresh_database: TestUrls, parcels: list[int]) -> Iterator[Connection]:
    """Open the application's own door."""
    connection = psycopg2.connect(fresh_database.app_url)
    yield connection
    connection.close()


def block(
    parcel: int, column: int, row: int, across: int = 2, along: int = 2, **more: object
) -> dict[str, object]:
    """Ask for a rectangle of cells, counted from the south-west corner of the trials."""
    west, south = WEST + column, SOUTH + row
    return {
        "west": west / 120, "south": south / 120, "east": (west + across) / 120,
        "north": (south + along) / 120, "parcel": parcel, "group": "mines",
        "period": "[2026-01-01,)", **more,
    }  # fmt: skip


def occupy(connection: Connection, wish: dict[str, object], insert: str = INSERT) -> int:
    try:
        with connection.cursor() as cursor:
            cursor.execute(insert + " RETURNING id", wish)
            row = int(cursor.fetchone()[0])
        connection.commit()
    except psycopg2.Error:
        connection.rollback()
        raise
    return row


def ask(connection: Connection, query: str, *values: object) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return cursor.fetchall()


def held(connection: Connection, occupation: int) -> set[Cell]:
    rows = ask(
        connection,
        'SELECT "row", lower(columns), upper(columns) FROM cell_run WHERE occupation_id = %s',
        occupation,
    )
    connection.rollback()
    return {(column, row) for row, first, end in rows for column in range(first, end)}


def cells_held_twice(url: str) -> int:
    """Count cells that two grounds cover at once: the truth, asked without any guard."""
    connection = psycopg2.connect(url)
    rows = ask(connection, "SELECT ST_AsBinary(geom) FROM occupation")
    connection.close()
    grounds = (shapely.from_wkb(bytes(row[0])) for row in rows)
    counted = Counter(cell for ground in grounds for cell in cells_of(ground, GRID).entered)
    return sum(1 for holders in counted.values() if holders > 1)


def recounted(url: str) -> tuple[list[int], list]:
    engine = create_engine(sqlalchemy_url(url))
    with Session(engine) as session:
        found = occupations_with_wrong_cells(session), list(shared_cells(session))
    engine.dispose()
    return found


def busy(parcel: int) -> Callable[[int], list[dict[str, object]]]:
    """Give each writer rectangles of cells at random in one small region, so that many meet."""

    def wishes(writer: int) -> list[dict[str, object]]:
        chance = random.Random(writer)
        return [
            block(
                parcel, chance.randrange(200), chance.randrange(200), chance.randint(1, 6),
                chance.randint(1, 6),
            )
            for _ in range(TRIES_A_WRITER)
        ]  # fmt: skip

    return wishes


def same_cells(parcel: int, rounds: int) -> Callable[[int], list[dict[str, object]]]:
    return lambda writer: [block(parcel, 10 * turn, 0) for turn in range(rounds)]


# --- races -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "isolation",
    [
        lambda writer: "READ COMMITTED",
        lambda writer: ("SERIALIZABLE", "READ COMMITTED", "REPEATABLE READ")[writer % 3],
    ],
    ids=["read-committed", "mixed"],
)
def test_no_cell_has_two_holders_after_a_busy_day(
    fresh_database: TestUrls, parcels: list[int], isolation: Callable[[int], str]
) -> None:
    done = race(fresh_database.app_url, busy(parcels[0]), isolation=isolation)
    assert done.outcomes.total() == WRITERS * TRIES_A_WRITER
    assert "DeadlockDetected" not in done.outcomes
    assert min(done.outcomes["granted"], done.outcomes["refused"]) > 100
    assert cells_held_twice(fresh_database.owner_url) == 0
    assert recounted(fresh_database.owner_url) == ([], [])


def test_the_cells_alone_hold_the_ground(
    fresh_database: TestUrls, owner: Connection, parcels: list[int]
) -> None:
    """With the guard of grounds switched off, the exclusion of cells lets nothing through."""
    with owner, owner.cursor() as cursor:
        cursor.execute("ALTER TABLE occupation DISABLE TRIGGER guard_occupation")
    done = race(fresh_database.app_url, same_cells(parcels[0], 30))
    assert done.outcomes == {"granted": 30, "refused": 30 * (WRITERS - 1)}
    assert cells_held_twice(fresh_database.owner_url) == 0


@pytest.mark.parametrize(
    "without",
    [
        "ALTER TABLE cell_run DROP CONSTRAINT ex_cell_run_cells",
        "ALTER TABLE occupation DISABLE TRIGGER cells_take",
    ],
)
def test_control_without_exclusion_or_trigger_cells_get_two_holders(
    fresh_database: TestUrls, owner: Connection, parcels: list[int], without: str
) -> None:
    with owner, owner.cursor() as cursor:
        cursor.execute("ALTER TABLE occupation DISABLE TRIGGER guard_occupation")
        cursor.execute(without)
    race(fresh_database.app_url, same_cells(parcels[0], 30), looks_first=True)
    assert cells_held_twice(fresh_database.owner_url) > 0
    wrong, twice = recounted(fresh_database.owner_url)
    assert wrong or twice


def test_two_writers_who_cross_wait_and_never_lock_each_other(
    fresh_database: TestUrls, app: Connection, parcels: list[int]
) -> None:
    """The ordered locks of the ground come before the runs, or both would wait for ever."""
    other, refusals = psycopg2.connect(fresh_database.app_url), []

    def second() -> None:
        try:
            occupy(other, block(parcels[1], 5, 5))
        except psycopg2.Error as refusal:
            refusals.append(refusal)

    with app.cursor() as cursor:
        cursor.execute(INSERT, block(parcels[0], 0, 0))
        thread = threading.Thread(target=second)
        thread.start()
        while not ask(app, "SELECT pg_blocking_pids(%s) <> '{}'", other.info.backend_pid)[0][0]:
            cursor.execute("SELECT pg_sleep(0.01)")
        cursor.execute(INSERT, block(parcels[0], 5, 5))
    app.commit()
    thread.join()
    other.close()
    assert [type(one) for one in refusals] == [psycopg2.errors.ExclusionViolation]


# --- every way of writing ---------------------------------------------------------------


def test_an_occupation_holds_its_cells_and_no_others(app: Connection, parcels: list[int]) -> None:
    row = occupy(app, block(parcels[0], 0, 0, 3, 2))
    assert held(app, row) == {(WEST + c, SOUTH + r) for c in range(3) for r in range(2)}


def test_the_refusal_says_how_many_cells_and_whose(app: Connection, parcels: list[int]) -> None:
    occupy(app, block(parcels[0], 0, 0, 3, 3))
    occupy(app, block(parcels[2], 3, 3, 3, 3))  # in the way as well, but later
    with pytest.raises(psycopg2.errors.ExclusionViolation) as refusal:
        occupy(app, block(parcels[1], 1, 2, 5, 5))
    assert refusal.value.diag.constraint_name == "ex_cell_run_cells"
    assert refusal.value.diag.message_detail == '{"occupant" : "PR-1", "cells" : 2}'


def test_many_rows_and_copy_are_guarded(
    app: Connection, owner: Connection, parcels: list[int]
) -> None:
    with owner, owner.cursor() as cursor:  # so that the cells alone refuse
        cursor.execute("ALTER TABLE occupation DISABLE TRIGGER guard_occupation")
    values = INSERT.split("VALUES")[1]
    with app.cursor() as cursor:
        rows = [
            cursor.mogrify(values, block(parcel, 0, 0)).decode() for parcel in parcels[:2]
        ]
        with pytest.raises(psycopg2.errors.ExclusionViolation, match="held by PR-1"):
            cursor.execute(INSERT.split("VALUES")[0] + "VALUES " + ", ".join(rows))
    app.rollback()
    shape = "SRID=4326;MULTIPOLYGON(((25 -10,25.1 -10,25.1 -9.9,25 -9.9,25 -10)))"
    line = "{}\ttitle\tmines\t[2026-01-01,)\texclusive\t" + shape + "\n"
    lines = "".join(line.format(parcel) for parcel in parcels[:2])
    with pytest.raises(psycopg2.errors.ExclusionViolation, match="144 cells"), app.cursor() as c:
        c.copy_expert(f"COPY occupation {COLUMNS} FROM STDIN", io.StringIO(lines))
    app.rollback()


@pytest.mark.parametrize(
    ("first", "change"),
    [
        ({"column": 5}, "geom = ST_Translate(geom, -5 / 120.0, 0)"),
        ({"period": "[2020-01-01,2026-01-01)"}, "period = '[2020-01-01,2027-01-01)'"),
        ({"group": "quarries"}, "exclusivity_group = 'mines'"),
        ({"group": "none"}, "exclusivity_group = 'mines'"),
    ],
)
def test_updates_of_ground_period_and_group_are_guarded(
    app: Connection, parcels: list[int], first: dict, change: str
) -> None:
    occupy(app, block(parcels[0], 0, 0))
    row = occupy(app, block(parcels[1], first.pop("column", 0), 0) | first)
    with pytest.raises(psycopg2.errors.ExclusionViolation, match="4 cells"), app.cursor() as c:
        c.execute(f"UPDATE occupation SET {change} WHERE id = %s", (row,))
    app.rollback()


def test_what_is_given_up_is_free_and_the_past_stays_held(
    app: Connection, parcels: list[int]
) -> None:
    row = occupy(app, block(parcels[0], 0, 0))
    with app, app.cursor() as cursor:
        cursor.execute(
            "UPDATE occupation SET period = '[2026-01-01,2027-01-01)' WHERE id = %s", (row,)
        )
    later = occupy(app, block(parcels[1], 0, 0, period="[2027-01-01,)"))
    assert held(app, row) == held(app, later)
    with pytest.raises(psycopg2.errors.ExclusionViolation, match="PR-1"):
        occupy(app, block(parcels[2], 0, 0, period="[2026-06-01,2026-07-01)"))


def test_two_titles_may_exchange_cells_in_one_statement(
    app: Connection, parcels: list[int]
) -> None:
    one, other = (occupy(app, block(parcels[n], 2 * n, 0)) for n in (0, 1))
    before = held(app, one), held(app, other)
    with app, app.cursor() as cursor:
        cursor.execute(
            "UPDATE occupation AS o SET geom = p.geom FROM occupation AS p"
            " WHERE o.id + p.id = %s AND o.id <> p.id",
            (one + other,),
        )
    assert (held(app, other), held(app, one)) == before


def test_a_replica_session_does_not_slip_past(
    fresh_database: TestUrls, app: Connection, parcels: list[int]
) -> None:
    occupy(app, block(parcels[0], 0, 0))
    connection = psycopg2.connect(fresh_database.superuser_url)
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        with pytest.raises(psycopg2.errors.ExclusionViolation, match="4 cells are already held"):
            cursor.execute(INSERT, block(parcels[1], 0, 0))
        connection.rollback()
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("DELETE FROM occupation")
        cursor.execute("SELECT count(*) FROM cell_run")
        assert cursor.fetchone()[0] == 0
    connection.close()


def test_the_kind_of_a_title_brings_its_cells(
    app: Connection, owner: Connection, parcels: list[int]
) -> None:
    """Whose ground it is, and of which kind, cannot be changed behind the cells."""
    free = occupy(app, block(parcels[3], 0, 0))
    assert held(app, free) == set()
    with app, app.cursor() as cursor:
        cursor.execute("UPDATE title SET kind = %s WHERE number = 'LIBRE-1'", (KIND,))
    assert len(held(app, free)) == 4
    with app, app.cursor() as cursor:
        cursor.execute("UPDATE title SET kind = 'permis-libre' WHERE number = 'LIBRE-1'")
    assert held(app, free) == set()
    with app, app.cursor() as cursor:
        cursor.execute(
            "UPDATE parcel SET title_id = (SELECT id FROM title WHERE number = 'PR-1')"
            " WHERE id = %s",
            (parcels[3],),
        )
    assert len(held(app, free)) == 4


def test_only_exclusive_ground_holds_cells(
    app: Connection, owner: Connection, parcels: list[int]
) -> None:
    legacy = INSERT.replace("'exclusive'", "'legacy'")
    row = occupy(owner, block(parcels[0], 0, 0), legacy)
    assert held(app, row) == set()
    occupy(app, block(parcels[1], 0, 0))
    waiting = INSERT.replace("'exclusive'", "'second-rank'").replace("'title'", "'application'")
    assert held(app, occupy(app, block(parcels[2], 0, 0), waiting)) == set()
    assert held(app, occupy(app, block(parcels[2], 0, 0, group="none"))) == set()
    assert held(app, occupy(app, block(parcels[2], 0, 0, group="quarries"))) != set()


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO cell_run SELECT id, 'mines', 'EPSG:4326/30x30s', 1, '[1,2)', period"
        " FROM occupation",
        "UPDATE cell_run SET columns = '[1,2)'",
        "DELETE FROM cell_run",
        "TRUNCATE cell_run",
        "DELETE FROM grid_kind",
        "UPDATE grid SET width = 1",
        "ALTER TABLE cell_run DROP CONSTRAINT ex_cell_run_cells",
        "ALTER TABLE occupation DISABLE TRIGGER cells_take",
        "CREATE OR REPLACE FUNCTION grid_of(held occupation) RETURNS text LANGUAGE sql"
        " AS 'SELECT NULL::text'",
    ],
)
def test_the_application_cannot_write_cells_nor_switch_them_off(
    app: Connection, statement: str
) -> None:
    with pytest.raises(psycopg2.errors.InsufficientPrivilege), app.cursor() as cursor:
        cursor.execute(statement)
    app.rollback()


def test_what_keeps_nobody_out_holds_no_cells_even_when_asked_again(
    app: Connection, parcels: list[int]
) -> None:
    rows = [occupy(app, block(parcel, 0, 0, group="none")) for parcel in parcels[:2]]
    for row in rows:
        with app, app.cursor() as cursor:
            cursor.execute("SELECT hold_cells(%s)", (row,))
        assert held(app, row) == set()


def test_ground_of_before_the_law_of_squares_is_free(app: Connection, parcels: list[int]) -> None:
    old = block(parcels[0], 0, 0, period="[1990-01-01,2001-01-01)")
    assert held(app, occupy(app, old)) == set()
    open_ended = block(parcels[0], 9, 0, period="(,1990-01-01)")
    assert held(app, occupy(app, open_ended)) == set()


def test_asking_for_cells_again_changes_nothing(app: Connection, parcels: list[int]) -> None:
    row = occupy(app, block(parcels[0], 0, 0))
    before = held(app, row)
    with app, app.cursor() as cursor:
        cursor.execute("SELECT hold_cells(%s)", (row,))
        cursor.execute("SELECT hold_cells(-1)")
    assert held(app, row) == before


# --- broken cells -----------------------------------------------------------------------


def half(parcel: int, **more: object) -> dict[str, object]:
    """Ask for a cell and a half."""
    return block(parcel, 0, 0, 1, 1) | {"east": (WEST + 1.5) / 120} | more


def test_broken_cells_are_refused_but_to_the_owner(
    app: Connection, owner: Connection, parcels: list[int]
) -> None:
    with pytest.raises(psycopg2.errors.CheckViolation) as refusal:
        occupy(app, half(parcels[0]))
    assert refusal.value.diag.constraint_name == "ck_occupation_whole_cells"
    assert refusal.value.diag.message_detail == '{"cells" : 1}'
    old = occupy(owner, half(parcels[0]))  # an import of what an older register holds
    assert held(app, old) == {(WEST, SOUTH)}
    with app, app.cursor() as cursor:  # it may end, and be carried on as it is
        cursor.execute(
            "UPDATE occupation SET period = '[2026-01-01,2027-01-01)' WHERE id = %s", (old,)
        )
    occupy(app, half(parcels[0], period="[2027-01-01,)"))
    with pytest.raises(psycopg2.errors.CheckViolation):
        occupy(app, half(parcels[1], north=(SOUTH + 2) / 120, period="[2030-01-01,)"))
    # The rest of the half cell is not to be had: its ground is held.
    with pytest.raises(psycopg2.errors.ExclusionViolation):
        occupy(app, block(parcels[1], 1, 0, 1, 1))


def test_free_ground_does_not_become_broken_cells_by_its_kind(
    app: Connection, parcels: list[int]
) -> None:
    occupy(app, half(parcels[3]))
    with pytest.raises(psycopg2.errors.CheckViolation), app.cursor() as cursor:
        cursor.execute("UPDATE title SET kind = %s WHERE number = 'LIBRE-1'", (KIND,))
    app.rollback()


def test_broken_cells_do_not_come_in_by_a_side_door(app: Connection, parcels: list[int]) -> None:
    """Written first as ground that holds no cells, they are no ground that was carried on."""
    row = occupy(app, half(parcels[0], group="none"))
    with pytest.raises(psycopg2.errors.CheckViolation), app.cursor() as cursor:
        cursor.execute(
            "UPDATE occupation SET exclusivity_group = 'mines' WHERE id = %s", (row,)
        )
    app.rollback()


def test_printed_corners_may_miss_the_grid_by_a_hundredth(
    app: Connection, parcels: list[int]
) -> None:
    wish = block(parcels[0], 0, 0)
    wish["east"] += 0.005 / 120
    assert len(held(app, occupy(app, wish))) == 4


def test_free_ground_and_cells_keep_each_other_out(app: Connection, parcels: list[int]) -> None:
    occupy(app, half(parcels[3]))
    with pytest.raises(psycopg2.errors.ExclusionViolation) as refusal:
        occupy(app, block(parcels[0], 1, 0))
    assert refusal.value.diag.constraint_name == "ex_occupation_ground"
    assert refusal.value.diag.message_detail == "LIBRE-1"
