"""Set the practice register back when the button was pressed."""

from __future__ import annotations

import threading
import time

from cadastre.cli import output
from cadastre.config import Settings
from cadastre.database import owner_engine, transaction
from cadastre.sentences import say
from cadastre.services.practice import reset_if_ordered

TURN_SECONDS = 3.0


def keep_practice(settings: Settings, lang: str) -> None:
    """Look for the order without end, in practice alone."""
    if settings.is_practice:
        threading.Thread(target=_without_end, args=(settings, lang), daemon=True).start()


def _without_end(settings: Settings, lang: str) -> None:
    trouble = ""
    while True:
        try:
            with transaction(owner_engine(settings)) as session:
                done = reset_if_ordered(session, settings)
            if done:
                output.note(say("practice.was-reset", lang))
            trouble = ""
        except Exception as error:  # the database may come back
            words = str(error).partition("\n")[0] or type(error).__name__
            if words != trouble:
                output.note(say("cli.unexpected", lang, reason=words))
            trouble = words
        time.sleep(TURN_SECONDS)
