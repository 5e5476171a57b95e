"""Write a GeoPackage: one layer, any mix of geometries, types and accents kept."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from cadastre.exchange.write.ogr import common_kind, write_layer
from cadastre.exchange.write.records import FeatureRecord, FieldSpec, Metadata, reproject
from cadastre.geometry import crs as systems


def write(
    records: Iterable[FeatureRecord], fields: Sequence[FieldSpec], crs: str, metadata: Metadata
) -> bytes:
    """Give the bytes of a GeoPackage with the identifier as first column."""
    moved = list(reproject(records, crs))
    rows = [FeatureRecord(r.id, r.geometry, {**r.values, "cadastre_id": r.id}) for r in moved]
    columns = [(each.name, each) for each in (FieldSpec("cadastre_id"), *fields)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "export.gpkg"
        write_layer(
            path, rows, columns, driver="GPKG", crs=systems.normalise(crs),
            kind=common_kind(rows), layer=metadata.collection,
        )
        return path.read_bytes()
