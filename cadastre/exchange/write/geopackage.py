"""Write a GeoPackage: one layer, any mix of geometries, types and accents kept."""

from __future__ import annotations

import contextlib
import sqlite3
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from cadastre.exchange.write.ogr import common_kind, write_layer
from cadastre.exchange.write.qgis import CATEGORY, KINDS, style_qml
from cadastre.exchange.write.records import FeatureRecord, FieldSpec, Metadata, reproject
from cadastre.geometry import crs as systems


def write(
    records: Iterable[FeatureRecord], fields: Sequence[FieldSpec], crs: str, metadata: Metadata
) -> bytes:
    """Give the bytes of a GeoPackage with the identifier as first column, and its styles."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "export.gpkg"
        add_layer(path, records, fields, crs, metadata)
        return path.read_bytes()


def add_layer(
    path: Path,
    records: Iterable[FeatureRecord],
    fields: Sequence[FieldSpec],
    crs: str,
    metadata: Metadata,
) -> str:
    """Add a layer to a GeoPackage, made if it is not there; give the kind of its geometries."""
    moved = list(reproject(records, crs))
    rows = [FeatureRecord(r.id, r.geometry, {**r.values, "cadastre_id": r.id}) for r in moved]
    columns = [(each.name, each) for each in (FieldSpec("cadastre_id"), *fields)]
    kind = common_kind(rows)
    write_layer(
        path, rows, columns, driver="GPKG", crs=systems.normalise(crs), kind=kind,
        layer=metadata.collection,
    )
    _keep_style(path, rows, kind.removeprefix("Multi"), metadata)
    return kind


def _keep_style(
    path: Path, rows: Sequence[FeatureRecord], kind: str, metadata: Metadata
) -> None:
    """Write the style into ``layer_styles``, where QGIS looks for a layer's default."""
    if kind not in KINDS:
        return  # one style cannot draw points and areas
    by = CATEGORY.get(metadata.collection)
    values = [row.values.get(by or "") for row in rows]
    found = sorted({str(value) for value in values if value is not None})
    labels = {value: metadata.labels.get(value, value) for value in found}
    qml = style_qml(metadata.collection, kind, labels)
    with contextlib.closing(sqlite3.connect(path)) as base, base:
        base.execute(
            "CREATE TABLE IF NOT EXISTS layer_styles ("
            "id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT(256),"
            " f_table_schema TEXT(256), f_table_name TEXT(256), f_geometry_column TEXT(256),"
            " styleName TEXT(30), styleQML TEXT, styleSLD TEXT, useAsDefault BOOLEAN,"
            " description TEXT, owner TEXT(30), ui TEXT(30),"
            " update_time DATETIME DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')))"
        )
        base.execute(
            "INSERT OR IGNORE INTO gpkg_contents (table_name, data_type, identifier)"
            " VALUES ('layer_styles', 'attributes', 'layer_styles')"
        )
        base.execute(
            "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name,"
            " f_geometry_column, styleName, styleQML, styleSLD, useAsDefault, description, owner)"
            " SELECT '', '', table_name, column_name, ?, ?, '', 1, ?, ''"
            " FROM gpkg_geometry_columns WHERE table_name = ?",
            (metadata.collection[:30], qml, metadata.collection, metadata.collection),
        )
