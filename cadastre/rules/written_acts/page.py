"""The words of a page with their places, put together into lines and cells as an eye would."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

GAP = 1.3  # of a line's height: wider than any space between words, narrower than between cells

Box = tuple[float, float, float, float]  # left, top, right, bottom, in dots of the picture


@dataclass(frozen=True, slots=True)
class Word:
    """A word as it was read, where it stands, and how sure the reader was (0 to 100)."""

    text: str
    box: Box
    sure: float = 100.0

    @property
    def middle(self) -> float:
        """Height of its middle on the page."""
        return (self.box[1] + self.box[3]) / 2


@dataclass(frozen=True, slots=True)
class Cell:
    """Words that stand together in a line, apart from the others."""

    words: tuple[Word, ...]

    @property
    def text(self) -> str:
        """The words, one space between them."""
        return " ".join(word.text for word in self.words)

    @property
    def box(self) -> Box:
        """The ground its words cover."""
        return around(word.box for word in self.words)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a page, left to right; ``page`` counts from 0."""

    page: int
    cells: tuple[Cell, ...]

    @property
    def text(self) -> str:
        """The cells, parted by tabs."""
        return "\t".join(cell.text for cell in self.cells)

    @property
    def words(self) -> tuple[Word, ...]:
        """The words of all its cells."""
        return tuple(word for cell in self.cells for word in cell.words)

    @property
    def box(self) -> Box:
        """The ground the line covers."""
        return around(cell.box for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Page:
    """A page: how it was read (``text``, ``scan``, ``unread``), its size, and its words.

    ``second`` are the words of a second, independent reading of the same picture.
    """

    method: str
    width: int
    height: int
    words: tuple[Word, ...]
    second: tuple[Word, ...] = ()


def around(boxes: Iterable[Box]) -> Box:
    """Give the box around boxes."""
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)


def lines_of(words: Sequence[Word], page: int = 0) -> list[Line]:
    """Put words into lines, top to bottom.

    A word belongs to a line when its middle is nearer the line's middle than half a letter's
    height: a cell that spans two rows is a line of its own between them.
    """
    if not words:
        return []
    height = median(word.box[3] - word.box[1] for word in words)
    rows: list[list[Word]] = []
    for word in sorted(words, key=lambda each: (each.middle, each.box[0])):
        if rows and abs(word.middle - _middle(rows[-1])) <= height * 0.5:
            rows[-1].append(word)
        else:
            rows.append([word])
    return [Line(page, _cells(row, height)) for row in rows]


def _middle(row: list[Word]) -> float:
    return sum(word.middle for word in row) / len(row)


def _cells(row: list[Word], height: float) -> tuple[Cell, ...]:
    ordered = sorted(row, key=lambda word: word.box[0])
    cells = [[ordered[0]]]
    for word in ordered[1:]:
        if word.box[0] - cells[-1][-1].box[2] > GAP * height:
            cells.append([word])
        else:
            cells[-1].append(word)
    return tuple(Cell(tuple(words)) for words in cells)


def text_of(lines: Iterable[Line]) -> str:
    """Write lines as text."""
    return "\n".join(line.text for line in lines)
