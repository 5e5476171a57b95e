"""``cadastre raster``: register elevation, land cover, population, geology and scanned maps."""

from __future__ import annotations

import json
from pathlib import Path

import click

from cadastre.cli import output
from cadastre.cli.inputs import deployment
from cadastre.cli.language import language_option
from cadastre.database import owner_engine, transaction
from cadastre.errors import UnusableInput
from cadastre.models import Raster
from cadastre.queries.rasters import rasters_for
from cadastre.sentences import say
from cadastre.services.again import decide
from cadastre.services.rasters import RasterRequest, add_raster, remove_raster
from cadastre.services.rasters.figures import EVERYTHING

LEAST_POINTS = 3


@click.group()
def raster() -> None:
    """Register rasters, list them, take them out."""


@raster.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--as", "key", required=True, metavar="KEY", help="Short name in addresses.")
@click.option("--kind", required=True,
              help="elevation, population, land-cover, geology, map or other.")
@click.option("--name", "names", multiple=True, metavar="LANG=WORDS",
              help="Name by language: --name 'fr=Altitude' --name 'en=Elevation'.")
@click.option("--licence", required=True, help="Under which licence it may be shown.")
@click.option("--attribution", required=True, help="Whose work it is, as it must be told.")
@click.option("--class", "classification", default="public", show_default=True,
              help="Who may see it: public, or internal for the office and its analysts.")
@click.option("--unit", help="Unit of its values; default: the kind's.")
@click.option("--classes", type=click.Path(path_type=Path), metavar="FILE.yaml",
              help="Names of classes: number to fr, en and colour.")
@click.option("--band", default=1, show_default=True, type=click.IntRange(1, 100))
@click.option("--crs", help="System of the coordinates where the file does not state it.")
@click.option("--nodata", type=float, help="Value that means nothing is known.")
@click.option("--point", "points", multiple=True, metavar="COLUMN,ROW,X,Y",
              help="A corner point of a scanned map, in pixels and in --crs; three or more.")
@language_option
def add(
    file: Path,
    key: str,
    kind: str,
    names: tuple[str, ...],
    licence: str,
    attribution: str,
    classification: str,
    unit: str | None,
    classes: Path | None,
    band: int,
    crs: str | None,
    nodata: float | None,
    points: tuple[str, ...],
    lang: str,
) -> None:
    """Register FILE (GeoTIFF; PNG or JPEG for scanned maps); the same KEY replaces the older one.

    The file is read by a process without network, in bounded memory and time, and kept as a
    cloud-optimised GeoTIFF.
    """
    settings, _ = deployment()
    request = RasterRequest(
        file=file, key=key, kind=kind, name=_names(names, key), licence=licence,
        attribution=attribution, classification=classification, unit=unit, classes=classes,
        band=band, crs=crs, nodata=nodata, points=_points(points),
    )  # fmt: skip
    made = decide(owner_engine(settings), lambda session: add_raster(session, settings, request))
    output.data(_told(made))
    output.note(say("rasters.added", lang, name=made.name[lang], key=made.key))
    if made.about["residual_m"] is not None:
        output.note(say("rasters.residual", lang, metres=round(made.about["residual_m"], 1)))


@raster.command("list")
@language_option
def list_(lang: str) -> None:
    """List the rasters in use, one JSON line each."""
    settings, _ = deployment()
    with transaction(owner_engine(settings)) as session:
        for one in rasters_for(session, EVERYTHING):
            output.line(json.dumps(_told(one), ensure_ascii=False, allow_nan=False))


@raster.command()
@click.argument("key")
@language_option
def remove(key: str, lang: str) -> None:
    """Take a raster out of use and delete its file; the journal keeps that it was there."""
    settings, _ = deployment()
    gone = decide(owner_engine(settings), lambda session: remove_raster(session, settings, key))
    output.note(say("rasters.removed", lang, name=gone.name[lang], key=gone.key))


def _names(given: tuple[str, ...], key: str) -> dict[str, str]:
    named = dict(one.partition("=")[::2] for one in given)
    return {language: words for language, words in named.items() if words} or {"fr": key}


def _points(given: tuple[str, ...]) -> tuple[tuple[float, float, float, float], ...]:
    if 0 < len(given) < LEAST_POINTS:
        raise UnusableInput("rasters.too-few-points", where="--point", least=LEAST_POINTS)
    return tuple(_point(one) for one in given)


def _point(given: str) -> tuple[float, float, float, float]:
    try:
        column, row, x, y = (float(part) for part in given.split(","))
    except ValueError:
        raise UnusableInput("rasters.bad-point", where=given[:60]) from None
    return column, row, x, y


def _told(one: Raster) -> dict[str, object]:
    return {
        "key": one.key, "kind": one.kind, "measure": one.measure, "name": one.name,
        "unit": one.unit, "licence": one.licence, "attribution": one.attribution,
        "classification": one.classification, "source_sha256": one.source_sha256,
        "sha256": one.sha256, **one.about,
    }  # fmt: skip
