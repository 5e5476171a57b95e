"""Read what describes the demonstration from ``data/demonstration``."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from cadastre.errors import NotAvailable

FRAME = "togo_frame.geojson"


def read_description(folder: Path, name: str) -> Any:
    """Read one YAML file of the demonstration.

    Raises
    ------
    NotAvailable
        ``demonstration.no-data``: the file is missing.
    """
    path = folder / f"{name}.yaml"
    if not path.is_file():
        raise NotAvailable("demonstration.no-data", where=str(path))
    return yaml.safe_load(path.read_text("utf-8"))


@cache
def read_frame(folder: Path) -> dict[str, list[dict[str, Any]]]:
    """Read the reference layers: layer name to GeoJSON features, EPSG:4326, longitude first.

    Raises
    ------
    NotAvailable
        ``demonstration.no-data``: the file is missing.
    """
    path = folder / FRAME
    if not path.is_file():
        raise NotAvailable("demonstration.no-data", where=str(path))
    layers: dict[str, list[dict[str, Any]]] = {}
    for feature in json.loads(path.read_text("utf-8"))["features"]:
        layers.setdefault(feature["properties"]["layer"], []).append(feature)
    return layers


def digest(folder: Path, code: Path) -> str:
    """Sum up data and code of the demonstration: the same sum makes the same register."""
    total = hashlib.sha256()
    for path in sorted(folder.glob("*.*")) + sorted(code.glob("*.py")):
        total.update(path.name.encode())
        total.update(path.read_bytes())
    return total.hexdigest()[:16]
