"""Find substances by what people write: ids, names in both languages, synonyms, no accents."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

from cadastre.errors import NotFound
from cadastre.vocabulary import Evidence


@dataclass(frozen=True, slots=True)
class SubstanceClass:
    """A class of substances of the law."""

    id: str
    name: Mapping[str, str]
    evidence: Evidence
    article: str | None = None
    source: str | None = None
    note: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Substance:
    """A substance and the class the law puts it in."""

    id: str
    class_id: str
    name: Mapping[str, str]
    synonyms: tuple[str, ...]
    evidence: Evidence
    note: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """A substance found; ``exact`` is False when words around its name were left aside."""

    substance: Substance
    written: str
    exact: bool


def plain(text: str) -> str:
    """Write a name without accents, capitals, marks or double spaces, to compare names."""
    decomposed = unicodedata.normalize("NFKD", text.replace("œ", "oe").casefold())
    letters = "".join(c for c in decomposed if not unicodedata.combining(c))
    return re.sub(r"[^a-z0-9]+", " ", letters).strip()


@dataclass(frozen=True)
class Substances:
    """The substances of a ruleset, with the index that finds them."""

    classes: Mapping[str, SubstanceClass]
    by_id: Mapping[str, Substance]
    _names: dict[str, Substance] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        names: dict[str, Substance] = {}
        for substance in self.by_id.values():
            for name in (substance.id, *substance.name.values(), *substance.synonyms):
                names.setdefault(plain(name), substance)
        object.__setattr__(self, "_names", names)

    def find(self, written: str) -> Match:
        """Find a substance as a person wrote it.

        "phosphates métamorphiques" finds phosphates, not exactly: words that qualify are left
        aside when one known name stands in the text.

        Raises
        ------
        NotFound
            ``ruleset.unknown-substance`` with the nearest names; ``ruleset.unclear-substance``
            when several substances are named in one text.
        """
        wanted = plain(written)
        if wanted in self._names:
            return Match(self._names[wanted], written, exact=True)
        inside = self._named_in(wanted)
        if len(inside) > 1:
            raise NotFound(
                "ruleset.unclear-substance", given=written, found=[s.name["fr"] for s in inside]
            )
        if inside:
            return Match(inside[0], written, exact=False)
        raise NotFound("ruleset.unknown-substance", given=written, near=self._near(wanted))

    def _named_in(self, wanted: str) -> list[Substance]:
        """List substances whose name stands in a text as whole words, longest names first."""
        rest, found = f" {wanted} ", []
        # Symbols of two letters (au, co, ni) are French words too: only whole texts match them.
        long_enough = (name for name in self._names if len(name) > 2 or name == "or")
        for name in sorted(long_enough, key=len, reverse=True):
            if f" {name} " in rest:
                rest = rest.replace(f" {name} ", " | ")
                if self._names[name] not in found:
                    found.append(self._names[name])
        return found

    def _near(self, wanted: str) -> list[str]:
        near = difflib.get_close_matches(wanted, list(self._names), n=5, cutoff=0.5)
        ids = dict.fromkeys(self._names[name].name["fr"] for name in near)
        return list(ids) or sorted(s.name["fr"] for s in self.by_id.values())
