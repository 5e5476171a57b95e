"""Rasters come in through the jail as files of ours; figures are those of a slow count."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import rasterio
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from pyproj import Geod, Transformer
from rasterio.io import MemoryFile

from cadastre.errors import CadastreError, NotAvailable, TooLarge, UnusableInput
from cadastre.exchange.rasters import Readers, convert
from cadastre.exchange.worker.zonal import figures
from tests.rasters import placed, write_raster

VRT = b"""<VRTDataset rasterXSize="1" rasterYSize="1"><VRTRasterBand dataType="Byte" band="1">
<SimpleSource><SourceFilename>/vsicurl/http://localhost/x.tif</SourceFilename></SimpleSource>
</VRTRasterBand></VRTDataset>"""
GEOD = Geod(ellps="WGS84")


@pytest.fixture(scope="module")
def heights(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Convert a raster of 4 × 3 heights, one of them unknown: the folder, and the file's name."""
    folder = tmp_path_factory.mktemp("rasters")
    values = np.arange(12, dtype="int16").reshape(3, 4)
    values[0, 0] = -9999
    source = write_raster(folder / "in.tif", values, nodata=-9999)
    made = convert(source, folder / "kept", measure="values")
    assert made.facts["minimum"] == 1
    assert made.facts["maximum"] == 11
    assert made.facts["crs"] == "EPSG:4326"
    assert made.facts["bounds"] == pytest.approx([0.0, 8.7, 0.4, 9.0])
    assert "no-new-privileges" in made.facts["held"]
    return folder / "kept", made.path.name


def test_what_is_kept_is_ours(heights: tuple[Path, str]) -> None:
    folder, name = heights
    with rasterio.open(folder / name) as kept:
        assert kept.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert "SENDER" not in kept.tags()
        assert kept.read(1, masked=True).mask.sum() == 1


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (VRT, "rasters.not-a-raster"),
        (b"GIF89a", "rasters.not-a-raster"),
        (b"", "rasters.not-a-raster"),
        (b"II*\x00" + b"\xff" * 200, "exchange.unreadable"),
        (b"\x89PNG\r\n\x1a\n", "rasters.not-a-raster"),  # a picture has no heights
    ],
)
def test_what_is_no_raster_is_refused(content: bytes, code: str, tmp_path: Path) -> None:
    source = tmp_path / "a.tif"
    source.write_bytes(content)
    with pytest.raises(UnusableInput) as refusal:
        convert(source, tmp_path / "kept", measure="values")
    assert refusal.value.code == code
    assert not list((tmp_path / "kept").glob("*")) if (tmp_path / "kept").exists() else True


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
@pytest.mark.parametrize(
    ("made", "asked", "code"),
    [
        ({"crs": None}, {}, "rasters.no-crs"),
        ({"affine": rasterio.Affine.identity()}, {}, "rasters.no-place"),
        ({}, {"crs": "EPSG:0"}, "rasters.unknown-crs"),
        ({}, {"band": 2}, "rasters.no-such-band"),
        ({"nodata": 7}, {}, "rasters.empty"),
        ({"north": 1000.0}, {}, "rasters.out-of-world"),
    ],
)
def test_what_cannot_be_placed_or_read_is_said(
    made: dict, asked: dict, code: str, tmp_path: Path
) -> None:
    source = write_raster(tmp_path / "a.tif", np.full((2, 2), 7, "uint8"), **made)
    with pytest.raises(CadastreError) as refusal:
        convert(source, tmp_path, measure="values", **asked)
    assert refusal.value.code == code


def test_a_raster_has_a_most_of_cells(tmp_path: Path) -> None:
    """A file of a few kilobytes may claim any size: what it claims is looked at first."""
    source = tmp_path / "bomb.tif"
    with rasterio.open(
        source, "w", driver="GTiff", count=1, width=60_000, height=60_000, dtype="uint8",
        crs="EPSG:4326", transform=placed(0, 9, 1e-5), sparse_ok=True, tiled=True,
        compress="DEFLATE",
    ):
        pass
    with pytest.raises(TooLarge) as refusal:
        convert(source, tmp_path, measure="values")
    assert refusal.value.code == "rasters.too-many-cells"


def test_a_scan_is_placed_by_its_corner_points(tmp_path: Path) -> None:
    scan = tmp_path / "scan.png"
    Image.new("RGB", (200, 100), "#c9985b").save(scan)
    corners = [(0, 0, 0.5, 8.5), (200, 0, 0.7, 8.5), (200, 100, 0.7, 8.4), (0, 100, 0.5, 8.4)]
    made = convert(scan, tmp_path, measure="image", crs="EPSG:4326", points=corners)
    assert made.facts["bounds"] == pytest.approx([0.5, 8.4, 0.7, 8.5])
    assert made.facts["residual_m"] == pytest.approx(0, abs=0.01)
    moved = [*corners[:3], (0, 100, 0.51, 8.4)]  # one corner a kilometre off
    told = convert(scan, tmp_path, measure="image", crs="EPSG:4326", points=moved)
    assert 100 < told.facts["residual_m"] < 1000
    in_line = [(place, place, 0.5 + place, 8.0) for place in (0, 1, 2)]
    with pytest.raises(UnusableInput):
        convert(scan, tmp_path, measure="image", crs="EPSG:4326", points=in_line)


def test_readers_answer_and_are_replaced(heights: tuple[Path, str]) -> None:
    folder, name = heights
    readers = Readers(folder, 1)
    try:
        told = readers.figures(name, shapely.box(0.1, 8.7, 0.4, 9.0), "values")
        assert (told["minimum"], told["maximum"], told["cells"]) == (1, 11, 9)
        box = (0.0, 970_000.0, 40_000.0, 1_006_000.0)
        look = {"measure": "values", "range": [1, 11], "palette": ["#000000", "#ffffff"]}
        assert readers.tile(name, box, look).startswith(b"\x89PNG")
        with pytest.raises(UnusableInput):
            readers.figures("../in.tif", shapely.box(0, 8, 1, 9), "values")  # outside the folder
        worker = readers._free.get()
        assert {"no-new-privileges"} <= set(worker.held)
        worker.process.kill()
        worker.process.wait()
        readers._free.put(worker)
        assert readers.figures(name, shapely.box(0.1, 8.7, 0.4, 9.0), "values") == told
    finally:
        readers.close()


def test_a_busy_reader_is_said(heights: tuple[Path, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cadastre.exchange.rasters.readers.PATIENCE_SECONDS", 0.01)
    with pytest.raises(NotAvailable):
        Readers(heights[0], 0).figures(heights[1], shapely.box(0, 8, 1, 9), "values")


CORNER = st.tuples(st.floats(-0.1, 0.6), st.floats(8.5, 9.1))


@st.composite
def grounds(draw: st.DrawFn):
    """Draw a sound area over and beside a small raster."""
    ground = shapely.make_valid(shapely.Polygon(draw(st.lists(CORNER, min_size=3, max_size=6))))
    parts = [part for part in shapely.get_parts(ground) if part.geom_type == "Polygon"]
    return shapely.union_all(parts)


@settings(max_examples=60, deadline=None)
@given(grounds(), st.lists(st.integers(0, 5), min_size=12, max_size=12), st.booleans())
def test_figures_are_those_of_a_count_cell_by_cell(ground, values: list[int], metres: bool) -> None:
    """The oracle asks GEOS for each cell, and the ellipsoid for the area of each piece."""
    array = np.array(values, dtype="uint8").reshape(3, 4)
    crs = "EPSG:32631" if metres else "EPSG:4326"
    affine = placed(170_000, 996_000, 11_000) if metres else placed(0, 9, 0.1)
    move = Transformer.from_crs(4326, crs, always_xy=True)
    followed = shapely.segmentize(ground, 0.005) if metres else ground
    moved = shapely.transform(
        followed, lambda at: np.column_stack(move.transform(at[:, 0], at[:, 1]))
    )
    weights, held, parts = [], [], []
    for row in range(3):
        for column in range(4):
            if array[row, column] == 0:
                continue
            side = affine.a
            west, north = affine.c + side * column, affine.f - side * row
            piece = shapely.box(west, north - side, west + side, north).intersection(moved)
            if piece.area / side**2 > 1e-9:
                weights.append(_true_area(piece, move) if metres else _true_area(piece, None))
                parts.append(piece.area / side**2)
                held.append(int(array[row, column]))
    with MemoryFile() as memory:
        with memory.open(
            driver="GTiff", count=1, width=4, height=3, dtype="uint8", nodata=0, crs=crs,
            transform=affine,
        ) as made:
            made.write(array, 1)
        with memory.open() as raster:
            told = figures(raster, ground, "counts", 1000)
            classes = figures(raster, ground, "classes", 1000)
    assert told["cells"] == len(held)
    if not held:
        assert "mean" not in told
        return
    assert (told["minimum"], told["maximum"]) == (min(held), max(held))
    assert told["mean"] == pytest.approx(np.average(held, weights=weights), rel=2e-3)
    assert told["total"] == pytest.approx(np.dot(held, parts), rel=1e-6, abs=1e-6)
    areas = sum(one["area_m2"] for one in told["histogram"])
    assert areas == pytest.approx(sum(weights), rel=2e-3, abs=1)
    assert sum(one["share"] for one in classes["classes"]) == pytest.approx(1)
    by_class = {one["value"]: one["area_m2"] for one in classes["classes"]}
    for value in set(held):
        own = sum(w for w, v in zip(weights, held, strict=True) if v == value)
        assert by_class[value] == pytest.approx(own, rel=5e-3, abs=1)


def _true_area(piece, move: Transformer | None) -> float:
    """Measure a piece on the ellipsoid, its sides followed closely."""
    close = shapely.segmentize(piece, 500 if move else 0.005)
    if move is not None:
        close = shapely.transform(
            close,
            lambda at: np.column_stack(move.transform(at[:, 0], at[:, 1], direction="INVERSE")),
        )
    return abs(GEOD.geometry_area_perimeter(close)[0])


def test_the_centre_rule_would_be_wrong() -> None:
    """The control: a narrow ground holds no centre of a cell, and has figures all the same."""
    with MemoryFile() as memory:
        with memory.open(
            driver="GTiff", count=1, width=2, height=1, dtype="uint8", crs="EPSG:4326",
            transform=placed(0, 9, 0.1),
        ) as made:
            made.write(np.array([[10, 20]], "uint8"), 1)
        with memory.open() as raster:
            told = figures(raster, shapely.box(0.09, 8.91, 0.13, 8.92), "values", 1000)
    assert told["mean"] == pytest.approx((1 * 10 + 3 * 20) / 4)
    assert math.isclose(told["covered_share"], 1, rel_tol=1e-4)


def test_a_fine_raster_is_read_at_a_step() -> None:
    with MemoryFile() as memory:
        with memory.open(
            driver="GTiff", count=1, width=100, height=100, dtype="float32", crs="EPSG:4326",
            transform=placed(0, 9, 0.001),
        ) as made:
            made.write(np.full((100, 100), 2.0, "float32"), 1)
        with memory.open() as raster:
            told = figures(raster, shapely.box(0.01, 8.92, 0.09, 8.99), "counts", 500)
            whole = figures(raster, shapely.box(0.01, 8.92, 0.09, 8.99), "counts", 10**6)
    assert told["step"] == 4
    assert told["total"] == pytest.approx(whole["total"])
    assert told["mean"] == whole["mean"] == pytest.approx(2.0)
