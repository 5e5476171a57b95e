"""Choose a writer by the suffix of the file wanted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from cadastre.errors import UnusableInput
from cadastre.exchange.write import (
    dxf,
    flatgeobuf,
    geojson,
    geopackage,
    geoparquet,
    kml,
    shapefile,
    tables,
    webmap,
    workbook,
)
from cadastre.exchange.write.records import FeatureRecord, FieldSpec, Metadata
from cadastre.exchange.write.sheets import write as write_sheets

Writer = Callable[[Iterable[FeatureRecord], Sequence[FieldSpec], str, Metadata], Iterator[bytes]]


@dataclass(frozen=True, slots=True)
class Format:
    """A format of export: its name in addresses, suffix, media type and writer.

    ``streams`` tells that it is written while it is read, so that its size costs no memory.
    """

    name: str
    suffix: str
    media_type: str
    writer: Writer
    streams: bool = False


def _whole(
    write: Callable[[Iterable[FeatureRecord], Sequence[FieldSpec], str, Metadata], bytes],
) -> Writer:
    """Make a writer that needs the whole file at once look like one that streams."""

    def stream(
        records: Iterable[FeatureRecord], fields: Sequence[FieldSpec], crs: str, metadata: Metadata
    ) -> Iterator[bytes]:
        yield write(records, fields, crs, metadata)

    return stream


_SEQUENCE = "application/geo+json-seq"
_PARQUET = "application/vnd.apache.parquet"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMATS: dict[str, Format] = {
    each.name: each
    for each in (
        Format("geojson", ".geojson", "application/geo+json", geojson.stream, True),
        Format("geojsonseq", ".geojsons", _SEQUENCE, geojson.stream_sequence, True),
        Format("geojsonl", ".geojsonl", "application/x-ndjson", geojson.stream_lines, True),
        Format("shapefile", ".zip", "application/zip", _whole(shapefile.write)),
        Format("gpkg", ".gpkg", "application/geopackage+sqlite3", _whole(geopackage.write)),
        Format("flatgeobuf", ".fgb", "application/vnd.flatgeobuf", _whole(flatgeobuf.write)),
        Format("geoparquet", ".parquet", _PARQUET, _whole(geoparquet.write)),
        Format("csv", ".csv", "text/csv; charset=utf-8", tables.stream_csv, True),
        Format("xlsx", ".xlsx", _XLSX, _whole(workbook.write)),
        Format("kml", ".kml", "application/vnd.google-earth.kml+xml", kml.stream, True),
        Format("dxf", ".dxf", "image/vnd.dxf", _whole(dxf.write)),
        Format("html", ".html", "text/html; charset=utf-8", _whole(webmap.write)),
        Format("pdf", ".pdf", "application/pdf", _whole(write_sheets)),
    )
}
_SUFFIXES = {each.suffix: each for each in FORMATS.values()} | {
    ".json": FORMATS["geojson"],
    ".shp": FORMATS["shapefile"],
    ".geojsonseq": FORMATS["geojsonseq"],
    ".ndjson": FORMATS["geojsonl"],
}


def format_of(name: str) -> Format:
    """Find a format by its name (``geojson``) or by the file wanted (``titres.gpkg``).

    Raises
    ------
    UnusableInput
        ``exchange.write-format``, with the formats there are.
    """
    wanted = name.strip().lower()
    found = FORMATS.get(wanted) or _SUFFIXES.get("." + wanted.rpartition(".")[2])
    if found is None:
        raise UnusableInput("exchange.write-format", where=name[:60], known=", ".join(FORMATS))
    return found


def stream_features(
    features: Iterable[FeatureRecord], fields: Sequence[FieldSpec], format: str, *,
    crs: str = "EPSG:4326", metadata: Metadata | None = None,
) -> Iterator[bytes]:
    """Give an export piece by piece.

    Parameters
    ----------
    features
        In EPSG:4326, longitude first, already filtered by what the reader may see.
    fields
        The columns, in order; a value whose name is no column is not written.
    format
        A name or file name, see :func:`format_of`.
    crs
        System of the file; GeoJSON allows EPSG:4326 only.
    """
    return format_of(format).writer(features, fields, crs, metadata or Metadata())


def write_features(
    features: Iterable[FeatureRecord], fields: Sequence[FieldSpec], format: str, *,
    crs: str = "EPSG:4326", metadata: Metadata | None = None,
) -> bytes:
    """Give an export whole; see :func:`stream_features`."""
    return b"".join(stream_features(features, fields, format, crs=crs, metadata=metadata))
