"""Read and write files. GDAL is opened only here, with pinned drivers, for uploads in a jail."""

from __future__ import annotations

from cadastre.exchange.read.perimeters import read_perimeters

__all__ = ["read_perimeters"]
