"""Hand features to GDAL, with the driver named: the content is ours, the format is theirs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from cadastre.exchange.write.records import FeatureRecord, FieldSpec, plain

_KINDS = ("Point", "LineString", "Polygon")


def kind_of(record: FeatureRecord) -> str:
    """Name the geometry of a record as files do: Point, LineString, Polygon or None."""
    if record.geometry is None:
        return "None"
    name = record.geometry.geom_type.removeprefix("Multi").replace("LinearRing", "LineString")
    return name if name in _KINDS else "GeometryCollection"


def common_kind(records: Sequence[FeatureRecord]) -> str:
    """Name the one kind that holds all records, as the many of it; ``Unknown`` when they differ."""
    kinds = {kind_of(record) for record in records} - {"None"}
    is_uniform = len(kinds) == 1 and "GeometryCollection" not in kinds
    return f"Multi{kinds.pop()}" if is_uniform else "Unknown"


def write_layer(
    path: Path, records: Sequence[FeatureRecord], fields: Sequence[tuple[str, FieldSpec]],
    *, driver: str, crs: str, kind: str, layer: str, **options: str,
) -> None:
    """Write one layer of one kind of geometry.

    Parameters
    ----------
    fields
        Name in the file, and what it is.
    kind
        A GDAL geometry type, such as ``Polygon``, ``MultiPolygon`` or ``Unknown``.
    options
        Layer creation options of the driver.
    """
    import pyogrio  # heavy: loaded by the process that exports, not at the start of the web server

    geometries = np.array(
        [None if r.geometry is None else shapely.to_wkb(r.geometry) for r in records], dtype=object
    )
    columns, masks = [], []
    for _, spec in fields:
        values = [plain(record.values.get(spec.name), spec.type) for record in records]
        columns.append(_column(values, spec.type))
        masks.append(np.array([value is None for value in values]))
    pyogrio.raw.write(
        path, geometries, columns, [name for name, _ in fields], field_mask=masks,
        driver=driver, layer=layer, crs=crs, geometry_type=kind, encoding="UTF-8",
        promote_to_multi=kind.startswith("Multi"), **options,
    )


def _column(values: list[Any], kind: str) -> np.ndarray:
    if kind == "integer":
        return np.array([value or 0 for value in values], dtype=np.int64)
    if kind == "real":
        return np.array([np.nan if v is None else v for v in values], dtype=np.float64)
    if kind == "boolean":
        return np.array([bool(value) for value in values], dtype=bool)
    if kind == "date":
        return np.array([value or "NaT" for value in values], dtype="datetime64[D]")
    if kind == "datetime":
        return np.array([_utc(value) for value in values], dtype="datetime64[ms]")
    return np.array(values, dtype=object)


def _utc(value: dt.datetime | None) -> Any:
    if value is None:
        return "NaT"
    return value.astimezone(dt.UTC).replace(tzinfo=None) if value.tzinfo else value
