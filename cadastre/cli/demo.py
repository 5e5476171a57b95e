"""``cadastre demo``: load, show and clear the demonstration."""

from __future__ import annotations

import time

import click

from cadastre.cli import output
from cadastre.cli.language import language_option
from cadastre.config import read_settings
from cadastre.database import owner_engine, transaction
from cadastre.sentences import say
from cadastre.services.demonstration import (
    clear_demonstration,
    list_cases,
    load_demonstration,
)


@click.group()
def demo() -> None:
    """Keep the demonstration: reference layers of Togo and a plainly fictitious register."""


@demo.command()
@language_option
def load(lang: str) -> None:
    """Load it; a second time changes nothing. Refused where CADASTRE_ENV=production."""
    settings, begun = read_settings(), time.monotonic()
    with transaction(owner_engine(settings)) as session:
        loaded = load_demonstration(session, settings)
    output.data({"changed": loaded.changed, "rows": loaded.counts})
    code = "demonstration.loaded" if loaded.changed else "demonstration.already-loaded"
    output.note(say(code, lang, seconds=round(time.monotonic() - begun, 1)))


@demo.command()
@language_option
def clear(lang: str) -> None:
    """Take it out, with whatever its accounts filed; the journal stays."""
    settings = read_settings()
    with transaction(owner_engine(settings)) as session:
        removed = clear_demonstration(session, settings)
    output.data({"removed": removed})
    output.note(say("demonstration.cleared", lang))


@demo.command()
def overlaps() -> None:
    """List the overlaps that were put there on purpose, by sort."""
    with transaction(owner_engine(read_settings())) as session:
        output.data(list_cases(session))
