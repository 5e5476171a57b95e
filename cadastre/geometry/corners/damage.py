"""Deal with damaged cells and rows: by answer, by evidence, else by question."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from cadastre.errors import UnusableInput
from cadastre.geometry.corners.angular import looks_angular
from cadastre.geometry.corners.angular_table import read_line
from cadastre.geometry.corners.cells import Axis, Cell, Row, Unit
from cadastre.geometry.corners.characters import clean
from cadastre.geometry.corners.document import Kind, Line
from cadastre.geometry.corners.draft import Draft
from cadastre.geometry.corners.evidence import fourth_of_rectangle, weigh
from cadastre.geometry.corners.hints import Hints
from cadastre.geometry.corners.numeric_table import read_numeric_table
from cadastre.geometry.corners.rings import Loop
from cadastre.geometry.corners.writer import format_coordinate
from cadastre.geometry.reading import Note, Option, Question
from cadastre.vocabulary import NoteKind

_STRAY = "corners.stray-punctuation"


@dataclass(slots=True)
class Mended:
    """Rings after repair, and what was noted or must be asked."""

    loops: list[Loop]
    notes: list[Note] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)


def mend(
    loops: list[Loop],
    damaged: tuple[Row, ...],
    answers: Mapping[str, str],
    hints: Hints,
    area_ha: float | None,
    code: str | None,
) -> Mended:
    """Settle every corner that has several readings, and every row that is not a corner yet."""
    result = Mended([])
    for loop in loops:
        drafts = loop.drafts
        for at in range(len(drafts)):
            if drafts[at].choices > 1:
                drafts = _settle(at, drafts, answers, hints, area_ha, code, result)
        result.loops.append(replace(loop, drafts=drafts))
    for row in damaged:
        _restore(row, answers, result)
    return result


def _settle(
    at: int,
    drafts: tuple[Draft, ...],
    answers: Mapping[str, str],
    hints: Hints,
    area_ha: float | None,
    code: str | None,
    result: Mended,
) -> tuple[Draft, ...]:
    """Choose the reading of one corner, or ask."""
    draft = drafts[at]
    answer = answers.get(f"corners.cell:{draft.label}")
    verdict = weigh(at, drafts, hints, area_ha, code)
    if answer is not None:
        chosen = _answered(draft, answer)
    elif len(verdict.readings) == 1:
        chosen = verdict.readings[0]
        for witness in verdict.witnesses:
            result.notes.append(
                Note(witness, NoteKind.DOUBT, draft.label, draft.text, chosen.assumed())
            )
    else:
        options = tuple(
            Option(each.assumed(), "corners.possible-reading") for each in verdict.readings
        )
        result.questions.append(
            Question("corners.cell", options, draft.label, {"read": draft.text})
        )
        return drafts
    return (*drafts[:at], chosen.settled(), *drafts[at + 1 :])


def _answered(draft: Draft, answer: str) -> Draft:
    """Give the reading a person chose, or the corner they typed instead."""
    for each in draft.readings():
        if _bare(each.assumed()) == _bare(answer):
            return each
    return _typed(draft.label, draft.line, answer, draft)


def _bare(text: str) -> str:
    return re.sub(r"\s", "", clean(text)).lower()


def _typed(label: str, line: int, answer: str, like: Draft | None) -> Draft:
    """Read a corner typed as an answer, x first, in the manner of the others.

    Raises
    ------
    UnusableInput
        ``corners.unusable-answer``: it is not two coordinates.
    """
    plain = clean(answer)
    cells: list[Cell] = []
    if looks_angular(plain):
        cells = read_line(plain)[1]
    else:
        units = (Unit.METRE,) if like and like.x_cell.unit is Unit.METRE else (Unit.DEGREE,)
        table = read_numeric_table((Line(plain, Kind.DATA, line),), units)
        cells = list(table.rows[0].cells) if table.rows else []
    if len(cells) != 2 or any(len(cell.candidates) != 1 for cell in cells):
        raise UnusableInput("corners.unusable-answer", where=label, read=answer)
    x, y = (cells[1], cells[0]) if cells[0].axis is Axis.Y or cells[1].axis is Axis.X else cells
    signs = (like.x_sign, like.y_sign) if like else (1, 1)
    return Draft(label, answer, line, x, y, x.sign or signs[0], y.sign or signs[1])


def _restore(row: Row, answers: Mapping[str, str], result: Mended) -> None:
    """Put back a corner whose row cannot be read: as answered, or as a question."""
    loop_at = _loop_around(row, result.loops)
    if loop_at is None:
        result.notes.append(
            Note("corners.line-ignored", NoteKind.DOUBT, row.label or None, row.text)
        )
        return
    loop = result.loops[loop_at]
    at = sum(draft.line < row.line for draft in loop.drafts)
    label = row.label or str(at + 1)
    answer = answers.get(f"corners.missing-corner:{label}", answers.get("corners.missing-corner"))
    if answer is not None:
        typed = _typed(label, row.line, answer, loop.drafts[0])
        drafts = (*loop.drafts[:at], typed, *loop.drafts[at:])
        result.loops[loop_at] = replace(loop, drafts=drafts)
        result.notes.append(Note("corners.answered", NoteKind.FACT, label, row.text, answer))
        return
    options: tuple[Option, ...] = ()
    inferred = fourth_of_rectangle(loop.drafts, at)
    if inferred is not None:
        written = _written(inferred)
        agrees = _visible_part_agrees(row.text, label, written)
        reason = "corners.rectangle-and-visible" if agrees else "corners.rectangle"
        options = (Option(written, reason, {"corner": label}),)
    result.questions.append(Question("corners.missing-corner", options, label, {"read": row.text}))


def _loop_around(row: Row, loops: list[Loop]) -> int | None:
    """Give the ring a damaged row stands in or right after; None when it is elsewhere."""
    for at, loop in enumerate(loops):
        lines = [draft.line for draft in loop.drafts]
        labelled = bool(row.label) or not any(not d.label.isdigit() for d in loop.drafts)
        if lines and labelled and min(lines) - 1 <= row.line <= max(lines) + 2:
            return at
    return None


def _written(draft: Draft) -> str:
    """Write an inferred corner as its neighbours are written."""
    if draft.x_cell.unit is Unit.METRE:
        return f"{draft.x:.2f} {draft.y:.2f}"
    seconds = re.search(r",(\d+)\"", draft.x_cell.candidates[0].assumed)
    places = len(seconds[1]) if seconds else 1
    return " ".join(
        format_coordinate(value, axis, "dms", decimals=places)
        for value, axis in ((draft.x, Axis.X), (draft.y, Axis.Y))
    )


def _visible_part_agrees(text: str, label: str, written: str) -> bool:
    """Tell whether the digits still legible begin the corner inferred."""
    seen = "".join(re.findall(r"\d", text.removeprefix(label)))
    return len(seen) >= 3 and "".join(re.findall(r"\d", written)).startswith(seen)


def notes_of_repairs(loops: list[Loop]) -> list[Note]:
    """Give a note for every cell that was not written as it was read."""
    notes: list[Note] = []
    leaders = _are_leaders(loops)
    for loop in loops:
        for draft in loop.drafts:
            for cell, pick in ((draft.x_cell, draft.x_pick), (draft.y_cell, draft.y_pick)):
                chosen = cell.candidates[pick]
                if chosen.repair and not (leaders and chosen.repair == _STRAY):
                    notes.append(
                        Note(chosen.repair, NoteKind.REPAIR, draft.label, cell.text, chosen.assumed)
                    )
    return [*notes, *_notes_of_numbers(loops)]


def _are_leaders(loops: list[Loop]) -> bool:
    """Tell whether dots stand between the numbers of most rows: then they are the layout."""
    drafts = [draft for loop in loops for draft in loop.drafts]
    stray = sum(draft.x_cell.candidates[draft.x_pick].repair == _STRAY for draft in drafts)
    return stray * 2 > len(drafts)


def _notes_of_numbers(loops: list[Loop]) -> list[Note]:
    """Say once for the table how thousands are written, and that decimals are too many."""
    cells = [
        (draft, cell)
        for loop in loops
        for draft in loop.drafts
        for cell in (draft.x_cell, draft.y_cell)
    ]
    notes: list[Note] = []
    for draft, cell in cells:
        if (
            cell.unit is Unit.METRE
            and re.search(r"\d[.,]\d{3}(?!\d)", cell.text)
            and "." not in cell.candidates[0].assumed
        ):
            notes.append(
                Note(
                    "corners.thousands",
                    NoteKind.REPAIR,
                    draft.label,
                    cell.text,
                    cell.candidates[0].assumed,
                )
            )
            break
    for draft, cell in cells:
        if cell.unit is Unit.DEGREE and re.search(r"\d[.,]\d{10,}", cell.text):
            notes.append(Note("corners.too-many-decimals", NoteKind.DOUBT, draft.label, cell.text))
            break
    return notes
