"""Read and write coordinates in the systems OGC clients ask for, axes in the order of the system.

OGC API Features Part 2: a system is named by its address; the axes of EPSG:4326 are latitude
first, those of CRS84 longitude first.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
import shapely
from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from api.state import state
from cadastre.errors import UnusableInput
from cadastre.geometry import crs as systems
from cadastre.queries.relation import Box

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
EPSG = "http://www.opengis.net/def/crs/EPSG/0/{}"
_CURIE = re.compile(r"^\[?(EPSG|OGC):(?:1\.3:)?(\w+)\]?$")
STEPS_OF_SIDE = 21  # of a box in another system, whose sides are bent in degrees


def offered() -> list[str]:
    """List the addresses of the systems of this deployment, the stored one first."""
    ruleset = state().ruleset
    codes = dict.fromkeys((systems.WGS84, "EPSG:3857", ruleset.legal_crs, *ruleset.likely_crs))
    return [CRS84, *(EPSG.format(code.partition(":")[2]) for code in codes if "EPSG:" in code)]


def asked_system(text: str | None, where: str) -> str:
    """Read ``crs``, ``bbox-crs`` or ``filter-crs``; without one, CRS84.

    Raises
    ------
    UnusableInput
        ``ogc.crs-not-offered``, with those that are.
    """
    if not text:
        return CRS84
    short = _CURIE.match(text)
    if short:
        text = CRS84 if short[1] == "OGC" else EPSG.format(short[2])
    if text not in offered():
        raise UnusableInput(
            "ogc.crs-not-offered", where=where, given=text[:80], known=", ".join(offered())
        )
    return text


def code_of(address: str) -> str:
    """Give ``EPSG:n`` of an address; x first, as everywhere inside."""
    return systems.WGS84 if address == CRS84 else f"EPSG:{address.rpartition('/')[2]}"


@cache
def is_north_first(address: str) -> bool:
    """Tell whether the first axis of a system points north (or the second east)."""
    if address == CRS84:
        return False
    return CRS.from_user_input(code_of(address)).axis_info[0].direction.lower() == "north"


def read_box(numbers: Sequence[float], address: str) -> Box:
    """Move a box from a system to degrees, its sides followed so that their bend is inside."""
    one, two, three, four = numbers
    west, south, east, north = (two, one, four, three) if is_north_first(address) else numbers
    if code_of(address) == systems.WGS84:
        return west, south, east, north
    t = np.linspace(0, 1, STEPS_OF_SIDE)
    across, up = west + t * (east - west), south + t * (north - south)
    xs = np.concatenate([across, across, np.full_like(up, west), np.full_like(up, east)])
    ys = np.concatenate([np.full_like(across, south), np.full_like(across, north), up, up])
    lons, lats = systems.to_lonlat(code_of(address), xs.tolist(), ys.tolist())
    return float(lons.min()), float(lats.min()), float(lons.max()), float(lats.max())


def move(geometries: Sequence[Any], address: str) -> list[BaseGeometry | None]:
    """Move stored geometries (EPSG:4326, longitude first) into a system, in its order of axes."""
    flat = shapely.force_2d(np.array(geometries, dtype=object))
    code = code_of(address)

    def moved(lonlat: np.ndarray) -> np.ndarray:
        if code == systems.WGS84:
            xs, ys = lonlat[:, 0], lonlat[:, 1]
        else:
            xs, ys = systems.from_lonlat(code, lonlat[:, 0].tolist(), lonlat[:, 1].tolist())
        columns = (ys, xs) if is_north_first(address) else (xs, ys)
        return np.column_stack(columns).round(8 if systems.is_geographic(code) else 4)

    return list(shapely.transform(flat, moved))
