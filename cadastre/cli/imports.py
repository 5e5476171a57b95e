"""``cadastre import``: load layers of other systems into the register, with a report per row."""

from __future__ import annotations

import json
from pathlib import Path

import click
from sqlalchemy.orm import Session

from cadastre.cli import output
from cadastre.cli.inputs import deployment
from cadastre.cli.language import language_option
from cadastre.database import owner_engine
from cadastre.errors import UnusableInput
from cadastre.exchange.layers import read_layer
from cadastre.sentences import say
from cadastre.services.again import decide
from cadastre.services.imports import (
    ImportReport,
    ImportRequest,
    as_yaml,
    import_file,
    suggest_mapping,
)
from cadastre.vocabulary import Severity

SHOWN = 40


@click.command(name="import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--as", "collection", required=True, metavar="COLLECTION",
              help="titles, applications, zones, works, administrative-units or base-map.")
@click.option("--layer", help="Layer of the file; default: the mapping's, else the first.")
@click.option("--map", "mapping", type=click.Path(path_type=Path), metavar="FILE.yaml",
              help="Which field is which; default: guessed from the names of fields.")
@click.option("--crs", help="System of the coordinates where the file does not state it.")
@click.option("--dry-run", is_flag=True, help="Report only; nothing is written.")
@click.option("--suggest", is_flag=True, help="Print a mapping to complete, and stop.")
@click.option("--report", "report_path", type=click.Path(path_type=Path), metavar="FILE.json",
              help="Write the whole report there.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text",
              show_default=True)
@language_option
@click.pass_context
def import_(
    ctx: click.Context,
    file: Path,
    collection: str,
    layer: str | None,
    mapping: Path | None,
    crs: str | None,
    dry_run: bool,
    suggest: bool,
    report_path: Path | None,
    form: str,
    lang: str,
) -> None:
    """Load FILE (.gpkg, zipped Shapefile or MapInfo TAB/MIF, .geojson, .csv…) into the register.

    The same file imported twice changes nothing. Code 1 when rows were refused.
    """
    if suggest:
        batch = next(read_layer(file, layer=layer), None)
        names = batch.attributes[0] if batch is not None and batch.attributes else {}
        output.line(as_yaml(suggest_mapping(names, collection)).rstrip())
        return
    settings, ruleset = deployment()
    request = ImportRequest(file, collection, layer, mapping, crs, dry_run)

    def work(session: Session) -> ImportReport:
        report = import_file(session, ruleset, request)
        if report_path is not None:
            _write(report_path, report)
        return report

    report = decide(owner_engine(settings), work)
    if form == "json":
        output.data(report.as_json())
    else:
        _tell(report, lang)
    if report.refused:
        ctx.exit(1)


def _write(path: Path, report: ImportReport) -> None:
    """Write the report before the import is committed: no import goes without the report asked."""
    try:
        path.write_text(json.dumps(report.as_json(), ensure_ascii=False, indent=2), "utf-8")
    except OSError as fault:
        raise UnusableInput(
            "cli.cannot-open", where=str(path), reason=fault.strerror or str(fault)
        ) from None


def _tell(report: ImportReport, lang: str) -> None:
    """Write what refused a row first, then warnings, on stdout; the summary on stderr."""
    heaviest = {Severity.BLOCK: 0, Severity.WARN: 1, Severity.INFO: 2}
    ordered = sorted(report.findings, key=lambda each: (heaviest[each.severity], each.row))
    for finding in ordered[:SHOWN]:
        output.line(finding.as_json()["messages"][lang])
    if len(ordered) > SHOWN:
        output.line(f"… +{len(ordered) - SHOWN} (--report FILE.json)")
    body = report.as_json()
    counts = {"file": report.file, "rows": report.rows, **body["outcomes"]}
    output.note(say("import.done", lang, **counts))
    if report.cases is not None and (report.cases.opened or report.cases.closed):
        opened, closed = len(report.cases.opened), len(report.cases.closed)
        output.note(say("import.cases", lang, opened=opened, closed=closed))
    if report.dry_run:
        output.note(say("import.dry-run", lang))
