"""Whoever writes at once, a cell never has two holders; beside controls that fail.

The cells are counted from the grounds themselves, by shapely, and never from what the guard wrote.
"""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Callable

import psycopg2
import pytest
import shapely
from psycopg2.extensions import connection as Connection
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from cadastre.database import sqlalchemy_url
from cadastre.geometry.grid import cells_of
from cadastre.queries.cells import occupations_with_wrong_cells, shared_cells
from scripts.benches.racing import INSERT, WRITERS, race
from tests.databases import TestUrls
from tests.models.cells.holding import GRID, ask, block, occupy

TRIES_A_WRITER = 250


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
