"""Copy the files of registered rasters into a backup, and bring them back."""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from cadastre.config import Settings
from cadastre.errors import NotAvailable
from cadastre.models import Raster
from cadastre.services.rasters import rasters_folder

RASTERS = "rasters"


def write_rasters(session: Session, settings: Settings, folder: Path) -> int:
    """Copy the file of each raster in use under its hash; returns how many.

    Raises
    ------
    NotAvailable
        ``backup.raster-altered``: a file that is missing or no longer has its hash.
    """
    used = session.execute(select(Raster.sha256, Raster.key).where(Raster.removed_at.is_(None)))
    names = {one.sha256: one.key for one in used}
    if names:
        (folder / RASTERS).mkdir()
    for name, key in sorted(names.items()):
        target = folder / RASTERS / f"{name}.tif"
        try:
            shutil.copyfile(rasters_folder(settings) / target.name, target)
        except OSError:
            raise NotAvailable("backup.raster-altered", where=key) from None
        with target.open("rb") as stream:
            if hashlib.file_digest(stream, "sha256").hexdigest() != name:
                raise NotAvailable("backup.raster-altered", where=key)
    return len(names)


def bring_rasters_back(folder: Path, settings: Settings) -> None:
    """Put the files of a backup where a deployment looks for them; what is there stays."""
    place = rasters_folder(settings)
    for file in sorted((folder / RASTERS).glob("*.tif")):
        place.mkdir(parents=True, exist_ok=True, mode=0o755)
        target = place / file.name
        if not target.exists():
            unfinished = target.with_suffix(f".{os.getpid()}.part")
            shutil.copyfile(file, unfinished)
            unfinished.replace(target)
