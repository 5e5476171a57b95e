"""Lay an invoice out for programs and pages, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cadastre.models import (
    Invoice,
    Payment,
    PaymentAttempt,
    PaymentEvent,
    PaymentPart,
    StatementLine,
)
from cadastre.queries.money import InvoiceState
from cadastre.services.money.amounts import write_amount


def invoice_json(invoice: Invoice, state: InvoiceState, language: str) -> dict[str, Any]:
    """Give an invoice: amounts in the minor unit beside the same written out."""
    payment = invoice.payment
    return {
        "number": invoice.number,
        "state": state.value,
        "moment": invoice.moment,
        "dossier": invoice.dossier.number if invoice.dossier else None,
        "title": invoice.title.number if invoice.title else None,
        "payer": invoice.party.name if invoice.party else None,
        "total": invoice.total,
        "total_written": write_amount(invoice.total, invoice.currency, language),
        "currency": invoice.currency,
        "issued_at": invoice.issued_at.isoformat(),
        "due_on": invoice.due_on.isoformat(),
        "period": _period(invoice),
        "lines": [line_json(line, invoice.currency, language) for line in invoice.lines],
        "replaces": invoice.replaces.number if invoice.replaces else None,
        "cancelled": _cancelled(invoice),
        "payment": None if payment is None else payment_json(payment, language),
        **_parts(invoice, language),
    }


def _parts(invoice: Invoice, language: str) -> dict[str, Any]:
    """Give what came in parts and what is still due; nothing once it is paid or cancelled."""
    is_over = invoice.payment is not None or invoice.cancelled_at is not None
    left = None
    if invoice.total is not None:
        came = sum(part.amount for part in invoice.parts)
        left = 0 if is_over else max(invoice.total - came, 0)
    return {
        "parts": [payment_json(part, language) for part in invoice.parts],
        "remaining": left,
        "remaining_written": write_amount(left, invoice.currency, language),
    }


def line_json(line: Mapping[str, Any], currency: str, language: str) -> dict[str, Any]:
    """Give a line with what it stands on."""
    note = line.get("note")
    return {
        "code": line["code"],
        "name": line["name"].get(language) or line["name"].get("fr"),
        "amount": line["amount"],
        "amount_written": write_amount(line["amount"], currency, language),
        "working": written_working(line["working"], language),
        "evidence": line["evidence"],
        "note": (note.get(language) or note.get("fr")) if note else None,
        "article": line.get("article"),
        "source": line.get("source"),
    }


def written_working(working: str | Mapping[str, str], language: str) -> str:
    """Write how a line was worked out; older lines have it in one language, or name a source."""
    return working if isinstance(working, str) else working[language]


def payment_json(payment: Payment | PaymentPart, language: str) -> dict[str, Any]:
    """Give the money that was received, without the names of those who confirmed it."""
    return {
        "receipt": payment.receipt_number,
        "method": payment.method,
        "reference": payment.reference,
        "amount": payment.amount,
        "amount_written": write_amount(payment.amount, payment.currency, language),
        "received_on": payment.received_on.isoformat(),
        "recorded_at": payment.recorded_at.isoformat(),
    }


def attempt_json(attempt: PaymentAttempt) -> dict[str, Any]:
    """Give an attempt: where to pay, or what came of it."""
    return {
        "reference": attempt.reference,
        "provider": attempt.provider,
        "amount": attempt.amount,
        "currency": attempt.currency,
        "state": attempt.outcome or "open",
        "pay_address": attempt.pay_address if attempt.concluded_at is None else None,
    }


def transfer_json(attempt: PaymentAttempt, line: StatementLine | None) -> dict[str, Any]:
    """Give a recorded transfer or receipt, with the credit found for it."""
    return {
        "reference": attempt.reference,
        "invoice": attempt.invoice.number,
        "method": attempt.provider,
        "provider_reference": attempt.provider_reference,
        "amount": attempt.amount,
        "currency": attempt.currency,
        "received_on": attempt.received_on.isoformat() if attempt.received_on else None,
        "recorded_by": attempt.account.display_name if attempt.account else None,
        "credit": None if line is None else {
            "booked_on": line.booked_on.isoformat(), "label": line.label
        },
    }  # fmt: skip


def refund_json(event: PaymentEvent) -> dict[str, Any]:
    """Give money owed back."""
    return {
        "attempt": event.attempt_reference,
        "amount": event.amount,
        "currency": event.currency,
        "reason": event.facts.get("reason"),
        "since": event.recorded_at.isoformat(),
    }


def _period(invoice: Invoice) -> dict[str, str] | None:
    if invoice.period_from is None or invoice.period_until is None:
        return None
    return {"from": invoice.period_from.isoformat(), "until": invoice.period_until.isoformat()}


def _cancelled(invoice: Invoice) -> dict[str, str | None] | None:
    if invoice.cancelled_at is None:
        return None
    return {"at": invoice.cancelled_at.isoformat(), "reason": invoice.cancel_reason}
