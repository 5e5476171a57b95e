"""Tell the database the grids of the law, so that it holds cells itself, whoever writes.

The ruleset is where a grid is written; the tables ``grid`` and ``grid_kind`` are what the guard
reads of it. The owner writes them, with every migration and every start; the application cannot.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from itertools import pairwise
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select, text
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from cadastre.errors import NotAvailable
from cadastre.geometry.grid import CellGrid
from cadastre.models import Grid, GridKind
from cadastre.rules.ruleset import Kind, Ruleset
from cadastre.services.refusals import in_our_words

AGAIN = text("""
    SELECT hold_cells(o.id) FROM (
        SELECT o.id FROM occupation AS o JOIN parcel AS p ON p.id = o.parcel_id
        LEFT JOIN title AS t ON t.id = p.title_id
        LEFT JOIN application AS a ON a.id = p.application_id
        WHERE coalesce(t.ruleset, a.ruleset) = :ruleset ORDER BY o.id
    ) AS o
""")


@dataclass(frozen=True, slots=True)
class KindOnGrid:
    """A kind whose perimeters are made of cells of a grid, from an instant until another."""

    kind: str
    grid: CellGrid
    period: Range[dt.datetime]


def kinds_on_grid(ruleset: Ruleset) -> tuple[KindOnGrid, ...]:
    """List the kinds of a ruleset that are made of cells, with the time the law says so."""
    return tuple(
        KindOnGrid(kind.id, grid, period)
        for kind in ruleset.kinds.values()
        for period in _periods(kind, ZoneInfo(ruleset.time_zone))
        for grid in ruleset.grids
    )


def _periods(kind: Kind, zone: ZoneInfo) -> list[Range[dt.datetime]]:
    steps = [
        (dt.datetime.combine(since, dt.time.min, zone).astimezone(dt.UTC), shape)
        for since, shape in kind.parameters["geometry"].periods
    ]
    return [
        Range(since, until)
        for (since, shape), (until, _) in pairwise([*steps, (None, None)])
        if shape == "grid" and since is not None
    ]


def keep_grids(session: Session, ruleset: Ruleset) -> bool:
    """Write the grids of a ruleset for the guard, and hold cells anew where they changed.

    The session must be the owner's. Says whether anything changed; a register that is up to date
    is only read.

    Raises
    ------
    Blocked
        ``register.cells-held``: two rights of the register hold one cell of the new grid.
    """
    wanted = kinds_on_grid(ruleset)
    rows = {(one.kind, one.grid.id): one for one in wanted}
    due = {_row(ruleset.id, one) for one in wanted}
    if due == set(known_kinds(session, ruleset)):
        return False
    for grid in {one.grid.id: one.grid for one in rows.values()}.values():
        session.merge(_grid(grid))
    session.flush()
    session.execute(delete(GridKind).where(GridKind.ruleset == ruleset.id))
    session.add_all(
        GridKind(ruleset=ruleset.id, kind=one.kind, grid_id=one.grid.id, period=one.period)
        for one in wanted
    )
    session.flush()
    with in_our_words():
        session.execute(AGAIN, {"ruleset": ruleset.id})
    return True


def _grid(grid: CellGrid) -> Grid:
    return Grid(
        id=grid.id, srid=int(grid.crs.removeprefix("EPSG:")), width=grid.step,
        height=grid.row_step, west=grid.west, east=grid.east,
    )  # fmt: skip


Row = tuple[str, str, float, float, float, float, Range[dt.datetime]]


def _row(ruleset: str, one: KindOnGrid) -> Row:
    grid = one.grid
    return one.kind, grid.id, grid.step, grid.row_step, grid.west, grid.east, one.period


def known_kinds(session: Session, ruleset: Ruleset) -> list[Row]:
    """List the kinds and grids of a ruleset as the database guards them."""
    query = (
        select(GridKind.kind, Grid.id, Grid.width, Grid.height, Grid.west, Grid.east,
               GridKind.period)
        .join(Grid, Grid.id == GridKind.grid_id)
        .where(GridKind.ruleset == ruleset.id)
    )  # fmt: skip
    return [(*row[:-1], _in_utc(row[-1])) for row in session.execute(query)]


def _in_utc(period: Range[dt.datetime]) -> Range[dt.datetime]:
    ends = (None if end is None else end.astimezone(dt.UTC) for end in (period.lower, period.upper))
    return Range(*ends)


def are_kept(session: Session, ruleset: Ruleset) -> bool:
    """Tell whether the database guards the grids that the ruleset now says."""
    return set(known_kinds(session, ruleset)) == {
        _row(ruleset.id, one) for one in kinds_on_grid(ruleset)
    }


def ensure_guarded(session: Session, ruleset: Ruleset, kind_id: str, at: dt.date) -> None:
    """Refuse to decide on cells that the database would not guard.

    Raises
    ------
    NotAvailable
        ``register.grid-missing``: the grids of the ruleset are not those of the database.
    """
    if ruleset.is_on_grid(kind_id, at) and not are_kept(session, ruleset):
        raise NotAvailable("register.grid-missing", where=kind_id, kind=ruleset.kind(kind_id).name)
