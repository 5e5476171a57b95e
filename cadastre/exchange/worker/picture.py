"""Make the picture of a page fit to be read: straight, without the grain of the glass or rules."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter, ImageOps

Grey = Image.Image
INK = 150  # darker than this is ink when rules are looked for
PAPER = 170  # lighter than this is paper: the grain of a scan misleads the recognition of letters
GRAIN = 1.2  # radius in pixels, at 300 dpi
STEEPEST_DEG = 3.0
LONG_RULE_PX, TALL_RULE_PX = 150, 110  # at 300 dpi no letter is so long
BLACK_SHARE = 0.95


def straighten(picture: Grey) -> tuple[Grey, float]:
    """Give a grey page free of grain and turned upright, and by how many degrees it was turned."""
    smooth = ImageOps.autocontrast(picture.filter(ImageFilter.GaussianBlur(GRAIN)), cutoff=1)
    degrees = _skew(smooth)
    if abs(degrees) < 0.05:
        return smooth, 0.0
    turned = smooth.rotate(degrees, resample=Image.Resampling.BICUBIC, fillcolor=255)
    return turned, degrees


def without_rules(page: Grey) -> Grey:
    """Give a page with the rules of tables and the shades of the paper made white."""
    pixels = np.asarray(page).copy()
    dark = pixels < INK
    rules = _runs(dark, LONG_RULE_PX) | _runs(np.ascontiguousarray(dark.T), TALL_RULE_PX).T
    for axis in (0, 1):
        for step in (1, 2):
            rules = rules | np.roll(rules, step, axis) | np.roll(rules, -step, axis)
    pixels[rules] = 255
    pixels[pixels > PAPER] = 255
    return Image.fromarray(pixels)


def _skew(page: Grey) -> float:
    """Find the turn at which lines of text stand out most sharply from one another."""
    small = np.asarray(page.resize((max(page.width // 4, 1), max(page.height // 4, 1))))
    ink = Image.fromarray((small < INK).astype(np.uint8) * 255)

    def sharpness(degrees: float) -> float:
        rows = np.asarray(ink.rotate(degrees, fillcolor=0)).sum(axis=1, dtype=np.float64)
        return float(np.square(np.diff(rows)).sum())

    coarse = max(np.arange(-STEEPEST_DEG, STEEPEST_DEG + 0.1, 0.5), key=sharpness)
    return float(max(np.arange(coarse - 0.4, coarse + 0.41, 0.1), key=sharpness))


def _runs(dark: NDArray[np.bool_], length: int) -> NDArray[np.bool_]:
    """Mark what lies in a row of ``length`` pixels that are nearly all dark."""
    width = dark.shape[1]
    if width < length:
        return np.zeros(dark.shape, bool)
    counted = np.pad(np.cumsum(dark, axis=1, dtype=np.int32), ((0, 0), (1, 0)))
    begins = (counted[:, length:] - counted[:, :-length]) >= length * BLACK_SHARE
    spread = np.pad(begins.astype(np.int32), ((0, 0), (length - 1, length - 1)))
    total = np.pad(np.cumsum(spread, axis=1, dtype=np.int32), ((0, 0), (1, 0)))
    return np.asarray((total[:, length : length + width] - total[:, :width]) > 0)
