"""Answer tiles and figures of registered rasters, request after request, inside the jail.

A request is a line of JSON on standard input. An answer is four bytes of length, a letter (B bytes,
J JSON, E a coded refusal) and the content. The files are our own; the jail lets them be read only.
"""

from __future__ import annotations

import json
import struct
import sys
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO, Literal

import numpy as np
import rasterio
import shapely
from pyproj import Transformer

from cadastre.errors import CadastreError
from cadastre.exchange.worker import raster_drivers
from cadastre.exchange.worker.zonal import figures

KEPT_OPEN = 8
MERCATOR = "EPSG:3857"
SHADES = 256


def prepare(order: dict[str, Any]) -> None:
    """Keep what reads and paints; libraries are loaded while they can still be found."""
    raster_drivers.keep_only({"GTiff", "VRT", "MEM", "PNG"})
    import rio_tiler.models
    import rio_tiler.reader  # noqa: F401  (loads for half a second; only here)

    Transformer.from_crs(4326, 3857, always_xy=True).transform(1.0, 8.0)


def run(order: dict[str, Any], folder: Path, out: BinaryIO) -> None:
    """Answer until nobody asks any more."""
    files = Path(order["files"])
    _send(out, b"J", json.dumps({"held": order["held"]}).encode())
    for line in sys.stdin.buffer:
        asked = json.loads(line)
        try:
            dataset = _opened(str(files / Path(asked["file"]).name))
            if asked["op"] == "tile":
                _send(out, b"B", tile(dataset, asked))
            else:
                ground = shapely.from_wkb(asked["ground"])
                told = figures(dataset, ground, asked["measure"], asked["most_cells"])
                _send(out, b"J", json.dumps(told, allow_nan=False).encode())
        except CadastreError as fault:
            _refuse(out, fault.code)
        except Exception as fault:
            print(repr(fault)[:1000], file=sys.stderr, flush=True)
            _refuse(out, "rasters.unreadable")


def _send(out: BinaryIO, letter: bytes, content: bytes) -> None:
    out.write(struct.pack(">I", len(content)) + letter + content)
    out.flush()


def _refuse(out: BinaryIO, code: str) -> None:
    _send(out, b"E", json.dumps({"code": code}).encode())


@lru_cache(maxsize=KEPT_OPEN)
def _opened(path: str) -> Any:
    return rasterio.open(path, driver="GTiff")


def tile(dataset: Any, asked: dict[str, Any]) -> bytes:
    """Paint a square of the map as PNG; what the raster does not hold is transparent."""
    from rio_tiler.reader import part

    look, size = asked["look"], asked["size"]
    is_smooth = look["measure"] in ("values", "counts", "image")
    method: Literal["bilinear", "nearest"] = "bilinear" if is_smooth else "nearest"
    image = part(
        dataset, tuple(asked["box"]), dst_crs=MERCATOR, bounds_crs=MERCATOR, width=size,
        height=size, resampling_method=method, reproject_method=method,
    )
    if look["measure"] == "image":
        return bytes(image.render(img_format="PNG"))
    if look["measure"] == "classes":
        colours = {int(value): _rgba(colour) for value, colour in look["classes"].items()}
        return bytes(image.render(img_format="PNG", colormap=colours))
    image.rescale(in_range=(tuple(look["range"]),))
    return bytes(image.render(img_format="PNG", colormap=_shades(tuple(look["palette"]))))


@lru_cache(maxsize=KEPT_OPEN)
def _shades(palette: tuple[str, ...]) -> dict[int, tuple[int, int, int, int]]:
    """Spread a few colours over 256 shades."""
    stops = np.array([_rgba(colour)[:3] for colour in palette], dtype=float)
    at = np.linspace(0, len(stops) - 1, SHADES)
    spread = [np.interp(at, np.arange(len(stops)), stops[:, one]) for one in range(3)]
    return {
        shade: (int(red), int(green), int(blue), 255)
        for shade, (red, green, blue) in enumerate(zip(*spread, strict=True))
    }


def _rgba(colour: str) -> tuple[int, int, int, int]:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return red, green, blue, 255
