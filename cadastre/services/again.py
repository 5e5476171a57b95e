"""Do a decision again when the database says that two of them met (40001, 40P01).

The one policy of requests and commands: five tries, each from a clean transaction.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from cadastre.database import transaction
from cadastre.errors import NotAvailable

R = TypeVar("R")
TRIES = 5
MEETINGS = ("40001", "40P01")  # serialization failure, deadlock
PAUSE_S = 0.02  # doubled at each try, and drawn so that the same two do not meet again


def try_again(work: Callable[[], R], *, clean_up: Callable[[], None] = lambda: None) -> R:
    """Do work, and again after ``clean_up`` when it lost a race for the same rows.

    Raises
    ------
    NotAvailable
        ``register.too-busy``: five tries met somebody else each time.
    """
    for attempt in range(TRIES):
        try:
            return work()
        except (DBAPIError, NotAvailable) as error:
            if not has_met_another(error):
                raise
            clean_up()
            time.sleep(random.uniform(0, PAUSE_S * 2**attempt))
    raise NotAvailable("register.too-busy")


def decide(engine: Engine, work: Callable[[Session], R]) -> R:
    """Do work in a transaction of its own, and again in a new one when it lost a race.

    Nothing of a lost try is left; what work tells others it must therefore return, not write.
    """

    def attempt() -> R:
        with transaction(engine) as session:
            return work(session)

    return try_again(attempt)


def has_met_another(error: BaseException) -> bool:
    """Tell whether a failure means that two transactions met, so that another try may do."""
    # A deadlock is an "operational error" to the driver, which transactions tell in our words.
    origin = error if isinstance(error, DBAPIError) else error.__cause__
    code = getattr(getattr(origin, "orig", None), "pgcode", None)
    return code in MEETINGS
