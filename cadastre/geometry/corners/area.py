"""Find the area an order prints, and take it out of the way of the coordinates."""

from __future__ import annotations

import re
from dataclasses import dataclass

from cadastre.geometry.corners.characters import fold
from cadastre.units import km2_to_ha, m2_to_ha

_NUMBER = (
    r"(?<![\d.,])(\d{1,6},\d{3} \d{1,3}(?!\d)"  # 249,542 6: decimals in threes too
    r"|\d{1,3}(?:[ .]\d{3}){1,3}(?:,\s?\d{1,6})?"
    r"|\d{1,3}(?:,\d{3}){1,3}\.\d{1,6}|\d{1,9}(?:[.,]\s?\d{1,6})?)"
)
_SHORT = r"(?<![\d.,])(\d{1,9}(?:[.,]\s?\d{1,6})?)"
_UNIT = (
    r"\s{0,3}(?P<unit>km\s?[2?]|kms?(?![a-z0-9/])|kilometres?[\s-]{1,2}carres?"
    r"|square kilomet\w{2,4}|sq\.? ?km"
    r"|hectares?|has?(?![a-z])|metres?[\s-]{1,2}carres?|m\s?[2?](?!\w)|acres?(?![a-z]))"
)
_AREA = re.compile(_NUMBER + _UNIT)
_SHORT_AREA = re.compile(_SHORT + _UNIT)
_HA_A_CA = re.compile(
    r"(?<![\d.,])(\d{1,6})\s{0,2}ha\s{0,2}(\d{1,2})\s{0,2}a(?:res?)?\s{0,2}(?:(\d{1,2})\s{0,2}c(?:entiares|a)\b)?"
)
_CUT_UNIT = re.compile(
    r"(?<=\d)([ \t]{0,3}(?:sq\.?|square|kilom[eè]tres?)?[ \t]{0,3})\n[ \t]{0,3}"
    r"(?=km\s?[2²]|km\b(?!\s?[:=])|kilomet|carr[ée]s?\b|hectares?\b|ha\b)",
    re.IGNORECASE,
)
_ABOUT_AREA = re.compile(r"superfic|surface|etendue|\barea\b|contenance|couvr")
_ACRE_HA = 0.40468564224


@dataclass(frozen=True, slots=True)
class PrintedArea:
    """An area as printed, in hectares, with its line (0-based) and whether words announce it."""

    area_ha: float
    text: str
    line: int
    announced: bool


def rejoin_units(text: str) -> str:
    """Give the text with an area and its unit on one line (``349.13 sq`` / ``km in area``)."""
    return _CUT_UNIT.sub(r"\1 ", text)


def find_areas(text: str) -> tuple[list[PrintedArea], str]:
    """Give the areas of a text and the text with them blanked out, of the same length.

    ``km`` without its exponent counts as km² only where the text speaks of an area.
    """
    spoken_of = bool(_ABOUT_AREA.search(fold(text)))
    areas: list[PrintedArea] = []
    lines = text.split("\n")
    for number, line in enumerate(lines):
        if len(line) > 20_000:
            continue
        folded = fold(line)
        announced = bool(_ABOUT_AREA.search(folded))
        crowded = len(re.findall(r"\d{3,}|\d°", line)) > 2
        for found in _HA_A_CA.finditer(folded):
            ha = int(found[1]) + int(found[2]) / 100 + int(found[3] or 0) / 10_000
            areas.append(
                PrintedArea(ha, line[found.start() : found.end()].strip(), number, announced)
            )
            line = _blank(line, found)
        pattern = _SHORT_AREA if crowded and not announced else _AREA
        for found in pattern.finditer(fold(line)):
            bare = found["unit"].replace("s", "") == "km"
            if not bare or spoken_of:
                ha = _hectares(_number(found[1]), found["unit"])
                printed = line[found.start() : found.end()].strip()
                areas.append(PrintedArea(ha, printed, number, announced))
            line = _blank(line, found)
        lines[number] = line
    return areas, "\n".join(lines)


def choose_area(areas: list[PrintedArea], table_lines: tuple[int, int]) -> PrintedArea | None:
    """Choose the area of the perimeter: announced by words or beside the table, nearest to it."""
    first, last = table_lines

    def distance(area: PrintedArea) -> int:
        return max(first - area.line, area.line - last, 0)

    near = [area for area in areas if area.announced or distance(area) <= 2]
    return min(
        near,
        key=lambda area: (distance(area) > 6, not area.announced, distance(area)),
        default=None,
    )


def _blank(line: str, found: re.Match[str]) -> str:
    return line[: found.start()] + " " * (found.end() - found.start()) + line[found.end() :]


def _number(text: str) -> float:
    bare = text.replace(" ", "")
    if "," in bare and "." in bare:
        thousands = "," if bare.rfind(",") < bare.rfind(".") else "."
        bare = bare.replace(thousands, "")
    elif re.fullmatch(r"\d{1,3}(?:\.\d{3}){2,}", bare) or re.fullmatch(
        r"[1-9]\d{0,2}\.\d{3}", bare
    ):
        bare = bare.replace(".", "")
    return float(bare.replace(",", "."))


def _hectares(value: float, unit: str) -> float:
    if unit.startswith(("km", "kilo", "sq")):
        return km2_to_ha(value)
    if unit.startswith("m"):
        return m2_to_ha(value)
    return value * _ACRE_HA if unit.startswith("acre") else value
