"""Write CSV (geometry as WKT) that opens in a spreadsheet without ever running a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

import shapely

from cadastre.exchange.write.records import (
    FeatureRecord,
    FieldSpec,
    Metadata,
    harmless,
    plain,
    reproject,
)
from cadastre.sentences import say


def stream_csv(
    records: Iterable[FeatureRecord], fields: Sequence[FieldSpec], crs: str, metadata: Metadata
) -> Iterator[bytes]:
    """Give the lines of a CSV in UTF-8 with its mark, without which Excel breaks accents."""
    yield b"\xef\xbb\xbf"
    yield csv_line(["id", *(each.name for each in fields), "wkt"])
    for record in reproject(records, crs):
        cells = [_cell(record.values.get(each.name), each) for each in fields]
        shape = record.geometry
        wkt = "" if shape is None else shapely.to_wkt(shape, rounding_precision=-1)
        yield csv_line([harmless(record.id), *cells, wkt])
    metadata.losses.append(say("exchange.loss-csv", metadata.language))


def _cell(value: object, spec: FieldSpec) -> str:
    known = plain(value, spec.type)
    if known is None:
        return ""
    if isinstance(known, bool):
        return str(known).lower()
    # A negative number begins with "-" and is no formula; only texts are guarded.
    return harmless(known) if isinstance(known, str) else str(known)


def csv_line(cells: Sequence[str]) -> bytes:
    """Write one line of a CSV in UTF-8."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow(cells)
    return out.getvalue().encode()
