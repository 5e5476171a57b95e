"""Keep followers told while the register is served: events read, letters sent, programs called."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from cadastre.cli import output
from cadastre.config import Settings
from cadastre.database import app_engine
from cadastre.rules.ruleset import Ruleset
from cadastre.sentences import say
from cadastre.services.again import decide
from cadastre.services.watching.hooks import make_calls
from cadastre.services.watching.letters import send_letters
from cadastre.services.watching.reading import forget, read_events

TURN_SECONDS = 10.0
FORGET_SECONDS = 3600.0


def keep_areas(settings: Settings, ruleset: Ruleset, lang: str) -> None:
    """Tell followers, for ever. Calls have a thread of their own: a program that does not answer
    keeps no letter waiting.
    """
    engine, forgotten = app_engine(settings), 0.0

    def letters() -> None:
        nonlocal forgotten
        while decide(engine, read_events).events:
            pass  # after a long cut, until everything was read
        if time.monotonic() - forgotten > FORGET_SECONDS:
            decide(engine, forget)
            forgotten = time.monotonic()
        sent = send_letters(engine, settings, ruleset)
        if sent.left or sent.failed:
            output.note(say("watch.letters-sent", lang, letters=sent.left, failed=sent.failed))

    def calls() -> None:
        while make_calls(engine, settings, ruleset).left:
            pass

    for turn in (letters, calls):
        threading.Thread(target=_without_end, args=(turn, lang), daemon=True).start()


def _without_end(turn: Callable[[], None], lang: str) -> None:
    """Take turns; what goes wrong is said when it begins, not at every turn."""
    trouble = ""
    while True:
        try:
            turn()
            trouble = ""
        except Exception as error:  # the mail server or the database may come back
            words = str(error).partition("\n")[0] or type(error).__name__
            if words != trouble:
                output.note(say("cli.unexpected", lang, reason=words))
            trouble = words
        time.sleep(TURN_SECONDS)
