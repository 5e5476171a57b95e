"""Carry out imports ordered on the page while the register is served."""

from __future__ import annotations

import threading
import time

from cadastre.cli import output
from cadastre.config import Settings
from cadastre.database import owner_engine
from cadastre.rules.ruleset import Ruleset
from cadastre.sentences import say
from cadastre.services.acts_read import run_next_act
from cadastre.services.import_jobs import run_next

TURN_SECONDS = 2.0  # somebody looks at a page and waits


def keep_imports(settings: Settings, ruleset: Ruleset, lang: str) -> None:
    """Try and write what was ordered, for ever; what was interrupted is taken up again."""
    thread = threading.Thread(target=_without_end, args=(settings, ruleset, lang), daemon=True)
    thread.start()


def _without_end(settings: Settings, ruleset: Ruleset, lang: str) -> None:
    """Take turns; what goes wrong is said when it begins, not at every turn."""
    trouble = ""
    while True:
        try:
            while (done := run_next(owner_engine(settings), ruleset)) is not None:
                output.note(say("imports.carried-out", lang, number=done))
            while (done := run_next_act(owner_engine(settings), ruleset)) is not None:
                output.note(say("acts-read.carried-out", lang, number=done))
            trouble = ""
        except Exception as error:  # the database may come back
            words = str(error).partition("\n")[0] or type(error).__name__
            if words != trouble:
                output.note(say("cli.unexpected", lang, reason=words))
            trouble = words
        time.sleep(TURN_SECONDS)
