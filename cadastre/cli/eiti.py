"""``cadastre eiti``: requirements 2.2, 2.3 and 2.5 of the EITI as a file."""

from __future__ import annotations

from pathlib import Path

import click

from cadastre.cli import output
from cadastre.cli.export import write_whole
from cadastre.cli.inputs import deployment, parse_day
from cadastre.cli.language import language_option
from cadastre.database import app_engine, transaction
from cadastre.queries.asof import as_of
from cadastre.sentences import say
from cadastre.services.checks import today
from cadastre.services.eiti.extract import make_extract
from cadastre.services.eiti.files import write_extract

BY_SUFFIX = {".zip": "csv", ".xlsx": "xlsx", ".json": "json"}


@click.command()
@click.option("-o", "--output", "path", required=True, help="File: .xlsx, .zip (CSV) or .json.")
@click.option("--at", metavar="DATE", help="Day whose register is written; default: today.")
@click.option("--year", type=click.IntRange(1800, 9000), help="Year of awards; default: the day's.")
@language_option
def eiti(path: str, at: str | None, year: int | None, lang: str) -> None:
    """Write awards and transfers, licences, ownership and their completeness.

    Names of natural persons are left out; what the register does not hold stays empty and is said.
    """
    settings, ruleset = deployment()
    day = parse_day(at, today(ruleset))
    suffix = Path(path).suffix.lower()
    with transaction(app_engine(settings)) as session:
        made = make_extract(session, as_of(day, ruleset.time_zone), year)
        export = write_extract(made, ruleset, BY_SUFFIX.get(suffix, suffix.lstrip(".")), lang)
        size = write_whole(path, export.content)
    for requirement, score in sorted(made.means().items()):
        told = "—" if score is None else f"{score:.0%}"
        output.note(f"{say('eiti.score-of', lang, requirement=requirement)} : {told}")
    output.note(f"SHA-256 {made.sha256()}")
    output.note(say("cli.written", lang, where=path, size_kb=size // 1000))
