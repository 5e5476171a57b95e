"""Broken cells are for the owner who takes over an older register, and for nobody else."""

from __future__ import annotations

import psycopg2
import pytest
from psycopg2.extensions import connection as Connection

from tests.models.cells.holding import KIND, SOUTH, WEST, block, held, occupy


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
