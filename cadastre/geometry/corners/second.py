"""Compare corners printed twice, in metres and in degrees: two columns that must tell one place."""

from __future__ import annotations

import re

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


def compare_with_metres(loops: list[Loop], second: tuple[Row, ...], code: str | None) -> list[Note]:
    """Say how far the metres printed beside angles are from them; the angles are kept.

    ``code`` is the system of metres that the text states; else the UTM zone of the place is tried,
    on the same datum as the angles.
    """
    drafts = {draft.line: draft for loop in loops for draft in loop.drafts}
    both = [(drafts[row.line], row) for row in second if row.line in drafts]
    if not both:
        return []
    lons, lats = [draft.x for draft, _ in both], [draft.y for draft, _ in both]
    zone = code or systems.utm_zone_for(sum(lons) / len(lons), sum(lats) / len(lats))
    metres = [[cell.value for cell in row.cells[:2]] for _, row in both]
    gaps = [float("inf")] * len(both)
    for swapped in (False, True):
        xs, ys = zip(*(pair[::-1] if swapped else pair for pair in metres), strict=True)
        try:
            east, north = systems.to_lonlat(zone, list(xs), list(ys))
        except UnusableInput:
            continue
        found = _ELLIPSOID.inv(east, north, lons, lats)[2]
        gaps = [min(pair) for pair in zip(gaps, found, strict=True)]
    apart = [
        Note(
            "corners.two-systems-disagree", NoteKind.DOUBT, draft.label, row.text,
            values={"gap_m": round(min(gap, 2e7))},
        )
        for (draft, row), gap in zip(both, gaps, strict=True)
        if gap > 2 * max(_angle_rounding_m(draft.x_cell.text), _angle_rounding_m(draft.y_cell.text))
    ]  # fmt: skip
    values = {"gap_m": round(max(gaps)) if not apart else 0, "zone": zone}
    return apart or [Note("corners.two-systems-degrees", NoteKind.FACT, values=values)]


def _angle_rounding_m(text: str) -> float:
    """Give what the last printed figure of an angle is worth on the ground."""
    numbers = re.findall(r"\d+(?:[.,]\d+)?", text)[:3]
    decimals = len(re.split("[.,]", numbers[-1])[1]) if re.search("[.,]", numbers[-1]) else 0
    return 111_320.0 / 60 ** (len(numbers) - 1) / 10**decimals


def _rounding_m(row: Row) -> float:
    """Give what the last printed decimal of a degree is worth on the ground."""
    printed = [cell.candidates[0].assumed.partition(".")[2] for cell in row.cells]
    return 111_320.0 / 10 ** min(map(len, printed), default=0)
