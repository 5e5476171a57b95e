"""Write FlatGeobuf: one layer with an index of boxes, so that a part is read without the rest."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from cadastre.exchange.write.ogr import common_kind, write_layer
from cadastre.exchange.write.records import FeatureRecord, FieldSpec, Metadata, reproject
from cadastre.geometry import crs as systems
from cadastre.sentences import say

# The format has times and no days: a day is written as text, ISO 8601, rather than as midnight.
_TYPES = {"date": "text"}


def write(
    records: Iterable[FeatureRecord], fields: Sequence[FieldSpec], crs: str, metadata: Metadata
) -> bytes:
    """Give the bytes of a FlatGeobuf with the identifier as first column."""
    read = list(reproject(records, crs))
    rows = [
        FeatureRecord(r.id, r.geometry, {**r.values, "cadastre_id": r.id})
        for r in read if r.geometry is not None and not r.geometry.is_empty
    ]  # fmt: skip
    # GDAL's Arrow reader, which QGIS and geopandas use, ends the process at a row without ground.
    if len(rows) < len(read):
        count = len(read) - len(rows)
        metadata.losses.append(say("exchange.loss-flatgeobuf-bare", metadata.language, count=count))
    columns = [
        (each.name, FieldSpec(each.name, _TYPES.get(each.type, each.type)))
        for each in (FieldSpec("cadastre_id"), *fields)
    ]
    if any(each.type == "date" for each in fields):
        metadata.losses.append(say("exchange.loss-flatgeobuf", metadata.language))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "export.fgb"
        write_layer(
            path, rows, columns, driver="FlatGeobuf", crs=systems.normalise(crs),
            kind=common_kind(rows), layer=metadata.collection,
            SPATIAL_INDEX="YES" if rows else "NO",
        )
        return path.read_bytes()
