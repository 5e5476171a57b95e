"""Say where rasters are kept, and hand out the workers that read them there."""

from __future__ import annotations

import atexit
from functools import cache
from pathlib import Path

from cadastre.config import Settings
from cadastre.exchange.rasters import Readers


def rasters_folder(settings: Settings) -> Path:
    """Give the folder of registered rasters, beside the database's."""
    return settings.home / "rasters"


@cache
def readers_of(folder: Path) -> Readers:
    """Give this process' workers for a folder; they start when first asked."""
    readers = Readers(folder)
    atexit.register(readers.close)
    return readers
