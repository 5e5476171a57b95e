"""Leave rasterio's GDAL the few drivers a task needs, as :mod:`.drivers` does for pyogrio's.

rasterio brings a GDAL library of its own. It registers every driver again when an environment is
entered anew, so a task enters one and stays in it.
"""

from __future__ import annotations

import ctypes
from collections.abc import Set as AbstractSet

from rasterio.env import Env

CONFIGURATION: dict[str, str | int] = {
    "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": ".none",
    "GDAL_HTTP_MAX_RETRY": "0",
    "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",  # no file beside the raster is looked for
    "GDAL_PAM_ENABLED": "NO",
    "GDAL_NUM_THREADS": "1",
    "GDAL_CACHEMAX": 64,
    "GTIFF_IGNORE_READ_ERRORS": "NO",
}

_entered: list[Env] = []


def keep_only(wanted: AbstractSet[str]) -> None:
    """Enter an environment for good and take every driver but those named out of it.

    Raises
    ------
    RuntimeError
        The list afterwards holds another driver: nothing may be opened then.
    """
    environment = Env(**CONFIGURATION)
    environment.__enter__()
    _entered.append(environment)
    gdal = ctypes.CDLL(_library())
    gdal.GDALGetDriver.restype = ctypes.c_void_p
    gdal.GDALGetDriver.argtypes = [ctypes.c_int]
    gdal.GDALGetDescription.restype = ctypes.c_char_p
    gdal.GDALGetDescription.argtypes = [ctypes.c_void_p]
    gdal.GDALDeregisterDriver.argtypes = [ctypes.c_void_p]
    for handle in [gdal.GDALGetDriver(number) for number in range(gdal.GDALGetDriverCount())]:
        if gdal.GDALGetDescription(handle).decode() not in wanted:
            gdal.GDALDeregisterDriver(handle)
    handles = [gdal.GDALGetDriver(number) for number in range(gdal.GDALGetDriverCount())]
    left = {gdal.GDALGetDescription(handle).decode() for handle in handles}
    if not left <= wanted:
        raise RuntimeError(f"GDAL still opens {sorted(left - wanted)}")


def _library() -> str:
    """Find the GDAL that rasterio has loaded (pyogrio's or another may be on the machine)."""
    with open("/proc/self/maps", encoding="utf-8") as maps:
        for line in maps:
            if "libgdal" in line and "rasterio" in line:
                return line.split(maxsplit=5)[-1].strip()
    raise RuntimeError("rasterio's GDAL library was not found in this process")
