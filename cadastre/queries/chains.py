"""Look for titles and steps that did not come the way every title comes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

# Titles loaded with a register, rather than granted here, were first recorded in the transaction
# that wrote its journal entry: now() is the same to the microsecond.
_GRANTED_HERE = """
    WITH first AS (
        SELECT t.id, t.number, t.dossier_id, least(t.recorded_at, (
            SELECT min(p.recorded_at) FROM title_past p WHERE p.id = t.id)) AS known_at
        FROM title t
    ), here AS (
        SELECT f.* FROM first f WHERE NOT EXISTS (
            SELECT FROM journal_entry j
            WHERE j.action = ANY(:loaded_by) AND j.recorded_at = f.known_at)
    )
"""


def titles_without_origin(
    session: Session, origins: Sequence[str], loaded_by: Sequence[str]
) -> list[str]:
    """List titles that no decision made: no step of an origin, or none in the journal."""
    query = (
        _GRANTED_HERE + "SELECT h.number FROM here h WHERE NOT EXISTS ("
        "SELECT FROM step s WHERE s.title_id = h.id AND s.kind = ANY(:origins)) "
        "OR NOT EXISTS (SELECT FROM journal_entry j WHERE j.subject = 'title' "
        "AND j.subject_id = h.number AND j.action = ANY(:acts)) ORDER BY h.number"
    )
    values = {
        "origins": list(origins),
        "acts": [f"title.{origin}" for origin in origins],
        "loaded_by": list(loaded_by),
    }
    return list(session.scalars(text(query), values))


def titles_without(
    session: Session, step: str, needs: str, loaded_by: Sequence[str]
) -> list[str]:
    """List titles with a step whose dossier lacks the step that must come before it."""
    query = (
        _GRANTED_HERE + "SELECT DISTINCT h.number FROM here h "
        "JOIN step s ON s.title_id = h.id AND s.kind = :step WHERE NOT EXISTS ("
        "SELECT FROM step e WHERE e.dossier_id = s.dossier_id AND e.kind = :needs) ORDER BY 1"
    )
    values = {"step": step, "needs": needs, "loaded_by": list(loaded_by)}
    return list(session.scalars(text(query), values))


def steps_out_of_order(session: Session, earlier: str, later: str) -> list[tuple[str, int]]:
    """List (dossier, step) of a sort that happened before the one it must follow."""
    query = (
        "SELECT d.number, s.id FROM step s JOIN dossier d ON d.id = s.dossier_id "
        "WHERE s.kind = :later AND EXISTS (SELECT FROM step e "
        "WHERE e.dossier_id = s.dossier_id AND e.kind = :earlier) AND NOT EXISTS ("
        "SELECT FROM step e WHERE e.dossier_id = s.dossier_id AND e.kind = :earlier "
        "AND e.happened_at <= s.happened_at) ORDER BY s.id"
    )
    rows = session.execute(text(query), {"earlier": earlier, "later": later})
    return [(number, step) for number, step in rows]


def steps_by_one_person(session: Session, kinds: Sequence[str]) -> list[tuple[str, str, int]]:
    """List (dossier, sort, step) where a person acted without a second, different one."""
    query = (
        "SELECT d.number, s.kind, s.id FROM step s JOIN dossier d ON d.id = s.dossier_id "
        "WHERE s.kind = ANY(:kinds) AND s.title_id IS NOT NULL AND (s.account_id IS NULL "
        "OR s.second_account_id IS NULL OR s.second_account_id = s.account_id) ORDER BY s.id"
    )
    rows = session.execute(text(query), {"kinds": list(kinds)})
    return [(number, kind, step) for number, kind, step in rows]


def steps_too_fast(
    session: Session, earlier: str, later: str, shortest_s: float
) -> list[tuple[str, int, float]]:
    """List (dossier, step, seconds) that followed the step before them faster than people can."""
    query = (
        "SELECT d.number, s.id, extract(epoch FROM s.happened_at - e.happened_at) FROM step s "
        "JOIN step e ON e.dossier_id = s.dossier_id AND e.kind = :earlier "
        "JOIN dossier d ON d.id = s.dossier_id WHERE s.kind = :later AND s.account_id IS NOT NULL "
        "AND s.happened_at >= e.happened_at "
        "AND s.happened_at - e.happened_at < make_interval(secs => :shortest) ORDER BY s.id"
    )
    values: dict[str, Any] = {"earlier": earlier, "later": later, "shortest": shortest_s}
    rows = session.execute(text(query), values)
    return [(number, step, float(took)) for number, step, took in rows]


def steps_at_night(
    session: Session, kinds: Sequence[str], zone: str, opens: int, closes: int
) -> list[tuple[str, int, str]]:
    """List (dossier, step, local hour) of decisions a person took outside the hours of work."""
    query = (
        "SELECT d.number, s.id, to_char(s.recorded_at AT TIME ZONE :zone, 'YYYY-MM-DD HH24:MI') "
        "FROM step s JOIN dossier d ON d.id = s.dossier_id WHERE s.kind = ANY(:kinds) "
        "AND s.account_id IS NOT NULL "
        "AND (extract(hour FROM s.recorded_at AT TIME ZONE :zone) < :opens "
        "OR extract(hour FROM s.recorded_at AT TIME ZONE :zone) >= :closes) ORDER BY s.id"
    )
    values = {"kinds": list(kinds), "zone": zone, "opens": opens, "closes": closes}
    return [(number, step, hour) for number, step, hour in session.execute(text(query), values)]


def titles_without_ground(session: Session) -> list[str]:
    """List titles in force, and free of doubts, that hold no ground now."""
    query = (
        "SELECT number FROM title t WHERE t.doubts = '{}' AND t.ended_on IS NULL "
        "AND t.starts_on <= CURRENT_DATE AND (t.expires_on IS NULL OR t.expires_on > CURRENT_DATE) "
        "AND NOT EXISTS (SELECT FROM parcel p JOIN occupation o ON o.parcel_id = p.id "
        "WHERE p.title_id = t.id AND o.standing IN ('exclusive', 'legacy') "
        "AND o.period @> now()) ORDER BY number"
    )
    return list(session.scalars(text(query)))


def legacy_titles(session: Session) -> list[str]:
    """List titles that hold ground inherited with its overlap: known, and worked off."""
    query = (
        "SELECT DISTINCT t.number FROM title t JOIN parcel p ON p.title_id = t.id "
        "JOIN occupation o ON o.parcel_id = p.id WHERE o.standing = 'legacy' "
        "AND o.period @> now() ORDER BY 1"
    )
    return list(session.scalars(text(query)))
