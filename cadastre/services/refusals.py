"""Turn what the database refuses into the register's own words, by the name of the constraint."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError

from cadastre.errors import Blocked, CadastreError, TooLarge

GROUND = "ex_occupation_ground"
CELLS = "ex_cell_run_cells"
WHOLE_CELLS = "ck_occupation_whole_cells"


@contextmanager
def in_our_words() -> Iterator[None]:
    """Say a violated guard as a domain error; what we have no word for passes through.

    Raises
    ------
    Blocked
        ``register.ground-occupied`` or ``register.cells-held``, naming the title, application or
        zone in the way; ``register.off-grid``.
    TooLarge
        ``register.ground-too-large``.
    """
    try:
        yield
    except DBAPIError as error:
        refusal = refusal_of(error)
        if refusal is None:
            raise
        raise refusal from error


def refusal_of(error: DBAPIError) -> CadastreError | None:
    """Give the domain error of a database error, None when there is no word for it."""
    told = getattr(error.orig, "diag", None)
    if told is None:
        return None
    if told.constraint_name == GROUND:
        return Blocked(
            "register.ground-occupied", where=told.message_detail, occupant=told.message_detail
        )
    if told.constraint_name == CELLS:
        found = json.loads(told.message_detail)
        return Blocked("register.cells-held", where=found["occupant"], **found)
    if told.constraint_name == WHOLE_CELLS:
        return Blocked("register.off-grid", where="perimeter", **json.loads(told.message_detail))
    if told.message_hint == "register.ground-too-large":
        return TooLarge("register.ground-too-large", where="perimeter")
    return None
