"""Make a raster that somebody brings a cloud-optimised GeoTIFF of ours, inside the jail.

What comes out holds numbers, a system and a place: no names of other files, no metadata of the
sender. The file is opened with the one driver that its first bytes announce.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import rasterio
import rasterio.shutil
from pyproj import CRS, Geod, Transformer
from pyproj.exceptions import CRSError
from rasterio.control import GroundControlPoint
from rasterio.transform import from_gcps
from rasterio.windows import Window

from cadastre.errors import TooLarge, UnusableInput
from cadastre.exchange.worker import raster_drivers

INPUT, PLAIN, MADE = "input", "plain.tif", "made.tif"
BLOCK = 512
MOST_CLASSES = 256
LAYERS_OF_AN_IMAGE = 3


def prepare(order: dict[str, Any]) -> None:
    """Leave the announced driver and those that write; open the table of systems."""
    raster_drivers.keep_only({order["driver"], "GTiff", "COG", "MEM"})
    Transformer.from_crs(4326, 32631, always_xy=True).transform(1.0, 8.0)


def run(order: dict[str, Any], folder: Path, out: BinaryIO) -> None:
    """Write ``made.tif`` into the folder and answer what it holds."""
    with rasterio.open(folder / INPUT, driver=order["driver"]) as source:
        _refuse(source, order)
        crs, affine, residual_m = _placed(source, order)
        with rasterio.open(folder / PLAIN, "w", **_profile(source, order, crs, affine)) as plain:
            seen = _copy(source, plain, order)
    is_exact = order["measure"] in ("classes", "image")
    with rasterio.open(folder / PLAIN, driver="GTiff") as plain:
        rasterio.shutil.copy(
            plain, folder / MADE, driver="COG", compress="DEFLATE", blocksize=BLOCK,
            overview_resampling="nearest" if is_exact else "average",
        )
        facts = {**_facts(plain, crs), **seen, "residual_m": residual_m}
    out.write(json.dumps({**facts, "held": order["held"]}, allow_nan=False).encode())


def _refuse(source: Any, order: dict[str, Any]) -> None:
    pixels = source.width * source.height
    if pixels > order["pixels"]:
        raise TooLarge("rasters.too-many-cells", count=pixels, limit=order["pixels"])
    if any(np.dtype(kind).kind == "c" for kind in source.dtypes):
        raise UnusableInput("rasters.complex")
    if order["measure"] != "image" and not 1 <= order["band"] <= source.count:
        raise UnusableInput("rasters.no-such-band", where=str(order["band"]), count=source.count)
    if order["measure"] == "classes" and np.dtype(source.dtypes[order["band"] - 1]).kind == "f":
        raise UnusableInput("rasters.classes-are-whole")


def _placed(source: Any, order: dict[str, Any]) -> tuple[CRS, Any, float | None]:
    """Find the system and place: given corner points, else those of the file."""
    told = order.get("crs") or (source.crs or source.gcps[1] or rasterio.CRS()).to_wkt()
    if not told:
        raise UnusableInput("rasters.no-crs")
    try:
        crs = CRS.from_user_input(told)
    except CRSError:
        raise UnusableInput("rasters.unknown-crs", where=str(told)[:60]) from None
    if not (crs.is_geographic or crs.is_projected):
        raise UnusableInput("rasters.unknown-crs", where=crs.name[:60])
    points = [tuple(one) for one in order.get("points", ())]
    points = points or [(one.col, one.row, one.x, one.y) for one in source.gcps[0]]
    if points:
        return crs, *_fitted(points, crs)
    if source.transform.is_identity:
        raise UnusableInput("rasters.no-place")
    return crs, source.transform, None


def _fitted(points: list[tuple[float, ...]], crs: CRS) -> tuple[Any, float]:
    """Fit column and row to places; tell the mean distance that is left, in metres."""
    affine = from_gcps([GroundControlPoint(row=r, col=c, x=x, y=y) for c, r, x, y in points])
    if not math.isfinite(affine.determinant) or abs(affine.determinant) < 1e-18:
        raise UnusableInput("rasters.points-in-line")
    fitted = [_place(affine, c, r) for c, r, *_ in points]
    return affine, _root_mean_square_m(fitted, [(x, y) for _, _, x, y in points], crs)


def _place(affine: Any, column: float, row: float) -> tuple[float, float]:
    """Give x and y of a place in the raster."""
    a, b, c, d, e, f = tuple(affine)[:6]
    return a * column + b * row + c, d * column + e * row + f


def _root_mean_square_m(first: Any, second: Any, crs: CRS) -> float:
    move = Transformer.from_crs(crs, crs.geodetic_crs or crs, always_xy=True)
    lon, lat = move.transform(*np.array(first).T)
    lon2, lat2 = move.transform(*np.array(second).T)
    geod = crs.get_geod() or Geod(ellps="WGS84")
    *_, apart = geod.inv(lon, lat, lon2, lat2)
    return float(np.sqrt(np.mean(np.square(apart))))


def _profile(source: Any, order: dict[str, Any], crs: CRS, affine: Any) -> dict[str, Any]:
    is_image = order["measure"] == "image"
    kind = np.dtype("uint8" if is_image else source.dtypes[order["band"] - 1])
    if kind.kind == "f" and kind.itemsize < 4:
        kind = np.dtype("float32")
    nodata = None if is_image else _nodata(source, order, kind)
    return {
        "driver": "GTiff", "width": source.width, "height": source.height,
        "count": LAYERS_OF_AN_IMAGE + 1 if is_image else 1, "dtype": kind.name, "nodata": nodata,
        "crs": rasterio.CRS.from_wkt(crs.to_wkt("WKT1_GDAL")), "transform": affine,
        "tiled": True, "blockxsize": BLOCK, "blockysize": BLOCK, "compress": "DEFLATE",
        **({"photometric": "RGB", "alpha": "YES"} if is_image else {}),
    }  # fmt: skip


def _nodata(source: Any, order: dict[str, Any], kind: np.dtype[Any]) -> float:
    told = order.get("nodata")
    own = source.nodatavals[order["band"] - 1]
    found = own if told is None else told
    if kind.kind == "f":
        return float("nan") if found is None else float(found)
    limits = np.iinfo(kind)
    spare = limits.min if kind.kind == "i" else limits.max
    return float(spare if found is None or not limits.min <= found <= limits.max else found)


def _windows(source: Any) -> Iterator[Window]:
    for top in range(0, source.height, BLOCK):
        for left in range(0, source.width, BLOCK):
            yield Window(
                left, top, min(BLOCK, source.width - left), min(BLOCK, source.height - top)
            )


def _copy(source: Any, plain: Any, order: dict[str, Any]) -> dict[str, Any]:
    """Copy block by block; tell least, greatest and, of classes, which values there are."""
    if order["measure"] == "image":
        table = source.colormap(1) if source.colorinterp[0].name == "palette" else None
        for window in _windows(source):
            plain.write(_picture(source, window, table), window=window)
        return {"minimum": None, "maximum": None, "classes": []}
    least, greatest, classes = math.inf, -math.inf, set()
    is_known = order.get("nodata") is None
    for window in _windows(source):
        block = source.read(order["band"], window=window, masked=True)
        if not is_known:
            block = np.ma.masked_equal(block, order["nodata"])
        block = np.ma.masked_invalid(block)
        plain.write(block.filled(plain.nodata).astype(plain.dtypes[0]), 1, window=window)
        values = block.compressed()
        if len(values):
            least, greatest = min(least, float(values.min())), max(greatest, float(values.max()))
            if order["measure"] == "classes":
                classes |= set(np.unique(values).tolist())
    if not math.isfinite(least):
        raise UnusableInput("rasters.empty")
    if len(classes) > MOST_CLASSES:
        raise TooLarge("rasters.too-many-classes", count=len(classes), limit=MOST_CLASSES)
    return {"minimum": least, "maximum": greatest, "classes": sorted(map(int, classes))}


def _picture(source: Any, window: Window, table: dict[int, tuple[int, ...]] | None) -> Any:
    """Give red, green, blue and what shows of a scan: grey and palettes are spread out."""
    shown = source.dataset_mask(window=window)
    if table is not None:
        colours = np.zeros((256, 3), dtype="uint8")
        for value, colour in table.items():
            colours[value % 256] = colour[:3]
        spread = np.moveaxis(colours[source.read(1, window=window) % 256], 2, 0)
        return np.concatenate([spread, shown[None]])
    wanted = [1, 2, 3] if source.count >= LAYERS_OF_AN_IMAGE else [1, 1, 1]
    read = source.read(wanted, window=window)
    if read.dtype != np.uint8:
        read = np.clip(read / (257 if read.dtype == np.uint16 else 1), 0, 255).astype("uint8")
    return np.concatenate([read, shown[None]])


def _facts(made: Any, crs: CRS) -> dict[str, Any]:
    """Tell system, size and where it lies, in degrees of WGS 84."""
    move = Transformer.from_crs(crs, 4326, always_xy=True)
    along = np.linspace(0, 1, 21)
    edge = [(t, 0.0) for t in along] + [(t, 1.0) for t in along]
    edge += [(0.0, t) for t in along] + [(1.0, t) for t in along]
    places = [_place(made.transform, x * made.width, y * made.height) for x, y in edge]
    lon, lat = move.transform(*np.array(places).T)
    bounds = [min(lon), min(lat), max(lon), max(lat)]
    if not all(map(math.isfinite, bounds)) or bounds[1] < -90 or bounds[3] > 90:
        raise UnusableInput("rasters.out-of-world")
    return {
        "crs": ":".join(crs.to_authority(min_confidence=70) or ("",)) or crs.name[:80],
        "width": made.width, "height": made.height, "bounds": bounds,
        "cell_m": _cell_m(made, crs),
    }  # fmt: skip


def _cell_m(made: Any, crs: CRS) -> float:
    """Give how far apart the middles of two neighbouring cells lie, in metres."""
    move = Transformer.from_crs(crs, crs.geodetic_crs or crs, always_xy=True)
    x, y = made.width / 2, made.height / 2
    first = move.transform(*_place(made.transform, x, y))
    second = move.transform(*_place(made.transform, x, y + 1))
    *_, apart = (crs.get_geod() or Geod(ellps="WGS84")).inv(*first, *second)
    return float(apart)
