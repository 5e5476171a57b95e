"""No two exclusive occupations of one group share ground and time, whoever writes, and how.

Each guard is tried beside a control that is known to fail: a guard that was never seen failing
proves nothing (quality B2).
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator

import psycopg2
import pytest
from psycopg2.extensions import connection as Connection
from shapely.geometry import MultiPolygon, Polygon

from scripts.benches.racing import INSERT, a_box, busy, overlapping_pairs, race, same_place
from tests.databases import TestUrls

TRIES_A_WRITER = 625  # eight writers: 5,000 tries
ROUNDS = 100
COLUMNS = "(parcel_id, occupant, exclusivity_group, period, standing, geom)"


@pytest.fixture
def parcel(fresh_database: TestUrls) -> int:
    """Give a parcel that occupations can belong to."""
    connection = psycopg2.connect(fresh_database.owner_url)
    with connection, connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO title (number, kind, substances, exclusivity_group, ruleset, starts_on)"
            " VALUES ('T-1', 'permis-recherche', '{or}', 'gold', 'togo', '2026-01-01') RETURNING id"
        )
        title = cursor.fetchone()[0]
        cursor.execute(
            "INSERT INTO parcel (title_id, geom, period, original_text, original_crs, edge_model,"
            " planar_area_m2, planar_crs, geodesic_area_m2) VALUES (%s,"
            " ST_Multi(ST_MakeEnvelope(0, 6, 1, 7, 4326)), '[2026-01-01,)', '', 'EPSG:4326',"
            " 'straight-lonlat', 1, 'EPSG:32631', 1) RETURNING id",
            (title,),
        )
        found = cursor.fetchone()[0]
    connection.close()
    return int(found)


@pytest.fixture
def app(fresh_database: TestUrls) -> Iterator[Connection]:
    """Open the application's own door."""
    connection = psycopg2.connect(fresh_database.app_url)
    yield connection
    connection.close()


@pytest.fixture
def owner(fresh_database: TestUrls) -> Iterator[Connection]:
    """Open the owner's door, which the application never has."""
    connection = psycopg2.connect(fresh_database.owner_url)
    yield connection
    connection.close()


def occupy(connection: Connection, wish: dict[str, object]) -> None:
    """Try to occupy ground and keep it."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(INSERT, wish)
        connection.commit()
    except psycopg2.Error:
        connection.rollback()
        raise


# --- races -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "isolation",
    [
        lambda writer: "READ COMMITTED",
        lambda writer: "REPEATABLE READ",
        lambda writer: "SERIALIZABLE",
        lambda writer: ("SERIALIZABLE", "READ COMMITTED", "REPEATABLE READ")[writer % 3],
    ],
    ids=["read-committed", "repeatable-read", "serializable", "mixed"],
)
def test_no_pair_overlaps_after_a_busy_day_under_any_isolation(
    fresh_database: TestUrls, parcel: int, isolation: Callable[[int], str]
) -> None:
    done = race(fresh_database.app_url, busy(parcel, TRIES_A_WRITER), isolation=isolation)
    assert done.outcomes.total() == 8 * TRIES_A_WRITER
    assert done.outcomes["granted"] > 100
    assert done.outcomes["refused"] > 100
    assert overlapping_pairs(fresh_database.owner_url) == 0


def test_of_eight_identical_requests_exactly_one_wins_each_round(
    fresh_database: TestUrls, parcel: int
) -> None:
    done = race(fresh_database.app_url, same_place(parcel, ROUNDS))
    assert done.outcomes == {"granted": ROUNDS, "refused": 7 * ROUNDS}
    assert overlapping_pairs(fresh_database.owner_url) == 0


@pytest.mark.parametrize("isolation", ["READ COMMITTED", "REPEATABLE READ"])
def test_control_looking_before_writing_lets_overlaps_through(
    fresh_database: TestUrls, parcel: int, owner: Connection, isolation: str
) -> None:
    with owner.cursor() as cursor:
        cursor.execute("ALTER TABLE occupation DISABLE TRIGGER guard_occupation")
    owner.commit()
    race(
        fresh_database.app_url,
        same_place(parcel, 20),
        isolation=lambda writer: isolation,
        looks_first=True,
    )
    assert overlapping_pairs(fresh_database.owner_url) > 0


def test_control_a_lock_without_a_trace_fails_under_repeatable_read(
    fresh_database: TestUrls, parcel: int, owner: Connection
) -> None:
    """The snapshot is older than the lock: the reason why cells are changed, not only locked."""
    with owner.cursor() as cursor:
        cursor.execute(
            "CREATE OR REPLACE FUNCTION lock_ground(ground geometry) RETURNS void LANGUAGE sql"
            " AS $$ SELECT pg_advisory_xact_lock(7301) $$"
        )
    owner.commit()
    race(
        fresh_database.app_url,
        same_place(parcel, 20),
        isolation=lambda writer: "REPEATABLE READ",
    )
    assert overlapping_pairs(fresh_database.owner_url) > 0


# --- every way of writing ---------------------------------------------------------------


def test_the_refusal_names_the_title_in_the_way(app: Connection, parcel: int) -> None:
    occupy(app, a_box(0.5, 6.5, parcel=parcel))
    with pytest.raises(psycopg2.errors.ExclusionViolation) as refusal:
        occupy(app, a_box(0.52, 6.52, parcel=parcel))
    assert refusal.value.diag.message_detail == "T-1"
    assert refusal.value.diag.constraint_name == "ex_occupation_ground"


def test_one_statement_of_many_rows_and_copy_are_guarded(app: Connection, parcel: int) -> None:
    first, second = a_box(0.5, 6.5, parcel=parcel), a_box(0.52, 6.52, parcel=parcel)
    rows = (
        INSERT.split("VALUES")[0]
        + "VALUES "
        + ", ".join(
            app.cursor().mogrify(INSERT.split("VALUES")[1], wish).decode()
            for wish in (first, second)
        )
    )
    with pytest.raises(psycopg2.errors.ExclusionViolation), app.cursor() as cursor:
        cursor.execute(rows)
    app.rollback()
    line = "{parcel}\ttitle\tgold\t[2026-01-01,)\texclusive\tSRID=4326;MULTIPOLYGON((({shape})))\n"
    squares = ("0 6,1 6,1 7,0 7,0 6", "0.5 6.5,1.5 6.5,1.5 7.5,0.5 7.5,0.5 6.5")
    text = "".join(line.format(parcel=parcel, shape=shape) for shape in squares)
    with pytest.raises(psycopg2.errors.ExclusionViolation), app.cursor() as cursor:
        cursor.copy_expert(f"COPY occupation {COLUMNS} FROM STDIN", io.StringIO(text))
    app.rollback()


@pytest.mark.parametrize(
    "change",
    [
        "geom = ST_Translate(geom, -0.07, 0)",
        "period = '[2026-01-01,)'",
        "exclusivity_group = 'gold'",
        "standing = 'exclusive'",
    ],
)
def test_updates_of_ground_period_group_and_standing_are_guarded(
    app: Connection, owner: Connection, parcel: int, change: str
) -> None:
    occupy(app, a_box(0.5, 6.5, parcel=parcel))
    moved = {"geom": a_box(0.6, 6.5, parcel=parcel)}
    elsewhere = {
        "period": a_box(0.5, 6.5, parcel=parcel, period="[2020-01-01,2026-01-01)"),
        "exclusivity_group": a_box(0.5, 6.5, parcel=parcel, group="sand"),
        "standing": a_box(0.5, 6.5, parcel=parcel, group="none"),
    } | moved
    occupy(app, elsewhere[change.split(" ")[0]])
    if change.startswith("standing"):
        with owner.cursor() as cursor:
            cursor.execute(
                "UPDATE occupation SET standing = 'legacy', exclusivity_group = 'gold'"
                " WHERE id = (SELECT max(id) FROM occupation)"
            )
        owner.commit()
    with pytest.raises(psycopg2.errors.ExclusionViolation), app.cursor() as cursor:
        cursor.execute(
            f"UPDATE occupation SET {change} WHERE id = (SELECT max(id) FROM occupation)"
        )
    app.rollback()


def test_a_replica_session_does_not_slip_past(fresh_database: TestUrls, parcel: int) -> None:
    connection = psycopg2.connect(fresh_database.superuser_url)
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(INSERT, a_box(0.5, 6.5, parcel=parcel))
        with pytest.raises(psycopg2.errors.ExclusionViolation):
            cursor.execute(INSERT, a_box(0.5, 6.5, parcel=parcel))
    connection.close()


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE occupation DISABLE TRIGGER guard_occupation",
        "DROP TRIGGER guard_occupation ON occupation",
        "TRUNCATE occupation",
        "SET session_replication_role = replica",
        "CREATE OR REPLACE FUNCTION technical_width_m() RETURNS float8 LANGUAGE sql AS 'SELECT 9'",
        "UPDATE ground_cell SET holder = 0",
    ],
)
def test_the_application_cannot_switch_the_guard_off(app: Connection, statement: str) -> None:
    with pytest.raises(psycopg2.errors.InsufficientPrivilege), app.cursor() as cursor:
        cursor.execute(statement)
    app.rollback()


def test_the_application_cannot_call_an_overlap_a_legacy(app: Connection, parcel: int) -> None:
    legacy = INSERT.replace("'exclusive'", "'legacy'")
    with pytest.raises(psycopg2.errors.InsufficientPrivilege), app.cursor() as cursor:
        cursor.execute(legacy, a_box(0.5, 6.5, parcel=parcel))
    app.rollback()
    waiting = INSERT.replace("'exclusive'", "'second-rank'")
    with pytest.raises(psycopg2.errors.CheckViolation), app.cursor() as cursor:
        cursor.execute(waiting, a_box(0.5, 6.5, parcel=parcel))
    app.rollback()


# --- what is not an overlap ---------------------------------------------------------------


def test_neighbours_groups_and_successions_live_side_by_side(app: Connection, parcel: int) -> None:
    occupy(app, a_box(0.5, 6.5, parcel=parcel, period="[2020-01-01,2026-01-01)"))
    occupy(app, a_box(0.5, 6.5, parcel=parcel))  # follows the first in time
    occupy(app, a_box(0.55, 6.5, parcel=parcel))  # touches along a side
    occupy(app, a_box(0.55, 6.55, parcel=parcel))  # touches at a corner
    occupy(app, a_box(0.5, 6.5, parcel=parcel, group="sand"))  # another class of substances
    occupy(app, a_box(0.5, 6.5, parcel=parcel, group="none"))  # a kind that is not exclusive


@pytest.mark.parametrize(("width_m", "accepted"), [(0.04, True), (0.10, False)])
def test_a_hand_is_refused_and_a_rounding_is_not(
    app: Connection, parcel: int, width_m: float, accepted: bool
) -> None:
    occupy(app, a_box(0.5, 6.5, parcel=parcel))
    # A strip of that width along a 5.5 km side: its mean width is about its width.
    degrees = width_m / 110_600
    wish = a_box(0.5, 6.55 - degrees, parcel=parcel)
    if accepted:
        occupy(app, wish)
    else:
        with pytest.raises(psycopg2.errors.ExclusionViolation):
            occupy(app, wish)


def test_a_long_sliver_does_not_hide_a_small_real_overlap(app: Connection, parcel: int) -> None:
    occupy(app, a_box(0.5, 6.5, parcel=parcel))
    # 4 cm along the side, and further on a real corner of 1 m by 1 m: 3.9 cm wide on the whole.
    hand, metre = 0.04 / 110_600, 1 / 110_600
    corners = (
        (0.5, 6.55 - hand), (0.548, 6.55 - hand), (0.548, 6.55), (0.55 - metre, 6.55),
        (0.55 - metre, 6.55 - metre), (0.55, 6.55 - metre), (0.55, 6.6), (0.5, 6.6),
    )  # fmt: skip
    shape = MultiPolygon([Polygon(corners)]).wkt
    insert = INSERT.replace(
        INSERT[INSERT.index("ST_Multi") : INSERT.rindex(")")],
        "ST_GeomFromText(%(shape)s, 4326)",
    )
    with pytest.raises(psycopg2.errors.ExclusionViolation), app.cursor() as cursor:
        cursor.execute(insert, a_box(0, 0, parcel=parcel) | {"shape": shape})
    app.rollback()


def test_rounding_errors_of_nanometres_are_no_ground(app: Connection) -> None:
    # What two touching rights of a real register shared: the noise of its area was metres wide.
    dust = (
        "POLYGON((-67.00561470184158 -24.336255120740955,-67.00561470184158 -24.336255120740944,"
        "-67.00561470184148 -24.336255120740955,-67.00561470184158 -24.336255120740955))"
    )
    with app.cursor() as cursor:
        cursor.execute("SELECT mean_width_m(ST_GeomFromText(%s, 4326))", (dust,))
        assert cursor.fetchone()[0] < 1e-6
    app.rollback()


def test_country_size_ground_is_guarded_too(app: Connection, parcel: int) -> None:
    occupy(app, a_box(0.5, 6.5, parcel=parcel))
    with pytest.raises(psycopg2.errors.ExclusionViolation):
        occupy(app, a_box(-2.0, 4.0, 10.0, parcel=parcel))
