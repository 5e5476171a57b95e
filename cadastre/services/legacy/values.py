"""Read what older registers write in their cells: dates, areas, holders, in four languages."""

from __future__ import annotations

import datetime as dt
import math
import re
from typing import Any

from cadastre.rules.substances import plain
from cadastre.vocabulary import PartyKind

EARLIEST = dt.date(1800, 1, 1)
SERIAL_ZERO = dt.date(1899, 12, 30)  # day 0 of spreadsheets
_ISO = re.compile(r"^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ].*)?$")
_WRITTEN = re.compile(r"^(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4})(?:[T ].*)?$")
_SHORT = re.compile(r"^(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{2})$")
_NAMED = re.compile(r"^(\d{1,2})(?:er|st|nd|rd|th)? (?:de )?([a-z]{3,10}) (?:de )?(\d{4}|\d{2})$")
_NAME_FIRST = re.compile(r"^([a-z]{3,10}) (\d{1,2})(?:st|nd|rd|th)? (\d{4})$")
# First letters are enough to tell the months of French, English, Spanish and Portuguese.
_MONTHS = (
    ("jan", "ene"), ("feb", "fev"), ("mar",), ("apr", "avr", "abr"), ("may", "mai"),
    ("jun", "juin"), ("jul", "juil"), ("aug", "aou", "ago"), ("sep", "set"), ("oct", "out"),
    ("nov",), ("dec", "dic", "dez"),
)  # fmt: skip
_COMPACT = re.compile(r"^(\d{4})(\d{2})(\d{2})$")
_AREA = re.compile(r"-?\d[\d\s.,'’\u00a0\u202f]*")
_EMPTY = {"", "-", "--", "n/a", "na", "null", "none", "nan", "s/d", "sin datos", "nd", "?", "0"}
_COMPANY = re.compile(
    r"\b(s a|s r l|s a s|s a u|sa|srl|sas|sau|sarl|sarlu|suarl|ltd|ltda|limited|inc|corp"
    r"|corporation|llc|plc|gmbh|pty|snc|eurl|gie|cia|compania|compagnie|company|societe|sociedad|sociedade|societa"
    r"|minera|mining|mineracao|mines|minerals|minerais|minerales|resources|recursos|lithium|litio"
    r"|gold|energy|energia|energie|holding|holdings|group|groupe|grupo|cooperativa|cooperative"
    r"|sucursal|argentina|exploraciones|exploration|ventures|metals|borax|constructora|industrias"
    r"|inversiones|ute|s e|sucesores)\b"
)
_ADMINISTRATION = re.compile(
    r"\b(estado|etat|state|provincia|province|gobierno|gouvernement|government|governo|ministerio"
    r"|ministere|ministry|municipalidad|municipio|mairie|commune|direccion|direction|secretaria"
    r"|universidad|universite|ejercito|remsa|vialidad)\b"
)
_SEVERAL = re.compile(r"\b(y otros|y otro|et autres|et al|and others|e outros|otros)\b|[;/&+]")


def is_empty(value: Any) -> bool:
    """Tell whether a cell says nothing."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return True
    return isinstance(value, str) and value.strip().casefold() in _EMPTY


def text_of(value: Any) -> str | None:
    """Give the words of a cell, spaces put in order; None when it says nothing."""
    if is_empty(value):
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    words = " ".join(str(value).replace("\x00", "").split())
    return words or None


def read_date(value: Any, *, day_first: bool = True) -> dt.date | None:
    """Read a day: a date, ISO, 31/12/2020, 20201231, 12 mars 2014, a year alone, a serial number.

    A year of two digits is of this century up to 68, else of the last.

    Raises
    ------
    ValueError
        Something stands there that is no day.
    """
    if is_empty(value):
        return None
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return _of_number(float(value))
    written = str(value).strip()
    if found := _ISO.match(written) or _COMPACT.match(written):
        return dt.date(int(found[1]), int(found[2]), int(found[3]))
    if found := _WRITTEN.match(written):
        first, second, year = int(found[1]), int(found[2]), int(found[3])
        day, month = (first, second) if day_first else (second, first)
        if month > 12 >= day:
            day, month = month, day
        return dt.date(year, month, day)
    if named := _named(plain(written)):
        return named
    if found := _SHORT.match(written):
        first, second = int(found[1]), int(found[2])
        day, month = (first, second) if day_first else (second, first)
        return dt.date(_century(found[3]), month, day)
    if re.fullmatch(r"(1[89]|20)\d\d", written):
        return dt.date(int(written), 1, 1)
    raise ValueError(f"no day: {written[:40]}")


def _named(words: str) -> dt.date | None:
    """Read a day whose month is a name; None where there is no such day."""
    if found := _NAMED.match(words):
        day, name, year = found[1], found[2], found[3]
    elif found := _NAME_FIRST.match(words):
        name, day, year = found[1], found[2], found[3]
    else:
        return None
    for month, names in enumerate(_MONTHS, start=1):
        if name.startswith(names):
            return dt.date(_century(year), month, int(day))
    return None


def _century(year: str) -> int:
    if len(year) == 4:
        return int(year)
    return int(year) + (2000 if int(year) <= 68 else 1900)


def _of_number(number: float) -> dt.date:
    if abs(number) >= 1e11:  # milliseconds since 1970, as web services of maps give them
        return dt.date(1970, 1, 1) + dt.timedelta(milliseconds=number)
    if number == int(number) and 1800 <= number <= 2200:
        return dt.date(int(number), 1, 1)
    if 18000101 <= number <= 22001231:
        return read_date(str(int(number))) or EARLIEST
    if 1 <= number <= 200_000:
        return SERIAL_ZERO + dt.timedelta(days=int(number))
    raise ValueError(f"no day: {number}")


def read_area(value: Any) -> tuple[float, str | None] | None:
    """Read an area: its number, and its unit when the cell says one (``298,2633 ha``).

    Raises
    ------
    ValueError
        No number, or none above zero.
    """
    if is_empty(value):
        return None
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return _positive(float(value)), None
    written = str(value).strip()
    found = _AREA.search(written)
    if found is None:
        raise ValueError(f"no area: {written[:40]}")
    return _positive(_number(found[0])), _unit(written[found.end() :])


def _positive(number: float) -> float:
    if not (math.isfinite(number) and number > 0):
        raise ValueError("no area")
    return number


def _number(written: str) -> float:
    """Read a number whose last sign of two kinds, or only sign, is the decimal one."""
    bare = re.sub(r"[\s'’\u00a0\u202f]", "", written).rstrip(".,")
    comma, point = bare.rfind(","), bare.rfind(".")
    if comma >= 0 and point >= 0:
        thousands = "," if point > comma else "."
        return float(bare.replace(thousands, "").replace(",", "."))
    sign = "," if comma >= 0 else "."
    if bare.count(sign) > 1:
        return float(bare.replace(sign, ""))
    return float(bare.replace(",", "."))


def _unit(rest: str) -> str | None:
    word = plain(rest.replace("²", "2"))
    for unit, names in {
        "ha": ("ha", "has", "hectare", "hectares", "hectareas"),
        "km2": ("km2", "sq km", "km 2"),
        "m2": ("m2", "sq m", "m 2"),
        "acre": ("acre", "acres"),
    }.items():
        if word in names:
            return unit
    return None


def party_kind(name: str) -> PartyKind:
    """Tell a company or an administration by words in its name; anybody else is a person.

    A person's name is not published, so the doubtful case is the one that protects.
    """
    words = plain(name)
    if _ADMINISTRATION.search(words):
        return PartyKind.ADMINISTRATION
    return PartyKind.COMPANY if _COMPANY.search(words) else PartyKind.PERSON


def names_several(name: str) -> bool:
    """Tell whether a cell of holders seems to name more than one."""
    return bool(_SEVERAL.search(name.casefold()))


def is_plausible(day: dt.date, today: dt.date) -> bool:
    """Tell whether a right may have begun on a day: since mining codes, not in years to come."""
    return EARLIEST <= day <= today + dt.timedelta(days=366)
