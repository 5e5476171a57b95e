"""Register rasters, show them, and tell what each ground holds of them."""

from __future__ import annotations

from cadastre.services.rasters.adding import RasterRequest, add_raster, remove_raster
from cadastre.services.rasters.figures import figures_of, keep_figures
from cadastre.services.rasters.place import rasters_folder

__all__ = [
    "RasterRequest", "add_raster", "figures_of", "keep_figures", "rasters_folder", "remove_raster",
]
