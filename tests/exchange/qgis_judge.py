"""Open files as QGIS does and print what it sees, as JSON; run by the Python QGIS is built for.

Arguments: ``PROVIDER SOURCE`` pairs, such as ``ogr titles.gpkg`` or ``OAPIF "url='…' …"``.
"""

from __future__ import annotations

import json
import os
import sys

from qgis.core import QgsApplication, QgsProject, QgsVectorLayer, QgsVectorTileLayer


def value_of(value):
    """Give a value as JSON has it; QGIS says NULL with a variant of its own."""
    if hasattr(value, "isNull") and value.isNull():
        return None
    if hasattr(value, "toPyDateTime"):
        return value.toPyDateTime().isoformat()
    if hasattr(value, "toPyDate"):
        return value.toPyDate().isoformat()
    return value.value() if hasattr(value, "value") else value


def tile_layer(source):
    """Tell of a layer of vector tiles whether it stands, and where."""
    layer = QgsVectorTileLayer(source, "tiles")
    return {"valid": layer.isValid(), "crs": layer.crs().authid(), "zoom": layer.sourceMaxZoom()}


def vector_layer(provider, source):
    """Tell everything of a layer of features."""
    layer = QgsVectorLayer(source, "judged", provider)
    if not layer.isValid():
        return {"valid": False}
    names = [field.name() for field in layer.fields()]
    features = list(layer.getFeatures())
    layer.updateExtents()
    box = layer.extent()
    by = layer.renderer()
    return {
        "valid": True,
        "labels": [each.label() for each in by.categories()] if hasattr(by, "categories") else [],
        "crs": layer.crs().authid(),
        "count": len(features),
        "fields": {field.name(): field.typeName() for field in layer.fields()},
        "rows": [
            dict(zip(names, map(value_of, each.attributes()), strict=True)) for each in features
        ],
        "sound": [each.geometry().isGeosValid() for each in features],
        "wkt": [each.geometry().asWkt(9) for each in features],
        "extent": [box.xMinimum(), box.yMinimum(), box.xMaximum(), box.yMaximum()],
    }


def project(source):
    """Tell of a project its layers, how each is drawn, and its relations."""
    opened = QgsProject.instance()
    is_read = opened.read(source)
    layers = {}
    for name, layer in opened.mapLayers().items():
        by = layer.renderer() if layer.isValid() else None
        drawn = by.categories() if hasattr(by, "categories") else []
        layers[name] = {
            "valid": layer.isValid(), "title": layer.name(), "count": layer.featureCount(),
            "read": len(list(layer.getFeatures())) if layer.isValid() else 0,
            "labels": [each.label() for each in drawn],
            "aliases": [layer.attributeAlias(n) for n in range(layer.fields().count())],
        }
    relations = {
        key: each.isValid() for key, each in opened.relationManager().relations().items()
    }
    return {"valid": is_read, "title": opened.title(), "layers": layers, "relations": relations}


def judge(provider, source):
    """Open one source."""
    if provider == "project":
        return project(source)
    is_tiles = provider == "vectortiles"
    return tile_layer(source) if is_tiles else vector_layer(provider, source)


QgsApplication.setPrefixPath("/usr", True)
qgis = QgsApplication([], False)
qgis.initQgis()
told = [judge(*pair) for pair in zip(sys.argv[1::2], sys.argv[2::2], strict=True)]
print(json.dumps(told), flush=True)
os._exit(0)  # QGIS without a screen may crash while it takes itself apart
