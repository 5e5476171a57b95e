"""Writers that race for ground, and the count that tells whether any of them was let through.

The tests of the guard and the bench of granting race in the same way.
"""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import psycopg2
from psycopg2.extensions import connection as Connection

WRITERS = 8
THINKING_S = 0.002
MOST_RETRIES = 50
INSERT = """
    INSERT INTO occupation (parcel_id, occupant, exclusivity_group, period, standing, geom)
    VALUES (%(parcel)s, 'title', %(group)s, %(period)s, 'exclusive',
            ST_Multi(ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4326)))
"""
LOOK = """
    SELECT count(*) FROM occupation
    WHERE geom && ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4326)
      AND exclusivity_group = %(group)s AND period && %(period)s::tstzrange
      AND ST_Relate(geom, ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4326),
                    '2********')
"""
AGAIN = {"SerializationFailure", "DeadlockDetected"}
OVERLAPPING_PAIRS = """
    SELECT count(*) FROM occupation AS a JOIN occupation AS b
      ON a.geom && b.geom AND b.id + 0 > a.id + 0 AND a.exclusivity_group = b.exclusivity_group
     AND a.period && b.period AND ST_Relate(a.geom, b.geom, '2********')
"""


@dataclass
class Race:
    """What became of the tries: granted, refused, to be tried again (by reason)."""

    outcomes: Counter[str] = field(default_factory=Counter)
    delays_s: list[float] = field(default_factory=list)
    retries: int = 0


def a_box(
    west: float,
    south: float,
    size: float = 0.05,
    *,
    parcel: int,
    group: str = "gold",
    period: str = "[2026-01-01,)",
) -> dict[str, object]:
    """Ask for a square of ground, sides in degrees."""
    return {
        "west": west,
        "south": south,
        "east": west + size,
        "north": south + size,
        "parcel": parcel,
        "group": group,
        "period": period,
    }


def race(
    url: str,
    wishes: Callable[[int], list[dict[str, object]]],
    *,
    isolation: Callable[[int], str] = lambda writer: "READ COMMITTED",
    looks_first: bool = False,
    thinking_s: float = THINKING_S,
    tries_again: bool = False,
) -> Race:
    """Let eight connections ask at once; ``wishes`` gives each writer its list.

    Parameters
    ----------
    looks_first
        Ask whether the ground is free before writing, as an application without a guard would;
        ``thinking_s`` passes between the answer and the writing.
    tries_again
        Repeat what the database asks to be repeated, as the edge of the cadastre does; the delay
        then counts from the first try.
    """
    result, lock, start = Race(), threading.Lock(), threading.Barrier(WRITERS)

    def write(writer: int) -> None:
        connection = psycopg2.connect(url)
        connection.set_session(isolation_level=isolation(writer))
        start.wait()
        for wish in wishes(writer):
            begun = time.monotonic()
            outcome = _try(connection, wish, thinking_s if looks_first else None)
            retries = 0
            while tries_again and outcome in AGAIN and retries < MOST_RETRIES:
                retries += 1
                outcome = _try(connection, wish, thinking_s if looks_first else None)
            with lock:
                result.outcomes[outcome] += 1
                result.retries += retries
                result.delays_s.append(time.monotonic() - begun)
        connection.close()

    threads = [threading.Thread(target=write, args=(writer,)) for writer in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return result


def busy(parcel: int, tries: int) -> Callable[[int], list[dict[str, object]]]:
    """Give each writer its own random squares in a country-size area, so that many meet."""

    def wishes(writer: int) -> list[dict[str, object]]:
        chance = random.Random(writer)
        return [
            a_box(
                chance.uniform(0, 3),
                chance.uniform(6, 9),
                chance.uniform(0.01, 0.06),
                parcel=parcel,
            )
            for _ in range(tries)
        ]

    return wishes


def same_place(parcel: int, rounds: int) -> Callable[[int], list[dict[str, object]]]:
    """Give every writer the same squares, one after another."""
    return lambda writer: [
        a_box(0.3 + (turn % 20) * 0.1, 6.3 + (turn // 20) * 0.1, parcel=parcel)
        for turn in range(rounds)
    ]


def overlapping_pairs(url: str) -> int:
    """Count the pairs that share ground, group and time: the truth, asked without any guard."""
    connection = psycopg2.connect(url)
    with connection, connection.cursor() as cursor:
        cursor.execute(OVERLAPPING_PAIRS)
        found = cursor.fetchone()[0]
    connection.close()
    return int(found)


def _try(connection: Connection, wish: dict[str, object], looks_s: float | None) -> str:
    try:
        with connection.cursor() as cursor:
            if looks_s is not None:
                cursor.execute(LOOK, wish)
                if cursor.fetchone()[0]:
                    connection.rollback()
                    return "refused"
                time.sleep(looks_s)
            cursor.execute(INSERT, wish)
        connection.commit()
    except psycopg2.errors.ExclusionViolation:
        connection.rollback()
        return "refused"
    except (psycopg2.errors.SerializationFailure, psycopg2.errors.DeadlockDetected) as again:
        connection.rollback()
        return type(again).__name__
    return "granted"
