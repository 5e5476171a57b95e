"""Stream a whole layer out of the jail as Arrow batches, for the operator's imports."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
from pyproj import CRS

from cadastre.exchange.worker import drivers
from cadastre.exchange.worker.drivers import pyogrio

STYLES = "layer_styles"  # how QGIS draws the layers of a GeoPackage; no layer itself
CSV_OPTIONS = {
    "X_POSSIBLE_NAMES": "lon,longitude,long,lng,x,easting",
    "Y_POSSIBLE_NAMES": "lat,latitude,y,northing",
    "GEOM_POSSIBLE_NAMES": "wkt,geom,geometry,the_geom,geom_wkt,wkt_geom",
    "KEEP_GEOM_COLUMNS": "NO",
    "AUTODETECT_TYPE": "YES",
}


def prepare(order: dict[str, Any]) -> None:
    """Pin the driver and open the table of coordinate systems while it can still be reached."""
    drivers.pin(order["driver"])
    CRS.from_epsg(4326).to_authority()


def run(order: dict[str, Any], folder: Path, out: BinaryIO) -> None:
    """Answer the list of layers, or the features of one as an Arrow stream."""
    path = str(folder / order["file"])
    is_drawn = order["driver"] == "CSV" and not order.get("as_table")
    options = CSV_OPTIONS if is_drawn else {}
    if order["task"] == "layers":
        layers = [
            {
                "name": str(name),
                "geometry": kind,
                "features": _count(path, str(name), options),
            }
            for name, kind in pyogrio.list_layers(path)
            if name != STYLES
        ]
        out.write(json.dumps({"layers": layers, "held": order["held"]}).encode())
        return
    with pyogrio.raw.open_arrow(
        path, layer=order.get("layer"), encoding=order.get("encoding"),
        use_pyarrow=True, batch_size=5_000, **options,
    ) as (meta, reader):
        facts = {
            "crs": meta["crs"] or "",
            "geometry_column": meta["geometry_name"] or "wkb_geometry",
            "geometry_type": meta["geometry_type"] or "",
        }
        schema = reader.schema.with_metadata(facts)
        with pa.ipc.new_stream(out, schema) as writer:
            for batch in reader:
                writer.write_batch(batch.replace_schema_metadata(facts))


def _count(path: str, layer: str, options: dict[str, str]) -> int:
    """Count features, one by one where the format does not say (MIF)."""
    found = pyogrio.read_info(path, layer=layer, force_feature_count=True, **options)
    return int(found["features"])
