"""Hand the register over as files: the same fields, filter and date as everywhere else."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import shapely
from sqlalchemy.orm import Session

from cadastre.exchange.write import (
    FeatureRecord,
    FieldSpec,
    Format,
    Metadata,
    format_of,
    stream_features,
)
from cadastre.exchange.write.records import Paper
from cadastre.geometry.crs import WGS84, describe
from cadastre.geometry.reading import Reading
from cadastre.queries.asof import AsOf
from cadastre.queries.catalogue import relation_of
from cadastre.queries.filters import filtered
from cadastre.queries.relation import Box, Relation
from cadastre.queries.relation import stream_features as stream_rows
from cadastre.queries.visibility import ANYBODY, Field, Viewer
from cadastre.rules.report import Area
from cadastre.sentences import say, say_all
from cadastre.services.export_record import Record
from cadastre.vocabulary import Language

ROWS_AT_ONCE = 1000
TYPES = {
    "string": "text",
    "array": "list",
    "number": "real",
    "integer": "integer",
    "boolean": "boolean",
    "date": "date",
    "date-time": "datetime",
}


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """What is wanted: a collection, a place, a CQL2 filter, a moment, a format and its system.

    ``known`` is the instant until which the session was told to know (``look_back``); it is only
    written down here. ``labels`` name kinds, for styles that travel with a file.
    """

    collection: str
    format: str
    at: AsOf
    bbox: Box | None = None
    where: str | None = None
    crs: str = WGS84
    language: str = Language.FR.value
    known: dt.datetime | None = None
    labels: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Export:
    """A file about to be written: its name, its media type, and its content piece by piece.

    ``record`` fills while the content is read; :meth:`about` is whole once it has ended.
    """

    filename: str
    media_type: str
    content: Iterator[bytes]
    streams: bool = False
    record: Record | None = None

    def about(self) -> dict[str, Any]:
        """Give the metadata that stands beside the file, with its size and checksum."""
        return {} if self.record is None else self.record.document(self.filename, self.media_type)


def selected(wanted: ExportRequest, viewer: Viewer = ANYBODY) -> Relation:
    """Describe the part of a collection that a request wants and a viewer may see."""
    relation = filtered(relation_of(wanted.collection, wanted.at, viewer), wanted.where)
    return relation if wanted.bbox is None else relation.within(wanted.bbox)


def export_collection(
    session: Session,
    wanted: ExportRequest,
    viewer: Viewer = ANYBODY,
    *,
    through: Callable[[Iterable[FeatureRecord]], Iterable[FeatureRecord]] = lambda rows: rows,
    paper: Paper | None = None,
) -> Export:
    """Write a part of a collection; rows pass ``through`` on their way, who may watch them.

    ``paper`` is for sheets (PDF): what stands on them beside the fields, see
    :func:`cadastre.services.papers.paper_for`.

    Raises
    ------
    NotFound
        No such collection.
    UnusableInput
        Unknown format, unreadable filter, a system the format cannot have.
    """
    chosen = format_of(wanted.format)
    describe(wanted.crs, wanted.language)  # an unknown system is refused before a stream begins
    relation = selected(wanted, viewer)
    metadata = Metadata(
        collection=wanted.collection,
        at=wanted.at.instant,
        filter=wanted.where,
        licence=say("exports.rights", wanted.language),
        language=wanted.language,
        known=wanted.known,
        bbox=wanted.bbox,
        labels=wanted.labels,
        paper=paper,
    )
    fields = [field_spec(each) for each in relation.fields.values()]
    record = Record(metadata, fields, wanted.crs)
    content = stream_features(
        record.counted(through(records_of(session, relation))), fields, chosen.name,
        crs=wanted.crs, metadata=metadata,
    )  # fmt: skip
    return Export(
        _filename(wanted.collection, wanted.at, chosen), chosen.media_type,
        record.measured(content), chosen.streams, record,
    )  # fmt: skip


def export_perimeter(
    reading: Reading, format: str, *, name: str | None, area: Area, crs: str, language: str
) -> Export:
    """Write a drawn perimeter with its areas.

    Raises
    ------
    UnusableInput
        Unknown format.
    """
    chosen = format_of(format)
    values = {
        "name": name or reading.name,
        "area_ha": area.planar_ha,
        "geodesic_area_ha": area.geodesic_ha,
        "crs": reading.crs,
    }
    types = ("text", "real", "real", "text")
    fields = [
        FieldSpec(field, kind, _titles(field)) for field, kind in zip(values, types, strict=True)
    ]
    record = FeatureRecord("1", reading.perimeter, values)
    content = stream_features(
        [record], fields, chosen.name, crs=crs, metadata=Metadata("perimeter", language=language)
    )
    return Export(f"perimeter{chosen.suffix}", chosen.media_type, content)


def field_spec(field: Field) -> FieldSpec:
    """Describe a field of the read model as a column of a file, titled in both languages."""
    return FieldSpec(
        field.name,
        TYPES.get(field.type, "text"),
        _titles(field.name),
        field.classification.name.lower(),
    )


def _titles(name: str) -> dict[str, str]:
    return say_all(f"field.{name}", {})


def records_of(session: Session, relation: Relation) -> Iterator[FeatureRecord]:
    """Read a collection as rows of a file."""
    rows = stream_rows(session, relation)
    while batch := list(itertools.islice(rows, ROWS_AT_ONCE)):
        # One call reads the ground of all: a call for each row costs more than the reading.
        grounds = shapely.from_wkb([r.geometry and bytes(r.geometry) for r in batch])
        for row, ground in zip(batch, grounds, strict=True):
            yield FeatureRecord(row.key, ground, row._asdict())


def _filename(collection: str, at: AsOf, chosen: Format) -> str:
    return f"{collection}-{at.day.isoformat()}{chosen.suffix}"
