"""Keep money moving while the register is served: ask, settle, carry out."""

from __future__ import annotations

import threading
import time

from cadastre.cli import output
from cadastre.config import Settings
from cadastre.database import app_engine
from cadastre.rules.ruleset import Ruleset
from cadastre.sentences import say
from cadastre.services.again import decide
from cadastre.services.dossiers.paid import move_dossiers_when_paid
from cadastre.services.money.asking import AskedAbout, ask_about_waiting
from cadastre.services.money.paying import online_provider
from cadastre.services.money.settled import deliver

TURN_SECONDS = 5.0


def keep_money(settings: Settings, ruleset: Ruleset, lang: str) -> None:
    """Look after attempts without an answer and payments without their consequence, for ever."""
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
        except Exception as error:  # the provider or the database may come back
            words = str(error).partition("\n")[0] or type(error).__name__
            if words != trouble:
                output.note(say("cli.unexpected", lang, reason=words))
            trouble = words
        time.sleep(TURN_SECONDS)


def turn(settings: Settings, ruleset: Ruleset, lang: str) -> None:
    """Ask the provider about attempts whose turn it is, and carry out what was settled."""
    engine, provider = app_engine(settings), online_provider(settings)
    if provider is not None:
        _tell(ask_about_waiting(engine, provider, ruleset.time_zone), lang)
    decide(engine, deliver)


def _tell(done: AskedAbout, lang: str) -> None:
    if done.settled or done.concluded:
        told = {"asked": done.asked, "settled": done.settled, "concluded": done.concluded}
        output.note(say("money.asked-provider", lang, silent=done.silent, **told))
