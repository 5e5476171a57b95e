"""``cadastre overlaps``: all pairs of a collection that share ground, with areas in m²."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import click

from cadastre.cli import output
from cadastre.cli.inputs import deployment, parse_day
from cadastre.cli.language import language_option
from cadastre.database import app_engine, transaction
from cadastre.errors import UnusableInput
from cadastre.sentences import say
from cadastre.services.checks import today
from cadastre.services.pairs import Engine, MeasuredPair, measured_pairs
from cadastre.services.representation import feature

COLUMNS = ("one", "other", "area_m2", "mean_width_m", "technical")


@click.command()
@click.option("--collection", default="titles", show_default=True)
@click.option(
    "--engine",
    type=click.Choice([engine.value for engine in Engine]),
    default=Engine.FASTEST.value,
    show_default=True,
    help="fastest: memory where the register fits, else postgis, which decides as checks do.",
)
@click.option("--scheduler", metavar="ADDRESS", help="Of a dask cluster, e.g. tcp://host:8786.")
@click.option("--at", metavar="DATE", help="Day whose register is looked at; default: today.")
@click.option("-o", "--output", "path", help="File: .csv or .geojson; default: CSV on stdout.")
@language_option
def overlaps(
    collection: str, engine: str, scheduler: str | None, at: str | None, path: str | None, lang: str
) -> None:
    """List every pair that shares ground: m² along the edge model, technical or real."""
    settings, ruleset = deployment()
    if path and not path.endswith((".csv", ".geojson")):
        raise UnusableInput("cli.unknown-suffix", where=path, known=".csv, .geojson")
    day = parse_day(at, today(ruleset))
    with transaction(app_engine(settings)) as session, _open(path) as stream:
        found = measured_pairs(session, ruleset, collection, day, engine, scheduler)
        pairs = _counted(found, lang)
        if path and path.endswith(".geojson"):
            _write_geojson(pairs, stream)
        else:
            _write_csv(pairs, stream)


@contextmanager
def _open(path: str | None) -> Iterator[TextIO]:
    if path is None:
        yield sys.stdout
        return
    try:
        with Path(path).open("w", encoding="utf-8", newline="") as stream:
            yield stream
    except OSError as fault:
        raise UnusableInput("cli.cannot-open", where=path, reason=fault.strerror or "") from None


def _counted(pairs: Iterator[MeasuredPair], language: str) -> Iterator[MeasuredPair]:
    """Hand pairs on and tell their number at the end."""
    count = technical = 0
    for pair in pairs:
        count, technical = count + 1, technical + pair.technical
        yield pair
    output.note(say("cli.pairs", language, count=count, technical=technical))


def _values(pair: MeasuredPair) -> tuple[str, str, float, float, bool]:
    return (
        pair.one, pair.other, round(pair.area_m2, 2), round(pair.mean_width_m, 3), pair.technical
    )  # fmt: skip


def _write_csv(pairs: Iterator[MeasuredPair], stream: TextIO) -> None:
    writer = csv.writer(stream)
    writer.writerow(COLUMNS)
    writer.writerows(_values(pair) for pair in pairs)


def _write_geojson(pairs: Iterator[MeasuredPair], stream: TextIO) -> None:
    features = [
        feature(pair.geometry, dict(zip(COLUMNS, _values(pair), strict=True))) for pair in pairs
    ]
    json.dump({"type": "FeatureCollection", "features": features}, stream, ensure_ascii=False)
