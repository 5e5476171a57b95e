"""Cut CQL2 text into words, signs, numbers and texts, each with its place."""

from __future__ import annotations

import re
from dataclasses import dataclass

from cadastre.queries.cql2.tree import not_cql2

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<text>'(?:[^']|'')*')
      | (?P<quoted>"[^"]+")
      | (?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)
      | (?P<word>[^\W\d][\w.:]*)
      | (?P<sign><>|<=|>=|[=<>(),+\-*/^%])
    )""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a filter: its sort, what it says, and where it begins and ends in the text."""

    sort: str
    value: str
    start: int
    end: int

    def says(self, *words: str) -> bool:
        """Tell whether this is one of some words or signs, in any case."""
        return self.sort in ("word", "sign") and self.value.upper() in words


def tokens(text: str) -> list[Token]:
    """Cut a filter into tokens, the last of which has the sort ``end``.

    Raises
    ------
    UnusableInput
        ``filter.not-cql2``, at a sign that begins nothing.
    """
    found, place, end = [], 0, len(text.rstrip())
    while place < end:
        match = _TOKEN.match(text, place)
        if match is None or match.lastgroup is None:
            raise not_cql2(text, place + 1)
        sort = match.lastgroup
        value = match[sort]
        if sort == "text":
            value = value[1:-1].replace("''", "'")
        elif sort == "quoted":
            sort, value = "name", value[1:-1]
        found.append(Token(sort, value, match.start(match.lastgroup), match.end()))
        place = match.end()
    return [*found, Token("end", "", end, end)]
