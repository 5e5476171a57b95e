"""``cadastre migrate`` and ``cadastre cluster``: the schema and the private PostGIS."""

from __future__ import annotations

import click

from cadastre import cluster as private
from cadastre.cli import output
from cadastre.cli.inputs import deployment
from cadastre.cli.language import language_option
from cadastre.config import read_settings
from cadastre.database import downgrade, owner_engine, owner_url, transaction, upgrade
from cadastre.errors import UnusableInput
from cadastre.sentences import say
from cadastre.services.grids import keep_grids


@click.command()
@click.option("--to", "revision", default="head", show_default=True, help="Revision to reach.")
@click.option("--down", is_flag=True, help="Go back to the revision named by --to.")
@language_option
def migrate(revision: str, down: bool, lang: str) -> None:
    """Bring the database to a revision of the schema, starting the private PostGIS if needed."""
    if down and revision == "head":
        raise UnusableInput("cli.down-to-what", where="--to")
    url = owner_url(read_settings())
    (downgrade if down else upgrade)(url, revision)
    if revision == "head":
        settings, ruleset = deployment()
        with transaction(owner_engine(settings)) as session:
            keep_grids(session, ruleset)
    output.note(say("cli.migrated", lang, revision=revision))


@click.group()
def cluster() -> None:
    """Keep the private PostGIS of CADASTRE_HOME."""


@cluster.command()
@language_option
def start(lang: str) -> None:
    """Start it (or make it), and print the application's address."""
    output.line(private.ensure_running(read_settings().home).app_url)


@cluster.command()
@language_option
def stop(lang: str) -> None:
    """Stop it; nothing that was committed is lost."""
    private.stop(read_settings().home)
    output.note(say("cli.cluster-stopped", lang))


@cluster.command()
@language_option
@click.pass_context
def status(ctx: click.Context, lang: str) -> None:
    """Tell whether it runs; code 4 when it does not."""
    found = private.status(read_settings().home)
    output.data(
        {
            "exists": found.exists,
            "running": found.is_running,
            "process": found.process,
            "url": found.urls.app_url,
        }
    )
    if not found.is_running:
        ctx.exit(4)
