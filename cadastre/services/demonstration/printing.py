"""Print corners the way orders print them, and draw the ground from what was printed.

The ground is that of the printed figures, not of the figures before rounding: reading the text
again must give the same perimeter.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from shapely.geometry import MultiPolygon, Polygon

from cadastre.geometry.crs import WGS84, to_lonlat
from cadastre.services.demonstration.plan import Printed

METRES = "EPSG:32631"
Position = tuple[float, float]
Part = tuple[Sequence[Position], Sequence[Sequence[Position]]]  # outer ring, exclusions
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"


def print_perimeter(parts: Sequence[Part], *, as_dms: bool) -> Printed:
    """Print a perimeter given in metres of UTM 31N.

    Parameters
    ----------
    parts
        Rings of (easting, northing) in metres, the first corner not repeated; each part with its
        exclusions.
    as_dms
        Print degrees, minutes and seconds to 0.1 second, as ministerial orders do; else UTM metres
        (to the centimetre where the metre is not whole).
    """
    lines = [_HEADS[as_dms]]
    corners, ground = [], []
    for number, (outer, holes) in enumerate(parts, 1):
        prefix = str(number) if len(parts) > 1 else ""
        if prefix:
            lines.append(f"Bloc {number}")
        rings = []
        for position, ring in enumerate([outer, *holes]):
            if position:
                lines.append("Zone exclue")
            rows = _ring(ring, prefix + "X" * position, as_dms)
            lines += [f"{row['label']}  {row['text']}" for row in rows]
            corners.append(rows)
            rings.append([(row["lon"], row["lat"]) for row in rows])
        ground.append(Polygon(rings[0], rings[1:]))
    return Printed("\n".join(lines), WGS84 if as_dms else METRES, corners, MultiPolygon(ground))


_HEADS = {
    True: "SOMMETS  LONGITUDE  LATITUDE  (WGS 84)",
    False: "SOMMETS  X (m)  Y (m)  WGS 84 / UTM zone 31N",
}


def _ring(ring: Sequence[Position], prefix: str, as_dms: bool) -> list[dict[str, Any]]:
    lons, lats = to_lonlat(METRES, [x for x, _ in ring], [y for _, y in ring])
    rows: list[dict[str, Any]] = []
    for index, (x, y) in enumerate(ring):
        label = f"{prefix}{LETTERS[index]}"
        if as_dms:
            lon, lat = _rounded(float(lons[index])), _rounded(float(lats[index]))
            text = f"{dms(lon, 'E', 'W')}  {dms(lat, 'N', 'S')}"
            x, y = lon, lat
        else:
            lon, lat = float(lons[index]), float(lats[index])
            text = f"{metres(x)}  {metres(y)}"
        rows.append({"label": label, "text": text, "x": x, "y": y, "lon": lon, "lat": lat})
    return rows


def dms(degrees: float, positive: str, negative: str) -> str:
    """Print an angle as orders do: 0°57'55,1" E."""
    tenths = round(abs(degrees) * 36_000)
    whole, rest = divmod(tenths, 36_000)
    minutes, seconds = divmod(rest, 600)
    side = positive if degrees >= 0 else negative
    return f"{whole}°{minutes:02d}'{seconds // 10:02d},{seconds % 10}\" {side}"


def metres(value: float) -> str:
    """Print metres: whole where they are, else to the centimetre with a decimal comma."""
    if abs(value - round(value)) < 0.005:
        return str(round(value))
    return f"{value:.2f}".replace(".", ",")


def _rounded(degrees: float) -> float:
    return round(degrees * 36_000) / 36_000
