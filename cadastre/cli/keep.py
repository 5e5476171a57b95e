"""``cadastre keep``: do what nobody should have to ask for, as long as the register is served.

The journal is sealed every few seconds. At start and whenever the legal day changes, the clock's
decisions are carried out, overlap cases counted again, yearly fees fall due and what was kept long
enough is deleted; that work has a thread of its own, since a recount of a large register must not
make the log late. Another thread asks the payment provider about what it never answered, and
carries out what payments set in motion. A third writes down what the clocks of dossiers decided,
and sends the notices that are due. A fourth makes the exports that are too large to stream, and the
public files of every collection. Who follows an area is told by two more.
What rasters hold over parcels is worked out beforehand.
"""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import click

from cadastre.cli import output
from cadastre.cli.areas import keep_areas
from cadastre.cli.dossiers import keep_dossiers
from cadastre.cli.exports_kept import keep_exports
from cadastre.cli.import_jobs import keep_imports
from cadastre.cli.inputs import deployment
from cadastre.cli.language import language_option
from cadastre.cli.money import keep_money
from cadastre.cli.practice_kept import keep_practice
from cadastre.cli.rasters_kept import keep_rasters
from cadastre.cli.seal import seal_all
from cadastre.cli.supervision import keep_supervision
from cadastre.config import Settings
from cadastre.database import app_engine, owner_engine
from cadastre.errors import CadastreError
from cadastre.queries.asof import as_of
from cadastre.rules.governance import load_governance
from cadastre.rules.ruleset import Ruleset
from cadastre.sentences import say
from cadastre.services.again import decide
from cadastre.services.cases.detection import recount
from cadastre.services.money.yearly import fall_due
from cadastre.services.retention import enforce
from cadastre.services.sealed_log import signing_key
from cadastre.services.sweep import Swept, sweep

SEAL_SECONDS = 20.0  # an act is in the log within a minute, also after a slow turn
LOOK_SECONDS = 30.0  # how soon the work of a new day begins
RETRY_SECONDS = 300.0


@dataclass
class Chore:
    """Work due once a legal day; after a failure it is due again a little later."""

    do: Callable[[], str]
    lang: str
    done_on: dt.date | None = None
    not_before: float = 0.0

    def run_if_due(self, day: dt.date, now: float) -> None:
        """Do the work of a day unless it is done; ``now`` is a clock in seconds."""
        if self.done_on == day or now < self.not_before:
            return
        try:
            output.note(self.do())
        except Exception as error:  # the next chore and the next day go on
            self.not_before = now + RETRY_SECONDS
            output.note(_words(error, self.lang))
        else:
            self.done_on = day


@click.command()
@language_option
def keep(lang: str) -> None:
    """Seal without end, and sweep and recount at start and once a day."""
    settings, ruleset = deployment()
    chores = [
        Chore(lambda: _sweep(settings, ruleset, lang), lang),
        Chore(lambda: _recount(settings, ruleset, lang), lang),
        Chore(lambda: _fall_due(settings, ruleset, lang), lang),
        Chore(lambda: _forget(settings, lang), lang),
    ]
    daily = threading.Thread(target=_do_daily, args=(chores, ruleset), daemon=True)
    daily.start()
    keep_money(settings, ruleset, lang)
    keep_dossiers(settings, ruleset, lang)
    keep_areas(settings, ruleset, lang)
    keep_exports(settings, ruleset, lang)
    keep_supervision(settings, ruleset, lang)
    keep_imports(settings, ruleset, lang)
    keep_practice(settings, lang)
    keep_rasters(settings, lang)
    _seal_without_end(settings, lang)


def _do_daily(chores: list[Chore], ruleset: Ruleset) -> None:
    while True:
        for chore in chores:
            chore.run_if_due(as_of(None, ruleset.time_zone).day, time.monotonic())
        time.sleep(LOOK_SECONDS)


def _sweep(settings: Settings, ruleset: Ruleset, lang: str) -> str:
    done = decide(app_engine(settings), lambda session: sweep(session, ruleset))
    told = {"titles": len(done.titles), "remnants": len(done.remnants)}
    return "\n".join([say("titles.cli.swept", lang, **told), *why_spared(done, lang)])


def why_spared(done: Swept, lang: str) -> list[str]:
    """Say why the clock left titles alone."""
    return [
        say("titles.cli.spared", lang, number=one.number, since=one.free_since, by=one.asked_by)
        for one in done.spared
    ]


def _recount(settings: Settings, ruleset: Ruleset, lang: str) -> str:
    done = decide(app_engine(settings), lambda session: recount(session, ruleset))
    told = {"found": done.found, "technical": done.technical, "changed": done.changed}
    opened, closed = len(done.opened), len(done.closed)
    return say("cases.recounted", lang, opened=opened, closed=closed, **told)


def _fall_due(settings: Settings, ruleset: Ruleset, lang: str) -> str:
    day = as_of(None, ruleset.time_zone).day
    done = decide(app_engine(settings), lambda session: fall_due(session, ruleset, day))
    told = {"issued": len(done.issued), "unknown": len(done.unknown)}
    return say("money.fell-due", lang, cancelled=len(done.cancelled), **told)


def _forget(settings: Settings, lang: str) -> str:
    """Delete what was kept long enough; as the owner, since no request may delete these."""
    rules = load_governance(settings.data)
    gone = decide(owner_engine(settings), lambda session: enforce(session, rules))
    return say("governance.enforced", lang, rows=sum(gone.values()))


def _seal_without_end(settings: Settings, lang: str) -> None:
    """Seal every few seconds; what goes wrong is said when it begins, not at every turn."""
    trouble = ""
    while True:
        started = time.monotonic()
        try:
            seal_all(settings, signing_key(settings), lang)
            trouble = ""
        except Exception as error:  # a key or a database that comes back is used again
            words = _words(error, lang)
            if words != trouble:
                output.note(words)
            trouble = words
        time.sleep(max(0.0, SEAL_SECONDS - (time.monotonic() - started)))


def _words(error: Exception, lang: str) -> str:
    if isinstance(error, CadastreError):
        return say(error.code, lang, where=error.where, **error.values)
    lines = str(getattr(error, "orig", None) or error).strip().splitlines()
    return say("cli.unexpected", lang, reason=lines[0] if lines else type(error).__name__)
