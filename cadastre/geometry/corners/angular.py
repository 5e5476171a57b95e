"""Find the angles of a line: degrees and minutes, grades, hemispheres before or after.

The line is cut into words, numbers and marks; numbers are then gathered into angles at the places
where a new one must begin (a degree sign, a hemisphere, a column separator, the end of seconds).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from cadastre.geometry.corners.angles import Part, read_angle
from cadastre.geometry.corners.cells import Axis, Candidate, Cell, Unit
from cadastre.geometry.corners.characters import fold
from cadastre.geometry.corners.words import AXIS_WORD, HEMISPHERES

_TOKEN = re.compile(
    r"""(?P<number>\d{1,12}(?:[.,]\d{1,17})?)
      | (?P<grade>(?:gr(?:ades?|ads?)?|gons?|g)(?![a-z])\.?)
      | (?P<degree>°|(?:deg(?:r[eé]s?|rees?)?|d)(?![a-z])\.?)
      | (?P<minute>'|(?:minutes?|min|mn|m)(?![a-z])\.?)
      | (?P<second>"|(?:secondes?|seconds?|sec)(?![a-z])\.?|(?<=\d)(?-i:s)(?![a-z]))
      | (?P<hemisphere>(?:nord|north|sud|south|ouest|west|est|east|[nsewo])(?![a-z'])\.?)
      | (?P<word>[^\W\d_]+)
      | (?P<hard>\t|;|\||,|\.{2,}|_{2,}|—+|-{2,}|\s-\s|[ ]{2,}|[()=])
      | (?P<minus>-(?=\d))
      | (?P<odd>[!/*?^~:\\])
      | (?P<rest>.)""",
    re.VERBOSE | re.IGNORECASE,
)
_MARKS = {"degree": "°", "minute": "'", "second": '"', "grade": "g"}
_LOOKALIKE = re.compile(
    r"(?<![A-Za-z])[\dlIOo]*\d[\dlIOo]*(?![A-Za-z])|(?<![A-Za-z\d])[OolI]+(?=\s?°)"
)


# A mark after a number, a hemisphere after or before one; but neither a label (S1) nor a zone (31N)
# before metres.
_ANGLE_SIGNS = re.compile(
    r"\d\s{0,2}[°'\"]|\d\s{0,2}gr(?:ades?)?\b|\d\s{0,2}deg(?:r[eé]s?|rees?)?\b"
    r"|\d\s{0,2}(?:[nsewo]|nord|sud|est|ouest|north|south|east|west)\b"
    r"(?!\s?[a-z]|\s{0,2}-?\d{4}|\s{1,2}\d{3}\s\d{3})"
    r"|(?:^|[\s;,|])[nsew]\s{0,2}\d{1,3}(?:[.,]\d|°|\s\d{1,2}[.,\s'\"°])"
)


@dataclass(slots=True)
class _Token:
    kind: str
    text: str
    start: int
    end: int


@dataclass(slots=True)
class _Draft:
    """An angle being gathered."""

    parts: list[Part]
    start: int
    end: int
    hemisphere: str | None = None
    axis: Axis | None = None
    negative: bool = False
    doubtful: bool = False  # a letter stood for a digit or a mark


def looks_angular(line: str) -> bool:
    """Tell whether a line prints angles with marks, grades or hemispheres."""
    return _ANGLE_SIGNS.search(fold(line)) is not None


def find_angles(line: str) -> tuple[list[Cell], int]:
    """Give the angles of a line in printed order, and where the first one begins."""
    mended, letters = _mend_letters(line)
    drafts = _gather(_tokens(mended), letters)
    cells = [_cell(draft, mended, line) for draft in drafts]
    return cells, drafts[0].start if drafts else len(line)


def _mend_letters(line: str) -> tuple[str, set[int]]:
    """Read l and I as 1, and O as a degree sign or 0, inside runs of digits; the length is kept."""
    places: set[int] = set()

    def mend(found: re.Match[str]) -> str:
        run = found[0]
        if run.isdigit():
            return run
        after = line[found.end() : found.end() + 4]
        fixed = re.sub("[lI]", "1", run)
        inner = re.fullmatch(r"(\d{1,3})[Oo](\d{1,2})", fixed)
        if inner:
            fixed = f"{inner[1]}°{inner[2]}"
        elif re.fullmatch(r"\d{1,3}[Oo]", fixed) and re.match(
            r"\s?\d{1,2}['\"!/]|\s?\d{1,2}\b", after
        ):
            fixed = fixed[:-1] + "°"
        elif re.fullmatch(r"\d{1,3}[Oo]", fixed) and not re.match(r"['\"°]", after):
            return run  # 11O is eleven West, said elsewhere
        else:
            fixed = re.sub("[Oo]", "0", fixed)
        places.update(found.start() + at for at, was in enumerate(run) if was != fixed[at])
        return fixed

    return _LOOKALIKE.sub(mend, line), places


def _tokens(line: str) -> list[_Token]:
    # Where a line has real column marks, wide spaces are only marks that were lost.
    ruled = re.search(r"[\t;|]", line) is not None
    return [
        _Token(found.lastgroup or "rest", found[0], found.start(), found.end())
        for found in _TOKEN.finditer(line)
        if found[0].strip(" ") or (len(found[0]) > 1 and not ruled)
    ]


def _gather(tokens: list[_Token], letters: set[int]) -> list[_Draft]:
    drafts: list[_Draft] = []
    current: _Draft | None = None
    prefix, named_after = _prefix_style(tokens), _named_after(tokens)
    pending: dict[str, object] = {}
    for at, token in enumerate(tokens):
        if token.kind == "number":
            if current is None or _begins(current, tokens, at):
                current = _Draft([], token.start, token.end)
                current.hemisphere = pending.get("hemisphere")  # type: ignore[assignment]
                current.axis = pending.get("axis")  # type: ignore[assignment]
                current.negative = bool(pending.get("minus"))
                pending = {}
                drafts.append(current)
            current.parts.append(Part(token.text.replace(",", ".")))
            current.end = token.end
            current.doubtful |= any(token.start <= place < token.end for place in letters)
        elif token.kind in _MARKS or (token.kind == "odd" and _between_digits(tokens, at)):
            if current and current.parts and not current.parts[-1].mark:
                mark = _MARKS.get(token.kind, token.text)
                current.parts[-1] = replace(current.parts[-1], mark=mark)
                current.end = token.end
                current.doubtful |= token.start in letters
        elif (
            token.kind == "hemisphere" and current is None and _follows(tokens, at, drafts, prefix)
        ):
            drafts[-1].hemisphere = token.text.rstrip(".")
        elif token.kind == "hemisphere" and (prefix or current is None):
            pending["hemisphere"] = token.text.rstrip(".")
            current = None
        elif token.kind == "hemisphere" and current:
            current.hemisphere, current.end = token.text.rstrip("."), token.end
            current = None
        elif token.kind == "minus":
            pending["minus"] = True
            current = None
        elif token.kind == "word":
            named = _axis_named(token.text)
            if named and named_after and drafts and drafts[-1].axis is None:
                drafts[-1].axis = named
            elif named:
                pending["axis"] = named
            current = None
        elif token.kind == "hard" and not _only_wide(tokens, at, prefix):
            current = None
    return drafts


def _axis_named(word: str) -> Axis | None:
    folded = fold(word)
    found = AXIS_WORD.fullmatch(folded)
    if found:
        return Axis.X if found["x"] else Axis.Y
    # Scanned narratives garble the two words; their skeleton is enough.
    if re.fullmatch(r"\w{0,2}ara\w{1,2}l\w{2,4}", folded):
        return Axis.Y
    return Axis.X if re.fullmatch(r"m\w?ridi\w{1,4}", folded) else None


def _named_after(tokens: list[_Token]) -> bool:
    """Tell whether axes are named after their angle (9°08' de latitude Nord)."""
    for token in tokens:
        if token.kind == "number":
            return True
        if token.kind == "word" and _axis_named(token.text):
            return False
    return False


def _follows(tokens: list[_Token], at: int, drafts: list[_Draft], prefix: bool) -> bool:
    """Tell whether a hemisphere belongs to the angle before it, with only words between them."""
    if prefix or not drafts or drafts[-1].hemisphere:
        return False
    words = tokens[at - 1]
    return (
        words.kind == "word"
        and _axis_named(words.text) is not None
        and words.start > drafts[-1].end
    )


def _prefix_style(tokens: list[_Token]) -> bool:
    """Tell whether hemispheres stand before their angle (N 9°08' E 0°57')."""
    useful = [token.kind for token in tokens if token.kind in {"number", "hemisphere"}]
    return bool(useful) and useful[0] == "hemisphere" and useful[-1] == "number"


def _between_digits(tokens: list[_Token], at: int) -> bool:
    return (
        0 < at < len(tokens) - 1
        and tokens[at - 1].kind == "number"
        and tokens[at - 1].end == tokens[at].start
        and tokens[at + 1].kind == "number"
        and tokens[at + 1].start - tokens[at].end <= 1
    )


def _only_wide(tokens: list[_Token], at: int, prefix: bool) -> bool:
    """Tell whether a wide space is only loose typing inside an angle (9°  08'  31"  N)."""
    if tokens[at].text.strip(" "):
        return False
    following = [token.kind for token in tokens[at + 1 : at + 3]]
    if following[:1] == ["hemisphere"] and not prefix:
        return True
    return following in (["number", "minute"], ["number", "second"])


def _begins(current: _Draft, tokens: list[_Token], at: int) -> bool:
    """Tell whether the number at hand starts another angle."""
    last = current.parts[-1]
    following = tokens[at + 1] if at + 1 < len(tokens) else None
    if following is not None and following.kind in {"degree", "grade"}:
        return True
    if last.mark in ('"', "g") and (current.parts[0] is not last or last.mark == "g"):
        return len(current.parts) >= 3 or last.mark == "g" or tokens[at - 1].end < tokens[at].start
    return len(current.parts) >= 3 or bool(last.decimals)


def _cell(draft: _Draft, mended: str, line: str) -> Cell:
    text = line[draft.start : draft.end].strip()
    parts = tuple(draft.parts)
    candidates = list(read_angle(parts, text))
    if draft.doubtful:
        candidates += _with_letter_as_mark(parts, line[draft.start : draft.end], text)
        candidates = [replace(each, repair="corners.letter-for-digit") for each in candidates]
    unit = Unit.GRADE if any(part.mark == "g" for part in parts) else Unit.DEGREE
    axis, sign = draft.axis, -1 if draft.negative else None
    if draft.hemisphere:
        axis, sign = HEMISPHERES[fold(draft.hemisphere)]
        sign = -sign if draft.negative else sign
    return Cell(text, tuple(_unique(candidates)), unit, axis, sign, draft.hemisphere)


def _with_letter_as_mark(parts: tuple[Part, ...], printed: str, text: str) -> list[Candidate]:
    """Read a final O of the degrees as a degree sign that slipped after the minutes."""
    found = re.match(r"([\dlI]+)[Oo]['\"]", printed)
    if not found or len(parts) != 2:
        return []
    digits = re.sub("[lI]", "1", found[1])
    return list(read_angle((Part(digits), parts[1]), text))


def _unique(candidates: list[Candidate]) -> list[Candidate]:
    kept: dict[float, Candidate] = {}
    for candidate in candidates:
        kept.setdefault(round(candidate.value, 10), candidate)
    return list(kept.values())
