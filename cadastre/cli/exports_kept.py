"""Make ordered exports while the register is served, and keep the public files up to date."""

from __future__ import annotations

import threading
import time

from sqlalchemy import Engine

from cadastre.cli import output
from cadastre.config import Settings
from cadastre.database import app_engine, transaction
from cadastre.rules.ruleset import Ruleset
from cadastre.sentences import say
from cadastre.services.export_jobs.bulk import order_bulk
from cadastre.services.export_jobs.working import forget_expired, work_once

TURN_SECONDS = 2.0
LOOK_SECONDS = 60.0  # how soon a change begins to reach the public files


def keep_exports(settings: Settings, ruleset: Ruleset, lang: str) -> None:
    """Work off orders for ever, in a thread of its own."""
    thread = threading.Thread(target=_without_end, args=(settings, ruleset, lang), daemon=True)
    thread.start()


def turn(engine: Engine, ruleset: Ruleset, *, looks: bool) -> bool:
    """Look after public files and expired ones when asked to, then make one order."""
    if looks:
        with transaction(engine) as session:
            forget_expired(session)
            order_bulk(session, ruleset.time_zone)
    return work_once(engine) is not None


def _without_end(settings: Settings, ruleset: Ruleset, lang: str) -> None:
    """Take turns; what goes wrong is said when it begins, not at every turn."""
    trouble, looked = "", -LOOK_SECONDS
    while True:
        is_busy = False
        try:
            looks = time.monotonic() - looked >= LOOK_SECONDS
            looked = time.monotonic() if looks else looked
            is_busy = turn(app_engine(settings), ruleset, looks=looks)
            trouble = ""
        except Exception as error:  # the database may come back
            words = str(error).partition("\n")[0] or type(error).__name__
            if words != trouble:
                output.note(say("cli.unexpected", lang, reason=words))
            trouble = words
        time.sleep(0.1 if is_busy else TURN_SECONDS)
