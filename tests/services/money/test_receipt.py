"""The receipt of a payment: signed, made once, and true to what was received."""

from __future__ import annotations

import io

import pytest
from pypdf import PdfReader

from cadastre.errors import NotFound
from cadastre.services.money.receipt import payment_sheet, receipt_pdf
from cadastre.services.money.transfers import reconcile, record_transfer
from tests.services.certificates.conftest import identity, office
from tests.services.money.conftest import DAY, make_invoice

__all__ = ["identity", "office"]


def test_a_paid_order_has_one_signed_receipt_a_language(session, office, people):
    invoice = make_invoice(session, None, 500_000, 4_500_000)
    with pytest.raises(NotFound, match=r"money\.not-paid"):
        payment_sheet(session, invoice, office.time_zone)
    attempt = record_transfer(
        session, invoice, method="treasury-receipt", reference="Q 77", amount=5_000_000,
        received_on=DAY, today=DAY, account=people["clerk"],
    )  # fmt: skip
    reconcile(session, attempt.reference, account=people["agent"], note="Registre, page 12")
    first = receipt_pdf(session, office, invoice, "fr")
    assert receipt_pdf(session, office, invoice, "fr") == first
    english = receipt_pdf(session, office, invoice, "en")
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(english)).pages)
    assert invoice.number.replace("OP", "QT") in text
    assert "5,000,000" in text.replace("\u202f", ",").replace(" 000", ",000")
    assert b"/ByteRange" in first
