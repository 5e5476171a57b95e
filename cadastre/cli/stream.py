"""``cadastre stream``: tell the screens of the supervision room what happens, as it happens."""

from __future__ import annotations

import asyncio

import click

from cadastre.cli import output
from cadastre.cli.inputs import deployment
from cadastre.cli.language import language_option
from cadastre.database import app_engine
from cadastre.rules.catalogue import load_catalogue
from cadastre.sentences import say
from cadastre.services.supervision.handover import socket_path
from cadastre.services.supervision.room import Sector
from cadastre.services.supervision.streaming import Stream


@click.command()
@language_option
def stream(lang: str) -> None:
    """Stream events to screens, without end.

    The web process hands connections over through a socket in CADASTRE_HOME/web, which only their
    common user may open.
    """
    settings, ruleset = deployment()
    catalogue = load_catalogue(settings.data / "services" / settings.ruleset)
    path = socket_path(settings.home)
    output.note(say("supervision.streaming", lang, socket=str(path)))
    sector = Sector(settings, ruleset, catalogue)
    asyncio.run(Stream(app_engine(settings), sector, path).serve())
