"""Compare corners printed twice, in metres and in degrees: two columns that must tell one place."""

from __future__ import annotations

from pyproj import Geod

from cadastre.errors import UnusableInput
from cadastre.geometry import crs as systems
from cadastre.geometry.corners.cells import Row
from cadastre.geometry.corners.rings import Loop
from cadastre.geometry.reading import Note
from cadastre.vocabulary import NoteKind

_ELLIPSOID = Geod(ellps="WGS84")


def compare_with_second(loops: list[Loop], second: tuple[Row, ...], code: str | None) -> list[Note]:
    """Say how far apart both printings of each corner are; a doubt names the corners that disagree.

    Degrees are compared without their sign, because such columns often leave Ouest to the heading.
    """
    drafts = [draft for loop in loops for draft in loop.drafts]
    if not second or code is None or len(second) < len(drafts):
        return []
    try:
        lons, lats = systems.to_lonlat(code, [d.x for d in drafts], [d.y for d in drafts])
    except UnusableInput:
        return []
    notes: list[Note] = []
    worst = 0.0
    for draft, lon, lat, row in zip(drafts, lons, lats, second, strict=False):
        first, other = (abs(cell.value) for cell in row.cells[:2])
        gap = min(
            _ELLIPSOID.inv(abs(lon), abs(lat), x, y)[2]
            for x, y in ((first, other), (other, first))
            if y <= 90
        )
        tolerance = 2 * _rounding_m(row)
        worst = max(worst, gap)
        if gap > tolerance:
            values = {"gap_m": round(gap)}
            notes.append(
                Note(
                    "corners.two-systems-disagree",
                    NoteKind.DOUBT,
                    draft.label,
                    row.text,
                    values=values,
                )
            )
    return notes or [Note("corners.two-systems", NoteKind.FACT, values={"gap_m": round(worst)})]


def _rounding_m(row: Row) -> float:
    """Give what the last printed decimal of a degree is worth on the ground."""
    printed = [cell.candidates[0].assumed.partition(".")[2] for cell in row.cells]
    return 111_320.0 / 10 ** min(map(len, printed), default=0)
