"""Try a request again when the database says that its decision met another."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from api.session import db_session
from cadastre.services.again import try_again

P = ParamSpec("P")
R = TypeVar("R")


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
        return try_again(
            lambda: view(*args, **named), clean_up=lambda: db_session().rollback()
        )

    return run
