"""The door for notebooks: any collection at any date as a GeoDataFrame, and drawings of it.

``data/notebooks/registre.ipynb`` is a worked example; the tests run it.
"""

from __future__ import annotations

from cadastre.exchange.frames import frame, save_map
from cadastre.exchange.plots import Drawing, plot_bars, plot_map

__all__ = ["Drawing", "frame", "plot_bars", "plot_map", "save_map"]
