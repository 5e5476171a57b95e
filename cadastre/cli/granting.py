"""``cadastre granting``: see whether granting is stopped, and lift the stop as a person."""

from __future__ import annotations

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from cadastre.cli import output
from cadastre.cli.language import language_option
from cadastre.config import read_settings
from cadastre.database import app_engine, transaction
from cadastre.errors import Blocked, NotFound
from cadastre.models import Account
from cadastre.sentences import say
from cadastre.services.again import decide
from cadastre.services.granting import ensure_granting_open, lift_stops

STOPPED = 1


@click.group()
def granting() -> None:
    """See or lift the stop that a fault puts on granting."""


@granting.command()
@language_option
@click.pass_context
def status(ctx: click.Context, lang: str) -> None:
    """Tell whether titles can be granted; code 1 when not."""
    with transaction(app_engine(read_settings())) as session:
        try:
            ensure_granting_open(session)
        except Blocked as stop:
            output.line(say(stop.code, lang, where=stop.where, **stop.values))
            ctx.exit(STOPPED)
    output.line(say("granting.open", lang))


@granting.command()
@click.option("--account", "email", required=True, help="Address of the supervisor who decides.")
@click.option("--reason", required=True, help="What was found and done; kept in the sealed log.")
@language_option
def lift(email: str, reason: str, lang: str) -> None:
    """Open granting again after a person has looked at the fault."""

    def work(session: Session) -> int:
        account = session.scalar(select(Account).where(Account.email == email))
        if account is None:
            raise NotFound("granting.no-such-account", where=email)
        return lift_stops(session, account, reason)

    count = decide(app_engine(read_settings()), work)
    output.note(say("granting.lifted", lang, count=count))
