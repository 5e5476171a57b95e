"""Read perimeters from any text or file: the one path of the command, the API and the pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from cadastre.errors import TooLarge, UnusableInput
from cadastre.exchange.limits import UPLOAD, Limits
from cadastre.exchange.read import jailed, tables
from cadastre.exchange.read.formats import FORMATS, detect
from cadastre.exchange.read.geojson import read_geojson
from cadastre.exchange.read.gpx import read_gpx
from cadastre.exchange.read.kml import read_kml
from cadastre.exchange.read.readings import read_features, with_notes
from cadastre.exchange.read.source import Feature, Source
from cadastre.exchange.read.systems import CRS_QUESTION
from cadastre.exchange.read.text import decode
from cadastre.exchange.read.wkt import is_wkt, read_wkt
from cadastre.exchange.read.zips import Archive
from cadastre.geometry import corners
from cadastre.geometry.corners.hints import Hints
from cadastre.geometry.reading import Note, Reading
from cadastre.vocabulary import Language, NoteKind

_SHOWN_NAME = 120


@dataclass(frozen=True, slots=True)
class _Job:
    """One upload and everything that was said about it."""

    content: bytes
    where: str
    crs: str | None
    answers: Mapping[str, str]
    language: str
    hints: Hints
    limits: Limits


def read_perimeters(
    content: bytes,
    filename: str,
    *,
    crs: str | None = None,
    answers: Mapping[str, str] | None = None,
    language: str = Language.FR,
    hints: Hints | None = None,
    format: str | None = None,
    limits: Limits = UPLOAD,
) -> tuple[Reading, ...]:
    """Read every perimeter of a pasted text or an uploaded file.

    Parameters
    ----------
    content
        The bytes as sent. Nothing in them is trusted.
    filename
        As sent; its ending must agree with the content. Empty for pasted text.
    crs
        The coordinate system as a person gives it, for inputs that do not state one.
    answers
        Answers to questions of an earlier reading, by code of the question.
    language
        Language of the reader, for letters that differ (O is west in French).
    hints
        What the country's rules say about likely places and systems.
    format
        One of :data:`~cadastre.exchange.read.formats.FORMATS`, when the sender states it.

    Raises
    ------
    UnusableInput
        What stands there cannot be a perimeter; the code says why and the sentence the way out.
    TooLarge
        A cap of :class:`~cadastre.exchange.limits.Limits` is passed.
    NotAvailable
        The worker that opens binary formats cannot be started.
    """
    where = _shown(filename)
    if format is not None and format not in FORMATS:
        raise UnusableInput("exchange.unknown-format", where=format, known=", ".join(FORMATS))
    answered = answers or {}
    chosen = crs or answered.get(CRS_QUESTION)
    job = _Job(content, where, chosen, answered, language, hints or Hints(), limits)
    _cap_bytes(job)
    archive = Archive(content, where, limits) if content.startswith(b"PK") else None
    found = detect(content, where, archive, format)
    if found in ("text", "csv"):
        return _read_text(job, decode(content, where), as_table=found == "csv")
    if found == "xlsx":
        return _read_workbook(job)
    if found == "dxf":
        return _read_drawing(job)
    source = _source(job, found, archive)
    return read_features(source, where, chosen, job.hints, limits)


def _cap_bytes(job: _Job) -> None:
    """Refuse by size: texts are small, only zips and databases may be larger."""
    is_binary = job.content.startswith((b"PK", b"SQLite format 3\0"))
    limit = job.limits.archive_bytes if is_binary else job.limits.text_bytes
    if len(job.content) > limit:
        raise TooLarge(
            "exchange.too-many-bytes", where=job.where, size_mb=len(job.content) / 1e6,
            limit_mb=limit / 1e6,
        )


def _source(job: _Job, found: str, archive: Archive | None) -> Source:
    if found == "gpkg":
        return jailed.read_geopackage(job.content, job.where, job.limits)
    if found == "shapefile" and archive:
        return jailed.read_shapefiles(archive, job.where, job.limits)
    if found == "mapinfo" and archive:
        return jailed.read_mapinfo(archive, job.where, job.limits)
    if found == "kmz" and archive:
        # Google Earth reads the first .kml of the root, whatever its name ("doc.kml" by custom).
        name = min(archive.ending(".kml"), key=lambda each: (each.count("/"), each != "doc.kml"))
        unpacked = archive.read(name)
        if len(unpacked) > job.limits.text_bytes:
            raise TooLarge("exchange.too-many-bytes", where=job.where, size_mb=len(unpacked) / 1e6,
                           limit_mb=job.limits.text_bytes / 1e6)
        return read_kml(decode(unpacked, job.where), job.where, job.limits, "KMZ")
    text = decode(job.content, job.where)
    if found == "geojson":
        return read_geojson(text.lstrip("\ufeff"), job.where, job.limits)
    if found == "kml":
        return read_kml(text, job.where, job.limits)
    if found == "gpx":
        return read_gpx(text, job.where, job.limits)
    return _read_wkt_lines(text, job)


def _read_wkt_lines(text: str, job: _Job) -> Source:
    lines = [line for line in text.splitlines() if line.strip()]
    if not all(map(is_wkt, lines)):
        lines = [" ".join(lines)]
    if len(lines) > job.limits.features:
        raise TooLarge("exchange.too-many-features", where=job.where, limit=job.limits.features)
    features = []
    for number, line in enumerate(lines, start=1):
        spot = f"{job.where} · {number}"
        geometry, crs = read_wkt(line, spot)
        features.append(Feature(geometry, spot, crs=crs))
    return Source("WKT", tuple(features))


def _read_text(job: _Job, text: str, *, as_table: bool) -> tuple[Reading, ...]:
    rows = tables.rows_of_csv(text, job.where, job.limits) if as_table else None
    if rows is None:
        return (_corners(job, text),)
    return _read_rows(job, rows)


def _read_rows(job: _Job, rows: Sequence[list[str]]) -> tuple[Reading, ...]:
    source = tables.features_of_rows(rows, job.where, job.limits)
    if source is not None:
        return read_features(source, job.where, job.crs, job.hints, job.limits)
    found = tables.tables_of_rows(rows)
    if len(found) > job.limits.features:
        raise TooLarge("exchange.too-many-features", where=job.where, limit=job.limits.features)
    return tuple(
        replace(reading, name=table.name) if table.name else reading
        for table in found
        for reading in [_corners(job, table.text)]
    )


def _read_workbook(job: _Job) -> tuple[Reading, ...]:
    sheets = jailed.read_sheets(job.content, job.limits)
    if not any(row for _, rows in sheets for row in rows):
        raise UnusableInput("exchange.empty", where=job.where)
    name, rows = sheets[tables.best_sheet(sheets)]
    readings = _read_rows(job, rows)
    others = sum(any(rows) for _, rows in sheets) - 1
    if others:
        values = {"sheet": name, "others": others}
        readings = with_notes(
            readings, [Note("exchange.sheet-chosen", NoteKind.FACT, values=values)]
        )
    return readings


def _read_drawing(job: _Job) -> tuple[Reading, ...]:
    """Read a drawing; with its unit in doubt, rings are shown but no perimeter is made of them."""
    unit = job.answers.get(jailed.UNIT_QUESTION)
    source, question = jailed.read_drawing(job.content, job.where, job.limits, unit)
    if question is None:
        return read_features(source, job.where, job.crs, job.hints, job.limits)
    readings = read_features(source, job.where, None, job.hints, job.limits)
    return tuple(replace(one, questions=(question, *one.questions)) for one in readings)


def _corners(job: _Job, text: str) -> Reading:
    if not text.strip():
        raise UnusableInput("exchange.empty", where=job.where)
    _cap_text(text, job)
    return corners.read_corners(
        text, crs=job.crs, answers=job.answers, language=job.language, hints=job.hints
    )


def _cap_text(text: str, job: _Job) -> None:
    """Refuse what no table of corners looks like; searching it for patterns takes minutes.

    Measured: one line of 150,000 letters keeps the corner reader busy for half a minute, one of
    20,000 for half a second. A table of 500 corners flattened to one line has about 20,000.
    """
    limits = job.limits
    longest_line = max(map(len, text.splitlines()), default=0)
    longest_word = max(map(len, text.split()), default=0)
    if (
        len(text) > limits.table_characters
        or longest_line > limits.line_characters
        or longest_word > limits.word_characters
    ):
        raise TooLarge("exchange.no-table", where=job.where)


def _shown(filename: str) -> str:
    """Keep of a file name what may be shown: no folder, no control character, no endless name."""
    name = filename.replace("\\", "/").rpartition("/")[2]
    return "".join(sign for sign in name if sign.isprintable())[-_SHOWN_NAME:]
