"""Have the scanner look at what was kept while there was none, and hold back what it finds.

Where a scanner runs, an infected file is refused before it is kept. A register that gets its
scanner later holds files nobody looked at: they are looked at one by one, and a piece that was
found infected holds up lodgement, completion and proposal (guard ``documents-safe``).
"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from cadastre.errors import UnusableInput
from cadastre.exchange.pieces.antivirus import Scan, scan
from cadastre.models import Document, Dossier, StoredFile
from cadastre.services.dossiers.written import journal

MOST_AT_ONCE = 20


def scan_what_was_not(session: Session, scanner: str | None, most: int = MOST_AT_ONCE) -> int:
    """Look at documents that were kept unscanned; give how many were found infected.

    Raises
    ------
    NotAvailable
        ``pieces.scanner-silent``: the rest waits for the next turn.
    """
    if scanner is None:
        return 0
    waiting = session.execute(
        select(Document, StoredFile.content)
        .join(StoredFile, StoredFile.sha256 == Document.sha256)
        .where(Document.scan == Scan.NOT_SCANNED.value, Document.withdrawn_at.is_(None))
        .order_by(Document.id)
        .limit(most)
        .with_for_update(of=Document, skip_locked=True)
    ).all()
    return sum(_looked_at(session, document, content, scanner) for document, content in waiting)


def unsafe_documents(dossier: Dossier) -> tuple[str, ...]:
    """Name the documents of a dossier that still count and were found infected."""
    return tuple(
        one.filename or one.title
        for one in dossier.documents
        if one.withdrawn_at is None
        and one.verdict != "to-replace"
        and one.scan == Scan.INFECTED.value
    )


def _looked_at(session: Session, document: Document, content: bytes, scanner: str) -> bool:
    try:
        document.scan = scan(content, document.filename or document.title, scanner).value
    except UnusableInput as found:
        document.scan = Scan.INFECTED.value
        dossier = None if document.dossier_id is None else session.get(Dossier, document.dossier_id)
        if dossier is not None:
            told = {"virus": str(found.values.get("name", ""))}
            journal(
                session, "found-infected", dossier, None, document_id=document.id, facts=told
            )
    session.flush()
    return document.scan == Scan.INFECTED.value
