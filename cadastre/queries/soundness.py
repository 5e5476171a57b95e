"""Ask the database whether its own guards stand: triggers, constraints, rights, geometries."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.orm import Session

GUARD = "guard_occupation"
GROUNDS = ("parcel", "occupation", "zone", "administrative_unit", "work")


def guard_is_always_enabled(session: Session) -> bool:
    """Tell whether the trigger that refuses double occupation fires for every session."""
    enabled = session.execute(
        text(
            "SELECT tgenabled FROM pg_trigger "
            "WHERE tgname = :guard AND tgrelid = 'occupation'::regclass"
        ),
        {"guard": GUARD},
    ).scalar()
    return enabled in ("A", b"A")


def unvalidated_constraints(session: Session) -> list[str]:
    """List constraints that were switched off or never proved on the rows there are."""
    rows = session.execute(
        text(
            "SELECT conname FROM pg_constraint JOIN pg_class c ON c.oid = conrelid "
            "WHERE NOT convalidated AND c.relnamespace = 'public'::regnamespace ORDER BY conname"
        )
    )
    return [row[0] for row in rows]


def owned_by(session: Session, role: str) -> list[str]:
    """List the tables, views and functions that a role owns."""
    rows = session.execute(
        text(
            "SELECT c.relname FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner "
            "WHERE r.rolname = :role AND c.relnamespace = 'public'::regnamespace "
            "UNION SELECT p.proname FROM pg_proc p JOIN pg_roles r ON r.oid = p.proowner "
            "WHERE r.rolname = :role AND p.pronamespace = 'public'::regnamespace ORDER BY 1"
        ),
        {"role": role},
    )
    return [row[0] for row in rows]


def invalid_grounds(session: Session) -> list[str]:
    """List rows whose geometry is invalid, empty or outside the world: table and row."""
    found = []
    for table in GROUNDS:
        rows = session.execute(
            text(
                f"SELECT id FROM {table} WHERE geom IS NOT NULL AND (NOT ST_IsValid(geom) "
                "OR ST_IsEmpty(geom) OR ST_XMin(geom) < -180 OR ST_XMax(geom) > 180 "
                "OR ST_YMin(geom) < -90 OR ST_YMax(geom) > 90) ORDER BY id"
            )
        )
        found += [f"{table} {row[0]}" for row in rows]
    return found


def parcels_apart_from_their_occupation(session: Session) -> list[int]:
    """List parcels without an occupation, or with one of another ground or period."""
    rows = session.execute(
        text(
            "SELECT p.id FROM parcel p LEFT JOIN occupation o ON o.parcel_id = p.id "
            "WHERE o.id IS NULL OR o.period <> p.period OR NOT ST_OrderingEquals(o.geom, p.geom) "
            "GROUP BY p.id ORDER BY p.id"
        )
    )
    return [row[0] for row in rows]


def schema_revision(session: Session) -> str | None:
    """Give the revision the schema is at."""
    revision: str | None = session.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return revision
