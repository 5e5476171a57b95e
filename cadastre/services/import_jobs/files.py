"""Lend a file that was sent as a file on the disk, for the jailed reader."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from cadastre.exchange.layers import (
    DRIVERS,
    SENT,
    Batch,
    LayerInfo,
    encoding_of,
    list_layers,
    read_layer,
)
from cadastre.models import ImportJob, StoredFile

SHOWN_ROWS = 8
SHOWN_CHARACTERS = 80
LONGEST_NAME = 120
SUFFIXES = tuple(DRIVERS)


@contextlib.contextmanager
def lent(content: bytes, filename: str) -> Iterator[Path]:
    """Write bytes under a plain name in a folder of their own, and take it away again."""
    with tempfile.TemporaryDirectory(prefix="cadastre-import-") as folder:
        path = Path(folder) / plain_name(filename)
        path.write_bytes(content)
        yield path


@contextlib.contextmanager
def lent_of(session: Session, job: ImportJob) -> Iterator[Path]:
    """Lend the file of an import, as it was sent."""
    kept = session.get_one(StoredFile, job.sha256)
    with lent(kept.content, job.filename) as path:
        yield path


def plain_name(filename: str) -> str:
    """Keep of a name what is safe on a disk and in a report: no folder, no control character."""
    last = filename.replace("\\", "/").rpartition("/")[2]
    shown = "".join(sign for sign in last if sign.isprintable()).lstrip(".")
    return shown[-LONGEST_NAME:] or "file"


def look_at(path: Path, layer: str | None) -> dict[str, Any]:
    """Say what a file holds: layers, fields with samples, system, encoding; for the preview.

    Raises
    ------
    UnusableInput, TooLarge
        What the reader refuses.
    """
    layers = list_layers(path, SENT)
    chosen = layer if layer is not None else (layers[0].name if layers else None)
    batches = read_layer(path, layer=chosen if len(layers) > 1 else None, trust=SENT)
    first = next(batches, Batch([], [], None))
    encoding, found = encoding_of(path, chosen, SENT)
    rows = [
        {name: _shown(value) for name, value in cells.items()}
        for cells in islice(first.attributes, SHOWN_ROWS)
    ]
    return {
        "layers": [_layer_json(one) for one in layers],
        "layer": chosen,
        "fields": list(first.attributes[0]) if first.attributes else [],
        "rows": rows,
        "crs": first.crs,
        "has_geometry": any(shape is not None for shape in first.geometries),
        "encoding": encoding,
        "encoding_found": found,
    }


def _layer_json(layer: LayerInfo) -> dict[str, Any]:
    return {"name": layer.name, "geometry": layer.geometry, "features": layer.features}


def _shown(value: Any) -> str:
    return "" if value is None else str(value).replace("\0", "")[:SHOWN_CHARACTERS]
