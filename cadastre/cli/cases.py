"""``cadastre cases``: the overlaps that someone must end; count them again, list them, show one."""

from __future__ import annotations

import json

import click

from cadastre.cli import output
from cadastre.cli.inputs import deployment
from cadastre.cli.language import language_option
from cadastre.database import app_engine, transaction
from cadastre.sentences import say
from cadastre.services.again import decide
from cadastre.services.cases.desk import Filter, find_case, list_cases
from cadastre.services.cases.detection import recount as count_again
from cadastre.services.cases.showing import case_json, row_json


@click.group()
def cases() -> None:
    """Work off the overlaps of the register."""


@cases.command()
@language_option
def recount(lang: str) -> None:
    """Compare the whole register with its open cases: open, follow and close them."""
    settings, ruleset = deployment()
    done = decide(app_engine(settings), lambda session: count_again(session, ruleset))
    output.data(
        {
            "found": done.found,
            "technical": done.technical,
            "opened": list(done.opened),
            "closed": list(done.closed),
            "changed": done.changed,
        }
    )
    told = {"found": done.found, "technical": done.technical, "changed": done.changed}
    output.note(
        say("cases.recounted", lang, opened=len(done.opened), closed=len(done.closed), **told)
    )


@cases.command("list")
@click.option("--kind", help="One kind only, such as title-title.")
@click.option("--closed", is_flag=True, help="Closed cases instead of open ones.")
@click.option("--limit", default=100, show_default=True, type=click.IntRange(1, 10_000))
@language_option
def list_(kind: str | None, closed: bool, limit: int, lang: str) -> None:
    """List cases, the nearest deadline first, one JSON line each."""
    settings, ruleset = deployment()
    wanted = Filter(kind=kind, state="closed" if closed else "open", nature="all", limit=limit)
    with transaction(app_engine(settings)) as session:
        for row in list_cases(session, ruleset, wanted).rows:
            output.line(json.dumps(row_json(row), ensure_ascii=False, allow_nan=False))


@cases.command()
@click.argument("number")
@language_option
def show(number: str, lang: str) -> None:
    """Show one case: both sides, what they share, its history and the ways out."""
    settings, ruleset = deployment()
    with transaction(app_engine(settings)) as session:
        output.data(case_json(find_case(session, ruleset, number), lang))
