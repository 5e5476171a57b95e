"""Take what comes with a step: only what its kind can use, each figure and day one that counts.

A step is never changed afterwards, and every later reading computes with what it says: an amount
that is none would spoil its dossier for good.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Mapping
from typing import Any

from cadastre.errors import UnusableInput
from cadastre.rules.catalogue import Service
from cadastre.services.dossiers.taker import NEW
from cadastre.services.money.amounts import MOST

QUOTE, BY_QUOTE = "quote", "quote"
LONGEST_TERM_YEARS = 99
LONGEST_TEXT = 5_000


def facts_said(service: Service, kind: str, said: Mapping[str, Any]) -> dict[str, Any]:
    """Give the particulars of a step that may be remembered, read as what they are.

    Raises
    ------
    UnusableInput
        ``dossiers.odd-amount``, ``dossiers.odd-years``, ``http.not-a-date``, or
        ``dossiers.fact-too-long``; a quote of a service that is paid by it has no amount.
    """
    facts = {
        name: _READ.get(name, _text)(name, value)
        for name, value in said.items()
        if name in SAYABLE and value is not None
    }
    by_quote = any(fee.basis == BY_QUOTE for fee in service.fees)
    if kind == QUOTE and by_quote and "amount" not in facts:
        raise UnusableInput("dossiers.odd-amount", where="amount", given="—", most=MOST)
    return facts


def _amount(name: str, value: Any) -> int:
    try:
        amount = int(value) if isinstance(value, str) and value.isascii() else value
    except ValueError:
        amount = None
    if isinstance(amount, float) and amount.is_integer():
        amount = int(amount)
    if not isinstance(amount, int) or isinstance(amount, bool) or not 0 < amount < MOST:
        raise UnusableInput("dossiers.odd-amount", where=name, given=str(value)[:40], most=MOST)
    return amount


def _years(name: str, value: Any) -> float:
    try:
        years = math.nan if isinstance(value, bool) else float(value)
    except ValueError:
        years = math.nan
    if not 0 < years <= LONGEST_TERM_YEARS:
        raise UnusableInput(
            "dossiers.odd-years", where=name, given=str(value)[:40], most=LONGEST_TERM_YEARS
        )
    return years


def _day(name: str, value: Any) -> str:
    try:
        return dt.date.fromisoformat(str(value)).isoformat()
    except ValueError:
        raise UnusableInput("http.not-a-date", where=name, given=str(value)[:40]) from None


def _party(name: str, value: Any) -> int | str:
    """Read the id of a party, or the sort of a new one."""
    text = str(value)
    if text in NEW:
        return text
    if isinstance(value, bool) or not (text.isascii() and text.isdigit() and len(text) < 19):
        raise UnusableInput("dossiers.taker-not-candidate", where=name, given=text[:40])
    return int(text)


def _text(name: str, value: Any) -> Any:
    if isinstance(value, str) and len(value) > LONGEST_TEXT:
        raise UnusableInput("dossiers.fact-too-long", where=name, most=LONGEST_TEXT)
    return value


_READ: Mapping[str, Callable[[str, Any], Any]] = {
    "amount": _amount, "years": _years, "expires_on": _day, "party": _party,
}  # fmt: skip
SAYABLE = frozenset({"body", "opinion", "until", "days", "corrects", "conditions", *_READ})
