"""``cadastre read``: coordinates or a map file into GeoJSON, every repair noted."""

from __future__ import annotations

import click

from cadastre.cli import output
from cadastre.cli.inputs import deployment, parse_answers, read_content, reading_options
from cadastre.cli.language import language_option
from cadastre.geometry.corners.writer import format_corners
from cadastre.geometry.reading import Reading
from cadastre.rules.report import measure_area
from cadastre.rules.ruleset import Ruleset
from cadastre.sentences import say
from cadastre.services.readings import read_input
from cadastre.services.representation import (
    area_json,
    feature,
    note_json,
    question_json,
    reading_json,
)

NOT_READ = 2


@click.command()
@reading_options
@language_option
@click.option(
    "--format",
    "form",
    type=click.Choice(["geojson", "json", "text"]),
    default="geojson",
    show_default=True,
    help="geojson: features; json: everything that was understood; text: a table of corners.",
)
@click.pass_context
def read(
    ctx: click.Context, file: str, crs: str | None, answers: tuple[str, ...], lang: str, form: str
) -> None:
    """Read the perimeters of FILE (- for stdin).

    Pasted corner tables, GeoJSON, zipped Shapefile, GeoPackage, KML, GPX, CSV, XLSX, DXF. Repairs,
    doubts and questions are told on stderr and stand in the features; a perimeter that cannot be
    drawn before a question is answered ends with code 2.
    """
    _, ruleset = deployment()
    content, name = read_content(file)
    readings = read_input(
        ruleset, content, name, crs=crs, answers=parse_answers(answers), language=lang
    )
    for reading in readings:
        tell(reading, lang)
    _write(readings, ruleset, form, lang)
    if any(reading.perimeter is None for reading in readings):
        ctx.exit(NOT_READ)


def tell(reading: Reading, language: str) -> None:
    """Tell a person what was repaired, doubted or must be asked, on stderr."""
    for noted in reading.notes:
        message = note_json(noted, language)["message"]
        output.note(f"{say(f'cli.note.{noted.kind}', language)} {message}")
    for question in reading.questions:
        asked = question_json(question, language)
        output.note(f"? {asked['message']}")
        for option in asked["options"]:
            argument = "--crs " if asked["argument"] == "crs" else f"--answer {question.code}="
            reason = f" : {option['reason']}" if option["reason"] else ""
            output.note(f"    {argument}{option['value']}  {option['label']}{reason}")


def _write(readings: tuple[Reading, ...], ruleset: Ruleset, form: str, language: str) -> None:
    if form == "json":
        output.data({"readings": [reading_json(reading, language) for reading in readings]})
    elif form == "text":
        for reading in readings:
            output.line(format_corners(reading.rings, "dms", language=language))
    else:
        features = [_feature(reading, ruleset, language) for reading in readings]
        output.data({"type": "FeatureCollection", "features": features})


def _feature(reading: Reading, ruleset: Ruleset, language: str) -> dict[str, object]:
    understood = reading_json(reading, language)
    understood.pop("perimeter")
    if reading.perimeter is not None:
        understood["area"] = area_json(
            measure_area(reading.perimeter, ruleset.planar_crs, reading.crs)
        )
    return feature(reading.perimeter, understood)
