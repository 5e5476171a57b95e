"""Count money in whole minor units (francs, cents), and write it as people read it.

The law's fees are whole numbers of the currency; bank statements have decimals where the currency
has them. Both become one integer here, and nothing is ever a float.
"""

from __future__ import annotations

import re
from decimal import Decimal

from babel.numbers import format_decimal, get_currency_precision

from cadastre.errors import UnusableInput
from cadastre.sentences import LOCALES

MOST = 10**15  # beyond any budget, and still exact in JSON
NUMBER = re.compile(r"\d+(?:[.,]\d{1,2})?")
WRITTEN = {"XOF": "FCFA"}  # as people and orders of payment write it
SPACES = re.compile(r"[\s\u00a0\u202f]")


def to_minor(amount: int, currency: str) -> int:
    """Give a whole amount of a currency in its minor unit: 500 000 XOF stay, 5 USD are 500."""
    return amount * 10 ** get_currency_precision(currency)


def in_major(minor: int, currency: str) -> Decimal:
    """Give an amount in the currency itself, exactly."""
    return Decimal(minor).scaleb(-get_currency_precision(currency))


def read_amount(text: str, currency: str, where: str = "amount") -> int:
    """Read an amount written by a person or a bank, in the minor unit of its currency.

    Spaces between thousands are allowed; the decimal mark is a comma or a point with one or two
    digits after it.

    Raises
    ------
    UnusableInput
        ``money.not-an-amount``: not a positive number, or more decimals than the currency has.
    """
    bare = SPACES.sub("", text)
    fault = UnusableInput("money.not-an-amount", where=where, given=text[:40], currency=currency)
    if not NUMBER.fullmatch(bare):
        raise fault
    minor = Decimal(bare.replace(",", ".")).scaleb(get_currency_precision(currency))
    if minor != minor.to_integral_value() or not 0 < minor < MOST:
        raise fault
    return int(minor)


def write_amount(minor: int | None, currency: str, language: str) -> str:
    """Write an amount with its currency in the manner of the language; a dash where unknown."""
    if minor is None:
        return "—"
    value, digits = in_major(minor, currency), get_currency_precision(currency)
    pattern = "#,##0." + "0" * digits if digits else "#,##0"
    number = format_decimal(value, format=pattern, locale=LOCALES[language])
    return f"{number}\u00a0{WRITTEN.get(currency, currency)}"
