"""Count and list what the supervision room shows: one condition a figure, for both.

A figure is the number of rows of a source that meet its condition; its list is those rows. So a
number on the wall and the list behind it cannot tell two stories.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import RowMapping, text
from sqlalchemy.orm import Session

from cadastre.queries.asof import AsOf

MOST_ROWS = 200
LOOK_BACK = 20_000  # entries of the journal: a day of a large register, found by its key
NAMED = 3  # how many subjects a figure names beside its number


@dataclass(frozen=True, slots=True)
class Source:
    """Rows that can be counted: where they are, and the columns every list shows."""

    rows: str
    label: str  # number by which people know the row
    about: str  # service, kind or reason, as a code
    at: str  # the instant or day that matters, for order
    place: str = "NULL::text"  # service or office, for narrowing


@dataclass(frozen=True, slots=True)
class Figure:
    """A number of the room: its source, its condition, and what is added up beside it."""

    code: str
    source: str
    where: str
    amount: str | None = None


_IN_FORCE = (
    "t.starts_on <= :day AND (t.expires_on IS NULL OR t.expires_on > :day)"
    " AND (t.ended_on IS NULL OR t.ended_on > :day)"
)
_OPEN = "NOT s.is_closed AND s.state <> 'draft'"
_UNPAID = "p.id IS NULL AND i.cancelled_at IS NULL"
SOURCES: dict[str, Source] = {
    "dossier": Source(
        "dossier d JOIN dossier_standing s ON s.dossier_id = d.id",
        "d.number", "d.service", "coalesce(s.due_at, s.lodged_at)", "d.office",
    ),
    "application": Source("application a", "a.number", "a.kind", "a.filed_at"),
    "case": Source(
        "overlap_case c JOIN parcel l ON l.id = c.left_parcel_id",
        "c.number", "c.kind", "c.detected_at",
    ),
    "title": Source("title t", "t.number", "t.kind", "coalesce(t.expires_on, t.starts_on)"),
    "opening": Source("opening o", "o.number", "o.exclusivity_group", "o.closes_at"),
    "invoice": Source(
        "invoice i LEFT JOIN payment p ON p.invoice_id = i.id", "i.number", "i.moment", "i.due_on"
    ),
    "work": Source("work w", "w.code", "w.kind", "w.recorded_at"),
    "stop": Source("granting_stop g", "g.id::text", "g.reason", "g.stopped_at"),
    "owner": Source(
        "(SELECT h.party_id AS id, count(DISTINCT h.title_id) AS titles, min(h.starts_on) AS since,"
        " count(DISTINCT h.title_id) * 100.0 / nullif((SELECT count(*) FROM title t WHERE "
        + _IN_FORCE + "), 0) AS percent FROM share h JOIN title t ON t.id = h.title_id"
        " WHERE h.role = 'holder' AND (h.ends_on IS NULL OR h.ends_on > :day) AND " + _IN_FORCE
        + " GROUP BY h.party_id) o JOIN party y ON y.id = o.id",
        # People are not named on a wall; companies are, as the law publishes them.
        "CASE y.kind WHEN 'person' THEN '#' || y.id ELSE y.name END", "y.kind", "o.since",
    ),
    "reader": Source(
        "(SELECT j.account_id AS id, count(*) AS exports, max(j.recorded_at) AS latest"
        " FROM journal_entry j WHERE j.action = 'personal.export' AND j.recorded_at >= :today"
        f" AND j.id > (SELECT max(id) - {LOOK_BACK} FROM journal_entry) GROUP BY j.account_id) x"
        " JOIN account y ON y.id = x.id",
        "'#' || y.id", "'account'", "x.latest",
    ),
}  # fmt: skip
FIGURES: dict[str, Figure] = {
    figure.code: figure
    for figure in (
        Figure("filings.today", "dossier", "s.state <> 'draft' AND s.lodged_at >= :today"),
        Figure("filings.week", "dossier", "s.state <> 'draft' AND s.lodged_at >= :week"),
        Figure("applications.week", "application", "a.filed_at >= :week"),
        Figure("dossiers.open", "dossier", _OPEN),
        Figure("dossiers.office", "dossier", f"{_OPEN} AND NOT s.awaited && '{{applicant}}'"),
        Figure("dossiers.applicant", "dossier", f"{_OPEN} AND s.awaited && '{{applicant}}'"),
        Figure("dossiers.overdue", "dossier", f"{_OPEN} AND s.due_at < :now"),
        Figure("dossiers.near", "dossier", f"{_OPEN} AND s.due_at >= :now AND s.due_at < :soon"),
        Figure("decisions.week", "dossier", "s.is_closed AND s.moved_at >= :week"),
        Figure("cases.open", "case", "c.closed_at IS NULL"),
        Figure("cases.late", "case", "c.closed_at IS NULL AND c.deadline_on < :day"),
        Figure("cases.week", "case", "c.closed_at >= :week"),
        Figure("titles.in-force", "title", _IN_FORCE),
        Figure("titles.granted", "title", "t.granted_on > :month_ago AND t.granted_on <= :day"),
        Figure("titles.expiring", "title", f"{_IN_FORCE} AND t.expires_on <= :in_90_days"),
        Figure("openings.present", "opening", "o.closes_at > :now"),
        Figure("openings.freed", "opening", "o.published_at > :month_ago"),
        Figure("fees.due", "invoice", f"{_UNPAID} AND i.due_on >= :day", "i.total"),
        Figure("fees.overdue", "invoice", f"{_UNPAID} AND i.due_on < :day", "i.total"),
        Figure("fees.paid", "invoice", "p.received_on > :month_ago", "p.amount"),
        *(
            Figure(f"works.{state}", "work", f"w.state = '{state}'")
            for state in ("planned", "under-construction", "in-service", "retired")
        ),
        Figure(
            "alerts.in-zone", "case",
            "c.closed_at IS NULL AND c.right_zone_id IS NOT NULL AND l.title_id IS NOT NULL",
        ),
        Figure("alerts.expiring", "title", f"{_IN_FORCE} AND t.expires_on <= :in_30_days"),
        Figure(
            "alerts.suspension-over", "title",
            f"{_IN_FORCE} AND t.suspended_until <= :day AND t.suspended_until > :month_ago"
            " AND NOT EXISTS (SELECT FROM step r WHERE r.title_id = t.id AND r.kind = 'resume'"
            " AND r.happened_at >= t.suspended_from)",
        ),
        Figure(
            "alerts.out-of-order", "title",
            "EXISTS (SELECT FROM step r WHERE r.title_id = t.id AND r.kind = 'grant' AND NOT EXISTS"
            " (SELECT FROM step f WHERE f.dossier_id = r.dossier_id AND f.kind IN ('file', 'lodge')"
            " AND f.happened_at <= r.happened_at))",
        ),
        Figure("alerts.stopped", "stop", "g.lifted_at IS NULL"),
        Figure("alerts.exports", "reader", "x.exports >= :most_exports"),
        Figure(
            "alerts.concentration", "owner",
            "o.titles >= :fewest_titles AND o.percent >= :most_percent",
        ),
    )
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Counted:
    """A figure as counted: how many, what they add up to, and the first that matter."""

    count: int
    amount: int | None
    first: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What is worth an alert: the titles of one owner, and the exports of one person in a day."""

    fewest_titles: int
    most_percent: float
    most_exports: int


def moments(at: AsOf, midnight: dt.datetime, thresholds: Thresholds) -> dict[str, Any]:
    """Name the instants and days that conditions speak of; ``midnight`` began the legal day."""
    return {
        "now": at.instant,
        "day": at.day,
        "today": midnight,
        "week": midnight - dt.timedelta(days=6),
        "soon": at.instant + dt.timedelta(days=3),
        "month_ago": at.day - dt.timedelta(days=30),
        "in_30_days": at.day + dt.timedelta(days=30),
        "in_90_days": at.day + dt.timedelta(days=90),
        "fewest_titles": thresholds.fewest_titles,
        "most_percent": thresholds.most_percent,
        "most_exports": thresholds.most_exports,
    }


def count_figures(session: Session, values: Mapping[str, Any]) -> dict[str, Counted]:
    """Count every figure in one question."""
    found = session.execute(text(_COUNTS), dict(values)).mappings().one()
    counted = {}
    for place, code in enumerate(FIGURES):
        row = found[FIGURES[code].source]
        amount = row[f"a{place}"]
        counted[code] = Counted(
            row[f"n{place}"], None if amount is None else int(amount), tuple(row[f"f{place}"] or ())
        )
    return counted


def _counts() -> str:
    parts = []
    for name, source in SOURCES.items():
        columns = ", ".join(
            f"count(*) FILTER (WHERE {figure.where}) AS n{place},"
            f" sum({figure.amount or 'NULL::bigint'}) FILTER (WHERE {figure.where}) AS a{place},"
            f" (array_agg({source.label} ORDER BY {source.at})"
            f" FILTER (WHERE {figure.where}))[1:{NAMED}] AS f{place}"
            for place, figure in enumerate(FIGURES.values())
            if figure.source == name
        )
        parts.append(
            f'(SELECT row_to_json(one) FROM (SELECT {columns} FROM {source.rows}) one) AS "{name}"'
        )
    return "SELECT " + ", ".join(parts)


_COUNTS = _counts()


def list_figure(
    session: Session,
    code: str,
    values: Mapping[str, Any],
    *,
    service: str | None = None,
    office: str | None = None,
    state: str | None = None,
) -> Sequence[RowMapping]:
    """List the rows a figure counts, what matters first; service, office and state narrow dossiers.

    Each row has label, about, at and subject (the name of its source).
    """
    figure = FIGURES[code]
    source = SOURCES[figure.source]
    narrow = ""
    if figure.source == "dossier":
        narrow = "".join(
            f" AND {condition}"
            for wanted, condition in (
                (service, "d.service = :service"),
                (office, "coalesce(d.office, '') = :office"),
                (state, "s.state = :state"),
            )
            if wanted is not None
        )
    query = (
        f"SELECT {source.label} AS label, {source.about} AS about, {source.at} AS at,"
        f" {source.place} AS place, {figure.amount or 'NULL::bigint'} AS amount"
        f" FROM {source.rows} WHERE {figure.where}{narrow}"
        f" ORDER BY {source.at}, 1 LIMIT {MOST_ROWS}"
    )
    given = {**values, "service": service, "office": office, "state": state}
    return session.execute(text(query), given).mappings().all()


_OPEN_BY = f"""
    SELECT GROUPING(d.service, d.office, s.state) AS by_what, d.service, d.office, s.state,
        count(*) FILTER (WHERE {FIGURES["dossiers.open"].where}) AS "open",
        count(*) FILTER (WHERE {FIGURES["dossiers.office"].where}) AS office_turn,
        count(*) FILTER (WHERE {FIGURES["dossiers.overdue"].where}) AS overdue,
        count(*) FILTER (WHERE {FIGURES["dossiers.near"].where}) AS near,
        count(*) FILTER (WHERE {FIGURES["filings.week"].where}) AS filed
    FROM {SOURCES["dossier"].rows} WHERE s.state <> 'draft'
    GROUP BY GROUPING SETS ((d.service), (d.office), (s.state))
    HAVING count(*) FILTER (WHERE {FIGURES["dossiers.open"].where}) > 0
        OR count(*) FILTER (WHERE {FIGURES["filings.week"].where}) > 0
    ORDER BY overdue DESC, "open" DESC, d.service, d.office, s.state
"""
BY = {0b011: "service", 0b101: "office", 0b110: "state"}


def count_by(session: Session, values: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Count open, awaited, overdue and nearly due dossiers by service, by office and by state."""
    found: dict[str, list[dict[str, Any]]] = {"service": [], "office": [], "state": []}
    for row in session.execute(text(_OPEN_BY), dict(values)).mappings():
        by = BY[row["by_what"]]
        keys = ("open", "office_turn", "overdue", "near", "filed")
        found[by].append({"key": row[by] or "", **{key: row[key] for key in keys}})
    return found


_DELAYS = """
    SELECT d.service, count(*) AS decided,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY s.moved_at - s.lodged_at) AS half,
        percentile_cont(0.9) WITHIN GROUP (ORDER BY s.moved_at - s.lodged_at) AS most
    FROM dossier d JOIN dossier_standing s ON s.dossier_id = d.id
    WHERE s.is_closed AND s.lodged_at IS NOT NULL AND s.moved_at >= :since
      AND s.state NOT IN ('draft', 'withdrawn', 'lapsed')
    GROUP BY d.service ORDER BY d.service
"""


def observed_delays(session: Session, since: dt.datetime) -> Sequence[RowMapping]:
    """Give, by service, how many dossiers were decided since, and how long half and 9 in 10 took.

    From lodgement to the last step, whatever the clocks were suspended for: what the person lived.
    """
    return session.execute(text(_DELAYS), {"since": since}).mappings().all()


_MONTHS = """
    WITH months AS (
        SELECT to_char(m, 'YYYY-MM') AS month FROM generate_series(
            date_trunc('month', CAST(:first AS timestamp)), CAST(:day AS timestamp), '1 month') m)
    SELECT months.month, coalesce(f.n, 0) AS filings, coalesce(a.n, 0) AS applications,
        coalesce(x.n, 0) AS decisions, coalesce(g.n, 0) AS grants, coalesce(e.n, 0) AS ends,
        coalesce(c.n, 0) AS overlaps_solved, coalesce(p.n, 0) AS paid
    FROM months
    LEFT JOIN (SELECT to_char(lodged_at AT TIME ZONE :zone, 'YYYY-MM') AS month, count(*) AS n
               FROM dossier_standing WHERE state <> 'draft' GROUP BY 1) f USING (month)
    LEFT JOIN (SELECT to_char(filed_at AT TIME ZONE :zone, 'YYYY-MM') AS month, count(*) AS n
               FROM application GROUP BY 1) a USING (month)
    LEFT JOIN (SELECT to_char(moved_at AT TIME ZONE :zone, 'YYYY-MM') AS month, count(*) AS n
               FROM dossier_standing WHERE is_closed AND state <> 'draft'
               GROUP BY 1) x USING (month)
    LEFT JOIN (SELECT to_char(granted_on, 'YYYY-MM') AS month, count(*) AS n
               FROM title WHERE granted_on <= :day GROUP BY 1) g USING (month)
    LEFT JOIN (SELECT to_char(least(ended_on, expires_on), 'YYYY-MM') AS month, count(*) AS n
               FROM title WHERE least(ended_on, expires_on) <= :day GROUP BY 1) e USING (month)
    LEFT JOIN (SELECT to_char(closed_at AT TIME ZONE :zone, 'YYYY-MM') AS month, count(*) AS n
               FROM overlap_case GROUP BY 1) c USING (month)
    LEFT JOIN (SELECT to_char(received_on, 'YYYY-MM') AS month, sum(amount) AS n
               FROM payment GROUP BY 1) p USING (month)
    ORDER BY month
"""


def count_months(
    session: Session, first: dt.date, day: dt.date, zone: str
) -> Sequence[RowMapping]:
    """Count what happened in each month from a first day to today, on the legal clock."""
    return (
        session.execute(text(_MONTHS), {"first": first, "day": day, "zone": zone}).mappings().all()
    )


_MOVES = """
    (SELECT 'filing' AS kind, a.number AS label, a.filed_at AS at,
            ST_X(q.c) AS lon, ST_Y(q.c) AS lat
     FROM (SELECT * FROM application ORDER BY filed_at DESC LIMIT 12) a
     JOIN LATERAL (SELECT ST_PointOnSurface(p.geom) AS c FROM parcel p
                   WHERE p.application_id = a.id ORDER BY p.id LIMIT 1) q ON true)
    UNION ALL
    (SELECT 'grant', t.number, t.recorded_at, ST_X(q.c), ST_Y(q.c)
     FROM (SELECT * FROM title WHERE granted_on IS NOT NULL AND granted_on <= :day
           ORDER BY granted_on DESC, id DESC LIMIT 8) t
     JOIN LATERAL (SELECT ST_PointOnSurface(p.geom) AS c FROM parcel p
                   WHERE p.title_id = t.id ORDER BY p.id LIMIT 1) q ON true)
    UNION ALL
    (SELECT 'opening', o.number, o.published_at, ST_X(ST_PointOnSurface(o.geom)),
            ST_Y(ST_PointOnSurface(o.geom))
     FROM opening o WHERE o.closes_at > :now ORDER BY o.published_at DESC LIMIT 8)
    ORDER BY at DESC
"""


def find_moves(session: Session, values: Mapping[str, Any]) -> Sequence[RowMapping]:
    """List the latest filings, grants and openings with a point of their ground."""
    return session.execute(text(_MOVES), dict(values)).mappings().all()


def outline(session: Session) -> list[str]:
    """Give the country, then its regions, as SVG paths in degrees, north up (y: minus latitude)."""
    query = (
        "SELECT string_agg(ST_AsSVG(ring, 0, 3), ' ') FROM (SELECT u.id, u.level, u.code,"
        " ST_SimplifyPreserveTopology(ST_MakePolygon(ST_ExteriorRing(d.geom)), 0.02) AS ring"
        " FROM administrative_unit u, ST_Dump(u.geom) d WHERE u.level <= 1"
        " AND ST_Area(d.geom) > 0.01) rings"
        " GROUP BY id, level, code ORDER BY level, code"
    )
    return [str(path) for path in session.scalars(text(query)) if path]
