"""Give the signed receipt of a paid order, through the certificates of the cadastre."""

from __future__ import annotations

from decimal import Decimal
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from cadastre.errors import NotFound
from cadastre.models import Invoice, JournalEntry, StoredFile
from cadastre.sentences import say_all
from cadastre.services.certificates.issuing import About, Office, issue
from cadastre.services.certificates.sheets import PaidLine, PaymentSheet
from cadastre.services.money.amounts import in_major
from cadastre.vocabulary import CertificateKind


def receipt_pdf(session: Session, office: Office, invoice: Invoice, language: str) -> bytes:
    """Give the receipt as signed PDF: made once a language, then always the same bytes.

    Its verification page tells anybody that this order was paid, and when.

    Raises
    ------
    NotFound
        ``money.not-paid``.
    NotAvailable
        The signing process or the typesetter does not answer.
    """
    sheet = payment_sheet(invoice, office.time_zone)
    about = About(invoice.dossier_id, invoice.title_id, entry=_entry(session, invoice))
    certificate = issue(session, office, CertificateKind.PAYMENT, sheet, language, about)
    return session.get_one(StoredFile, certificate.sha256).content


def payment_sheet(invoice: Invoice, time_zone: str) -> PaymentSheet:
    """Write what a receipt states."""
    payment = invoice.payment
    if payment is None:
        raise NotFound("money.not-paid", where=invoice.number)
    currency = invoice.currency
    lines = tuple(
        PaidLine(line["name"], in_major(line["amount"], currency), line["working"])
        for line in invoice.lines
    )
    return PaymentSheet(
        number=payment.receipt_number,
        invoice=invoice.number,
        payer=invoice.party.name if invoice.party else "—",
        paid_at=payment.recorded_at.astimezone(ZoneInfo(time_zone)),
        means=say_all(f"money.method-{payment.method}", {}),
        lines=lines,
        total=Decimal(in_major(payment.amount, currency)),
        currency=currency,
        reference=payment.reference,
        dossier=invoice.dossier.number if invoice.dossier else None,
        is_demonstration=_is_demonstration(invoice),
    )


def _entry(session: Session, invoice: Invoice) -> int | None:
    """Give the journal entry of the payment, which the sealed log will prove."""
    paid = (JournalEntry.action == "invoice.pay") & (JournalEntry.subject_id == invoice.number)
    return session.scalar(select(JournalEntry.id).where(paid, JournalEntry.subject == "invoice"))


def _is_demonstration(invoice: Invoice) -> bool:
    owner = invoice.dossier or invoice.title
    return bool(owner is not None and owner.is_demonstration)
