"""Read corners pasted from an order, a spreadsheet, an e-mail or a scan.

The steps, each in its own file: characters → words around the table (system, area, headings,
exclusions) →
cells and their possible readings → rows → axes and signs → rings → evidence for damaged cells →
coordinate
system → perimeter. Every assumption becomes a note, every choice that is not ours a question.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from shapely.geometry import MultiPolygon, Polygon

from cadastre.geometry import crs as systems
from cadastre.geometry.corners import limits, place
from cadastre.geometry.corners.area import PrintedArea, choose_area
from cadastre.geometry.corners.cells import Row, Table, Unit
from cadastre.geometry.corners.damage import mend, notes_of_repairs
from cadastre.geometry.corners.document import Column
from cadastre.geometry.corners.draft import Draft
from cadastre.geometry.corners.evidence import grid_misfit_m
from cadastre.geometry.corners.hints import Hints
from cadastre.geometry.corners.orientation import Oriented, orient
from cadastre.geometry.corners.parse import Parsed, parse
from cadastre.geometry.corners.rings import (
    Loop,
    build_perimeter,
    cut_loops,
    cut_told,
    mark_exclusions,
)
from cadastre.geometry.corners.second import compare_with_metres, compare_with_second
from cadastre.geometry.corners.system import stated_code
from cadastre.geometry.reading import Corner, Note, Option, Question, Reading, Ring
from cadastre.vocabulary import NoteKind

_NO_ANSWERS: Mapping[str, str] = MappingProxyType({})


def read_corners(
    text: str,
    *,
    crs: str | None = None,
    answers: Mapping[str, str] = _NO_ANSWERS,
    language: str = "fr",
    hints: Hints = Hints(),  # noqa: B008 - frozen, without state
) -> Reading:
    """Read pasted corners into rings and, when nothing stands in the way, a perimeter.

    Parameters
    ----------
    text
        As pasted; at most 500 corners, 200,000 characters, 20,000 to a line, 1,000 to a word.
    crs
        The system a person chose, which answers the question ``corners.crs``.
    answers
        Answers to other questions: ``{code: value}``, or ``{"code:corner": value}`` for one corner.
    language
        Of the session: in French O is Ouest; in English it is asked unless the text tells.
    hints
        What is known of the country, used as evidence between readings, never to move a corner.

    Raises
    ------
    TooLarge
        More than these, found before any heavy work.
    UnusableInput
        A cell that cannot be meant (60 minutes, latitude 91), or fewer than three corners.
    """
    limits.check_text(text)
    chosen = crs or answers.get("corners.crs")
    given = systems.normalise(chosen) if chosen else None
    parsed = parse(text, given, answers)
    limits.check_rows(sum(len(part.table.rows) for part in parsed.parts))
    area = _area(parsed)
    loops, notes, questions = _loops(parsed, given, answers, language, hints, area)
    drafts = [draft for loop in loops for draft in loop.drafts]
    limits.check_enough(len(drafts), "; ".join(f"{d.label}: {d.assumed()}" for d in drafts))
    placed = place.settle(drafts, parsed.statement, given, hints)
    marked, ring_notes = mark_exclusions(loops)
    rings = _rings(marked, placed.code, blocked=_has(questions, "corners.axis-order"))
    notes += [*ring_notes, *placed.notes, *_notes_on_text(parsed, area, loops)]
    questions = [*placed.questions, *questions]
    perimeter, more = _perimeter(rings, placed, questions, drafts, parsed, area, hints)
    return Reading(
        rings=tuple(rings),
        crs=placed.code,
        crs_stated=placed.settled,
        perimeter=perimeter,
        original_text=text,
        notes=tuple(_once(notes + more)),
        questions=tuple(questions),
        published_area_ha=area.area_ha if area else None,
        name=parsed.name,
    )


def _once(notes: list[Note]) -> list[Note]:
    kept: list[Note] = []
    for note in notes:
        if note not in kept:
            kept.append(note)
    return kept


def _has(questions: list[Question], code: str) -> bool:
    return any(question.code == code for question in questions)


def _area(parsed: Parsed) -> PrintedArea | None:
    lines = [row.line for part in parsed.parts for row in part.table.rows]
    return choose_area(list(parsed.areas), (min(lines, default=0), max(lines, default=0)))


def _loops(
    parsed: Parsed,
    given: str | None,
    answers: Mapping[str, str],
    language: str,
    hints: Hints,
    area: PrintedArea | None,
) -> tuple[list[Loop], list[Note], list[Question]]:
    notes: list[Note] = []
    questions: list[Question] = []
    loops: list[Loop] = []
    for part in parsed.parts:
        questions += _ask_decimal_mark(part.table)
        rows = part.table.rows
        unit = rows[0].cells[0].unit if rows else Unit.DEGREE
        likely = tuple(
            filter(None, (given, stated_code(parsed.statement, unit), *hints.likely_crs))
        )
        columns = list(parsed.columns)
        oriented = orient(_cells_only(rows), columns, likely, hints, answers, language)
        if part.table.columns_said and _has(oriented.questions, "corners.axis-order"):
            oriented = _as_rows_say(part.table, likely, hints, answers, language)
        notes += oriented.notes
        questions += oriented.questions
        cut, ring_notes = cut_loops(oriented.drafts, part.kind, list(part.blanks))
        notes += ring_notes
        whole, cut = len(cut), cut_told(cut, parsed.named_rings)
        if len(cut) > whole:
            first = cut[whole].drafts[0]
            notes.append(Note("corners.ring-named", NoteKind.FACT, first.label, first.text))
        loops += cut
        code = given or stated_code(parsed.statement, unit)
        printed = area.area_ha if area and len(cut) == 1 else None
        mended = mend(cut, part.table.damaged, answers, hints, printed, code)
        loops = [*loops[: len(loops) - len(cut)], *mended.loops]
        notes += mended.notes
        questions += mended.questions
        if unit is Unit.METRE or not part.table.second:
            notes += compare_with_second(mended.loops, part.table.second, code)
        else:
            metres = stated_code(parsed.statement, Unit.METRE)
            notes += compare_with_metres(mended.loops, part.table.second, metres)
    return [loop for loop in loops if loop.drafts], notes, _unique(questions)


def _unique(questions: list[Question]) -> list[Question]:
    kept: dict[tuple[str, str | None], Question] = {}
    for question in questions:
        kept.setdefault((question.code, question.corner), question)
    return list(kept.values())


def _cells_only(rows: tuple[Row, ...]) -> tuple[Row, ...]:
    return tuple(row for row in rows if len(row.cells) == 2)


def _as_rows_say(
    table: Table, likely: tuple[str, ...], hints: Hints, answers: Mapping[str, str], language: str
) -> Oriented:
    columns = [Column(axis) for axis in table.columns_said]
    return orient(_cells_only(table.rows), columns, likely, hints, answers, language)


def _ask_decimal_mark(table: Table) -> list[Question]:
    if not table.rivals:
        return []
    first = {table.convention: table.rows, **dict(table.rivals)}
    options = tuple(
        Option(name, f"corners.marks-{name}", {"read": " ; ".join(_numbers(rows[0]))})
        for name, rows in first.items()
    )
    return [Question("corners.decimal-mark", options, values={"read": table.rows[0].text})]


def _numbers(row: Row) -> list[str]:
    return [cell.candidates[0].assumed for cell in row.cells]


def _rings(marked: list[tuple[Loop, bool]], code: str | None, *, blocked: bool) -> list[Ring]:
    rings = []
    for loop, is_exclusion in marked:
        places: list[tuple[float | None, float | None]] = [(None, None)] * len(loop.drafts)
        if code is not None and not blocked:
            lons, lats = systems.to_lonlat(
                code, [draft.x for draft in loop.drafts], [draft.y for draft in loop.drafts]
            )
            places = [(float(lon), float(lat)) for lon, lat in zip(lons, lats, strict=True)]
        corners = tuple(
            Corner(draft.label, draft.text, draft.x, draft.y, lon, lat)
            for draft, (lon, lat) in zip(loop.drafts, places, strict=True)
        )
        rings.append(Ring(corners, is_exclusion))
    return rings


def _perimeter(
    rings: list[Ring],
    placed: place.Placed,
    questions: list[Question],
    drafts: list[Draft],
    parsed: Parsed,
    area: PrintedArea | None,
    hints: Hints,
) -> tuple[Polygon | MultiPolygon | None, list[Note]]:
    """Draw the perimeter unless a question other than that of the system is open."""
    if placed.code is None or any(question.code != "corners.crs" for question in questions):
        return None, []
    small = [ring for ring in rings if len(ring.corners) < 3]
    if small:
        return None, [_too_small(ring) for ring in small]
    perimeter, notes = build_perimeter(rings)
    lonlat = [
        (
            [(c.lon, c.lat) for c in ring.corners if c.lon is not None and c.lat is not None],
            ring.is_exclusion,
        )
        for ring in rings
    ]
    notes += place.accuracy_notes(placed.code)
    notes += place.beyond_zone_note(
        placed.code, drafts, [p[0] for places, _ in lonlat for p in places]
    )
    misfit = grid_misfit_m(drafts, hints, placed.code)
    if misfit is not None and misfit <= 5:
        values = {"step_m": hints.grid_step_m, "misfit_m": round(misfit, 1)}
        notes.append(Note("corners.on-grid", NoteKind.FACT, values=values))
    if area:
        notes += place.area_note(place.planar_area_ha(lonlat, placed.code), area.area_ha)
    return perimeter, notes


def _too_small(ring: Ring) -> Note:
    first = ring.corners[0]
    values = {"count": len(ring.corners)}
    return Note("corners.ring-too-small", NoteKind.DOUBT, first.label, first.text, values=values)


def _notes_on_text(parsed: Parsed, area: PrintedArea | None, loops: list[Loop]) -> list[Note]:
    notes: list[Note] = []
    layouts = {part.table.layout for part in parsed.parts}
    if parsed.narrative:
        notes.append(Note("corners.narrative", NoteKind.FACT))
    for layout, code in (("cells", "corners.one-cell-per-line"), ("columns", "corners.flattened")):
        if layout in layouts:
            notes.append(Note(code, NoteKind.REPAIR))
    if area:
        values = {"area_ha": area.area_ha}
        notes.append(Note("corners.area-read", NoteKind.FACT, read=area.text, values=values))
    if parsed.exclusion_undrawn:
        notes.append(
            Note("corners.exclusion-not-drawn", NoteKind.DOUBT, read=parsed.exclusion_undrawn)
        )
    if not any(row.label for part in parsed.parts for row in part.table.rows):
        notes.append(Note("corners.labels-lost", NoteKind.FACT))
    return notes + notes_of_repairs(loops)
