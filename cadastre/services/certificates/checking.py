"""Tell the truth about a certificate to whoever holds it, and compare a copy with what was issued.

A code opens what the paper itself says and what became of it, nothing more.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session

from cadastre.errors import NotFound
from cadastre.models import Certificate, DossierStanding
from cadastre.procedures.terms import status_on
from cadastre.queries.asof import AsOf
from cadastre.queries.certificates import (
    ISSUE,
    certificate_by_code,
    certificate_by_sha256,
    newest_entry,
    position_of,
    title_version,
)
from cadastre.queries.sealed_log import latest_head
from cadastre.services.certificates.issuing import AT_ONCE, read_code
from cadastre.services.sealed_log import inclusion_proof
from cadastre.services.titles.facts import dates_of
from cadastre.signing.inspection import Inspection, inspect
from cadastre.signing.policy import CODE, FORM
from cadastre.vocabulary import CertificateKind, CertificateState, TitleStatus


class Verdict(StrEnum):
    """What a file is, held against what was issued."""

    IDENTICAL = "identical"  # the very bytes that were issued
    ALTERED = "altered"  # names itself like one of ours, and is not those bytes
    OTHER = "other"  # one of ours, with another code than the one asked about
    UNKNOWN = "unknown"  # nothing we ever issued


@dataclass(frozen=True, slots=True)
class Truth:
    """What is true of a certificate at an instant.

    ``state`` is what became of it; ``reason`` a code of why it was superseded, or the words of a
    revocation; ``title_status`` the condition of its title today; ``position`` the entry of its
    issue in the sealed log, None for its first minute.
    """

    certificate: Certificate
    state: CertificateState
    reason: str | None
    changed_at: dt.datetime | None
    title_status: TitleStatus | None
    title_number: str | None
    as_of: dt.datetime
    position: int | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """A file held against a certificate; ``faults`` are codes of what is wrong with it."""

    verdict: Verdict
    certificate: Certificate | None
    sha256: str
    faults: tuple[str, ...] = ()


def truth_of(session: Session, code: str, at: AsOf) -> Truth:
    """Tell what is true of the certificate with a code.

    Raises
    ------
    NotFound
        ``certificates.unknown-code``: no certificate bears it; a paper that shows it is false.
    """
    certificate = certificate_named(session, code)
    state = CertificateState(certificate.state)
    reason, changed_at = certificate.state_reason, certificate.state_changed_at
    title = certificate.title
    # An act says so itself; this catches what moved a title without an act.
    if state is CertificateState.VALID and not _still_holds(session, certificate):
        state, reason = CertificateState.SUPERSEDED, "other"
    return Truth(
        certificate=certificate,
        state=state,
        reason=reason,
        changed_at=changed_at,
        title_status=None if title is None else status_on(dates_of(title), at.day),
        title_number=None if title is None else title.number,
        as_of=at.instant,
        position=_issued_at(session, certificate),
    )


def _still_holds(session: Session, certificate: Certificate) -> bool:
    """Tell whether title or dossier are still what the certificate states."""
    if certificate.title_id is not None and certificate.kind == CertificateKind.TITLE:
        return title_version(session, certificate.title_id) == certificate.version
    if certificate.dossier_id is None or certificate.kind in AT_ONCE:
        return True
    standing = session.get(DossierStanding, certificate.dossier_id)
    expected = "refused" if certificate.kind == CertificateKind.REFUSAL else "issued"
    return standing is not None and standing.state == expected


def certificate_named(session: Session, code: str) -> Certificate:
    """Give the certificate with a code, as a person may have typed it.

    Raises
    ------
    NotFound
        ``certificates.unknown-code``.
    """
    read = read_code(code[:64])
    found = certificate_by_code(session, read) if CODE.match(read) else None
    if found is None:
        raise NotFound("certificates.unknown-code", where=code[:40])
    return found


def compare(session: Session, pdf: bytes, code: str | None = None) -> Comparison:
    """Hold a file against what was issued, byte for byte; say why it differs when it does.

    ``code`` is the certificate asked about; without it, the file says which it claims to be.

    Raises
    ------
    NotFound
        ``certificates.unknown-code``.
    """
    digest = hashlib.sha256(pdf).hexdigest()
    asked = None if code is None else certificate_named(session, code)
    same = certificate_by_sha256(session, digest)
    if same is not None:
        is_asked = asked is None or asked.id == same.id
        return Comparison(Verdict.IDENTICAL if is_asked else Verdict.OTHER, same, digest)
    seen = inspect(pdf)
    claimed = asked or _claimed(session, seen)
    if claimed is None:
        return Comparison(Verdict.UNKNOWN, None, digest, _faults(seen, None))
    return Comparison(Verdict.ALTERED, claimed, digest, _faults(seen, claimed))


def issue_proof(session: Session, certificate: Certificate) -> dict[str, Any]:
    """Prove that these very bytes were issued: the verifier takes it with the PDF.

    Raises
    ------
    NotFound
        ``log.not-sealed-yet``, in the first minute.
    """
    position = _issued_at(session, certificate)
    if position is None:
        raise NotFound("log.not-sealed-yet", where=certificate.number)
    proof = inclusion_proof(session, position)
    return {**proof, "issued": {"number": certificate.number, "sha256": certificate.sha256}}


def _issued_at(session: Session, certificate: Certificate) -> int | None:
    entry = newest_entry(session, "certificate", str(certificate.id), ISSUE)
    position = None if entry is None else position_of(session, entry)
    if position is None or latest_head(session, covering=position) is None:
        return None
    return position


def _claimed(session: Session, seen: Inspection) -> Certificate | None:
    words = (seen.keywords or "").split()
    if len(words) < 3 or words[0] != FORM or not CODE.match(words[2]):
        return None
    return certificate_by_code(session, words[2])


def _faults(seen: Inspection, claimed: Certificate | None) -> tuple[str, ...]:
    if not seen.is_pdf:
        return ("certificates.fault-not-pdf",)
    if not seen.is_signed:
        return ("certificates.fault-unsigned",)
    found = []
    if not seen.is_whole:
        found.append("certificates.fault-broken")
    if not seen.covers_all:
        found.append("certificates.fault-added")
    if claimed is not None and seen.signer_sha256 != claimed.signer_sha256:
        found.append("certificates.fault-other-signer")
    return tuple(found)
