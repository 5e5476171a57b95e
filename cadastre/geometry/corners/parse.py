"""Take a text apart: what it says around the corners, and the tables of corners themselves."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import mgrs

from cadastre.geometry import crs as systems
from cadastre.geometry.corners.angles import DEGREE_PER_GRADE
from cadastre.geometry.corners.angular import looks_angular
from cadastre.geometry.corners.angular_table import read_angular_table
from cadastre.geometry.corners.area import PrintedArea, find_areas, rejoin_units
from cadastre.geometry.corners.cells import Axis, Candidate, Cell, Row, Table, Unit
from cadastre.geometry.corners.characters import clean, fold
from cadastre.geometry.corners.document import (
    Column,
    Kind,
    Line,
    cut_segments,
    heading_columns,
    read_lines,
    unfold,
)
from cadastre.geometry.corners.labels import split_label
from cadastre.geometry.corners.limits import check_lines
from cadastre.geometry.corners.narrative import (
    brackets_as_table,
    read_crossings,
    read_named_rings,
)
from cadastre.geometry.corners.numeric_table import read_numeric_table
from cadastre.geometry.corners.system import Statement, find_statement

_GRADES = re.compile(r"\b(?:grades|grads|gons|centigrades)\b")
_MGRS = re.compile(
    r"(?<![\w])(\d{1,2}[C-HJ-NP-X])\s?([A-HJ-NP-Z][A-HJ-NP-V])\s?(\d{1,5})\s?(\d{1,5})(?![\w.,])",
    re.IGNORECASE,
)
_NAME = re.compile(
    r"(?:d[ée]nomm[ée]e?s?|dite?|permis|perimeter named)"
    r"\s{0,3}[«\"“]\s{0,2}([^«»\"“”\n]{2,60}?)\s{0,2}[»\"”]",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Part:
    """One segment of the text with its table and the blank lines inside it."""

    kind: Kind
    table: Table
    blanks: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Parsed:
    """Everything a text says, before any choice is made."""

    parts: tuple[Part, ...]
    statement: Statement
    areas: tuple[PrintedArea, ...]
    columns: tuple[Column, ...]
    name: str | None = None
    narrative: bool = False
    exclusion_undrawn: str | None = None
    named_rings: tuple[tuple[str, ...], ...] = ()
    lines: tuple[Line, ...] = field(default=())


def parse(text: str, crs: str | None, answers: Mapping[str, str]) -> Parsed:
    """Read a text into tables of cells, with the area, system and headings it prints."""
    name = _NAME.search(text)
    plain = rejoin_units(unfold(clean(text)))
    crossings = read_crossings(plain)
    statement, plain = find_statement(plain)
    areas, plain = find_areas(plain)
    told = None if crossings else brackets_as_table(plain)
    lines = read_lines(told or plain)
    check_lines(sum(line.kind in {Kind.DATA, Kind.LABEL} for line in lines))
    columns = tuple(heading_columns(lines))
    named = name[1] if name else None
    if crossings:
        part = Part(Kind.OUTER, Table(tuple(crossings)), ())
        return Parsed((part,), statement, tuple(areas), columns, named, narrative=True)
    parts, undrawn = _parts(lines, statement, crs, answers)
    if _GRADES.search(fold(plain)):
        parts = tuple(replace(part, table=_in_grades(part.table)) for part in parts)
    return Parsed(
        parts, statement, tuple(areas), columns, named, told is not None, undrawn,
        read_named_rings(plain), tuple(lines),
    )  # fmt: skip


def _in_grades(table: Table) -> Table:
    """Read plain decimals as grades when the text around them says so."""
    rows = tuple(
        replace(row, cells=tuple(_grade_cell(cell) for cell in row.cells)) for row in table.rows
    )
    return replace(table, rows=rows)


def _grade_cell(cell: Cell) -> Cell:
    if cell.unit is not Unit.DEGREE or "°" in cell.text or "'" in cell.text:
        return cell
    read = tuple(
        replace(each, value=each.value * DEGREE_PER_GRADE, assumed=f"{cell.text} gr")
        for each in cell.candidates
    )
    return replace(cell, candidates=read, unit=Unit.GRADE)


def _parts(
    lines: list[Line], statement: Statement, crs: str | None, answers: Mapping[str, str]
) -> tuple[tuple[Part, ...], str | None]:
    angular = _is_angular(lines)
    as_mgrs = (
        sum(len(_MGRS.findall(line.text)) for line in lines if line.kind is not Kind.BLANK) >= 3
    )
    parts: list[Part] = []
    undrawn = None
    for segment in cut_segments(lines):
        if as_mgrs:
            table = _read_mgrs(segment.lines)
        elif angular:
            table = read_angular_table(segment.lines)
        else:
            table = _numeric(segment.lines, statement, crs, answers)
        if table.rows or (table.damaged and parts):
            blanks = tuple(line.number for line in segment.lines if line.kind is Kind.BLANK)
            parts.append(Part(segment.kind, table, blanks))
            undrawn = None
        elif segment.kind is Kind.INNER and parts:
            undrawn = _heading_before(lines, segment.lines)
    if lines and lines[-1].kind is Kind.INNER and parts:
        undrawn = lines[-1].text
    return tuple(parts), undrawn


def _heading_before(lines: list[Line], after: tuple[Line, ...]) -> str | None:
    inner = [line for line in lines if line.kind is Kind.INNER]
    first = after[0].number if after else len(lines)
    return next((line.text.strip()[:200] for line in reversed(inner) if line.number < first), None)


def _is_angular(lines: list[Line]) -> bool:
    data = [
        line for line in lines if line.kind in {Kind.DATA, Kind.SENTENCE} and len(line.text) < 5000
    ]
    marked = sum(looks_angular(line.text) for line in data if line.kind is Kind.DATA)
    plain = sum(line.kind is Kind.DATA for line in data)
    if marked * 3 >= plain and marked:
        return True
    return not plain and any(looks_angular(line.text) for line in data)


def _numeric(
    lines: tuple[Line, ...], statement: Statement, crs: str | None, answers: Mapping[str, str]
) -> Table:
    preferred: tuple[Unit, ...] = (Unit.METRE, Unit.DEGREE)
    if crs is not None:
        preferred = (Unit.DEGREE,) if systems.is_geographic(crs) else (Unit.METRE,)
    elif statement.zones:
        preferred = (Unit.METRE,)
    table = read_numeric_table(lines, preferred)
    if not table.rows:
        table = read_numeric_table(lines, (Unit.METRE, Unit.DEGREE))
    wanted = answers.get("corners.decimal-mark")
    if wanted == table.convention:
        return _without_rivals(table, table.rows)
    for convention, rows in table.rivals:
        if convention == wanted:
            return _without_rivals(table, rows)
    return table


def _without_rivals(table: Table, rows: tuple[Row, ...]) -> Table:
    return Table(
        rows, table.layout, table.damaged, table.second, table.convention, (), table.columns_said
    )


def _read_mgrs(lines: tuple[Line, ...]) -> Table:
    rows = []
    reader = mgrs.MGRS()
    damaged = []
    for line in lines:
        for at, found in enumerate(_MGRS.finditer(line.text)):
            label = split_label(line.text[: found.start()])[0] if at == 0 else ""
            label = label or line.text[: found.start()].strip(" \t.:;)|") if at == 0 else ""
            text = found[0]
            if len(found[3]) != len(found[4]):
                damaged.append(Row(label, (), line.number, line.text.strip()))
                continue
            try:
                lat, lon = reader.toLatLon("".join(found.groups()).upper())
            except mgrs.core.MGRSError:
                damaged.append(Row(label, (), line.number, line.text.strip()))
                continue
            rows.append(
                Row(
                    label,
                    (_mgrs_cell(lon, Axis.X, text), _mgrs_cell(lat, Axis.Y, text)),
                    line.number,
                    text,
                )
            )
    return Table(tuple(rows), damaged=tuple(damaged), convention="mgrs")


def _mgrs_cell(value: float, axis: Axis, text: str) -> Cell:
    sign = -1 if value < 0 else 1
    return Cell(text, (Candidate(abs(value), text),), Unit.DEGREE, axis, sign)
