"""Write GeoParquet 1.1 in row groups: every type kept, lists as lists, absent as absent."""

from __future__ import annotations

import datetime as dt
import itertools
import json
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import shapely
from pyproj import CRS

from cadastre.exchange.write.records import FeatureRecord, FieldSpec, Metadata, plain, reproject
from cadastre.geometry import crs as systems

ROWS = 20_000
_TYPES: dict[str, pa.DataType] = {
    "text": pa.string(), "list": pa.list_(pa.string()), "integer": pa.int64(),
    "real": pa.float64(), "date": pa.date32(), "datetime": pa.timestamp("us", tz="UTC"),
    "boolean": pa.bool_(),
}  # fmt: skip


def write(
    records: Iterable[FeatureRecord], fields: Sequence[FieldSpec], crs: str, metadata: Metadata
) -> bytes:
    """Give the bytes of a GeoParquet with the identifier first and the ground as WKB last."""
    columns = (FieldSpec("cadastre_id"), *fields)
    schema = pa.schema(
        [
            *(pa.field(each.name, _TYPES.get(each.type, pa.string())) for each in columns),
            pa.field("geometry", pa.binary()),
        ]
    ).with_metadata({"geo": json.dumps(_geo(systems.normalise(crs))), "cadastre": _about(metadata)})
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "export.parquet"
        with pq.ParquetWriter(path, schema, compression="zstd") as writer:
            for batch in _batches(reproject(records, crs)):
                writer.write_table(_table(batch, columns, schema))
        return path.read_bytes()


def _geo(code: str) -> dict[str, Any]:
    """Describe the column of ground: x before y whatever the system says (GeoParquet 1.1)."""
    system = CRS.from_user_input("OGC:CRS84" if code == systems.WGS84 else code)
    column = {
        "encoding": "WKB", "geometry_types": [], "edges": "planar",
        "crs": system.to_json_dict(),
    }  # fmt: skip
    return {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": column}}


def _about(metadata: Metadata) -> str:
    told = {
        "collection": metadata.collection, "filter": metadata.filter, "licence": metadata.licence,
        "at": metadata.at.isoformat() if metadata.at else None,
    }  # fmt: skip
    return json.dumps(told, ensure_ascii=False)


def _batches(records: Iterable[FeatureRecord]) -> Iterator[list[FeatureRecord]]:
    source = iter(records)
    while batch := list(itertools.islice(source, ROWS)):
        yield batch


def _table(
    batch: Sequence[FeatureRecord], columns: Sequence[FieldSpec], schema: pa.Schema
) -> pa.Table:
    arrays: list[pa.Array] = []
    for each in columns:
        values = [
            record.id if each.name == "cadastre_id" else _value(record.values.get(each.name), each)
            for record in batch
        ]
        arrays.append(pa.array(values, schema.field(each.name).type))
    arrays.append(pa.array(shapely.to_wkb([r.geometry for r in batch]), pa.binary()))
    return pa.Table.from_arrays(arrays, schema=schema)


def _value(value: Any, spec: FieldSpec) -> Any:
    if spec.type == "list":
        return None if value is None else [str(one) for one in value]
    known = plain(value, spec.type)
    if isinstance(known, dt.datetime) and known.tzinfo is None:
        return known.replace(tzinfo=dt.UTC)
    return known
