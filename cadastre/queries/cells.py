"""Ask what the database knows of grids, and recount the cells that grid titles hold."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import Session


class SharedCells(NamedTuple):
    """Two occupations that hold the same cells at once, how many, and one of them."""

    one: int
    other: int
    group: str
    cells: int


# What each occupation ought to hold, computed anew from its ground, beside what it holds.
ASTRAY = text("""
    WITH due AS (
        SELECT o.id AS occupation_id, o.exclusivity_group, g.grid_id, c."row", c.columns, o.period
        FROM occupation AS o
        CROSS JOIN LATERAL (SELECT grid_of(o) AS grid_id) AS g
        CROSS JOIN LATERAL grid_runs(o.geom, g.grid_id) AS c
        WHERE g.grid_id IS NOT NULL
    ), held AS (
        SELECT occupation_id, exclusivity_group, grid_id, "row", columns, period FROM cell_run
    )
    SELECT DISTINCT occupation_id
    FROM ((TABLE due EXCEPT TABLE held) UNION ALL (TABLE held EXCEPT TABLE due)) AS different
    ORDER BY 1
""")
TWICE = text("""
    SELECT a.occupation_id, b.occupation_id, a.exclusivity_group,
           sum(upper(a.columns * b.columns) - lower(a.columns * b.columns))
    FROM cell_run AS a
    JOIN cell_run AS b ON b.grid_id = a.grid_id AND b."row" = a."row"
     AND b.exclusivity_group = a.exclusivity_group AND b.columns && a.columns
     AND b.period && a.period AND b.occupation_id > a.occupation_id
    GROUP BY 1, 2, 3
    ORDER BY 1, 2
""")
EXCLUSION = (
    'EXCLUDE USING gist (grid_id WITH =, exclusivity_group WITH =, "row" WITH =, '
    "columns WITH &&, period WITH &&)"
)
AS_WRITTEN = text("""
    SELECT pg_get_constraintdef(oid) FROM pg_constraint
    WHERE conname = 'ex_cell_run_cells' AND conrelid = 'cell_run'::regclass
""")


def occupations_with_wrong_cells(session: Session) -> list[int]:
    """List the occupations that hold other cells than those of their ground, or lack some."""
    return list(session.scalars(ASTRAY))


def shared_cells(session: Session) -> Iterator[SharedCells]:
    """Find cells with two holders, without asking the constraint that should make it impossible."""
    for row in session.execute(TWICE):
        yield SharedCells(*row)


def cells_are_exclusive(session: Session) -> bool:
    """Tell whether the constraint that lets no cell have two holders is the one that was made.

    Its name alone proves nothing: another constraint may bear it.
    """
    return session.scalar(AS_WRITTEN) == EXCLUSION
