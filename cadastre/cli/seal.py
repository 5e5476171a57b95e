"""``cadastre seal``: put the journal into the sealed log and sign its head, once or for ever."""

from __future__ import annotations

import time

import click

from cadastre.cli import output
from cadastre.cli.language import language_option
from cadastre.config import Settings, read_settings
from cadastre.database import owner_engine
from cadastre.errors import CadastreError
from cadastre.sealing.keys import SigningKey
from cadastre.sentences import say
from cadastre.services.again import decide
from cadastre.services.sealed_log import BATCH, log_origin, seal_once, signing_key


@click.command()
@click.option("--every", type=click.FloatRange(min=1), help="Repeat, so many seconds apart.")
@language_option
def seal(every: float | None, lang: str) -> None:
    """Seal what the journal holds, and sign the log's head."""
    settings = read_settings()
    key = signing_key(settings)
    if every is None:
        seal_all(settings, key, lang, always_sign=True)
        return
    while True:
        started = time.monotonic()
        try:
            seal_all(settings, key, lang)
        except CadastreError as error:  # a database that is coming back is tried again
            output.note(say(error.code, lang, where=error.where, **error.values))
        time.sleep(max(0.0, every - (time.monotonic() - started)))


def seal_all(
    settings: Settings, key: SigningKey, lang: str, *, always_sign: bool = False
) -> None:
    """Seal batch after batch, each in a transaction of its own, and tell what was signed."""
    total = 0
    while True:
        sealed = decide(
            owner_engine(settings),
            lambda session: seal_once(
                session, key, log_origin(settings), always_sign=always_sign
            ),
        )
        total += sealed.entries
        if sealed.entries < BATCH:
            break
    if sealed.head is not None:
        size, name = sealed.head.head.size, sealed.head.key_id
        output.note(say("log.sealed", lang, entries=total, size=size, key=name))
