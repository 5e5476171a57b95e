"""``cadastre export``: a collection, or a part of it, to a file."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
from collections.abc import Iterable
from pathlib import Path

import click

from cadastre.cli import output
from cadastre.cli.inputs import deployment, parse_box, parse_day, parse_instant
from cadastre.cli.language import language_option
from cadastre.database import app_engine, transaction
from cadastre.errors import UnusableInput
from cadastre.geometry.crs import WGS84
from cadastre.queries.asof import as_of, look_back
from cadastre.sentences import say
from cadastre.services.checks import today
from cadastre.services.data_catalogue import iso_record
from cadastre.services.exports import ExportRequest, export_collection
from cadastre.services.labels import kind_labels
from cadastre.services.papers import paper_for


@click.command()
@click.argument("collection")
@click.option("-o", "--output", "path", required=True, help="File; its ending names the format.")
@click.option("--bbox", metavar="W,S,E,N", help="Box in degrees.")
@click.option("--where", metavar="CQL2", help='Filter, such as "area_ha > 100".')
@click.option("--at", metavar="DATE", help="Day whose register is written; default: today.")
@click.option("--known", metavar="INSTANT", help="As the register knew it by then.")
@click.option("--crs", default=WGS84, show_default=True, help="System of the file.")
@language_option
def export(
    collection: str,
    path: str,
    bbox: str | None,
    where: str | None,
    at: str | None,
    known: str | None,
    crs: str,
    lang: str,
) -> None:
    """Write COLLECTION: titles, applications, occupations, zones, works, administrative-units,
    base-map.

    Endings: .geojson, .geojsons, .geojsonl, .zip (Shapefile), .gpkg, .fgb, .parquet, .csv, .xlsx,
    .kml, .dxf, .html (a map), .pdf (a sheet for each row). What the file is, its checksum and what
    its format cannot hold stand beside it in a file that ends in .meta.json, and for catalogues of
    maps in .iso19139.xml.
    """
    settings, ruleset = deployment()
    day = parse_day(at, today(ruleset))
    known_at = parse_instant(known, ruleset.time_zone)
    wanted = ExportRequest(
        collection,
        Path(path).name,
        as_of(day, ruleset.time_zone),
        parse_box(bbox),
        where,
        crs,
        lang,
        known_at,
        kind_labels(ruleset, collection, lang),
    )
    base = (settings.public_url or "").rstrip("/")
    with transaction(app_engine(settings)) as session:
        if known_at is not None:
            look_back(session, known_at)
        paper = paper_for(session, ruleset, collection, wanted.at, base, lang)
        made = export_collection(session, wanted, paper=paper)
        made.filename = Path(path).name
        size = write_whole(path, made.content)
    about = json.dumps(made.about(), ensure_ascii=False, indent=2)
    write_whole(f"{path}.meta.json", [about.encode()])
    told = made.about()
    record = iso_record(
        ruleset, base, collection, lang,
        issued=dt.datetime.fromisoformat(told["issued"]), crs=told["crs"],
        bbox=wanted.bbox, id=f"urn:sha256:{told['checksum']['value']}",
    )  # fmt: skip
    write_whole(f"{path}.iso19139.xml", [record])
    for loss in made.about()["losses"]:
        output.note(loss)
    output.note(say("cli.written", lang, where=path, size_kb=size // 1000))


def write_whole(path: str, pieces: Iterable[bytes]) -> int:
    """Write a file whole or not at all: a half one could be taken for the register."""
    final = Path(path)
    unfinished = final.with_name(f".{final.name}.part")
    try:
        with unfinished.open("wb") as file:
            size = sum(file.write(piece) for piece in pieces)
        unfinished.replace(final)
    except OSError as fault:
        raise UnusableInput(
            "cli.cannot-open", where=path, reason=fault.strerror or str(fault)
        ) from None
    finally:
        with contextlib.suppress(OSError):
            unfinished.unlink(missing_ok=True)
    return size
