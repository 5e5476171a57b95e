"""Cut a pasted text into lines that hold corners, headings, ring breaks and sentences."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from cadastre.geometry.corners import words
from cadastre.geometry.corners.cells import Axis
from cadastre.geometry.corners.characters import fold
from cadastre.geometry.corners.words import AXIS_WORD, HEMISPHERES

_LONG_LINE = 20_000
_LONGEST_ROW = 2_000
_NEXT_LABEL = re.compile(
    r"(?<=[\d\"'°NSEWO.])[ \t,;|]{1,8}"
    r"(?=(?:(?:point|sommet|borne|pt)s?[ ]{1,2})?[A-Z]{1,3}\d{0,3}"
    r"[ ]{0,2}[:.)=-]{0,2}[ \t]{1,4}-?\d)"
)
_ROW_END = re.compile(r"\|\s{0,8}(?=\|)")
_AFTER_TABLE = re.compile(r"(?<=\d)\s?\|\s{1,3}(?=[^\W\d_]{2,}[^|\n]*$)", re.MULTILINE)
# Letters at once labels and axis names; they are labels inside an alphabet.
_BEFORE = {"x": "w", "y": "x", "n": "m", "e": "d", "o": "n", "s": "r", "w": "v"}


# N9 08.475 is an angle, not corner N9.
_HEMISPHERE_FIRST = re.compile(r"\s?[NSEWO]\s?\d{1,3}[\s°]", re.IGNORECASE)


class Kind(StrEnum):
    """What a line of the text is."""

    BLANK = "blank"
    HEADING = "heading"
    SENTENCE = "sentence"
    DATA = "data"
    LABEL = "label"
    OUTER = "outer"  # a heading: what follows is an outer ring
    INNER = "inner"  # a heading: what follows is taken out
    PART = "part"  # a heading: what follows is another part


@dataclass(frozen=True, slots=True)
class Line:
    """A line, what it is, and its place in the text (0-based)."""

    text: str
    kind: Kind
    number: int


@dataclass(frozen=True, slots=True)
class Column:
    """A column announced by a heading."""

    axis: Axis
    sign: int | None = None


@dataclass(frozen=True, slots=True)
class Segment:
    """The lines of one ring or of rings not parted by headings."""

    kind: Kind
    lines: tuple[Line, ...]


def read_lines(text: str) -> list[Line]:
    """Give the lines of a cleaned and unfolded text with what each of them is."""
    lines: list[Line] = []
    previous, before = "", Kind.BLANK
    for number, raw in enumerate(text.split("\n")):
        kind = _kind(raw, previous if before is Kind.LABEL else "")
        lines.append(Line(raw, kind, number))
        if kind is not Kind.BLANK:
            previous, before = fold(raw).strip(" |.:;)"), kind
    return lines


def unfold(text: str) -> str:
    """Put on lines of their own the rows of a table that was pasted as one line."""
    lines = []
    for line in text.split("\n"):
        if len(line) <= _LONG_LINE and line.count("|") > 8 and len(_ROW_END.findall(line)) >= 3:
            line = _ROW_END.sub("|\n", line)
            line = _AFTER_TABLE.sub("|\n", line)
        pieces = _NEXT_LABEL.split(line) if len(line) <= _LONG_LINE else [line]
        crowded = all(len(re.findall(r"\d{2,}", piece)) >= 2 for piece in pieces[1:])
        if len(pieces) >= 3 and crowded and not all(map(_HEMISPHERE_FIRST.match, pieces[1:])):
            line = "\n".join(
                (
                    *_cut_before_first(pieces[0], pieces[1]),
                    *pieces[1:-1],
                    *_cut_after_last(pieces[-1], pieces[-2]),
                )
            )
        lines.append(line)
    return "\n".join(lines)


_OWN_LABEL = re.compile(r"\s?(?:(?:point|sommet|borne|pt)s?\s{1,2})?([A-Za-z]{1,3})?(\d{0,3})")


def _cut_before_first(piece: str, following: str) -> tuple[str, ...]:
    """Part the first corner of a row of corners from the words before it, by its label."""
    own = _OWN_LABEL.match(following)
    if own is None:
        return (piece,)
    letters, number = own[1] or "", own[2]
    if number:
        before = f"{letters}{int(number) - 1:0{len(number)}d}"
    elif len(letters) == 1 and letters.upper() > "A":
        before = chr(ord(letters) - 1)
    else:
        return (piece,)
    starts = [found.start() for found in re.finditer(rf"(?<![^\s(]){before}(?=[\s:.)=-])", piece)]
    return (piece[: starts[-1]], piece[starts[-1] :]) if starts else (piece,)


def _cut_after_last(piece: str, before: str) -> tuple[str, ...]:
    """Part the last corner of a row of corners from the words after it, by its count of numbers."""
    numbers = list(re.finditer(r"\d+", piece))
    usual = len(re.findall(r"\d+", before))
    if usual < 2 or len(numbers) < usual:
        return (piece,)
    words = re.compile(r"[ ,;.)]{1,4}(?=[^\W\d_]{3,})").search(piece, numbers[usual - 1].end())
    if words is None or fold(piece[words.end() :]).startswith(("nord", "sud", "est", "ouest")):
        return (piece,)
    return (piece[: words.start()], piece[words.start() :])


def _kind(raw: str, previous: str) -> Kind:
    if not raw.strip(" \t|_-—.;,"):
        return Kind.BLANK
    if len(raw) > _LONGEST_ROW:
        return Kind.SENTENCE
    folded = fold(raw)
    digits = any(character.isdigit() for character in raw)
    if words.RING_OUT.search(folded):
        return Kind.OUTER
    if words.RING_IN.search(folded) and (
        len(folded) < 80 or re.search(r"zone|surface|superfic|perim|polyg", folded)
    ):
        return Kind.INNER
    if words.ANOTHER_PART.match(folded):
        return Kind.PART
    if _is_sentence(folded, digits):
        return Kind.SENTENCE
    if digits:
        return Kind.DATA
    bare = folded.strip(" \t|.:;)")
    if len(bare) == 1 and bare in _BEFORE and previous.endswith(_BEFORE[bare]):
        return Kind.LABEL
    if find_columns(raw):
        return Kind.HEADING
    return (
        Kind.LABEL
        if re.fullmatch(r"\W{0,3}(?:[\w'-]{1,4}\s){0,2}[\w'-]{1,4}\W{0,3}", folded)
        else Kind.SENTENCE
    )


_COORDINATE_WORDS = re.compile(
    r"(?<![a-z])(?:longitudes?|latitudes?|nord|sud|est|ouest|north|south|east|west|points?|sommets?|bornes?|angles?"
    r"|corners?|parall\w{2,5}|m\wridi\w{1,4}|easting|northing|degr\w{2,3}|minutes?|secondes?|seconds?|grades?|deg|min|sec)(?![a-z])"
)


_OPENS_CORNER = re.compile(r"\W{0,3}[a-z]{1,3}\d{0,3}\W{1,4}\d{1,3}\s?°\s?\d")


def _is_sentence(folded: str, digits: bool) -> bool:
    if _OPENS_CORNER.match(folded):
        return False
    others = words.count_words(_COORDINATE_WORDS.sub(" ", folded))
    if digits and len(re.findall(r"\d\s?°|\d\s?gr\b", folded)) >= 2:
        return others > 12
    return others >= (3 if digits else 5)


def find_columns(line: str) -> list[Column]:
    """Give the columns a heading announces, in order, with their hemisphere when it says one."""
    columns: list[Column] = []
    end, named = 0, False
    folded = fold(line).replace("_", " ")
    for found in AXIS_WORD.finditer(folded):
        axis = Axis.X if found["x"] else Axis.Y
        word = found[0]
        near = found.start() - end <= 4 and "\t" not in folded[end : found.start()]
        hemisphere = HEMISPHERES.get(word)
        if hemisphere and columns and named and near and columns[-1].axis is hemisphere[0]:
            columns[-1] = Column(columns[-1].axis, hemisphere[1])
            named = False
        else:
            columns.append(
                Column(
                    axis,
                    hemisphere[1]
                    if hemisphere and word in {"ouest", "west", "sud", "south"}
                    else None,
                )
            )
            named = word not in HEMISPHERES
        end = found.end()
        letter = re.match(r"[\s,(]{1,3}([nsewo])(?![a-z'])", folded[end:])
        if named and letter and HEMISPHERES[letter[1]][0] is axis:
            columns[-1] = Column(axis, HEMISPHERES[letter[1]][1])
    return columns


def heading_columns(lines: list[Line]) -> list[Column]:
    """Give the columns announced above (or, failing that, below) the first corners."""
    first = next((line.number for line in lines if line.kind in {Kind.DATA, Kind.LABEL}), 0)
    said: list[Column] = []
    for line in lines:
        if line.kind is Kind.HEADING:
            said += find_columns(line.text)
        elif line.kind in {Kind.SENTENCE, Kind.DATA} and line.number <= first:
            columns = find_columns(line.text)
            if {column.axis for column in columns} == {Axis.X, Axis.Y} and not re.search(
                r"\d{4}|°", line.text
            ):
                said += [
                    column for column in columns if column.sign is not None or len(columns) == 2
                ]
    return said


def cut_segments(lines: list[Line]) -> list[Segment]:
    """Cut the lines at the headings that begin another ring."""
    segments: list[Segment] = []
    kind, held = Kind.OUTER, []  # type: ignore[var-annotated]
    for line in lines:
        if line.kind in {Kind.OUTER, Kind.INNER, Kind.PART}:
            segments.append(Segment(kind, tuple(held)))
            kind, held = line.kind, []
        else:
            held.append(line)
    segments.append(Segment(kind, tuple(held)))
    return segments
