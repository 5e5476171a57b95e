"""Have a raster made a file of ours: checked, without its sender's metadata, quick to read."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cadastre.errors import NotAvailable, TooLarge, UnusableInput
from cadastre.exchange.limits import MEGABYTE
from cadastre.exchange.worker.client import Allowance, ask_in, job_folder

FILE_BYTES = 1_000 * MEGABYTE
MOST_CELLS = 400_000_000
ALLOWANCE = Allowance(
    memory_bytes=2_000 * MEGABYTE, cpu_seconds=600, wall_seconds=900.0,
    file_bytes=2 * FILE_BYTES,
)  # fmt: skip
# What the first bytes of a file announce; only scans may be pictures.
DRIVERS = {
    b"II*\x00": "GTiff", b"MM\x00*": "GTiff", b"II+\x00": "GTiff", b"MM\x00+": "GTiff",
    b"\x89PNG": "PNG", b"\xff\xd8\xff": "JPEG",
}  # fmt: skip
MADE, INPUT = "made.tif", "input"
PIECE = 1 << 20
Point = tuple[float, float, float, float]  # column, row, x, y


@dataclass(frozen=True, slots=True)
class Converted:
    """A raster of ours: where it is kept, the hashes of what came and of what was made, facts."""

    path: Path
    source_sha256: str
    sha256: str
    facts: dict[str, Any]


def convert(
    source: Path,
    target: Path,
    *,
    measure: str,
    band: int = 1,
    crs: str | None = None,
    nodata: float | None = None,
    points: Sequence[Point] = (),
    cells: int = MOST_CELLS,
) -> Converted:
    """Make a cloud-optimised GeoTIFF in the folder ``target``, named by the hash of its bytes.

    Parameters
    ----------
    measure
        ``values``, ``counts``, ``classes`` or ``image``.
    points
        Column, row, x and y in ``crs`` of corner points, for a scan without a place.

    Raises
    ------
    UnusableInput
        Not a raster of a known kind, without a system or place, or what the worker refused.
    TooLarge
        More bytes or cells than the caps allow, or it took too long.
    """
    driver = _driver(source, measure)
    target.mkdir(parents=True, exist_ok=True, mode=0o755)
    with job_folder({}) as folder:
        shutil.copyfile(source, folder / INPUT)
        facts = ask_in(
            folder, "raster", ALLOWANCE, driver=driver, measure=measure, band=band, crs=crs,
            nodata=nodata, points=[list(one) for one in points], pixels=cells,
        )
        came, made = _sha256(folder / INPUT), _sha256(folder / MADE)
        path = target / f"{made}.tif"
        _keep(folder / MADE, path)
    return Converted(path, came, made, facts)


def _driver(source: Path, measure: str) -> str:
    try:
        size = source.stat().st_size
        with source.open("rb") as stream:
            first = stream.read(4)
    except OSError as fault:
        reason = fault.strerror or str(fault)
        raise UnusableInput("cli.cannot-open", where=str(source), reason=reason) from None
    if size > FILE_BYTES:
        raise TooLarge("rasters.file-too-large", where=source.name, limit=FILE_BYTES // MEGABYTE)
    found = next((name for mark, name in DRIVERS.items() if first.startswith(mark)), None)
    if found is None or (found != "GTiff" and measure != "image"):
        raise UnusableInput("rasters.not-a-raster", where=source.name)
    return found


def _keep(made: Path, path: Path) -> None:
    """Put a file under its name at once and whole; the same bytes are kept once."""
    unfinished = path.with_suffix(f".{os.getpid()}.part")
    try:
        shutil.copyfile(made, unfinished)
        unfinished.chmod(0o644)
        unfinished.replace(path)
    except OSError as fault:
        unfinished.unlink(missing_ok=True)
        raise NotAvailable("rasters.not-kept", where=str(path), reason=str(fault)) from None


def _sha256(path: Path) -> str:
    total = hashlib.sha256()
    with path.open("rb") as stream:
        while piece := stream.read(PIECE):
            total.update(piece)
    return total.hexdigest()
