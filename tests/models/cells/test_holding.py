"""Which ground holds cells, and which: by kind, standing, group and law of its day."""

from __future__ import annotations

from psycopg2.extensions import connection as Connection

from scripts.benches.racing import INSERT
from tests.models.cells.holding import KIND, SOUTH, WEST, block, held, occupy


def test_an_occupation_holds_its_cells_and_no_others(app: Connection, parcels: list[int]) -> None:
    row = occupy(app, block(parcels[0], 0, 0, 3, 2))
    assert held(app, row) == {(WEST + c, SOUTH + r) for c in range(3) for r in range(2)}


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
