"""Try a decision again when the database says that two of them met (40001, 40P01)."""

from __future__ import annotations

import functools
import random
import time
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from sqlalchemy.exc import DBAPIError

from api.session import db_session
from cadastre.errors import NotAvailable

P = ParamSpec("P")
R = TypeVar("R")
TRIES = 5
MEETINGS = ("40001", "40P01")  # serialization failure, deadlock


def tried_again(view: Callable[P, R]) -> Callable[P, R]:
    """Run a view again, from a clean transaction, when it lost a race for the same rows.

    Idempotency keys make it safe: what was rolled back left nothing behind.

    Raises
    ------
    NotAvailable
        Five tries met somebody else each time.
    """

    @functools.wraps(view)
    def run(*args: P.args, **named: P.kwargs) -> R:
        for attempt in range(TRIES):
            try:
                return view(*args, **named)
            except DBAPIError as error:
                if getattr(error.orig, "pgcode", None) not in MEETINGS:
                    raise
                db_session().rollback()
                time.sleep(random.uniform(0, 0.02 * 2**attempt))
        raise NotAvailable("register.too-busy")

    return run
