"""Ask for certificates, and for what they rest on: versions of titles, entries of the journal."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Text, cast, func, or_, select, text
from sqlalchemy.orm import Session

from cadastre.models import Certificate, JournalEntry, LogLeaf, StoredFile, Title
from cadastre.vocabulary import CertificateState

ISSUE, CERTIFY, LOADED = "certificate.issue", "title.certify", "demonstration.enter"
ISSUING_LOCK = 7303  # differs from the other advisory locks (ground 7301, log 7302)

# All that the register holds of a title, as the sealed log binds it, in one order.
_VERSION = text(
    """
    SELECT encode(sha256(convert_to(string_agg(state, E'\\n' ORDER BY what, id), 'UTF8')), 'hex')
    FROM (
        SELECT 1 AS what, t.id, row_state(t, NULL) AS state FROM title t WHERE t.id = :title
        UNION ALL SELECT 2, h.id, row_state(h, NULL) FROM share h WHERE h.title_id = :title
        UNION ALL SELECT 3, c.id, row_state(c, NULL) FROM charge c WHERE c.title_id = :title
        UNION ALL SELECT 4, p.id, row_state(p, p.geom) FROM parcel p WHERE p.title_id = :title
    ) AS held
    """
)


def wait_for_turn(session: Session, kind: str, number: str, language: str) -> None:
    """Let one transaction at a time issue a certificate of one sort on one subject."""
    session.execute(
        text("SELECT pg_advisory_xact_lock(:lock, hashtext(:subject))"),
        {"lock": ISSUING_LOCK, "subject": f"{kind} {number} {language}"},
    )


def title_version(session: Session, title_id: int) -> str:
    """Give the fingerprint of all that the register holds of a title."""
    version: str = session.execute(_VERSION, {"title": title_id}).scalar_one()
    return version


def valid_certificate(
    session: Session, kind: str, number: str, language: str
) -> Certificate | None:
    """Give the certificate of one sort that is valid now."""
    return session.scalar(
        select(Certificate).where(
            Certificate.kind == kind,
            Certificate.number == number,
            Certificate.language == language,
            Certificate.state == CertificateState.VALID.value,
        )
    )


def valid_of_title(session: Session, title_id: int) -> Sequence[Certificate]:
    """List the certificates of a title that are valid now."""
    return session.scalars(
        select(Certificate)
        .where(
            Certificate.title_id == title_id, Certificate.state == CertificateState.VALID.value
        )
        .order_by(Certificate.id)
    ).all()


def certificate_by_code(session: Session, code: str) -> Certificate | None:
    """Give the certificate with a code."""
    return session.scalar(select(Certificate).where(Certificate.code == code))


def certificate_by_sha256(session: Session, sha256: str) -> Certificate | None:
    """Give the certificate whose signed bytes have a fingerprint."""
    return session.scalar(select(Certificate).where(Certificate.sha256 == sha256))


def certificates_of_dossier(session: Session, dossier_id: int) -> Sequence[Certificate]:
    """List the papers of a dossier, oldest first."""
    query = select(Certificate).where(Certificate.dossier_id == dossier_id)
    return session.scalars(query.order_by(Certificate.id)).all()


def find_certificates(session: Session, words: str, most: int) -> Sequence[Certificate]:
    """List papers by the beginning of a number, or by their code; the newest first."""
    query = select(Certificate).order_by(Certificate.id.desc()).limit(most)
    if words:
        query = query.where(
            or_(
                Certificate.number.istartswith(words, autoescape=True),
                Certificate.code == words.upper(),
            )
        )
    return session.scalars(query).all()


def signed_bytes(session: Session, certificate: Certificate) -> bytes:
    """Give the signed PDF."""
    content: bytes = session.execute(
        select(StoredFile.content).where(StoredFile.sha256 == certificate.sha256)
    ).scalar_one()
    return content


def newest_entry(session: Session, subject: str, key: str, *actions: str) -> int | None:
    """Give the newest journal entry about a subject, of some actions or of any."""
    query = select(func.max(JournalEntry.id)).where(
        JournalEntry.subject == subject, JournalEntry.subject_id == key
    )
    return session.scalar(query.where(JournalEntry.action.in_(actions)) if actions else query)


def entry_of_title(session: Session, title: Title) -> int | None:
    """Give the newest act on a title, or what loaded it with a demonstration."""
    own = newest_entry(session, "title", title.number)
    if own is not None or title.dossier is None:
        return own
    return newest_entry(session, "dossier", title.dossier.number, LOADED)


def position_of(session: Session, entry: int) -> int | None:
    """Give the place of a journal entry in the sealed log; None before it is sealed."""
    return session.scalar(select(LogLeaf.position).where(LogLeaf.journal_entry_id == entry))


def unsound_certificates(session: Session) -> list[str]:
    """List certificates whose bytes, fingerprint or issue in the journal no longer agree."""
    issued = JournalEntry.facts["sha256"].astext
    query = (
        select(Certificate.id, Certificate.kind, Certificate.number)
        .outerjoin(StoredFile, StoredFile.sha256 == Certificate.sha256)
        .outerjoin(
            JournalEntry,
            (JournalEntry.subject == "certificate")
            & (JournalEntry.action == ISSUE)
            & (JournalEntry.subject_id == cast(Certificate.id, Text)),
        )
        .where(
            or_(
                StoredFile.sha256.is_(None),
                func.encode(func.sha256(StoredFile.content), "hex") != Certificate.sha256,
                issued.is_(None),
                issued != Certificate.sha256,
            )
        )
        .order_by(Certificate.id)
    )
    return [f"{kind} {number} ({key})" for key, kind, number in session.execute(query)]
