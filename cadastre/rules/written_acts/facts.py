"""Find what an order grants, to whom and since when, in the wording French orders use."""

from __future__ import annotations

import datetime as dt
import difflib
import re
from collections.abc import Iterable, Sequence

from cadastre.errors import NotFound
from cadastre.geometry.corners.area import find_areas
from cadastre.rules.ruleset import Ruleset
from cadastre.rules.substances import plain
from cadastre.rules.written_acts.flow import DAY, Fact, Flow, read_day

_INSTRUMENT = re.compile(
    r"\b((?:arrete|decret|decision)\s+(?:ministeriel(?:le)?\s+)?n\s?[°ºo*?]?\s?[\w./#*-]+"
    r"(?:\s?/\s?[\w.#*-]+)*)"
)
_HOLDER = re.compile(
    r"\b(?:a|par) la (?:societe|compagnie|cooperative|entreprise)\s+(.{2,80}?)"
    r"(?=\s*[,;]|\s+(?:un|une|le|est|dont|ci-apres|vu|pour|representee|ayant|il|de droit)\b)"
)
_FOR = re.compile(
    r"\bpour\s+(?:l[ea]s?\s+|l'\s?|la recherche d[eu']\s?(?:l'|la |le )?)?(.{2,80}?)"
    r"(?=\s*[,;«\"]|\s+(?:a|au|aux|denomme|dans|sur|situe|portant|il)\b)"
)
_NAME = re.compile(r"(?:denomme|dit|appele)e?\s*(?:«|\"|“)\s*(.{2,60}?)\s*(?:»|\"|”)")
_PLACE = {
    "prefecture": re.compile(r"\bprefectures?\s+(?:de la |de l'|du |des |de |d')([\w' -]{2,40})"),
    "region": re.compile(r"\bregions?\s+(?:de la |de l'|du |des |de |d')?([\w' -]{2,40})"),
}
_APPLIED = re.compile(rf"\bdemande\b.{{0,60}}?\b(?:du|le)\s+({DAY})")
_GRANTED = re.compile(rf"\bfait a\s+[\w' -]{{2,30}},?\s*le\s+({DAY})")
_NUMBERS = ("un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix")
_YEARS = re.compile(
    rf"\bduree\s+(?:initiale\s+)?de\s+(\d{{1,2}}|{'|'.join(_NUMBERS)})\s*(?:\(\d+\)\s*)?ans?\b"
)
NEAR = 0.75  # of a known name: nearer is taken for it, with a doubt


def read_facts(flow: Flow, ruleset: Ruleset, places: dict[str, Sequence[str]]) -> list[Fact]:
    """Read what an act says beside its table of corners.

    Parameters
    ----------
    places
        Names of the country's places by field: ``prefecture``, ``region``.
    """
    if not flow.words:
        return []
    return [
        _instrument(flow), _kind(flow, ruleset), _once("name", flow, _NAME),
        _holder(flow), _substances(flow, ruleset),
        *(_place(flow, name, known) for name, known in places.items()),
        _area(flow), _day("applied_on", flow, _APPLIED), _day("granted_on", flow, _GRANTED),
        _years(flow),
    ]  # fmt: skip


def _missing(name: str) -> Fact:
    return Fact(name, None, doubts=("acts-read.not-found",))


def _instrument(flow: Flow) -> Fact:
    found = _INSTRUMENT.search(flow.folded)
    if found is None:
        return _missing("instrument")
    start, end = found.span(1)
    written = flow.text[start:end]
    doubts = ("acts-read.odd-signs",) if re.search(r"[#*?_]", written) else ()
    return flow.fact("instrument", written, start, end, doubts)


def _kind(flow: Flow, ruleset: Ruleset) -> Fact:
    found = [
        (flow.folded.find(plain_name), -len(plain_name), kind.id)
        for kind in ruleset.kinds.values()
        for plain_name in [_folded(kind.name["fr"])]
        if plain_name in flow.folded
    ]
    if not found:
        return _missing("kind")
    start, length, kind = min(found)
    others = {each for _, _, each in found if not _is_part(ruleset, each, kind)}
    doubts = ("acts-read.several",) if len(others) > 1 else ()
    return flow.fact("kind", kind, start, start - length, doubts)


def _folded(name: str) -> str:
    return "".join(sign for sign in name.lower().translate(_PLAIN))


_PLAIN = str.maketrans("éèêëàâîïôûùç’", "eeeeaaiiouuc'")


def _is_part(ruleset: Ruleset, one: str, other: str) -> bool:
    return one != other and _folded(ruleset.kinds[one].name["fr"]) in _folded(
        ruleset.kinds[other].name["fr"]
    )


def _once(name: str, flow: Flow, pattern: re.Pattern[str]) -> Fact:
    found = list(pattern.finditer(flow.folded))
    if not found:
        return _missing(name)
    start, end = found[0].span(1)
    said = {plain(flow.text[slice(*each.span(1))]) for each in found}
    return flow.fact(
        name, flow.text[start:end], start, end, ("acts-read.several",) if len(said) > 1 else ()
    )


def _holder(flow: Flow) -> Fact:
    """Take the holder as it is named most often; a name written otherwise elsewhere is a doubt."""
    return _once("holder", flow, _HOLDER)


def _substances(flow: Flow, ruleset: Ruleset) -> Fact:
    for found in _FOR.finditer(flow.folded):
        start, end = found.span(1)
        known, doubts = [], []
        for word in re.split(r"\s*,\s*|\s+et\s+", flow.text[start:end]):
            try:
                match = ruleset.substances.find(word)
            except NotFound:
                break
            known.append(match.substance.id)
            if not match.exact:
                doubts.append("acts-read.substance-taken")
        else:
            return flow.fact("substances", ", ".join(known), start, end, doubts)
    return _missing("substances")


def _place(flow: Flow, name: str, known: Sequence[str]) -> Fact:
    found = _PLACE[name].search(flow.folded)
    if found is None:
        return _missing(name)
    start, end = found.span(1)
    place, length, is_exact = _nearest(flow.text[start:end], known)
    if place is None:
        first = re.match(r"[\w'-]+", flow.text[start:end])
        end = start + (first.end() if first else 0)
        return flow.fact(name, flow.text[start:end], start, end, ("acts-read.unknown-place",))
    return flow.fact(
        name, place, start, start + length, () if is_exact else ("acts-read.place-taken",)
    )


def _nearest(written: str, known: Iterable[str]) -> tuple[str | None, int, bool]:
    """Find a known name at the beginning of a passage: the longest, else the nearest."""
    by_length = sorted(known, key=len, reverse=True)
    for name in by_length:
        if re.match(rf"{re.escape(plain(name))}\b", plain(written)):
            return name, len(name), True
    words = written.split()
    tried = [
        (difflib.SequenceMatcher(None, plain(name), plain(start)).ratio(), name, len(start))
        for count in range(1, min(len(words), 4) + 1)
        for start in [" ".join(words[:count])]
        for name in by_length
    ]
    ratio, name, length = max(tried, default=(0.0, "", 0))
    return (name, length, False) if ratio >= NEAR else (None, 0, False)


def _area(flow: Flow) -> Fact:
    areas, _ = find_areas(flow.text)
    if not areas:
        return _missing("published_area")
    chosen = next((each for each in areas if each.announced), areas[0])
    said = {round(each.area_ha, 2) for each in areas}
    start = flow.folded.find(chosen.text[:6].lower())
    doubts = ("acts-read.several",) if len(said) > 1 else ()
    return flow.fact(
        "published_area", f"{chosen.area_ha:.6g}", max(start, 0),
        max(start, 0) + len(chosen.text), doubts,
    )  # fmt: skip


def _day(name: str, flow: Flow, pattern: re.Pattern[str]) -> Fact:
    found = pattern.search(flow.folded)
    if found is None:
        return _missing(name)
    start, end = found.span(1)
    day = read_day(flow.text[start:end])
    if day is None:
        return flow.fact(name, None, start, end, ("acts-read.not-a-day",))
    doubts = () if dt.date(1900, 1, 1) <= day else ("acts-read.not-a-day",)
    return flow.fact(name, day.isoformat(), start, end, doubts)


def _years(flow: Flow) -> Fact:
    found = _YEARS.search(flow.folded)
    if found is None:
        return _missing("years")
    written = found.group(1)
    years = int(written) if written.isdigit() else _NUMBERS.index(written) + 1
    return flow.fact("years", str(years), *found.span(1))
