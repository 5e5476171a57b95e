"""Write a sheet of paper for each feature: plan, corners, facts and their day, as PDF.

The style is that of the certificates; a sheet says that it is none. It is for reading and for
dossiers, while other formats carry data.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import itertools
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import segno
import shapely
from babel.numbers import format_decimal
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from shapely.geometry.base import BaseGeometry

from cadastre.errors import UnusableInput
from cadastre.exchange.paper import PAPER
from cadastre.exchange.pdf import html_to_pdf
from cadastre.exchange.write.records import FeatureRecord, FieldSpec, Metadata
from cadastre.geometry.corners.writer import format_lonlat
from cadastre.geometry.crs import from_lonlat, is_geographic, utm_zone_for
from cadastre.geometry.sheet import draw_sheet, fit_sheet
from cadastre.sentences import say, write_day, write_instant

TEMPLATES = Path(__file__).parent / "templates"
MOST_SHEETS = 40  # some seconds of typesetting; more belong into a format that carries data
MOST_CORNERS = 400  # of a table; zones and units have thousands
MOST_NAMED = 40  # on a plan: beyond, names would hide it
WIDTH_MM, HEIGHT_MM = 180.0, 112.0
Corner = tuple[str, float, float]


@dataclass(frozen=True, slots=True)
class OneSheet:
    """What stands on the sheet of one feature."""

    key: str
    name: str
    facts: list[tuple[str, str]]
    is_demonstration: bool
    crs: str
    plan: Markup | None
    scale: str
    rings: list[list[tuple[str, str, str, str, str]]]
    corner_count: int
    fingerprint: str | None
    row_fingerprint: str
    address: str
    qr: Markup | None


def write(
    records: Iterable[FeatureRecord], fields: Sequence[FieldSpec], crs: str, metadata: Metadata
) -> bytes:
    """Write the sheets of a selection.

    Raises
    ------
    UnusableInput
        ``exchange.pdf-rows``: more than 40 features.
    NotAvailable
        They could not be typeset in time.
    """
    return html_to_pdf(sheets_html(records, fields, crs, metadata), variant="pdf/a-3u")


def sheets_html(
    records: Iterable[FeatureRecord], fields: Sequence[FieldSpec], crs: str, metadata: Metadata
) -> str:
    """Give the page that is typeset; see :func:`write`."""
    chosen = list(itertools.islice(records, MOST_SHEETS + 1))
    if len(chosen) > MOST_SHEETS:
        raise UnusableInput("exchange.pdf-rows", where=metadata.collection, most=MOST_SHEETS)
    language, now = metadata.language, dt.datetime.now(dt.UTC)
    metadata.losses.append(say("exchange.loss-pdf", language))
    named = f"collection.{metadata.collection}"
    return _environment(language).get_template("sheets.html").render(
        language=language,
        collection=say(named, language).replace(named, metadata.collection),
        day=write_day((metadata.at or now).date(), language),
        known=write_instant(metadata.known or now, language),
        made=write_instant(now, language),
        filter=metadata.filter,
        licence=metadata.licence or "",
        sheets=[_sheet(one, fields, crs, metadata) for one in chosen],
    )  # fmt: skip


def _sheet(
    record: FeatureRecord, fields: Sequence[FieldSpec], crs: str, metadata: Metadata
) -> OneSheet:
    ground, paper, language = record.geometry, metadata.paper, metadata.language
    if ground is not None and ground.is_empty:
        ground = None
    grid = _grid(ground, crs, paper.crs if paper else None)
    printed = paper.rings(record.id) if paper and ground is not None else []
    rings = printed or (_own_rings(ground) if ground is not None else [])
    count = sum(map(len, rings))
    plan, scale = _plan(ground, grid, rings, record.id) if ground is not None else (None, "")
    address = paper.address(record.id) if paper else ""
    values = record.values
    return OneSheet(
        key=record.id,
        name=str(values.get("name") or record.id),
        facts=_facts(values, fields, metadata),
        is_demonstration=bool(values.get("is_demonstration") or values.get("is_illustrative")),
        crs=grid,
        plan=plan,
        scale=scale,
        rings=[[_row(*corner, grid, language) for corner in ring] for ring in rings]
        if count <= MOST_CORNERS
        else [],
        corner_count=count,
        fingerprint=None if ground is None else hashlib.sha256(shapely.to_wkb(ground)).hexdigest(),
        row_fingerprint=_row_fingerprint(record, fields),
        address=address,
        qr=_qr(address) if address else None,
    )


def _grid(ground: BaseGeometry | None, crs: str, legal: str | None) -> str:
    """Choose the metres of the plan: those asked for, of the law, or of the zone it lies in."""
    if not is_geographic(crs):
        return crs
    if legal:
        return legal
    place = ground.representative_point() if ground is not None else shapely.Point(0, 0)
    return utm_zone_for(place.x, place.y)


def _own_rings(ground: BaseGeometry) -> list[list[Corner]]:
    """Number the corners of ground whose act kept no labels."""
    numbers = itertools.count(1)
    parts = [part for part in shapely.get_parts(ground) if part.geom_type == "Polygon"]
    rings = [ring for part in parts for ring in (part.exterior, *part.interiors)]
    return [
        [(str(next(numbers)), float(x), float(y)) for x, y, *_ in list(ring.coords)[:-1]]
        for ring in rings
    ]


def _plan(
    ground: BaseGeometry, grid: str, rings: list[list[Corner]], title: str
) -> tuple[Markup, str]:
    frame = fit_sheet(ground, grid, width_mm=WIDTH_MM, height_mm=HEIGHT_MM)
    corners = [corner for ring in rings for corner in ring]
    if ground.geom_type.endswith("Point"):
        corners = [("", point.x, point.y) for point in shapely.get_parts(ground)]
    named = corners if len(corners) <= MOST_NAMED else []
    drawn = draw_sheet(frame, ground, corners=named, title=title)
    return Markup(drawn), f"{int(frame.scale):,}".replace(",", " ")  # drawn by us from numbers


def _facts(
    values: Any, fields: Sequence[FieldSpec], metadata: Metadata
) -> list[tuple[str, str]]:
    """Give label and value of each field that says something."""
    language, paper = metadata.language, metadata.paper
    found = []
    for field in fields:
        value = values.get(field.name)
        shown = paper.shown(field.name, value) if paper else value
        if shown not in (None, "", []):
            label = field.title.get(language) or field.name
            found.append((label, _written(shown, language)))
    return found


def _written(value: Any, language: str) -> str:
    if isinstance(value, bool):
        return say("certificates.yes" if value else "certificates.no", language)
    if isinstance(value, (int, float)):
        return str(format_decimal(value, "#,##0.####", locale=language))
    if isinstance(value, (list, tuple)):
        return ", ".join(map(str, value))
    return str(value)


def _row(
    label: str, lon: float, lat: float, crs: str, language: str
) -> tuple[str, str, str, str, str]:
    longitude, latitude = format_lonlat(lon, lat, "dms", language=language, decimals=2).split("\t")
    easting, northing = from_lonlat(crs, [lon], [lat])
    metres = (
        str(format_decimal(value[0], "#,##0.0", locale=language)) for value in (easting, northing)
    )
    return label, longitude, latitude, next(metres), next(metres)


def _row_fingerprint(record: FeatureRecord, fields: Sequence[FieldSpec]) -> str:
    """Sum up what the register said of the row, so that two sheets can be compared."""
    told = {field.name: record.values.get(field.name) for field in fields} | {"id": record.id}
    text = json.dumps(told, sort_keys=True, ensure_ascii=False, default=str)
    ground = b"" if record.geometry is None else shapely.to_wkb(record.geometry)
    return hashlib.sha256(text.encode() + ground).hexdigest()


def _qr(address: str) -> Markup:
    out = io.BytesIO()
    segno.make(address, error="m").save(out, kind="svg", xmldecl=False, svgns=True, scale=3)
    return Markup(out.getvalue().decode())  # drawn by segno from an address of ours


@cache
def _environment(language: str) -> Environment:
    made = Environment(
        loader=FileSystemLoader([TEMPLATES, PAPER]), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip

    def t(code: str, /, **values: Any) -> str:
        return say(code, language, **values)

    made.globals["t"] = t
    return made
