"""Register a raster, replace it by a newer one, take it out."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from cadastre.config import Settings
from cadastre.errors import NotFound, UnusableInput
from cadastre.exchange.rasters import convert
from cadastre.exchange.rasters.convert import Point
from cadastre.models import JournalEntry, Raster, RasterReading
from cadastre.services.rasters.legend import (
    class_colours,
    legend_of,
    raster_kinds,
    read_classes,
)
from cadastre.services.rasters.place import rasters_folder
from cadastre.vocabulary import Language

KEY = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")
CLASSES = ("public", "internal")
ADD, REMOVE = "raster.add", "raster.remove"


@dataclass(frozen=True, slots=True)
class RasterRequest:
    """What somebody wants registered: the file, what it is, whose it is and who may see it.

    ``name`` is by language; ``points`` are column, row, x and y in ``crs`` for a scan.
    """

    file: Path
    key: str
    kind: str
    name: dict[str, str]
    licence: str
    attribution: str
    classification: str = "public"
    unit: str | None = None
    classes: Path | None = None
    band: int = 1
    crs: str | None = None
    nodata: float | None = None
    points: tuple[Point, ...] = ()
    is_demonstration: bool = False
    names: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        """Say the name in every language: one that is missing takes another's words."""
        spoken = next(iter(self.name.values()), self.key)
        object.__setattr__(
            self, "names", {one.value: self.name.get(one.value, spoken) for one in Language}
        )


def add_raster(session: Session, settings: Settings, wanted: RasterRequest) -> Raster:
    """Convert a raster and register it; one of the same key is replaced.

    Raises
    ------
    UnusableInput
        What is wrong with the request or the file.
    """
    kinds = raster_kinds(settings)
    _check(wanted, kinds)
    kind = kinds[wanted.kind]
    classes = read_classes(wanted.classes) if wanted.classes else {}
    measure = "classes" if classes else kind["measure"]
    made = convert(
        wanted.file, rasters_folder(settings), measure=measure, band=wanted.band, crs=wanted.crs,
        nodata=wanted.nodata, points=wanted.points,
    )  # fmt: skip
    older = _in_use(session, wanted.key)
    if older is not None:
        _take_out(session, older)
    facts = {name: value for name, value in made.facts.items() if name != "held"}
    raster = Raster(
        key=wanted.key, kind=wanted.kind, measure=measure, name=wanted.names,
        unit=wanted.unit or kind.get("unit"), licence=wanted.licence,
        attribution=wanted.attribution, classification=wanted.classification,
        legend=legend_of(measure, kind, facts, classes, class_colours(settings)),
        about=facts, sha256=made.sha256, source_sha256=made.source_sha256,
        is_demonstration=wanted.is_demonstration,
    )  # fmt: skip
    session.add(raster)
    session.flush()
    told = {"sha256": made.source_sha256, "replaces": older.sha256 if older else None}
    session.add(_entry(ADD, raster, **told))
    if older is not None:
        _forget_file(session, settings, older)
    return raster


def remove_raster(session: Session, settings: Settings, key: str) -> Raster:
    """Take a raster out of use, with its figures and its file; the journal keeps that it was.

    Raises
    ------
    NotFound
        ``rasters.unknown``.
    """
    raster = _in_use(session, key)
    if raster is None:
        raise NotFound("rasters.unknown", where=key[:60])
    _take_out(session, raster)
    session.add(_entry(REMOVE, raster, sha256=raster.source_sha256))
    session.flush()
    _forget_file(session, settings, raster)
    return raster


def _check(wanted: RasterRequest, kinds: dict[str, dict[str, Any]]) -> None:
    if not KEY.fullmatch(wanted.key):
        raise UnusableInput("rasters.bad-key", where=wanted.key[:60])
    if wanted.kind not in kinds:
        raise UnusableInput("rasters.unknown-kind", where=wanted.kind[:60], known=", ".join(kinds))
    if wanted.classification not in CLASSES:
        raise UnusableInput(
            "rasters.unknown-class", where=wanted.classification[:60], known=", ".join(CLASSES)
        )
    if not wanted.licence.strip() or not wanted.attribution.strip():
        raise UnusableInput("rasters.no-licence", where=wanted.key)
    if wanted.points and not wanted.crs:
        raise UnusableInput("rasters.no-crs", where=wanted.key)


def _in_use(session: Session, key: str) -> Raster | None:
    query = select(Raster).where(Raster.key == key, Raster.removed_at.is_(None))
    return session.scalars(query.with_for_update()).first()


def _take_out(session: Session, raster: Raster) -> None:
    raster.removed_at = dt.datetime.now(dt.UTC)
    session.execute(delete(RasterReading).where(RasterReading.raster_id == raster.id))
    session.flush()


def _forget_file(session: Session, settings: Settings, raster: Raster) -> None:
    """Remove the bytes, unless another raster in use has the same."""
    query = select(func.count()).where(
        Raster.sha256 == raster.sha256, Raster.removed_at.is_(None)
    )
    if not session.scalar(query):
        (rasters_folder(settings) / f"{raster.sha256}.tif").unlink(missing_ok=True)


def _entry(action: str, raster: Raster, **facts: Any) -> JournalEntry:
    told = {"kind": raster.kind, "licence": raster.licence, **facts}
    return JournalEntry(
        action=action, subject="raster", subject_id=raster.key, by_rule=raster.is_demonstration,
        facts=told,
    )  # fmt: skip
