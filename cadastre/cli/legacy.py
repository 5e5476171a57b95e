"""``cadastre legacy``: take over an older register, doubts and overlaps included."""

from __future__ import annotations

import itertools
import time
from pathlib import Path

import click
from sqlalchemy.orm import Session

from cadastre.cli import output
from cadastre.cli.inputs import deployment, parse_day
from cadastre.cli.language import language_option
from cadastre.config import Settings
from cadastre.database import owner_engine
from cadastre.errors import UnusableInput
from cadastre.exchange.layers import list_layers, read_layer
from cadastre.rules.load import load_ruleset
from cadastre.rules.ruleset import Ruleset
from cadastre.sentences import say
from cadastre.services.again import decide
from cadastre.services.checks import today
from cadastre.services.legacy import LegacyLoad, load_legacy, read_mapping, suggest_mapping
from cadastre.services.legacy.report import as_csv, as_json, summary
from cadastre.services.legacy.suggestion import suggest_corners, write_suggestion
from cadastre.services.legacy.values import text_of

SAMPLE_ROWS = 2_000
MOST_KINDS = 40


class _TriedOnly(Exception):
    """Ends a rehearsal: nothing of it stays in the register but what it would have loaded."""

    def __init__(self, load: LegacyLoad) -> None:
        super().__init__()
        self.load = load


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--mapping", type=click.Path(path_type=Path), help="YAML: which column means what.")
@click.option("--suggest", is_flag=True, help="Print a mapping to start from, and stop.")
@click.option("--layer", help="Layer of the file; default: the mapping's, else the first.")
@click.option("--ruleset", "ruleset_id", help="Law to grade by; default: the deployment's.")
@click.option("--day", metavar="DATE", help="Day on which the file was true; default: today.")
@click.option("--report", "report_path", type=click.Path(path_type=Path), help=".csv or .json.")
@click.option("--dry-run", is_flag=True, help="Read, grade and report; keep nothing.")
@language_option
def legacy(
    file: Path,
    mapping: Path | None,
    suggest: bool,
    layer: str | None,
    ruleset_id: str | None,
    day: str | None,
    report_path: Path | None,
    dry_run: bool,
    lang: str,
) -> None:
    """Take FILE over: every row is kept, graded, and marked where it is doubtful.

    FILE is a GeoPackage, zipped Shapefile or MapInfo table, GeoJSON, KML, spreadsheet or CSV.
    Without --mapping a suggestion is printed, to be read and corrected by a person.
    """
    if suggest or mapping is None:
        _suggest(file, layer, lang)
        return
    settings, ruleset = deployment()
    if ruleset_id:
        ruleset = _ruleset(settings, ruleset_id)
    if report_path is not None and report_path.suffix not in (".csv", ".json"):
        raise UnusableInput("legacy.report-suffix", where=str(report_path))
    started = time.monotonic()
    found = read_mapping(mapping)

    def work(session: Session) -> LegacyLoad:
        load = load_legacy(session, ruleset, file, found, day=parse_day(day, today(ruleset)))
        if report_path is not None:
            text = (as_csv if report_path.suffix == ".csv" else as_json)(load, lang)
            _write(report_path, text)
        if dry_run:
            raise _TriedOnly(load)
        return load

    try:
        load = decide(owner_engine(settings), work)
    except _TriedOnly as tried:
        load = tried.load
        output.note(say("legacy.tried", lang))
    output.data(summary(load))
    seconds = round(time.monotonic() - started, 1)
    output.note(say("legacy.loaded", lang, rows=len(load.rows), pairs=load.pairs, seconds=seconds))


def _ruleset(settings: Settings, name: str) -> Ruleset:
    return load_ruleset(settings.data / "rulesets" / Path(name).name)


def _suggest(file: Path, layer: str | None, language: str) -> None:
    """Print the mapping that the names of the columns suggest."""
    layers = [one for one in list_layers(file) if one.geometry is not None] or list_layers(file)
    if layer is None and layers:
        layer = max(layers, key=lambda one: one.features).name
    batches = read_layer(file, layer=layer, as_table=file.suffix.lower() == ".csv")
    first = next(batches, None)
    if first is None or not first.attributes:
        raise UnusableInput("legacy.no-rows", where=file.name)
    rows = first.attributes[:SAMPLE_ROWS]
    fields = suggest_mapping(list(rows[0]), rows)
    kinds = sorted({text_of(row.get(fields.get("kind", ""))) or "" for row in rows} - {""})
    corners = suggest_corners(list(rows[0]), rows, fields.get("number"))
    some = itertools.islice(kinds, MOST_KINDS)
    output.line(write_suggestion(layer, None, fields, some, corners).rstrip())
    if first.crs is None:
        output.note(say("legacy.crs-missing", language, where=file.name))
    output.note(say("legacy.suggested", language))


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, "utf-8")
    except OSError as fault:
        reason = fault.strerror or str(fault)
        raise UnusableInput("cli.cannot-open", where=str(path), reason=reason) from None
