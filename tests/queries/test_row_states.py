"""Many states told at once are, letter for letter, the states told one by one when sealing."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from shapely.geometry import LineString
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from cadastre.models import Charge
from cadastre.queries.journal import STATED, known_states
from tests.factories import make_application, make_party, make_title, make_work, make_zone, square

TABLES_WITH_GROUND = ("parcel", "zone", "work")


def one_by_one(session, table: str) -> dict[int, set[tuple[str, bool]]]:
    """Tell states as the sealer does, by row_state."""
    ground = "v.geom" if table in TABLES_WITH_GROUND else "NULL"
    rows = session.execute(
        text(
            f"SELECT v.id, row_state(v, {ground}), true FROM {table} v UNION ALL "
            f"SELECT v.id, row_state(v, {ground}), false FROM {table}_past v"
        )
    )
    found: dict[int, set[tuple[str, bool]]] = {}
    for key, state, is_present in rows:
        found.setdefault(key, set()).add((state, is_present))
    return found


@pytest.fixture
def rows(session):
    """Make a row of each remembered table, with quotes, accents and fractions, then change it."""
    title = make_title(session, square(1 / 3, 8.1), name='Été "\\" d\'or', published_area_m2=1 / 3)
    make_application(session, square(1.2, 8.2))
    make_zone(session, square(1.0, 9.0))
    make_work(session, LineString([(0.1, 7.1), (0.3, 7.2)]))
    session.add(
        Charge(
            title_id=title.id, kind="mortgage", rank=1, party_id=make_party(session).id,
            amount=Decimal("12345.60"), currency="XOF", starts_on=dt.date(2025, 1, 1),
        )
    )  # fmt: skip
    session.flush()
    for table in STATED:
        session.execute(text(f"UPDATE {table} SET recorded_at = recorded_at"))
    session.execute(text("UPDATE title SET name = 'Autre', suspended_from = '2026-01-01'"))
    session.execute(text("UPDATE parcel SET geom = ST_Multi(ST_Translate(geom, 1e-9, 0))"))
    session.execute(text("UPDATE zone SET name = 'Autre'"))
    return session


@pytest.mark.parametrize("table", STATED)
@pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati"])
def test_many_at_once_say_what_one_by_one_says(rows, table, zone):
    rows.execute(text(f"SET LOCAL timezone = '{zone}'"))
    rows.execute(text("SET LOCAL extra_float_digits = -15"))
    expected = one_by_one(rows, table)
    assert expected
    found = known_states(rows, table, expected)
    assert {key: set(states) for key, states in found.items()} == expected


def test_a_nanometre_changes_a_state(rows):
    states = next(iter(known_states(rows, "parcel", one_by_one(rows, "parcel")).values()))
    assert len({state for state, _ in states}) == 2


def test_nothing_is_said_of_other_rows(rows):
    assert known_states(rows, "title", [-1]) == {}


@pytest.mark.parametrize("place", ["title; DROP TABLE title", "nothing_here"])
def test_only_a_table_may_be_named(rows, place):
    with pytest.raises(ProgrammingError), rows.begin_nested():
        known_states(rows, place, [1])
