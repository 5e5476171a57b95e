"""Gather what the room shows at one instant, in a form small enough to be sent to every screen."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import RowMapping
from sqlalchemy.orm import Session

from cadastre.config import Settings
from cadastre.errors import NotFound
from cadastre.queries.asof import AsOf, as_of
from cadastre.queries.supervision import (
    FIGURES,
    count_by,
    count_figures,
    find_moves,
    list_figure,
    moments,
)
from cadastre.rules.catalogue import Catalogue
from cadastre.rules.permissions import Actor, can_watch_sector
from cadastre.rules.ruleset import Ruleset
from cadastre.services.granting import lateness
from cadastre.services.supervision.plan import plan_of, realised

MOST_LINES = 8  # of a table on the wall
# What is an alert as soon as there is one, the gravest first.
ALERTS = (
    "alerts.stopped", "alerts.out-of-order", "dossiers.overdue", "dossiers.near", "alerts.in-zone",
    "cases.late", "alerts.suspension-over", "fees.overdue", "alerts.expiring", "alerts.exports",
    "alerts.concentration",
)  # fmt: skip
GRAVE = frozenset(
    {"alerts.stopped", "alerts.out-of-order", "dossiers.overdue", "alerts.in-zone", "log.late"}
)


@dataclass(frozen=True)
class Sector:
    """What the figures of a deployment depend on besides its register."""

    settings: Settings
    ruleset: Ruleset
    catalogue: Catalogue

    def values(self, at: AsOf | None = None) -> dict[str, Any]:
        """Name the instants and thresholds of figures as they stand now, or at a moment."""
        moment = at or as_of(None, self.ruleset.time_zone)
        zone = ZoneInfo(self.ruleset.time_zone)
        midnight = dt.datetime.combine(moment.day, dt.time.min, zone)
        return moments(moment, midnight, plan_of(self.settings).thresholds)


def may_watch(actor: Actor) -> bool:
    """Tell whether an actor may see the room: the office, administrators and analysts.

    The room shows numbers and never a person's name, so that no second factor is asked for.
    """
    return can_watch_sector(actor)


def room(session: Session, sector: Sector) -> dict[str, Any]:
    """Give every figure with its instant; numbers and codes only, the same in every language.

    ``figures`` maps a code to [count], [count, amount] or [count, amount, first subjects]; the
    subjects are told for alerts only.
    """
    values = sector.values()
    counted = count_figures(session, values)
    late = lateness(session)
    services = realised(
        plan_of(sector.settings), sector.catalogue, sector.ruleset, values["day"]
    )
    figures: dict[str, list[Any]] = {}
    for code, one in counted.items():
        figures[code] = [one.count, one.amount, list(one.first)] if code in ALERTS else [one.count]
        if one.amount is not None and code not in ALERTS:
            figures[code].append(one.amount)
    figures["services.online"] = [services.online]
    figures["services.percent"] = [services.percent]
    figures["services.suspended"] = [services.suspended]
    figures["log.late"] = [int(late.is_too_late), None, [str(late.hours)]]
    tables = {
        by: [
            [row["key"], row["open"], row["office_turn"], row["overdue"], row["near"], row["filed"]]
            for row in rows[:MOST_LINES]
        ]
        for by, rows in count_by(session, values).items()
    }
    return {
        "at": values["now"].isoformat(timespec="seconds"),
        "figures": figures,
        "tables": tables,
        "moves": [_move(row) for row in find_moves(session, values)],
    }


def _move(row: RowMapping) -> list[Any]:
    return [
        row["kind"], row["label"], row["at"].isoformat(timespec="seconds"),
        round(row["lon"], 3), round(row["lat"], 3),
    ]  # fmt: skip


def changes(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> dict[str, Any]:
    """Keep of a room what differs from what a screen already shows; its instant is always told."""
    if before is None:
        return dict(after)
    figures = {
        code: value
        for code, value in after["figures"].items()
        if before["figures"].get(code) != value
    }
    told: dict[str, Any] = {"at": after["at"]}
    if figures:
        told["figures"] = figures
    tables = {
        by: rows for by, rows in after["tables"].items() if before["tables"].get(by) != rows
    }
    if tables:
        told["tables"] = tables
    if before["moves"] != after["moves"]:
        told["moves"] = after["moves"]
    return told


def behind(
    session: Session, sector: Sector, code: str, **narrow: str | None
) -> Sequence[RowMapping]:
    """List what a figure counts, with the filter that a line of a table adds.

    Raises
    ------
    NotFound
        ``supervision.no-such-figure``.
    """
    if code not in FIGURES:
        raise NotFound("supervision.no-such-figure", where=code[:60])
    return list_figure(session, code, sector.values(), **narrow)
