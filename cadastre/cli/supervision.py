"""Keep the room's figures of each day while the register is served."""

from __future__ import annotations

import threading
import time

from cadastre.cli import output
from cadastre.config import Settings
from cadastre.database import app_engine
from cadastre.rules.catalogue import load_catalogue
from cadastre.rules.ruleset import Ruleset
from cadastre.sentences import say
from cadastre.services.again import decide
from cadastre.services.supervision.events import forget_old_events
from cadastre.services.supervision.history import keep_day
from cadastre.services.supervision.room import Sector

TURN_SECONDS = 3600.0  # a day's last turn is its value: at most an hour before midnight


def keep_supervision(settings: Settings, ruleset: Ruleset, lang: str) -> None:
    """Write the day's indicators every hour, and forget events older than a month."""
    catalogue = load_catalogue(settings.data / "services" / settings.ruleset)
    sector = Sector(settings, ruleset, catalogue)
    threading.Thread(target=_without_end, args=(settings, sector, lang), daemon=True).start()


def _without_end(settings: Settings, sector: Sector, lang: str) -> None:
    while True:
        try:
            kept = turn(settings, sector)
            output.note(say("supervision.kept-day", lang, count=kept))
        except Exception as error:  # the database may come back
            words = str(error).partition("\n")[0] or type(error).__name__
            output.note(say("cli.unexpected", lang, reason=words))
        time.sleep(TURN_SECONDS)


def turn(settings: Settings, sector: Sector) -> int:
    """Write today's indicators and tidy the events; count the indicators."""
    engine = app_engine(settings)
    decide(engine, forget_old_events)
    return decide(engine, lambda session: keep_day(session, sector))
