"""Tell a procedure what of a dossier is paid, and what is still due."""

from __future__ import annotations

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from cadastre.models import Invoice, Payment


def paid_moments(session: Session, dossier_id: int) -> set[str]:
    """List the moments of a dossier at which money was due and is there."""
    rows = session.scalars(
        select(Invoice.moment)
        .join(Payment, Payment.invoice_id == Invoice.id)
        .where(Invoice.dossier_id == dossier_id)
    )
    return set(rows)


def unpaid(session: Session, dossier_id: int) -> list[Invoice]:
    """List the orders of a dossier that are due and not paid, oldest first.

    Those whose amount is not known are among them: they hold a procedure back until an agent
    enters the amount or cancels the order.
    """
    return list(
        session.scalars(
            select(Invoice)
            .where(
                Invoice.dossier_id == dossier_id,
                Invoice.cancelled_at.is_(None),
                ~exists().where(Payment.invoice_id == Invoice.id),
            )
            .order_by(Invoice.id)
        )
    )


def unpaid_moments(session: Session, dossier_id: int) -> set[str]:
    """List the moments at which a dossier still owes money."""
    return {invoice.moment for invoice in unpaid(session, dossier_id)}
