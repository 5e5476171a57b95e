"""Rasters are registered, replaced and taken out on the record; their figures follow the ground."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from geoalchemy2.shape import from_shape
from shapely.geometry import MultiPolygon
from sqlalchemy import select
from sqlalchemy.orm import Session

from cadastre.config import Settings, read_settings
from cadastre.errors import NotFound, UnusableInput
from cadastre.exchange.rasters import Readers
from cadastre.models import JournalEntry, Parcel, Raster, RasterReading
from cadastre.queries.asof import as_of
from cadastre.queries.rasters import rasters_for
from cadastre.queries.visibility import ANYBODY, Classification, Viewer
from cadastre.services.rasters import (
    add_raster,
    figures_of,
    keep_figures,
    rasters_folder,
    remove_raster,
)
from cadastre.services.rasters.figures import ground_at, said_figures
from tests.factories import make_title, square
from tests.rasters import request_of, write_raster


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return replace(read_settings({}), home=tmp_path)


@pytest.fixture
def readers(settings: Settings) -> Iterator[Readers]:
    readers = Readers(rasters_folder(settings), 1)
    yield readers
    readers.close()


@pytest.fixture
def heights(tmp_path: Path) -> Path:
    return write_raster(tmp_path / "h.tif", np.arange(16, dtype="int16").reshape(4, 4))


def test_a_raster_is_added_replaced_and_removed(
    session: Session, settings: Settings, heights: Path, tmp_path: Path
) -> None:
    first = add_raster(session, settings, request_of(heights))
    folder = rasters_folder(settings)
    assert (folder / f"{first.sha256}.tif").is_file()
    newer = write_raster(tmp_path / "n.tif", np.full((4, 4), 5, "int16"))
    second = add_raster(session, settings, request_of(newer))
    assert [one.id for one in rasters_for(session, ANYBODY)] == [second.id]
    assert [path.stem for path in folder.glob("*.tif")] == [second.sha256]
    remove_raster(session, settings, "altitude")
    assert rasters_for(session, ANYBODY) == []
    assert not list(folder.glob("*"))
    assert session.get(Raster, first.id) is not None
    journal = select(JournalEntry).where(JournalEntry.subject == "raster")
    told = session.scalars(journal.order_by(JournalEntry.id)).all()
    assert [one.action for one in told] == ["raster.add", "raster.add", "raster.remove"]
    assert told[1].facts["replaces"] == first.sha256
    with pytest.raises(NotFound):
        remove_raster(session, settings, "altitude")


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"key": "../etc"}, "rasters.bad-key"),
        ({"kind": "weather"}, "rasters.unknown-kind"),
        ({"classification": "secret"}, "rasters.unknown-class"),
        ({"licence": " "}, "rasters.no-licence"),
        ({"points": ((0, 0, 0, 0),) * 3}, "rasters.no-crs"),
    ],
)
def test_a_request_that_is_not_whole_is_refused(
    session: Session, settings: Settings, heights: Path, more: dict, code: str
) -> None:
    with pytest.raises(UnusableInput) as refusal:
        add_raster(session, settings, request_of(heights, **more))
    assert refusal.value.code == code


def test_figures_are_stored_and_follow_the_ground(
    session: Session, settings: Settings, heights: Path, readers: Readers
) -> None:
    """A parcel put right, and a raster replaced, never show what was worked out before."""
    add_raster(session, settings, request_of(heights))
    title = make_title(session, square(0.05, 8.85), number="PR-1")
    at = as_of(None, "UTC")
    ground = ground_at(session, "titles", "PR-1", at, ANYBODY)
    (fresh,) = figures_of(session, readers, ground, ANYBODY)
    assert (fresh["minimum"], fresh["maximum"], fresh["cells"]) == (0, 5, 4)
    last, stored = keep_figures(session, readers, 0)
    assert stored == 1
    assert keep_figures(session, readers, 0) == (last, 0)
    (kept,) = figures_of(session, Readers(Path("/nowhere"), 0), ground, ANYBODY)
    assert kept == fresh
    parcel = session.scalars(select(Parcel).where(Parcel.title_id == title.id)).one()
    parcel.geom = from_shape(MultiPolygon([square(0.25, 8.65)]), 4326)
    session.flush()
    moved = ground_at(session, "titles", "PR-1", at, ANYBODY)
    (after,) = figures_of(session, readers, moved, ANYBODY)
    assert after["minimum"] == 10
    assert keep_figures(session, readers, 0)[1] == 1


def test_what_is_internal_does_not_exist_for_others(
    session: Session, settings: Settings, heights: Path, readers: Readers
) -> None:
    add_raster(session, settings, request_of(heights, classification="internal"))
    assert rasters_for(session, ANYBODY) == []
    assert figures_of(session, readers, square(0.05, 8.85), ANYBODY) == []
    office = Viewer(Classification.INTERNAL)
    assert len(figures_of(session, readers, square(0.05, 8.85), office)) == 1


def test_classes_have_names_and_shares(
    session: Session, settings: Settings, readers: Readers, tmp_path: Path
) -> None:
    source = write_raster(tmp_path / "c.tif", np.array([[10, 10], [20, 30]], "uint8"))
    names = tmp_path / "classes.yaml"
    names.write_text('10: {fr: Forêt, en: Forest, colour: "#2e6b3a"}\n20: Savane\n', "utf-8")
    wanted = request_of(source, key="sol", kind="land-cover", classes=names)
    add_raster(session, settings, wanted)
    (found,) = figures_of(session, readers, square(0.0, 8.8, 0.2), ANYBODY)
    told = said_figures(found, "en")["classes"]
    assert [(one["name"], round(one["share"], 2)) for one in told] == [
        ("Forest", 0.5), ("Savane", 0.25), ("30", 0.25),
    ]  # fmt: skip
    assert told[0]["colour"] == "#2e6b3a"
    names.write_text("forest: 10", "utf-8")
    with pytest.raises(UnusableInput):
        add_raster(session, settings, wanted)


def test_a_reader_that_does_not_answer_holds_nothing_up(
    session: Session, settings: Settings, heights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cadastre.exchange.rasters.readers.PATIENCE_SECONDS", 0.01)
    add_raster(session, settings, request_of(heights))
    busy = Readers(rasters_folder(settings), 0)
    (told,) = figures_of(session, busy, square(0.05, 8.85), ANYBODY)
    assert said_figures(told, "fr")["problem"].startswith("Les lecteurs")
    assert session.scalars(select(RasterReading)).all() == []
