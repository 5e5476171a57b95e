"""Give the signed receipt of a paid order, or of a part of it, through the certificates."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from cadastre.errors import NotFound
from cadastre.models import Invoice, JournalEntry, Payment, PaymentPart, StoredFile
from cadastre.sentences import say_all
from cadastre.services.certificates.issuing import About, Office, issue
from cadastre.services.certificates.money_sheets import PaidLine, PaymentSheet
from cadastre.services.money.amounts import in_major
from cadastre.services.money.returning import returned_of
from cadastre.vocabulary import CertificateKind


def receipt_pdf(
    session: Session, office: Office, invoice: Invoice, language: str, part: str | None = None
) -> bytes:
    """Give the receipt as signed PDF: made once a language, then always the same bytes.

    Its verification page tells anybody that this order was paid, and when. ``part`` is the number
    of a receipt for a part; without it, the receipt of the whole. A receipt whose money is given
    back is made again, marked.

    Raises
    ------
    NotFound
        ``money.not-paid``.
    NotAvailable
        The signing process or the typesetter does not answer.
    """
    sheet = (
        payment_sheet(session, invoice, office.time_zone)
        if part is None
        else part_sheet(invoice, part, office.time_zone)
    )
    action = "invoice.pay" if part is None else "invoice.part"
    entry = _entry(session, invoice, action, sheet.number)
    about = About(invoice.dossier_id, invoice.title_id, entry=entry)
    certificate = issue(session, office, CertificateKind.PAYMENT, sheet, language, about)
    return session.get_one(StoredFile, certificate.sha256).content


def payment_sheet(session: Session, invoice: Invoice, time_zone: str) -> PaymentSheet:
    """Write what the receipt of the whole states."""
    payment = invoice.payment
    if payment is None:
        raise NotFound("money.not-paid", where=invoice.number)
    currency, clock = invoice.currency, ZoneInfo(time_zone)
    returned = returned_of(session, invoice)
    return PaymentSheet(
        lines=tuple(
            PaidLine(line["name"], in_major(line["amount"], currency), line["working"])
            for line in invoice.lines
        ),
        returned_on=None if returned is None else returned.recorded_at.astimezone(clock).date(),
        returned_why=None if returned is None else returned.facts["why"],
        **_told(invoice, payment, clock),
    )


def part_sheet(invoice: Invoice, number: str, time_zone: str) -> PaymentSheet:
    """Write what the receipt of a part states, and what remained due after it."""
    parts, currency = invoice.parts, invoice.currency
    place = next((at for at, one in enumerate(parts) if one.receipt_number == number), None)
    if place is None:
        raise NotFound("money.not-paid", where=number[:40])
    part = parts[place]
    left = (invoice.total or 0) - sum(one.amount for one in parts[: place + 1])
    return PaymentSheet(
        lines=(PaidLine(say_all("money.part", {}), in_major(part.amount, currency)),),
        remaining=in_major(max(left, 0), currency),
        **_told(invoice, part, ZoneInfo(time_zone)),
    )


def _told(invoice: Invoice, money: Payment | PaymentPart, clock: ZoneInfo) -> dict[str, Any]:
    return {
        "number": money.receipt_number,
        "invoice": invoice.number,
        "payer": invoice.party.name if invoice.party else "—",
        "paid_at": money.recorded_at.astimezone(clock),
        "means": say_all(f"money.method-{money.method}", {}),
        "total": in_major(money.amount, money.currency),
        "currency": money.currency,
        "reference": money.reference,
        "dossier": invoice.dossier.number if invoice.dossier else None,
        "is_demonstration": is_demonstration(invoice),
    }


def _entry(session: Session, invoice: Invoice, action: str, receipt: str) -> int | None:
    """Give the journal entry of the payment, which the sealed log will prove."""
    return session.scalar(
        select(JournalEntry.id).where(
            JournalEntry.action == action,
            JournalEntry.subject == "invoice",
            JournalEntry.subject_id == invoice.number,
            JournalEntry.facts["receipt"].astext == receipt,
        )
    )


def is_demonstration(invoice: Invoice) -> bool:
    """Tell whether an order belongs to the demonstration."""
    owner = invoice.dossier or invoice.title
    return bool(owner is not None and owner.is_demonstration)
