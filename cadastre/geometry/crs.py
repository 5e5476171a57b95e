"""Name coordinate systems in one way and move corners to longitude and latitude.

Axis order is always x then y (longitude first). Angles are given in degrees whatever the system's
own unit: a system in grades from Paris (EPSG:4807) takes degrees counted from Paris.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Sequence
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from pyproj.database import query_crs_info
from pyproj.enums import PJType
from pyproj.exceptions import CRSError, ProjError
from pyproj.transformer import TransformerGroup

from cadastre.errors import UnusableInput
from cadastre.vocabulary import Language

WGS84 = "EPSG:4326"
GRADES_PARIS = "EPSG:4807"

_AUTHORITY = re.compile(r"^(?:urn:ogc:def:crs:)?(EPSG|ESRI|IGNF)::?(\d{1,9})$", re.IGNORECASE)
_UTM_NAME = re.compile(r"^(.{1,60}) / UTM zone (\d{1,2})([NS])$")
_CRS84 = re.compile(r"(?:^|[:/])CRS:?84$", re.IGNORECASE)
_BY_NAME = {
    "WGS84": 4326,
    "WGS1984": 4326,
    "WGS84GEO": 4326,
    "LOME": 4252,
    "RGFG95": 4624,
    "NTFPARIS": 4807,
    "ADINDAN": 4201,
    "ABIDJAN1987": 4143,
    "CONAKRY1905": 4315,
    "LAMBERT93": 2154,
    "RGF93": 4171,
}


def normalise(code: str) -> str:
    """Give the one written form ``EPSG:n`` of any usual way to name a system.

    Accepts ``32631``, ``EPSG:32631``, ``urn:ogc:def:crs:EPSG::32631``, ``OGC:CRS84``,
    ``WGS84 UTM 31N``, ``Lomé / UTM 31``.

    Raises
    ------
    UnusableInput
        ``crs.unknown``: nothing of that name is known.
    """
    return _normalise(str(code)[:200])


@lru_cache(maxsize=512)
def _normalise(code: str) -> str:
    text = code.strip()
    if text.isascii() and text.isdigit() and len(text) <= 9:
        text = f"EPSG:{text}"
    if _CRS84.search(text):
        return WGS84
    found = _AUTHORITY.match(text)
    named = f"{found[1].upper()}:{int(found[2])}" if found else _by_words(text)
    if named is None:
        raise UnusableInput("crs.unknown", where=code, code=code)
    _known(named)
    return named


def _by_words(text: str) -> str | None:
    """Read a spoken name: a datum, perhaps a UTM zone."""
    bare = re.sub(r"ZONE|FUSEAU", "", _plain(text).replace("MTU", "UTM"))
    bare = re.sub(r"(?<=\d)(?:NORD|NORTH)$", "N", re.sub(r"(?<=\d)(?:SUD|SOUTH)$", "S", bare))
    if bare in _BY_NAME:
        return f"EPSG:{_BY_NAME[bare]}"
    datum, found, rest = bare.partition("UTM")
    zone = re.match(r"^(\d{1,2})([NS]?)(.*)$", rest) if found else None
    if zone is None or not 1 <= int(zone[1]) <= 60:
        return None
    return utm_code(datum or zone[3], int(zone[1]), south=zone[2] == "S")


def utm_code(datum: str, zone: int, *, south: bool = False) -> str | None:
    """Give the code of a UTM zone on a datum named by a plain word; None when there is none."""
    return _utm_codes().get((_plain(datum) or "WGS84", zone, "S" if south else "N"))


@cache
def _utm_codes() -> dict[tuple[str, int, str], str]:
    """Index every ``<datum> / UTM zone <n><hemisphere>`` of the EPSG register by plain words."""
    codes: dict[tuple[str, int, str], str] = {}
    for entry in query_crs_info(auth_name="EPSG", pj_types=PJType.PROJECTED_CRS):
        found = _UTM_NAME.match(entry.name)
        if found:
            codes.setdefault((_plain(found[1]), int(found[2]), found[3]), f"EPSG:{entry.code}")
    return codes


def _plain(words: str) -> str:
    """Strip accents, case and punctuation: ``Lomé`` and ``LOME`` are one datum."""
    bare = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode().upper()
    return re.sub(r"[^A-Z0-9]", "", bare)


@cache
def _known(code: str) -> CRS:
    try:
        crs = CRS.from_user_input(code)
    except CRSError as fault:
        raise UnusableInput("crs.unknown", where=code, code=code) from fault
    if not (crs.is_geographic or crs.is_projected):
        raise UnusableInput("crs.not-horizontal", where=code, code=code)
    return crs


def is_geographic(code: str) -> bool:
    """Tell whether positions in a system are angles."""
    return bool(_known(normalise(code)).is_geographic)


def meridians(code: str) -> tuple[float, float]:
    """Give the meridians (degrees) between which a system is meant to be used."""
    area = _known(normalise(code)).area_of_use
    return (-180.0, 180.0) if area is None else (float(area.west), float(area.east))


def geographic_base(code: str) -> str:
    """Give the system of angles under a projected one (EPSG:4326 under EPSG:32631)."""
    name = normalise(code)
    crs = _known(name)
    base = crs.geodetic_crs
    if crs.is_geographic or base is None:
        return name
    authority = base.to_authority(min_confidence=70)
    return f"{authority[0]}:{authority[1]}" if authority else WGS84


# A pyproj transformer may be shared between calls but not between threads.
_local = threading.local()


def _transformer(source: str, target: str) -> Transformer:
    kept: dict[tuple[str, str], Transformer] = _local.__dict__.setdefault("kept", {})
    if (source, target) not in kept:
        kept[source, target] = Transformer.from_crs(_known(source), _known(target), always_xy=True)
    return kept[source, target]


def _units_per_degree(code: str) -> float:
    crs = _known(code)
    if not crs.is_geographic:
        return 1.0
    # 1 degree in the system's own unit; 10/9 for grades.
    return float(np.pi / 180 / crs.axis_info[0].unit_conversion_factor)


def _move(
    source: str, target: str, xs: Sequence[float], ys: Sequence[float]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    given, wanted = np.asarray(xs, dtype=np.float64), np.asarray(ys, dtype=np.float64)
    if source == target:
        return given.copy(), wanted.copy()
    scale_in, scale_out = _units_per_degree(source), _units_per_degree(target)
    try:
        x, y = _transformer(source, target).transform(
            given * scale_in, wanted * scale_in, errcheck=True
        )
    except ProjError as fault:
        raise UnusableInput("crs.outside", where=source, code=source) from fault
    x, y = np.asarray(x) / scale_out, np.asarray(y) / scale_out
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        raise UnusableInput("crs.outside", where=source, code=source)
    return x, y


def to_lonlat(
    crs: str, xs: Sequence[float], ys: Sequence[float]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Move positions to longitude and latitude in degrees on WGS 84.

    Parameters
    ----------
    crs
        Any name :func:`normalise` knows.
    xs, ys
        Eastings and northings in the system's unit, or longitudes and latitudes in degrees.

    Raises
    ------
    UnusableInput
        ``crs.unknown``, or ``crs.outside`` when a position has no image there.
    """
    return _move(normalise(crs), WGS84, xs, ys)


def from_lonlat(
    crs: str, lons: Sequence[float], lats: Sequence[float]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Move WGS 84 longitudes and latitudes in degrees into a system (x first)."""
    return _move(WGS84, normalise(crs), lons, lats)


def describe(crs: str, language: str = Language.FR) -> str:
    """Name a system so that a person recognises it: ``WGS 84 / UTM zone 31N (EPSG:32631)``."""
    code = normalise(crs)
    known = _known(code)
    kind = {
        (True, "fr"): "longitude et latitude",
        (True, "en"): "longitude and latitude",
        (False, "fr"): "mètres",
        (False, "en"): "metres",
    }[bool(known.is_geographic), "fr" if language == Language.FR else "en"]
    return f"{known.name}, {kind} ({code})"


@cache
def transformation_accuracy_m(crs: str) -> float | None:
    """Tell how well positions in a system can be placed on WGS 84, in metres.

    None when only a ballpark shift is known: the datum change is ignored and positions may be
    hundreds of metres off (the case of Lomé, EPSG:4252 and EPSG:25231). Zero when there is no
    datum change at all.
    """
    code = normalise(crs)
    base, world = geographic_base(code), WGS84
    if base == world:
        return 0.0
    operations = TransformerGroup(_known(base), _known(world), always_xy=True).transformers
    if not operations or "ballpark" in operations[0].description.lower():
        return None
    accuracy = float(operations[0].accuracy)
    return accuracy if accuracy >= 0 else None


def utm_zone_for(lon: float, lat: float) -> str:
    """Give the WGS 84 / UTM code of the zone a place lies in (plain 6° zones)."""
    zone = min(max(int((lon + 180) // 6) + 1, 1), 60)
    return f"EPSG:{(32600 if lat >= 0 else 32700) + zone}"


def ellipsoid(crs: str) -> str:
    """Name the ellipsoid of a system, as its register writes it."""
    known = _known(normalise(crs))
    return known.ellipsoid.name if known.ellipsoid else ""
