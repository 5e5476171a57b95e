"""End certificates: superseded when what they state changes, revoked when a person says so."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cadastre.errors import Blocked, UnusableInput
from cadastre.models import Certificate, JournalEntry
from cadastre.queries.certificates import valid_of_title
from cadastre.rules.permissions import Actor, can_end_certificate, ensure
from cadastre.vocabulary import CertificateState

SHORTEST_REASON, LONGEST_REASON = 10, 500


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


def end_by_hand(
    session: Session,
    certificate: Certificate,
    actor: Actor,
    state: CertificateState,
    reason: str,
) -> None:
    """Revoke a paper that should not have been given, or say that another takes its place.

    Decision makers only, with their second factor. ``reason`` is read by whoever checks it.

    Raises
    ------
    NotSignedIn, NotAllowed
        ``certificates.not-decider``, ``permissions.second-factor``.
    UnusableInput
        ``certificates.no-reason`` or ``certificates.no-such-end``.
    Blocked
        ``certificates.ended-already``: it is revoked, or was replaced before.
    """
    ensure(can_end_certificate(actor), actor, "certificates.not-decider")
    ensure_endable(certificate, state)
    _end(session, certificate, state, written_reason(reason), actor.account_id)


def ensure_endable(certificate: Certificate, state: CertificateState) -> None:
    """Refuse an end that a paper can no longer come to.

    Raises
    ------
    UnusableInput
        ``certificates.no-such-end``.
    Blocked
        ``certificates.ended-already``.
    """
    if state is CertificateState.VALID:
        raise UnusableInput("certificates.no-such-end", where="end")
    if certificate.state == CertificateState.REVOKED.value or certificate.state == state.value:
        raise Blocked("certificates.ended-already", where=certificate.number)


def written_reason(given: str) -> str:
    """Give a reason as it will be read.

    Raises
    ------
    UnusableInput
        ``certificates.no-reason``: nothing that says anything.
    """
    words = " ".join(given.split())[:LONGEST_REASON]
    if len(words) < SHORTEST_REASON:
        raise UnusableInput("certificates.no-reason", where="reason")
    return words


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
