"""Give an order of payment as a signed paper, so that nobody can put another account on it."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from cadastre.errors import Blocked
from cadastre.models import Invoice
from cadastre.queries.certificates import signed_bytes
from cadastre.sentences import say_all
from cadastre.services.certificates.issuing import About, Office, issue
from cadastre.services.certificates.money_sheets import DueLine, OrderSheet, WayToPay
from cadastre.services.money.amounts import in_major
from cadastre.services.money.attempts import ensure_payable
from cadastre.services.money.parts import received
from cadastre.services.money.paying import ByHand
from cadastre.services.money.receipt import is_demonstration
from cadastre.vocabulary import CertificateKind, Evidence


def order_pdf(
    session: Session, office: Office, invoice: Invoice, ways: tuple[ByHand, ...], language: str
) -> bytes:
    """Give an order that can be paid as signed PDF: the same bytes while nothing changed.

    Its verification page shows the account to credit, and says when it was paid or cancelled.

    Raises
    ------
    Blocked
        ``money.amount-unknown``, ``money.already-paid`` or ``money.was-cancelled``.
    NotAvailable
        The signing process or the typesetter does not answer.
    """
    invoice = ensure_payable(session, invoice)
    sheet = order_sheet(session, office, invoice, ways)
    about = About(invoice.dossier_id, invoice.title_id)
    made = issue(session, office, CertificateKind.ORDER, sheet, language, about)
    return signed_bytes(session, made)


def order_sheet(
    session: Session, office: Office, invoice: Invoice, ways: tuple[ByHand, ...]
) -> OrderSheet:
    """Write what an order states."""
    currency, clock = invoice.currency, ZoneInfo(office.time_zone)
    period = None
    if invoice.period_from is not None and invoice.period_until is not None:
        period = (invoice.period_from, invoice.period_until - dt.timedelta(days=1))
    if invoice.total is None:
        raise Blocked("money.amount-unknown", where=invoice.number)
    return OrderSheet(
        number=invoice.number,
        payer=invoice.party.name if invoice.party else "—",
        reason=say_all(f"money.moment-{invoice.moment}", {}),
        issued_at=invoice.issued_at.astimezone(clock),
        due_on=invoice.due_on,
        lines=tuple(
            DueLine(
                line["name"], in_major(line["amount"], currency), line["working"],
                line.get("article"), line.get("source"), Evidence(line["evidence"]),
            )
            for line in invoice.lines
        ),
        total=in_major(invoice.total, currency),
        received=in_major(received(session, invoice), currency),
        currency=currency,
        ways=tuple(WayToPay(way.name, way.steps, way.account) for way in ways),
        code=invoice.code,
        address=f"{office.address}/invoices/{invoice.number}",
        dossier=invoice.dossier.number if invoice.dossier else None,
        title=invoice.title.number if invoice.title else None,
        period=period,
        is_demonstration=is_demonstration(invoice),
    )  # fmt: skip
