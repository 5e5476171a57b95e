"""End certificates: superseded when what they state changes, revoked when a person says so."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cadastre.errors import Blocked, NotAllowed, UnusableInput
from cadastre.models import Account, Certificate, JournalEntry
from cadastre.queries.certificates import valid_of_title
from cadastre.vocabulary import CertificateState

REVOKERS = ("decider",)
SHORTEST_REASON = 3


def supersede(
    session: Session, certificate: Certificate, because: str, account_id: int | None
) -> None:
    """Write that a certificate no longer tells the present; ``because`` names the act."""
    _end(session, certificate, CertificateState.SUPERSEDED, because, account_id)


def supersede_of_title(
    session: Session, title_id: int, act: str, account_id: int | None
) -> None:
    """Write that the certificates of a title are of the past, in the transaction of the act."""
    for certificate in valid_of_title(session, title_id):
        supersede(session, certificate, act, account_id)


def revoke(session: Session, certificate: Certificate, account: Account, reason: str) -> None:
    """Take back a certificate that should not have been given; decision makers only.

    Raises
    ------
    NotAllowed
        ``certificates.not-decider``.
    UnusableInput
        ``certificates.no-reason``.
    Blocked
        ``certificates.revoked-already``.
    """
    if not set(REVOKERS) & set(account.roles):
        raise NotAllowed("certificates.not-decider", where=account.display_name)
    if len(reason.strip()) < SHORTEST_REASON:
        raise UnusableInput("certificates.no-reason", where="reason")
    if certificate.state == CertificateState.REVOKED.value:
        raise Blocked("certificates.revoked-already", where=certificate.code)
    _end(session, certificate, CertificateState.REVOKED, reason.strip(), account.id)


def _end(
    session: Session,
    certificate: Certificate,
    state: CertificateState,
    reason: str,
    account_id: int | None,
) -> None:
    instant = session.execute(select(func.clock_timestamp())).scalar_one()
    certificate.state = state.value
    certificate.state_reason = reason
    certificate.state_changed_at = instant
    verb = "supersede" if state is CertificateState.SUPERSEDED else "revoke"
    session.add(
        JournalEntry(
            action=f"certificate.{verb}",
            subject="certificate",
            subject_id=str(certificate.id),
            account_id=account_id,
            by_rule=account_id is None,
            reason=reason,
            facts={"number": certificate.number, "kind": certificate.kind},
        )
    )
    session.flush()
