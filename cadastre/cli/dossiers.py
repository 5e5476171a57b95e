"""Keep dossiers moving while the register is served: what clocks decided, and the notices due."""

from __future__ import annotations

import threading
import time

from cadastre.cli import output
from cadastre.config import Settings
from cadastre.database import app_engine
from cadastre.rules.ruleset import Ruleset
from cadastre.sentences import say
from cadastre.services.again import decide
from cadastre.services.dossiers.move import run_clocks
from cadastre.services.dossiers.paid import move_dossiers_when_paid
from cadastre.services.dossiers.rescan import scan_what_was_not
from cadastre.services.dossiers.sending import send_due

TURN_SECONDS = 10.0


def keep_dossiers(settings: Settings, ruleset: Ruleset, lang: str) -> None:
    """Look after delays that end and notices that are due, for ever."""
    move_dossiers_when_paid(ruleset)
    thread = threading.Thread(target=_without_end, args=(settings, ruleset, lang), daemon=True)
    thread.start()


def _without_end(settings: Settings, ruleset: Ruleset, lang: str) -> None:
    """Take turns; what goes wrong is said when it begins, not at every turn."""
    trouble = ""
    while True:
        try:
            turn(settings, ruleset, lang)
            trouble = ""
        except Exception as error:  # the mail server or the database may come back
            words = str(error).partition("\n")[0] or type(error).__name__
            if words != trouble:
                output.note(say("cli.unexpected", lang, reason=words))
            trouble = words
        time.sleep(TURN_SECONDS)


def turn(settings: Settings, ruleset: Ruleset, lang: str) -> None:
    """Look at papers nobody scanned, write down what clocks decided, then send what is due."""
    engine = app_engine(settings)
    decide(engine, lambda session: scan_what_was_not(session, settings.scanner))
    written = decide(engine, lambda session: run_clocks(session, ruleset))
    sent = send_due(engine, settings)
    if written:
        output.note(say("dossiers.clocks-ran", lang, steps=written))
    if sent.letters or sent.failed:
        output.note(say("dossiers.notices-sent", lang, letters=sent.letters, failed=sent.failed))
