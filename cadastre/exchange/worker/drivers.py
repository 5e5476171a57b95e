"""Leave GDAL one driver only, so that a file is what it claims to be or nothing.

GDAL guesses the driver from the content: a text file named ``.shp`` or ``.geojson`` may be a
virtual dataset that quotes any file of the machine (VRT). Neither pyogrio nor the environment can
name the drivers allowed when opening, hence all others are taken out of GDAL's own list, and the
list is read back.
"""

from __future__ import annotations

import ctypes
import sys

# Not used to read; left out they make the worker start in half the time and half the memory.
for _unused in ("pandas", "geopandas"):
    sys.modules.setdefault(_unused, None)  # type: ignore[arg-type]

import pyogrio  # noqa: E402  (after the line above, on purpose)
import pyogrio.raw  # noqa: E402

CONFIGURATION = {
    "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": ".none",
    "CPL_VSIL_CURL_USE_HEAD": False,
    "GDAL_HTTP_MAX_RETRY": 0,
    "GDAL_NUM_THREADS": 1,
    "GDAL_CACHEMAX": 16,
    "OGR_SQLITE_LIST_VIRTUAL_OGR": False,
    "OGR_SQLITE_PRAGMA": "trusted_schema=OFF,cell_size_check=ON",
    "SHAPE_RESTORE_SHX": False,
    "OGR_GEOJSON_MAX_OBJ_SIZE": 100,
}


def pin(driver: str) -> None:
    """Take every driver but ``driver`` away from this process, for good.

    Raises
    ------
    RuntimeError
        The list afterwards is not exactly that driver: nothing may be opened then.
    """
    gdal = ctypes.CDLL(_library())
    gdal.GDALGetDriver.restype = ctypes.c_void_p
    gdal.GDALGetDriver.argtypes = [ctypes.c_int]
    gdal.GDALGetDescription.restype = ctypes.c_char_p
    gdal.GDALGetDescription.argtypes = [ctypes.c_void_p]
    gdal.GDALDeregisterDriver.argtypes = [ctypes.c_void_p]
    for handle in [gdal.GDALGetDriver(number) for number in range(gdal.GDALGetDriverCount())]:
        if gdal.GDALGetDescription(handle) != driver.encode():
            gdal.GDALDeregisterDriver(handle)
    if set(pyogrio.list_drivers()) != {driver} or gdal.GDALGetDriverCount() != 1:
        raise RuntimeError(f"GDAL still opens more than {driver}")
    pyogrio.set_gdal_config_options(CONFIGURATION)


def _library() -> str:
    """Find the GDAL that pyogrio has loaded (another may be on the machine)."""
    with open("/proc/self/maps", encoding="utf-8") as maps:
        for line in maps:
            if "libgdal" in line:
                return line.split(maxsplit=5)[-1].strip()
    raise RuntimeError("pyogrio's GDAL library was not found in this process")
