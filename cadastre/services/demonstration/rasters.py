"""Register the rasters of the demonstration, and take them out again."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from cadastre.config import Settings
from cadastre.models import Raster
from cadastre.services.demonstration.sources import read_description
from cadastre.services.rasters import RasterRequest, add_raster, remove_raster


def load_rasters(session: Session, settings: Settings, folder: Path) -> int:
    """Register what ``rasters.yaml`` describes; a key that an office took is left alone."""
    used = select(Raster.key).where(Raster.removed_at.is_(None))
    taken = set(session.scalars(used))
    wanted = [one for one in read_description(folder, "rasters") if one["key"] not in taken]
    for one in wanted:
        request = RasterRequest(
            **{**one, "file": folder / one["file"], "is_demonstration": True}
        )
        add_raster(session, settings, request)
    return len(wanted)


def clear_rasters(session: Session, settings: Settings) -> None:
    """Take out the rasters that came with the demonstration."""
    ours = select(Raster.key).where(Raster.removed_at.is_(None), Raster.is_demonstration)
    for key in list(session.scalars(ours)):
        remove_raster(session, settings, key)
