"""Write corners the way a person reads, checks and pastes them back.

What is written here is read back by :func:`cadastre.geometry.corners.read_corners` to a
thousand-millionth of
a degree (MGRS: to its metre) in both languages.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import mgrs

from cadastre.errors import UnusableInput
from cadastre.geometry import crs as systems
from cadastre.geometry.corners.cells import Axis
from cadastre.geometry.reading import Ring
from cadastre.vocabulary import Language

Style = Literal["dms", "dm", "dd", "utm", "mgrs"]

# Decimals that keep 1e-9 degree (a tenth of a millimetre).
EXACT_DECIMALS: dict[str, int] = {"dms": 6, "dm": 8, "dd": 9, "utm": 4, "mgrs": 0}
_HEMISPHERES = {
    (Axis.X, Language.FR): "EO",
    (Axis.X, Language.EN): "EW",
    (Axis.Y, Language.FR): "NS",
    (Axis.Y, Language.EN): "NS",
}


def format_coordinate(
    value: float, axis: Axis, style: Style, *, language: str = "fr", decimals: int | None = None
) -> str:
    """Write one longitude or latitude (degrees) as ``dms``, ``dm`` or ``dd`` with its hemisphere.

    ``decimals`` counts those of the last unit: seconds, minutes or degrees.
    """
    places = EXACT_DECIMALS[style] if decimals is None else decimals
    letter = _HEMISPHERES[axis, Language(language)][1 if value < 0 else 0]
    if style == "dd":
        return f"{_comma(f'{abs(value):.{places}f}', language)}° {letter}"
    # Whole units of the last decimal, so that 59.9999" never becomes 60".
    per_degree = (3600 if style == "dms" else 60) * 10**places
    units = round(abs(value) * per_degree)
    degrees, rest = divmod(units, per_degree)
    if style == "dm":
        return f"{degrees}°{_fixed(rest, places, language)}' {letter}"
    minutes, rest = divmod(rest, 60 * 10**places)
    return f"{degrees}°{minutes:02d}'{_fixed(rest, places, language)}\" {letter}"


def _fixed(units: int, places: int, language: str) -> str:
    whole, part = divmod(units, 10**places)
    return f"{whole:02d}" + (_comma(f".{part:0{places}d}", language) if places else "")


def _comma(number: str, language: str) -> str:
    return number.replace(".", ",") if language == Language.FR else number


def format_lonlat(
    lon: float, lat: float, style: Style, *, language: str = "fr", crs: str | None = None,
    decimals: int | None = None,
) -> str:  # fmt: skip
    """Write one place, longitude first, its two coordinates parted by a tab.

    ``crs`` is the projected system of style ``utm`` (default: the zone of the place).

    Raises
    ------
    UnusableInput
        The place is outside the system or the style (UTM and MGRS end towards the poles).
    """
    if style == "mgrs":
        return _mgrs(lon, lat)
    if style == "utm":
        zone = crs or utm_zone_of([(lon, lat)])
        xs, ys = systems.from_lonlat(zone, [lon], [lat])
        places = EXACT_DECIMALS["utm"] if decimals is None else decimals
        return "\t".join(_comma(f"{float(value):.{places}f}", language) for value in (xs[0], ys[0]))
    return "\t".join(
        format_coordinate(value, axis, style, language=language, decimals=decimals)
        for value, axis in ((lon, Axis.X), (lat, Axis.Y))
    )


def _mgrs(lon: float, lat: float) -> str:
    # Within a metre south of the equator the northing rounds up into a square that does not exist.
    lat = 0.0 if -1e-5 < lat < 0 else lat
    try:
        return str(mgrs.MGRS().toMGRS(lat, lon, MGRSPrecision=5))
    except mgrs.core.MGRSError as fault:
        raise UnusableInput("corners.not-in-mgrs", where=f"{lon} {lat}") from fault


def utm_zone_of(lonlat: Sequence[tuple[float, float]]) -> str:
    """Give one UTM zone for all places: that of the middle, southern as soon as one place is."""
    lons, lats = zip(*lonlat, strict=True)
    return systems.utm_zone_for(sum(lons) / len(lons), min(lats))


def format_corners(
    corners: Ring | Sequence[Ring] | Sequence[tuple[float, float]],
    style: Style,
    *,
    language: str = "fr",
    crs: str | None = None,
    decimals: int | None = None,
) -> str:
    """Write corners as a table: a heading that names the system, then one corner to a line.

    Parameters
    ----------
    corners
        A ring or rings whose corners have longitude and latitude, or pairs (longitude, latitude) in
        EPSG:4326 degrees.
    style
        ``dms``, ``dm``, ``dd`` (degrees), ``utm`` (metres of ``crs``) or ``mgrs``.
    decimals
        Of the last unit; default: enough to read back to 1e-9 degree.
    """
    rings = _as_rings(corners)
    places = [(lon, lat) for ring, _ in rings for _, lon, lat in ring]
    if not places:
        return ""
    zone = crs or utm_zone_of(places) if style == "utm" else None
    lines = [_heading(style, zone, language)]
    for ring, is_exclusion in rings:
        if is_exclusion:
            lines.append("À l'exclusion de :" if language == Language.FR else "Excluding:")
        elif ring is not rings[0][0]:
            lines.append("")
        lines += [
            f"{label}\t"
            + format_lonlat(lon, lat, style, language=language, crs=zone, decimals=decimals)
            for label, lon, lat in ring
        ]
    return "\n".join(lines) + "\n"


def _heading(style: Style, zone: str | None, language: str) -> str:
    french = language == Language.FR
    corner = "Sommet" if french else "Corner"
    if style == "utm" and zone is not None:
        return f"{systems.describe(zone, language)}\n{corner}\tX\tY"
    if style == "mgrs":
        return f"{corner}\tMGRS (WGS 84)"
    return f"WGS 84\n{corner}\tLongitude\tLatitude"


def _as_rings(
    corners: Ring | Sequence[Ring] | Sequence[tuple[float, float]],
) -> list[tuple[list[tuple[str, float, float]], bool]]:
    if isinstance(corners, Ring):
        corners = [corners]
    rings = [each for each in corners if isinstance(each, Ring)]
    if rings:
        return [
            (
                [
                    (c.label, c.lon, c.lat)
                    for c in ring.corners
                    if c.lon is not None and c.lat is not None
                ],
                ring.is_exclusion,
            )
            for ring in rings
        ]
    pairs = [pair for pair in corners if not isinstance(pair, Ring)]
    return (
        [([(str(at), lon, lat) for at, (lon, lat) in enumerate(pairs, 1)], False)] if pairs else []
    )
