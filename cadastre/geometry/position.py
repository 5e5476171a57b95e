"""Read one position typed to look a place up: degrees in any form, or UTM.

A perimeter is read by :mod:`cadastre.geometry.corners`, which asks what it cannot know. A position
typed to look at the map is recorded nowhere: what is ambiguous is settled by the country's box, and
the map shows at once where that is.
"""

from __future__ import annotations

import re

from cadastre.errors import CadastreError
from cadastre.geometry.crs import to_lonlat

Envelope = tuple[float, float, float, float]
LONGEST = 80
SEPARATORS = " ,;/\t"
_NUMBER = r"\d{1,3}(?:[.,]\d+)?"
_ANGLE = re.compile(
    rf"(?P<before>[NSEWO])?\s*(?P<sign>[-+])?(?P<deg>{_NUMBER})\s*[°ºd]?\s*"
    rf"(?:(?P<min>{_NUMBER})\s*['′’]\s*)?(?:(?P<sec>{_NUMBER})\s*(?:\"|″|”|''|′′)\s*)?"
    r"(?(before)|(?P<after>[NSEWO](?![A-Z]))?)",
    re.IGNORECASE,
)
_UTM = re.compile(
    r"(?:(?P<zone>[1-5]?\d|60)\s*(?P<band>[NSP])\s+)?"
    r"(?P<easting>\d{3} ?\d{3})(?:[.,]\d+)?\s*(?:m|mE|E)?[\s,;]+"
    r"(?P<northing>\d{1,2} ?\d{3} ?\d{3}|\d{3} ?\d{3})(?:[.,]\d+)?\s*(?:m|mN|N)?",
    re.IGNORECASE,
)


def read_position(
    text: str, envelope: Envelope, legal_crs: str = "EPSG:32631"
) -> tuple[float, float] | None:
    """Give longitude and latitude in degrees (WGS 84), or None when this is not a position.

    Parameters
    ----------
    envelope
        The country: west, south, east, north in degrees; settles which number is the latitude.
    legal_crs
        System of metres written without a zone.
    """
    wanted = text.strip().rstrip(".;")
    if not wanted or len(wanted) > LONGEST:
        return None
    return _read_utm(wanted, legal_crs) or _read_angles(wanted, envelope)


def _read_utm(text: str, legal_crs: str) -> tuple[float, float] | None:
    found = _UTM.fullmatch(text)
    if found is None:
        return None
    crs = legal_crs
    if found["zone"]:
        crs = f"EPSG:{327 if found['band'].upper() == 'S' else 326}{int(found['zone']):02d}"
    easting, northing = (float(found[name].replace(" ", "")) for name in ("easting", "northing"))
    try:
        lons, lats = to_lonlat(crs, [easting], [northing])
    except CadastreError:
        return None
    return _on_earth(float(lons[0]), float(lats[0]))


def _read_angles(text: str, envelope: Envelope) -> tuple[float, float] | None:
    first = _ANGLE.match(text)
    if first is None:
        return None
    rest = text[first.end() :].lstrip(SEPARATORS)
    second = _ANGLE.fullmatch(rest)
    if second is None or not (_ends_by_itself(first) or text[: -len(rest)][-1] in SEPARATORS):
        return None
    letters = [_letter(found) for found in (first, second)]
    a, b = _degrees(first), _degrees(second)
    if a is None or b is None:
        return None
    if letters[0] and letters[1]:
        is_lon = [letter in "EWO" for letter in letters]
        if is_lon[0] == is_lon[1]:
            return None
        return _on_earth(a, b) if is_lon[0] else _on_earth(b, a)
    if letters[0] or letters[1]:
        return None
    west, south, east, north = envelope
    if west <= a <= east and south <= b <= north and not (south <= a <= north):
        return _on_earth(a, b)
    return _on_earth(b, a)  # latitude first, as people say it


def _ends_by_itself(found: re.Match[str]) -> bool:
    """Tell whether an angle's end is marked, so that another may follow without a space."""
    return bool(found["after"] or found["sec"] or found["min"])


def _letter(found: re.Match[str]) -> str:
    return (found["before"] or found["after"] or "").upper()


def _degrees(found: re.Match[str]) -> float | None:
    degrees, minutes, seconds = (
        float((found[name] or "0").replace(",", ".")) for name in ("deg", "min", "sec")
    )
    if minutes >= 60 or seconds >= 60:
        return None
    size = degrees + minutes / 60 + seconds / 3600
    negative = found["sign"] == "-" or _letter(found) in ("S", "W", "O")
    return -size if negative else size


def _on_earth(lon: float, lat: float) -> tuple[float, float] | None:
    return (lon, lat) if abs(lon) <= 180 and abs(lat) <= 90 else None
