"""Cut corners into rings, tell what is taken out, and build the perimeter."""

from __future__ import annotations

from dataclasses import dataclass

from shapely import make_valid
from shapely.errors import GEOSException
from shapely.geometry import MultiPolygon, Polygon

from cadastre.geometry.corners.document import Kind
from cadastre.geometry.corners.draft import Draft
from cadastre.geometry.reading import Corner, Note, Ring
from cadastre.vocabulary import NoteKind


@dataclass(frozen=True, slots=True)
class Loop:
    """The corners of one ring, and how the text announces it."""

    drafts: tuple[Draft, ...]
    kind: Kind = Kind.OUTER


def cut_told(loops: list[Loop], told: tuple[tuple[str, ...], ...]) -> list[Loop]:
    """Cut out rings that a sentence names by their corners (« les points E, F, G, H délimitent »).

    Only a run of corners standing together in one ring, which keeps three others, is cut out.
    """
    for labels in told:
        for at, loop in enumerate(loops):
            names = [draft.label for draft in loop.drafts]
            start = names.index(labels[0]) if labels[0] in names else -1
            end = start + len(labels)
            if start < 0 or tuple(names[start:end]) != labels or len(names) - len(labels) < 3:
                continue
            rest = Loop((*loop.drafts[:start], *loop.drafts[end:]), loop.kind)
            loops = [*loops[:at], rest, Loop(loop.drafts[start:end]), *loops[at + 1 :]]
            break
    return loops


def cut_loops(drafts: list[Draft], kind: Kind, blanks: list[int]) -> tuple[list[Loop], list[Note]]:
    """Cut the corners of a segment where a ring closes, labels start again, or blocks stand apart.

    ``blanks`` are the numbers of blank lines; they part rings only when geometry agrees, because
    scanned
    tables are full of them.
    """
    notes: list[Note] = []
    loops: list[list[Draft]] = [[]]
    for draft in drafts:
        current = loops[-1]
        if len(current) >= 3 and _same_place(draft, current[0]):
            notes.append(Note("corners.ring-closed", NoteKind.FACT, draft.label, draft.text))
            loops.append([])
        elif len(current) >= 3 and draft.label == current[0].label:
            loops.append([draft])
        else:
            current.append(draft)
    parted: list[list[Draft]] = []
    for loop in loops:
        parted += _part_at_blanks(loop, blanks) if loop else []
    return [Loop(tuple(loop), kind) for loop in parted], notes


def _same_place(a: Draft, b: Draft) -> bool:
    return a.x == b.x and a.y == b.y


def _part_at_blanks(loop: list[Draft], blanks: list[int]) -> list[list[Draft]]:
    blocks: list[list[Draft]] = [[]]
    for draft in loop:
        if blocks[-1] and any(blocks[-1][-1].line < blank < draft.line for blank in blanks):
            blocks.append([])
        blocks[-1].append(draft)
    if len(blocks) < 2 or any(len(block) < 3 for block in blocks):
        return [loop]
    shapes = [Polygon([(draft.x, draft.y) for draft in block]) for block in blocks]
    whole = Polygon([(draft.x, draft.y) for draft in loop])
    if not all(shape.is_valid for shape in shapes):
        return [loop]
    apart = not whole.is_valid or any(a.contains(b) for a in shapes for b in shapes if a is not b)
    return blocks if apart else [loop]


def mark_exclusions(loops: list[Loop]) -> tuple[list[tuple[Loop, bool]], list[Note]]:
    """Tell which loops are taken out: those a heading says, and those lying inside another."""
    notes: list[Note] = []
    marked: list[tuple[Loop, bool]] = []
    shapes = [_shape(loop) for loop in loops]
    for at, loop in enumerate(loops):
        first = loop.drafts[0].label
        if loop.kind is Kind.INNER and at > 0:
            notes.append(Note("corners.exclusion-said", NoteKind.FACT, first))
            marked.append((loop, True))
        elif at > 0 and any(_contains(shapes[other], shapes[at]) for other in range(at)):
            notes.append(Note("corners.exclusion-by-position", NoteKind.DOUBT, first))
            marked.append((loop, True))
        else:
            marked.append((loop, False))
    return marked, notes


def _shape(loop: Loop) -> Polygon:
    """Give the ring as a shape; the empty one, inside nothing, when it has too few corners."""
    places = [(draft.x, draft.y) for draft in loop.drafts]
    return Polygon(places) if len(places) >= 3 else Polygon()


def _contains(outer: Polygon, inner: Polygon) -> bool:
    try:
        return bool(outer.is_valid and inner.is_valid and outer.contains(inner))
    except GEOSException:
        return False


def build_perimeter(rings: list[Ring]) -> tuple[Polygon | MultiPolygon | None, list[Note]]:
    """Give the perimeter as drawn, in EPSG:4326: parts with what is taken out of each."""
    notes: list[Note] = []
    outers = [(_lonlat(ring), []) for ring in rings if not ring.is_exclusion]  # type: ignore[var-annotated]
    for ring in rings:
        if not ring.is_exclusion:
            continue
        hole = _lonlat(ring)
        home = next((held for shell, held in outers if _covers(shell, hole)), None)
        if home is None:
            notes.append(Note("corners.exclusion-outside", NoteKind.DOUBT, ring.corners[0].label))
        else:
            home.append(hole)
    polygons = [Polygon(shell, holes) for shell, holes in outers]
    if not polygons:
        return None, notes
    return (polygons[0] if len(polygons) == 1 else MultiPolygon(polygons)), notes


def _covers(shell: list[tuple[float, float]], hole: list[tuple[float, float]]) -> bool:
    outer = make_valid(Polygon(shell))
    return bool(outer.covers(Polygon(hole).representative_point()))


def _lonlat(ring: Ring) -> list[tuple[float, float]]:
    return [_place(corner) for corner in ring.corners]


def _place(corner: Corner) -> tuple[float, float]:
    if corner.lon is None or corner.lat is None:
        raise ValueError("a corner without place cannot be drawn")
    return corner.lon, corner.lat
