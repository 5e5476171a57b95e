"""``cadastre check``: findings, areas, overlaps and fees of a perimeter."""

from __future__ import annotations

from typing import Any

import click
from babel.numbers import format_decimal

from cadastre.cli import output
from cadastre.cli.inputs import (
    deployment,
    parse_answers,
    parse_day,
    parse_instant,
    read_content,
    reading_options,
)
from cadastre.cli.language import language_option
from cadastre.cli.read import NOT_READ, tell
from cadastre.database import app_engine, transaction
from cadastre.geometry.reading import Reading
from cadastre.queries.asof import look_back
from cadastre.sentences import say
from cadastre.services.checks import Answer, Demand, check_demand, today
from cadastre.services.readings import read_input
from cadastre.services.representation import report_json

BLOCKS = 1


@click.command()
@reading_options
@click.option("--kind", help="Kind of title asked for, as the ruleset names it.")
@click.option("--substance", "substances", multiple=True, help="May be repeated.")
@click.option("--at", metavar="DATE", help="Day whose law and register apply; default: today.")
@click.option("--known", metavar="INSTANT", help="As the register knew it by then.")
@click.option("--no-register", is_flag=True, help="Do not ask the register: form and limits only.")
@click.option("--applicant", help="Who asks: their own research title is not held against them.")
@language_option
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="json: as POST /api/checks answers.",
)
@click.pass_context
def check(
    ctx: click.Context,
    file: str,
    crs: str | None,
    answers: tuple[str, ...],
    kind: str | None,
    substances: tuple[str, ...],
    at: str | None,
    known: str | None,
    no_register: bool,
    applicant: str | None,
    lang: str,
    form: str,
) -> None:
    """Check every perimeter of FILE (- for stdin); code 1 when something blocks."""
    settings, ruleset = deployment()
    content, name = read_content(file)
    readings = read_input(
        ruleset, content, name, crs=crs, answers=parse_answers(answers), language=lang
    )
    for reading in readings:
        tell(reading, lang)
    if any(reading.perimeter is None for reading in readings):
        ctx.exit(NOT_READ)
    day = parse_day(at, today(ruleset))
    demands = [
        Demand(reading, day, kind, substances, applicant, with_openings=True)
        for reading in readings
    ]
    known_at = parse_instant(known, ruleset.time_zone)
    if no_register:
        found = [check_demand(None, ruleset, demand) for demand in demands]
    else:
        with transaction(app_engine(settings)) as session:
            if known_at is not None:
                look_back(session, known_at)
            found = [check_demand(session, ruleset, demand) for demand in demands]
    _write(readings, found, form, lang)
    if any(answer.report.blocks for answer in found):
        ctx.exit(BLOCKS)


def _write(readings: tuple[Reading, ...], answers: list[Answer], form: str, language: str) -> None:
    written = [
        report_json(answer.facts, answer.report, reading, language)
        for reading, answer in zip(readings, answers, strict=True)
    ]
    if form == "json":
        output.data(written[0] if len(written) == 1 else {"checks": written})
        return
    for body in written:
        _write_text(body, language)


def _write_text(body: dict[str, Any], language: str) -> None:
    """Write a report for a person, most serious findings first."""
    name = body["perimeter"]["properties"]["name"]
    if name:
        output.line(name)
    area = body["area"]
    output.line(
        say(
            "cli.area", language, planar=_ha(area["planar_ha"], language),
            geodesic=_ha(area["geodesic_ha"], language), crs=area["crs"],
        )
    )  # fmt: skip
    for severity in ("block", "warn", "info"):
        for finding in body["findings"]:
            if finding["severity"] == severity:
                output.line(f"{say(f'cli.severity.{severity}', language)} {finding['message']}")
    for overlap in body["overlaps"]:
        output.line(
            say(
                "cli.overlap", language, id=overlap["id"], name=overlap["name"],
                ha=_ha(overlap["area_m2"] / 10_000, language),
                share=round(100 * overlap["share"], 2),
            )
        )  # fmt: skip
    for fee in body["fees"]:
        output.line(f"{fee['name']} : {fee['working']}")
    output.line(say("cli.blocks" if body["blocks"] else "cli.passes", language))


def _ha(area: float | None, language: str) -> str:
    return "—" if area is None else format_decimal(round(area, 4), "#,##0.####", locale=language)
