"""Say what papers about money state: orders of payment, receipts of the whole or of a part."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from cadastre.services.certificates.sheets import Summary, Words
from cadastre.vocabulary import Evidence


@dataclass(frozen=True, slots=True)
class PaidLine:
    """A line of what was paid; ``working`` tells how it was computed."""

    label: Words
    amount: Decimal
    working: Words | None = None


@dataclass(frozen=True, slots=True)
class PaymentSheet:
    """The receipt of a payment; ``currency`` is ISO 4217, ``paid_at`` on the legal clock.

    ``remaining`` is what is due after a part; ``returned_on`` the day it was decided to give the
    money back, for the reason ``returned_why``.
    """

    number: str
    invoice: str
    payer: str
    paid_at: dt.datetime
    means: Words
    lines: tuple[PaidLine, ...]
    total: Decimal
    currency: str
    reference: str | None = None
    dossier: str | None = None
    is_demonstration: bool = False
    remaining: Decimal | None = None
    returned_on: dt.date | None = None
    returned_why: str | None = None

    def summary(self) -> Summary:
        """Give what the verification page shows."""
        return (
            ("certificates.invoice", self.invoice),
            ("certificates.payer", self.payer),
            ("certificates.paid-at", self.paid_at),
            ("certificates.total", _plain(self.total, self.currency)),
            ("certificates.remaining", _plain(self.remaining, self.currency)),
            ("certificates.returned", self.returned_on),
        )


@dataclass(frozen=True, slots=True)
class DueLine:
    """A line of what is due, with its working and what it stands on."""

    label: Words
    amount: Decimal
    working: Words | None = None
    article: str | None = None
    source: str | None = None
    evidence: Evidence | None = None


@dataclass(frozen=True, slots=True)
class WayToPay:
    """A way to pay outside the site; ``account`` to credit, None where nobody gave it."""

    name: Words
    steps: Words
    account: str | None = None


@dataclass(frozen=True, slots=True)
class OrderSheet:
    """An order of payment; ``code`` lets its holder see and pay it at ``address``.

    ``period`` is the year paid for, its first and last day; ``received`` what came in parts.
    """

    number: str
    payer: str
    reason: Words
    issued_at: dt.datetime
    due_on: dt.date
    lines: tuple[DueLine, ...]
    total: Decimal
    received: Decimal
    currency: str
    ways: tuple[WayToPay, ...]
    code: str
    address: str
    dossier: str | None = None
    title: str | None = None
    period: tuple[dt.date, dt.date] | None = None
    is_demonstration: bool = False

    @property
    def remaining(self) -> Decimal:
        """Return what is still due."""
        return self.total - self.received

    def summary(self) -> Summary:
        """Give what the verification page shows; never the code that opens the order."""
        return (
            ("certificates.debtor", self.payer),
            ("certificates.due-by", self.due_on),
            ("certificates.total", _plain(self.total, self.currency)),
            *(("certificates.account", way.account) for way in self.ways if way.account),
        )


def _plain(amount: Decimal | None, currency: str) -> str | None:
    return None if amount is None else f"{amount:,.2f}".removesuffix(".00") + f" {currency}"
