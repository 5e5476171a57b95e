"""A cell that is held is refused by every way of writing, and nobody switches that off."""

from __future__ import annotations

import io

import psycopg2
import pytest
from psycopg2.extensions import connection as Connection

from scripts.benches.racing import INSERT
from tests.databases import TestUrls
from tests.models.cells.holding import block, held, occupy

COLUMNS = "(parcel_id, occupant, exclusivity_group, period, standing, geom)"


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
