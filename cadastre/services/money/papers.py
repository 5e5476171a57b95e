"""Say of signed papers about money that they are of the past: orders paid, receipts given back."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from cadastre.models import Account, Certificate
from cadastre.services.certificates.ending import supersede
from cadastre.vocabulary import CertificateKind, CertificateState

KINDS = (CertificateKind.ORDER.value, CertificateKind.PAYMENT.value)


def end_papers(session: Session, number: str, because: str, account: Account | None) -> None:
    """End the valid papers of an order or receipt; whoever checks one reads why."""
    query = select(Certificate).where(
        Certificate.number == number,
        Certificate.kind.in_(KINDS),
        Certificate.state == CertificateState.VALID.value,
    )
    for paper in session.scalars(query).all():
        supersede(session, paper, because, None if account is None else account.id)
