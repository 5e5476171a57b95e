"""What the tests of cells ask for and look at: rectangles of cells, and who holds them."""

from __future__ import annotations

import psycopg2
from psycopg2.extensions import connection as Connection

from cadastre.config import ROOT
from cadastre.geometry.grid import Cell
from cadastre.rules.load import load_ruleset
from scripts.benches.racing import INSERT

RDC = load_ruleset(ROOT / "data" / "rulesets" / "rdc")
GRID = RDC.grids[0]
KIND = "permis-recherches"
WEST, SOUTH = 3000, -1200  # 25° E, 10° S


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
