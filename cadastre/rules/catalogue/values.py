"""Read each type of answer: what a person wrote becomes one JSON value, or a refusal with reason.

Every reader takes the field, what was given and the :class:`Circumstances`, and raises
UnusableInput with a ``form.`` code whose sentence names the way out.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from cadastre.errors import UnusableInput
from cadastre.rules.catalogue.numbers import read_number
from cadastre.rules.catalogue.references import References
from cadastre.rules.catalogue.service import FormField
from cadastre.rules.catalogue.told import told

SHORT, LONG, MOST_CHOICES = 200, 5000, 60
EMAIL = re.compile(r"[^\s@<>()\",;:\\]{1,64}@(?:[\w-]{1,63}\.){1,8}[^\W\d_][\w-]{1,62}")
PHONE_MARKS = re.compile(r"[\s\u00a0\u202f().\-/]+")
DAY_FIRST = re.compile(r"(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{4})")
YEAR_FIRST = re.compile(r"(\d{4})[/.\-](\d{1,2})[/.\-](\d{1,2})")
IN_WORDS = re.compile(r"(\d{1,2})(?:er|st|nd|rd|th)? ([a-z]{3,9})\.? (\d{4})")
MONTHS = (
    ("janvier", "january"), ("fevrier", "february"), ("mars", "march"), ("avril", "april"),
    ("mai", "may"), ("juin", "june"), ("juillet", "july"), ("aout", "august"),
    ("septembre", "september"), ("octobre", "october"), ("novembre", "november"),
    ("decembre", "december"),
)  # fmt: skip
YES, NO = {"oui", "yes", "true", "1", "on"}, {"non", "no", "false", "0", "off"}


@dataclass(frozen=True, slots=True)
class Circumstances:
    """When, in which language and in which country a form is read.

    ``phone`` gives ``country_code`` and ``digits`` of the country's numbers.
    """

    day: dt.date
    language: str = "fr"
    references: References = field(default_factory=dict)
    phone: Mapping[str, Any] = field(default_factory=dict)


def read_value(question: FormField, given: Any, about: Circumstances) -> Any:
    """Read an answer as its type has it, within its bounds.

    Raises
    ------
    UnusableInput
        A ``form.`` code.
    """
    return READERS[question.type](question, given, about)


def is_empty(given: Any) -> bool:
    """Tell whether nothing was answered."""
    return given is None or given == [] or (isinstance(given, str) and not given.strip())


def _text(question: FormField, given: Any, _about: Circumstances) -> str:
    if not isinstance(given, str):
        raise UnusableInput("form.not-text", given=told(given))
    lines = question.type == "long-text"
    text = unicodedata.normalize("NFC", given.replace("\r\n", "\n")).strip()
    if any(unicodedata.category(c) in ("Cc", "Cs") and not (lines and c in "\n\t") for c in text):
        raise UnusableInput("form.unprintable")
    longest = question.longest or (LONG if lines else SHORT)
    if len(text) > longest:
        raise UnusableInput("form.too-long", length=len(text), longest=longest)
    return text


def _number(question: FormField, given: Any, about: Circumstances) -> int | float:
    value = read_number(given, about.language)
    if question.whole and not isinstance(value, int):
        raise UnusableInput("form.not-whole", given=value)
    low, high, unit = question.minimum, question.maximum, question.unit or ""
    if low is not None and value < float(low):
        raise UnusableInput("form.too-small", given=value, limit=low, unit=unit)
    if high is not None and value > float(high):
        raise UnusableInput("form.too-large", given=value, limit=high, unit=unit)
    return value


def _date(question: FormField, given: Any, about: Circumstances) -> str:
    value = read_date(given)
    low, high = _bound(question.minimum, about.day), _bound(question.maximum, about.day)
    if low is not None and value < low:
        raise UnusableInput("form.too-early", given=value, limit=low)
    if high is not None and value > high:
        raise UnusableInput("form.too-late", given=value, limit=high)
    return value.isoformat()


def read_date(given: Any) -> dt.date:
    """Read a day: 2026-11-24, 24/11/2026, 24 novembre 2026, 24 November 2026.

    Raises
    ------
    UnusableInput
        ``form.not-a-date``.
    """
    text = _plain_letters(given) if isinstance(given, str) else ""
    try:
        if found := YEAR_FIRST.fullmatch(text):
            return dt.date(int(found[1]), int(found[2]), int(found[3]))
        if found := DAY_FIRST.fullmatch(text):
            return dt.date(int(found[3]), int(found[2]), int(found[1]))
        if found := IN_WORDS.fullmatch(text):
            return dt.date(int(found[3]), _month(found[2]), int(found[1]))
    except ValueError:
        pass
    raise UnusableInput("form.not-a-date", given=told(given))


def _month(word: str) -> int:
    for number, names in enumerate(MONTHS, start=1):
        if word in names or word in (name[:3] for name in names if len(name) > 3):
            return number
    raise ValueError(word)


def _bound(limit: float | str | None, day: dt.date) -> dt.date | None:
    return None if limit is None else day if limit == "today" else dt.date.fromisoformat(str(limit))


def _choice(question: FormField, given: Any, about: Circumstances) -> str:
    for choice in question.choices:
        if given == choice.value:
            return choice.value
    for choice in question.choices:
        labels = map(_plain_letters, choice.label.values())
        if isinstance(given, str) and _plain_letters(given) in labels:
            return choice.value
    expected = [choice.label[about.language] for choice in question.choices]
    raise UnusableInput("form.not-a-choice", given=told(given), expected=expected)


def _choices(question: FormField, given: Any, about: Circumstances) -> list[Any]:
    several = [given] if isinstance(given, str) else given
    if not isinstance(several, (list, tuple)) or len(several) > MOST_CHOICES:
        raise UnusableInput("form.not-a-list", most=MOST_CHOICES)
    read = _reference if question.type == "substances" else _choice
    values = list(dict.fromkeys(read(question, one, about) for one in several))
    least, most = question.minimum, question.maximum
    if least is not None and len(values) < float(least):
        raise UnusableInput("form.too-few-choices", given=len(values), limit=least)
    if most is not None and len(values) > float(most):
        raise UnusableInput("form.too-many-choices", given=len(values), limit=most)
    return values


def _yes_no(_question: FormField, given: Any, _about: Circumstances) -> bool:
    if isinstance(given, bool):
        return given
    word = _plain_letters(given) if isinstance(given, str) else ""
    if word not in YES | NO:
        raise UnusableInput("form.not-yes-no", given=told(given))
    return word in YES


def _email(_question: FormField, given: Any, _about: Circumstances) -> str:
    text = given.strip() if isinstance(given, str) else ""
    if len(text) > 254 or ".." in text or not EMAIL.fullmatch(text):
        raise UnusableInput("form.not-an-email", given=told(given))
    name, _, host = text.rpartition("@")
    return f"{name}@{host.lower()}"


def _phone(_question: FormField, given: Any, about: Circumstances) -> str:
    code, digits = str(about.phone["country_code"]), int(about.phone["digits"])
    # +33 (0)1: the nought in brackets is dialled only inside that country.
    text = PHONE_MARKS.sub("", given.replace("(0)", "")) if isinstance(given, str) else ""
    number = re.sub(r"^00", "+", text)
    if number.isascii() and number.isdigit():
        national = number.removeprefix(code) if len(number) == digits + len(code) else number
        number = f"+{code}{national}"
    rest = number.removeprefix(f"+{code}")
    abroad = rest == number and re.fullmatch(r"\+[1-9][0-9]{6,14}", number)
    if not abroad and not re.fullmatch(f"[0-9]{{{digits}}}", rest):
        raise UnusableInput("form.not-a-phone", given=told(given), digits=digits, prefix=code)
    return number


def _reference(question: FormField, given: Any, about: Circumstances) -> Any:
    """Read what points to the register; without a lookup, only its form is checked."""
    written = str(given) if isinstance(given, int) and not isinstance(given, bool) else given
    text = _text(question, written, about)
    lookup = about.references.get(question.type)
    if lookup is None:
        return text
    found = lookup(text)
    if found is None:
        raise UnusableInput("form.unknown-reference", given=told(text))
    return found


def _plain_letters(text: str) -> str:
    """Write a text in small letters without accents or double spaces."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(c for c in decomposed if not unicodedata.combining(c)).split())


Reader = Callable[[FormField, Any, Circumstances], Any]
READERS: Mapping[str, Reader] = {
    "text": _text,
    "long-text": _text,
    "number": _number,
    "date": _date,
    "choice": _choice,
    "choices": _choices,
    "substances": _choices,
    "yes-no": _yes_no,
    "email": _email,
    "phone": _phone,
    "company": _reference,
    "title": _reference,
    "place": _reference,
    "commune": _reference,
}
