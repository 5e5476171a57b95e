"""Find what a text says about its coordinate system: datum, zone, code, prime meridian."""

from __future__ import annotations

import re
from dataclasses import dataclass

from cadastre.errors import UnusableInput
from cadastre.geometry import crs as systems
from cadastre.geometry.corners.cells import Unit
from cadastre.geometry.corners.characters import fold

_CODE = re.compile(r"\bepsg\s{0,2}(?:[:n°]|code)?\s{0,2}:{0,2}\s{0,2}(\d{4,6})\b")
_DATUM = re.compile(
    r"\b(?:(?P<WGS84>wgs[\s_-]{0,2}(?:19)?84)|(?P<RGFG95>rgfg\s{0,2}(?:19)?95)"
    r"|(?P<NTF>ntf\b|nouvelle triangulation)"
    r"|(?P<RGF93>rgf\s?93)|(?P<ADINDAN>adindan)|(?P<ABIDJAN1987>abidjan\s?(?:19)?87)"
    r"|(?P<CONAKRY1905>conakry\s?1905)|(?P<DABOLA1981>dabola\s?1981)|(?P<YOFF>yoff)|(?P<ED50>ed\s?50)"
    r"|(?P<LOME>(?:syst[e]me|datum|reseau|referentiel)(?:\s\w{1,12}){0,2}\s(?:de\s)?lome|lome\s?/\s?utm|lome\s?(?:\(|\s)?datum))"
)
_CLARKE = re.compile(r"\bclarke[\s,]{0,3}(?:18)?80\b")
_PARIS = re.compile(
    r"m[e]ridien(?:\s\w{1,9}){0,5}\sparis|greenwich\s?[-=+]\s?paris|ntf\s?\(?paris|paris meridian"
)
_ZONE = re.compile(
    r"(?:(?:utm|mtu)[^\d\n]{0,30}?|(?:fuseau|zone)\s{0,2}(?:utm)?\s{0,2}(?:n\s?°)?\s{0,2})"
    r"0?(?P<zone>[1-9]|[1-5]\d|60)(?![\d.,]\d|\d)[ ]{0,2}"
    r"(?P<side>(?:nord|north|sud|south)\b|[c-hj-np-x](?![\w'.)°]|\s?:))?"
)
# A zone written in each row: 31N 276400 1011100.
_ROW_ZONE = re.compile(
    r"(?<![\w.,])(?P<zone>[1-9]|[1-5]\d|60)(?P<side>[c-hj-np-x])(?=[\s:,;|]{1,4}\d{5,7}(?!\d))"
)
_UTM = re.compile(r"\b(?:utm|mtu|mercator transverse|transverse universelle)\b")
_AND_ZONE = re.compile(
    r"\s{0,2}(?:et|and|ou|or|,|/|&)\s{0,2}0?([1-9]|[1-5]\d|60)(?![\d.,]\d|\d)[ns]?\b"
)
_SOUTHERN = re.compile(r"hemisphere\s(?:sud|south)|southern hemisphere")


@dataclass(frozen=True, slots=True)
class Statement:
    """What the text says; the empty one says nothing."""

    code: str | None = None
    datums: tuple[str, ...] = ()
    zones: tuple[tuple[int, bool], ...] = ()  # zone, south
    paris: bool = False
    clarke: bool = False
    words: str = ""


def find_statement(text: str) -> tuple[Statement, str]:
    """Give what a text says of its system, and the text with those words blanked out.

    The blanked text has the same length, so that ``84`` of WGS 84 or ``31`` of zone 31 are never
    taken
    for coordinates.
    """
    folded = fold(text)
    said: list[str] = []
    blanked = list(folded)

    def take(found: re.Match[str]) -> None:
        said.append(" ".join(found[0].split()))
        blanked[found.start() : found.end()] = " " * (found.end() - found.start())

    codes = [f"EPSG:{found[1]}" for found in _each(_CODE, folded, take)]
    datums = [str(found.lastgroup) for found in _each(_DATUM, "".join(blanked), take)]
    clarke = bool(_each(_CLARKE, "".join(blanked), take))
    paris = bool(_PARIS.search(folded))
    zones: list[tuple[int, bool]] = []
    if _UTM.search(folded) or re.search(r"\bfuseau\b", folded) or "zone" in folded:
        for found in _each(_ZONE, "".join(blanked), take):
            side = found["side"] or ("s" if _SOUTHERN.search(folded) else "n")
            south = side in {"s", "sud", "south"} or (len(side) == 1 and side < "n")
            zones.append((int(found["zone"]), south))
            also = _AND_ZONE.match("".join(blanked), found.end())
            if also:
                take(also)
                zones.append((int(also[1]), south))
    in_rows = list(_ROW_ZONE.finditer("".join(blanked)))
    if len(in_rows) > 1 and len({found["zone"] for found in in_rows}) == 1:
        for found in in_rows:
            take(found)
        zones.append((int(in_rows[0]["zone"]), in_rows[0]["side"] < "n"))
    kept = "".join(
        " " if was != now and now == " " else original
        for original, was, now in zip(text, folded, blanked, strict=True)
    )
    statement = Statement(
        codes[0] if len(set(codes)) == 1 else None,
        tuple(dict.fromkeys(datums)),
        tuple(dict.fromkeys(zones)),
        paris,
        clarke,
        ", ".join(dict.fromkeys(said)),
    )
    return statement, kept


def _each(pattern: re.Pattern[str], text: str, take: object) -> list[re.Match[str]]:
    found = list(pattern.finditer(text))
    for match in found:
        take(match)  # type: ignore[operator]
    return found


def stated_code(statement: Statement, unit: Unit) -> str | None:
    """Give the one system a statement names for numbers of a unit; None when it leaves a choice."""
    if statement.code:
        code = systems.normalise(statement.code)
        return (
            code
            if unit is Unit.METRE or systems.is_geographic(code)
            else systems.geographic_base(code)
        )
    if unit is Unit.GRADE:
        return systems.GRADES_PARIS if statement.paris else None
    if len(statement.datums) > 1 or len(statement.zones) > 1:
        return None
    datum = statement.datums[0] if statement.datums else ""
    if unit is Unit.METRE:
        if not statement.zones or (statement.clarke and not datum):
            return None
        zone, south = statement.zones[0]
        return systems.utm_code(datum, zone, south=south)
    if not datum:
        return None
    try:
        return systems.geographic_base(systems.normalise(datum))
    except UnusableInput:
        return None


def named_by(statement: Statement, code: str) -> bool:
    """Tell whether the text names something of a system: its zone, datum or ellipsoid."""
    known = systems.describe(code)
    folded = re.sub(r"[^a-z0-9]", "", fold(known))
    if statement.clarke and systems.ellipsoid(code).startswith("Clarke 1880"):
        return True
    if any(datum.lower() in folded for datum in statement.datums):
        return not statement.zones or any(
            f"zone{zone}{'s' if south else 'n'}" in folded for zone, south in statement.zones
        )
    return not statement.datums and any(
        f"zone{zone}{'s' if south else 'n'}" in folded for zone, south in statement.zones
    )
