"""Settle the coordinate system: given, stated, or asked with the likely ones and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from shapely.geometry import Polygon

from cadastre.errors import UnusableInput
from cadastre.geometry import crs as systems
from cadastre.geometry.corners.cells import Unit
from cadastre.geometry.corners.draft import Draft
from cadastre.geometry.corners.evidence import grid_misfit_m
from cadastre.geometry.corners.hints import Hints
from cadastre.geometry.corners.orientation import places_inside
from cadastre.geometry.corners.system import Statement, named_by, stated_code
from cadastre.geometry.reading import Note, Option, Question
from cadastre.units import m2_to_ha
from cadastre.vocabulary import NoteKind

_ON_GRID_M = 5.0
_AREA_SHARE = 0.005
_BEYOND_ZONE_DEG = 3.0


@dataclass(slots=True)
class Placed:
    """The system of the corners; provisional, the question open, unless ``settled``."""

    code: str | None
    settled: bool
    notes: list[Note] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)


def settle(drafts: list[Draft], statement: Statement, given: str | None, hints: Hints) -> Placed:
    """Give the system of corners.

    Parameters
    ----------
    given
        What a person chose, in any form :func:`cadastre.geometry.crs.normalise` knows.

    Raises
    ------
    UnusableInput
        The system given is not known, or is one of angles while the corners are in metres.
    """
    unit = drafts[0].x_cell.unit
    stated = stated_code(statement, unit)
    if given is None and drafts[0].x_cell.text == drafts[0].y_cell.text:
        # One reference for both coordinates: MGRS, which is counted on WGS 84.
        return Placed(systems.WGS84, True, [Note("corners.mgrs", NoteKind.FACT)])
    if given is not None:
        return _given(given, unit, stated)
    certain = stated is not None and (
        unit is not Unit.METRE or bool(statement.datums) or statement.code is not None
    )
    if certain and stated is not None:
        values = {"crs": stated, "name": systems.describe(stated)}
        note = Note(
            "corners.crs-stated",
            NoteKind.FACT,
            read=statement.words or None,
            assumed=stated,
            values=values,
        )
        return Placed(stated, True, [note])
    provisional = stated
    if unit is Unit.DEGREE:
        provisional = stated or systems.WGS84
    elif unit is Unit.GRADE:
        provisional = stated or systems.GRADES_PARIS
    options = _options(drafts, unit, provisional, statement, hints)
    notes = []
    if provisional is not None:
        notes.append(Note("corners.crs-provisional", NoteKind.DOUBT, assumed=provisional))
    return Placed(provisional, False, notes, [Question("corners.crs", tuple(options))])


def _given(given: str, unit: Unit, stated: str | None) -> Placed:
    code = systems.normalise(given)
    notes = []
    if unit is Unit.METRE and systems.is_geographic(code):
        raise UnusableInput("corners.crs-needs-metres", where=code, crs=code)
    if unit is not Unit.METRE and not systems.is_geographic(code):
        base = systems.geographic_base(code)
        notes.append(Note("corners.crs-of-angles", NoteKind.FACT, read=code, assumed=base))
        code = base
    if stated is not None and stated != code:
        notes.append(Note("corners.crs-differs", NoteKind.DOUBT, read=stated, assumed=code))
    return Placed(code, True, notes)


def _options(
    drafts: list[Draft], unit: Unit, provisional: str | None, statement: Statement, hints: Hints
) -> list[Option]:
    """Give the likely systems, likeliest first, each with its strongest reason."""
    wanted = [provisional] if provisional else []
    wanted += [
        code
        for code in map(systems.normalise, hints.likely_crs)
        if systems.is_geographic(code) == (unit is not Unit.METRE)
    ]
    if unit is Unit.METRE:
        for zone, south in statement.zones:
            for datum in statement.datums or ("WGS84",):
                code = systems.utm_code(datum, zone, south=south)
                wanted += [code] if code else []
        wanted += _zones_of(hints)
    weighed = [_weigh(code, drafts, statement, hints) for code in dict.fromkeys(wanted)]
    if any(inside for _, inside, _ in weighed):
        weighed = [each for each in weighed if each[1]]
    # Stable: the ruleset's own order decides between systems of equal evidence.
    return [option for _, _, option in sorted(weighed, key=lambda each: -each[0])]


def _zones_of(hints: Hints) -> list[str]:
    if hints.bounds_lonlat is None:
        return []
    west, south, east, north = hints.bounds_lonlat
    middle = (south + north) / 2
    zones = [systems.utm_zone_for(lon, middle) for lon in (west, (west + east) / 2, east)]
    return list(dict.fromkeys(zones))


def _weigh(
    code: str, drafts: list[Draft], statement: Statement, hints: Hints
) -> tuple[int, bool, Option]:
    xs, ys = [draft.x for draft in drafts], [draft.y for draft in drafts]
    inside = places_inside(hints, code, xs, ys)
    misfit = grid_misfit_m(drafts, hints, code)
    if named_by(statement, code):
        return 8, inside, Option(code, "corners.crs-named", {"crs": code, "read": statement.words})
    if misfit is not None and misfit <= _ON_GRID_M and inside:
        values: Mapping[str, object] = {"step_m": hints.grid_step_m, "misfit_m": round(misfit, 1)}
        return 6, inside, Option(code, "corners.crs-on-grid", values)
    if inside:
        return 4, inside, Option(code, "corners.crs-inside-country")
    if hints.bounds_lonlat is not None:
        return 0, inside, Option(code, "corners.crs-outside-country")
    return 2, inside, Option(code, "corners.crs-usual")


def accuracy_notes(code: str) -> list[Note]:
    """Say how well a system can be placed on WGS 84 when that is not perfectly."""
    accuracy = systems.transformation_accuracy_m(code)
    if accuracy is None:
        return [Note("crs.ballpark", NoteKind.DOUBT, values={"code": code})]
    if accuracy > 0:
        return [Note("crs.accuracy", NoteKind.FACT, values={"code": code, "accuracy_m": accuracy})]
    return []


def beyond_zone_note(code: str, drafts: list[Draft], lons: list[float]) -> list[Note]:
    """Say when corners lie beyond the nominal limits of the UTM zone they are written in."""
    if " / UTM zone " not in systems.describe(code):
        return []
    zone = int("".join(filter(str.isdigit, systems.describe(code).rpartition("zone ")[2][:2])))
    centre = zone * 6 - 183
    far = [
        draft
        for draft, lon in zip(drafts, lons, strict=True)
        if abs(lon - centre) > _BEYOND_ZONE_DEG
    ]
    if not far:
        return []
    values = {"zone": zone, "count": len(far)}
    return [Note("corners.beyond-zone", NoteKind.FACT, far[0].label, far[0].text, values=values)]


def planar_area_ha(rings: list[tuple[list[tuple[float, float]], bool]], code: str | None) -> float:
    """Give the planar area in hectares of rings of longitudes and latitudes, exclusions deducted.

    Measured in the system the corners are written in when it is one of metres, else in the UTM zone
    of the first ring.
    """
    first = rings[0][0]
    lon = sum(place[0] for place in first) / len(first)
    lat = sum(place[1] for place in first) / len(first)
    metres = code if code and not systems.is_geographic(code) else systems.utm_zone_for(lon, lat)
    total = 0.0
    for places, is_exclusion in rings:
        xs, ys = systems.from_lonlat(metres, [p[0] for p in places], [p[1] for p in places])
        area = Polygon(list(zip(xs, ys, strict=True))).area
        total += -area if is_exclusion else area
    return m2_to_ha(total)


def area_note(drawn_ha: float, printed_ha: float) -> list[Note]:
    """Say when the corners and the printed area differ by more than half a per cent."""
    share = (drawn_ha - printed_ha) / printed_ha if printed_ha else 0.0
    if abs(share) <= _AREA_SHARE:
        return []
    values = {
        "drawn_ha": round(drawn_ha, 4),
        "printed_ha": round(printed_ha, 4),
        "percent": round(100 * share, 2),
    }
    return [Note("corners.area-differs", NoteKind.DOUBT, values=values)]
