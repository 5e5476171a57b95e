"""Tell x from y and west from east: by print, by headings, then by where the country lies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from cadastre.errors import UnusableInput
from cadastre.geometry import crs as systems
from cadastre.geometry.corners.cells import Axis, Cell, Row, Unit
from cadastre.geometry.corners.document import Column
from cadastre.geometry.corners.draft import Draft
from cadastre.geometry.corners.hints import Hints
from cadastre.geometry.corners.shapes import is_easting, is_northing
from cadastre.geometry.reading import Note, Option, Question
from cadastre.vocabulary import NoteKind

# Longitudes or latitudes on both sides of zero belong to one perimeter only when they are
# neighbours.
_ACROSS_ZERO_DEG = 3.0


@dataclass(slots=True)
class Oriented:
    """Corners with their axes, and what had to be noted or asked to get them."""

    drafts: list[Draft]
    notes: list[Note] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)


def orient(
    rows: tuple[Row, ...],
    columns: list[Column],
    candidates: tuple[str, ...],
    hints: Hints,
    answers: Mapping[str, str],
    language: str,
) -> Oriented:
    """Give rows their axes and signs.

    ``columns`` are those of the heading; ``candidates`` the systems the numbers may be in, tried
    only
    to see which order falls inside the country.

    Raises
    ------
    UnusableInput
        A latitude beyond 90°, a longitude beyond 180°, twice the same axis in a row, or hemispheres
        that cannot belong to one perimeter.
    """
    result = Oriented([])
    swapped = _order(rows, columns, candidates, hints, answers, result)
    signs = {column.axis: column.sign for column in columns if column.sign is not None}
    for at, row in enumerate(rows):
        result.drafts.append(_draft(row, at, swapped, signs))
    if rows and rows[0].cells[0].unit is not Unit.METRE:
        _ask_about_o(rows, signs, answers, language, result)
        _inherit_signs(result, signs)
        _sign_from_country(result, signs, hints)
        _check_ranges(result.drafts)
    return result


def _axes_printed(row: Row) -> bool | None:
    """Tell whether a row prints y before x; None when it does not say."""
    first, second = (cell.axis for cell in row.cells[:2])
    if first is None and second is None:
        return None
    if first is second:
        raise UnusableInput("corners.same-axis", where=row.label or row.text, read=row.text)
    return first is Axis.Y or second is Axis.X


def _order(
    rows: tuple[Row, ...],
    columns: list[Column],
    candidates: tuple[str, ...],
    hints: Hints,
    answers: Mapping[str, str],
    result: Oriented,
) -> bool:
    """Tell whether y stands before x in the rows that do not say it themselves."""
    silent = [row for row in rows if _axes_printed(row) is None]
    if not silent:
        return False
    answered = answers.get("corners.axis-order")
    if answered in {"xy", "yx"}:
        return answered == "yx"
    plausible = [order for order in (False, True) if all(_plausible(row, order) for row in silent)]
    if not plausible:
        _refuse_range(silent)
    said = _said(columns)
    if said is not None and said in plausible:
        return said
    if len(plausible) == 1:
        _refuse_odd_row(silent, plausible[0])
        if plausible[0] or said is not None:
            values = {"rows": len(silent)}
            result.notes.append(Note("corners.columns-swapped", NoteKind.REPAIR, values=values))
        return plausible[0]
    if rows[0].cells[0].unit is Unit.METRE:
        ordinary = [order for order in plausible if all(_ordinary(row, order) for row in silent)]
        if len(ordinary) == 1:
            if ordinary[0]:
                result.notes.append(Note("corners.columns-swapped", NoteKind.REPAIR))
            return ordinary[0]
    inside = [order for order in plausible if _inside(silent, order, candidates, hints)]
    if len(inside) == 1:
        kind = NoteKind.DOUBT if inside[0] else NoteKind.FACT
        order = "yx" if inside[0] else "xy"
        result.notes.append(Note("corners.axis-by-country", kind, values={"order": order}))
        return inside[0]
    options = (Option("xy", "corners.axis-xy"), Option("yx", "corners.axis-yx"))
    result.questions.append(
        Question("corners.axis-order", options, values={"read": silent[0].text})
    )
    return False


def _said(columns: list[Column]) -> bool | None:
    axes = [column.axis for column in columns]
    if Axis.X not in axes or Axis.Y not in axes:
        return None
    return axes.index(Axis.Y) < axes.index(Axis.X)


def _plausible(row: Row, swapped: bool) -> bool:
    x, y = (row.cells[1], row.cells[0]) if swapped else (row.cells[0], row.cells[1])
    if x.unit is Unit.METRE:
        return is_easting(x.value) and is_northing(y.value)
    limit = 180.0, 90.0
    return any(abs(c.value) <= limit[0] for c in x.candidates) and any(
        abs(c.value) <= limit[1] for c in y.candidates
    )


def _refuse_odd_row(rows: list[Row], swapped: bool) -> None:
    """Refuse the one row that forces an order on a table whose other rows plainly have the other.

    A digit lost in one cell must not turn a whole perimeter over.
    """
    if rows[0].cells[0].unit is not Unit.METRE:
        return
    good = [row for row in rows if _plausible(row, not swapped) and _ordinary(row, not swapped)]
    if len(good) * 2 > len(rows) and not any(_ordinary(row, swapped) for row in good):
        odd = next(row for row in rows if row not in good)
        raise UnusableInput("corners.out-of-range", where=odd.label or odd.text, read=odd.text)


def _ordinary(row: Row, swapped: bool) -> bool:
    """Tell whether the easting stays where a zone and its usual overlap put it."""
    easting = row.cells[1 if swapped else 0].value
    return 100_000 <= easting <= 900_000


def _refuse_range(rows: list[Row]) -> None:
    for row in rows:
        if not (_plausible(row, False) or _plausible(row, True)):
            raise UnusableInput("corners.out-of-range", where=row.label or row.text, read=row.text)
    raise UnusableInput(
        "corners.mixed-order", where=rows[0].label or rows[0].text, read=rows[0].text
    )


def _inside(rows: list[Row], swapped: bool, candidates: tuple[str, ...], hints: Hints) -> bool:
    """Tell whether the corners can lie in the country under an order, in some system."""
    if hints.bounds_lonlat is None:
        return False
    firsts = [row.cells[0].value for row in rows]
    seconds = [row.cells[1].value for row in rows]
    xs, ys = (seconds, firsts) if swapped else (firsts, seconds)
    if rows[0].cells[0].unit is not Unit.METRE:
        return any(
            within(hints, [sx * x for x in xs], [sy * y for y in ys])
            for sx in (1, -1)
            for sy in (1, -1)
        )
    return any(places_inside(hints, code, xs, ys) for code in candidates)


def places_inside(hints: Hints, code: str, xs: list[float], ys: list[float]) -> bool:
    """Tell whether positions in a system fall inside the country."""
    try:
        lons, lats = systems.to_lonlat(code, xs, ys)
    except UnusableInput:
        return False
    return within(hints, list(lons), list(lats))


def within(hints: Hints, lons: list[float], lats: list[float]) -> bool:
    """Tell whether most positions fall inside the country, with a tenth of a degree of grace."""
    if hints.bounds_lonlat is None:
        return False
    west, south, east, north = hints.bounds_lonlat
    grace = 0.1
    good = sum(
        west - grace <= lon <= east + grace and south - grace <= lat <= north + grace
        for lon, lat in zip(lons, lats, strict=True)
    )
    return good * 2 > len(lons)


def _draft(row: Row, at: int, swapped: bool, signs: Mapping[Axis, int | None]) -> Draft:
    printed = _axes_printed(row)
    turn = swapped if printed is None else printed
    x, y = (row.cells[1], row.cells[0]) if turn else (row.cells[0], row.cells[1])
    return Draft(
        row.label or f"{at + 1}",
        row.text,
        row.line,
        x,
        y,
        x.sign or signs.get(Axis.X) or 1,
        y.sign or signs.get(Axis.Y) or 1,
    )


def _cells(drafts: list[Draft], axis: Axis) -> list[Cell]:
    return [draft.x_cell if axis is Axis.X else draft.y_cell for draft in drafts]


def _ask_about_o(
    rows: tuple[Row, ...],
    signs: Mapping[Axis, int | None],
    answers: Mapping[str, str],
    language: str,
    result: Oriented,
) -> None:
    """O is Ouest in French; in an English session it could be a zero or East (Ost)."""
    letters = {(cell.hemisphere or "").lower() for row in rows for cell in row.cells}
    if "o" not in letters:
        return
    answer = answers.get("corners.hemisphere-o", "").lower()
    spelled = letters & {"ouest", "nord", "sud", "est"}
    if (
        answer in {"w", "west", "ouest", "o"}
        or language == "fr"
        or spelled
        or signs.get(Axis.X) == -1
    ):
        result.notes.append(Note("corners.o-is-west", NoteKind.FACT))
    elif answer in {"e", "east", "est"}:
        result.drafts = [
            replace(draft, x_sign=1) if (draft.x_cell.hemisphere or "").lower() == "o" else draft
            for draft in result.drafts
        ]
    elif "w" in letters or "west" in letters:
        result.notes.append(Note("corners.o-is-west", NoteKind.DOUBT))
    else:
        options = (Option("W", "corners.o-west"), Option("E", "corners.o-east"))
        result.questions.append(Question("corners.hemisphere-o", options))


def _inherit_signs(result: Oriented, signs: Mapping[Axis, int | None]) -> None:
    """Give a corner whose hemisphere was lost the one that all others print."""
    for axis in Axis:
        cells = _cells(result.drafts, axis)
        printed = {cell.sign for cell in cells if cell.sign is not None}
        if len(printed) != 1 or signs.get(axis) or all(cell.sign is not None for cell in cells):
            continue
        sign = printed.pop()
        if sum(cell.sign is not None for cell in cells) * 2 < len(cells):
            continue
        for at, draft in enumerate(result.drafts):
            cell = cells[at]
            if cell.sign is None and sign is not None:
                changed = {"x_sign": sign} if axis is Axis.X else {"y_sign": sign}
                result.drafts[at] = replace(draft, **changed)  # type: ignore[arg-type]
                assumed = f"{cell.text} {_letter(axis, sign)}"
                result.notes.append(
                    Note(
                        "corners.hemisphere-lost", NoteKind.REPAIR, draft.label, cell.text, assumed
                    )
                )


def _letter(axis: Axis, sign: int) -> str:
    return {(Axis.X, 1): "E", (Axis.X, -1): "O", (Axis.Y, 1): "N", (Axis.Y, -1): "S"}[axis, sign]


def _sign_from_country(result: Oriented, signs: Mapping[Axis, int | None], hints: Hints) -> None:
    """Read unsigned longitudes as west (latitudes as south) when only that is in the country."""
    drafts = result.drafts
    lons, lats = [draft.x for draft in drafts], [draft.y for draft in drafts]
    if hints.bounds_lonlat is None or within(hints, lons, lats):
        return
    free_x = all(draft.x_cell.sign is None for draft in drafts) and not signs.get(Axis.X)
    free_y = all(draft.y_cell.sign is None for draft in drafts) and not signs.get(Axis.Y)
    for sx, sy in ((-1, 1), (1, -1), (-1, -1)):
        if (sx < 0 and not free_x) or (sy < 0 and not free_y):
            continue
        if within(hints, [sx * lon for lon in lons], [sy * lat for lat in lats]):
            result.drafts = [
                replace(draft, x_sign=sx * draft.x_sign, y_sign=sy * draft.y_sign)
                for draft in drafts
            ]
            where = " ".join(word for word, sign in (("O", sx), ("S", sy)) if sign < 0)
            result.notes.append(Note("corners.sign-from-country", NoteKind.DOUBT, assumed=where))
            return


def _check_ranges(drafts: list[Draft]) -> None:
    for draft in drafts:
        if all(abs(each.value) > 90 for each in draft.y_cell.candidates):
            raise UnusableInput(
                "corners.latitude-out-of-range", where=draft.label, read=draft.y_cell.text
            )
        if all(abs(each.value) > 180 for each in draft.x_cell.candidates):
            raise UnusableInput(
                "corners.longitude-out-of-range", where=draft.label, read=draft.x_cell.text
            )
    for axis in Axis:
        values = [(draft.x if axis is Axis.X else draft.y) for draft in drafts]
        low, high = min(values, default=0.0), max(values, default=0.0)
        if low < 0 < high and high - low > _ACROSS_ZERO_DEG and axis is Axis.Y:
            _refuse_mixed(drafts, values, axis)
        if (
            low < 0 < high
            and _ACROSS_ZERO_DEG < high - low < 360 - _ACROSS_ZERO_DEG
            and axis is Axis.X
        ):
            _refuse_mixed(drafts, values, axis)


def _refuse_mixed(drafts: list[Draft], values: list[float], axis: Axis) -> None:
    negative = sum(value < 0 for value in values)
    rare = -1 if negative * 2 <= len(values) else 1
    odd = next(draft for draft, value in zip(drafts, values, strict=True) if value * rare > 0)
    cell = odd.x_cell if axis is Axis.X else odd.y_cell
    raise UnusableInput("corners.mixed-hemispheres", where=odd.label, read=cell.text)
