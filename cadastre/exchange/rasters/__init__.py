"""Take in rasters through the jail, and read the registered ones through a few kept workers."""

from __future__ import annotations

from cadastre.exchange.rasters.convert import Converted, convert
from cadastre.exchange.rasters.readers import Readers

__all__ = ["Converted", "Readers", "convert"]
