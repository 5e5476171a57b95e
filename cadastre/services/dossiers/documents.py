"""Attach pieces to a dossier, take them back, and say whether they serve."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cadastre.errors import Blocked, NotFound, TooLarge, UnusableInput
from cadastre.exchange.pieces.antivirus import Scan, scan
from cadastre.exchange.pieces.media import media_type_of, safe_name
from cadastre.models import Document, Dossier, Message, StoredFile
from cadastre.procedures.machine.definition import AT_DECISION
from cadastre.rules.catalogue.pieces import media_types
from cadastre.rules.permissions import (
    Actor,
    Audience,
    can_add_document,
    can_edit_dossier,
    can_examine,
    can_read_document,
    ensure,
    hears_opinions,
    is_applicant,
    is_asked,
)
from cadastre.services.dossiers.access import ref_of
from cadastre.services.dossiers.catalogue import rules_of
from cadastre.services.dossiers.counter import reopen_confirmation
from cadastre.services.dossiers.draft_limits import ensure_room_for
from cadastre.services.dossiers.standing import ensure_writable, standing_of
from cadastre.services.dossiers.written import journal

PIECE, ANSWER, OFFICE = "piece", "answer", "office"
GIVE_OPINION = "give-opinion"
MOST_DOCUMENTS = 100
VERDICTS = ("accepted", "to-replace")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it arrived: the line of the checklist it answers, its name and its bytes.

    An act also has the number and the day that are printed on it.
    """

    filename: str
    content: bytes
    piece: str | None = None
    title: str | None = None
    reference: str | None = None
    dated: dt.date | None = None


def attach(
    session: Session,
    dossier: Dossier,
    actor: Actor,
    upload: Upload,
    *,
    scanner: str | None = None,
    for_office: bool = False,
) -> Document:
    """Keep a document with its true type, size and hash; the same bytes are kept once.

    Raises
    ------
    NotAllowed, NotSignedIn
        The actor may not add to this dossier, to its checklist, or to the papers of the office.
    Blocked
        ``dossiers.not-writable``: a piece of what is lodged already.
    UnusableInput, TooLarge, NotAvailable
        See :mod:`cadastre.exchange.pieces`.
    """
    ref = ref_of(session, dossier)
    ensure(can_add_document(actor, ref), actor, "dossiers.not-yours", dossier.number)
    if upload.piece is not None:
        # The checklist is the applicant's: the office and the bodies add papers of their own.
        ensure(can_edit_dossier(actor, ref), actor, "dossiers.not-yours", dossier.number)
        ensure_writable(standing_of(session, dossier), dossier)
        reopen_confirmation(session, dossier)
    if for_office:
        ensure(not is_applicant(actor, ref), actor, "dossiers.not-yours", dossier.number)
    _ensure_room(session, dossier)
    service = rules_of(session, dossier).service
    ensure_room_for(session, service, dossier, len(upload.content), actor)
    media_type = media_type_of(upload.content, upload.filename)
    if upload.piece is not None:
        _ensure_accepted(session, dossier, upload.piece, media_type, upload.filename)
    scanned = scan(upload.content, upload.filename, scanner)
    digest = store(session, upload.content)
    document = Document(
        dossier_id=dossier.id,
        kind=OFFICE if for_office else PIECE if upload.piece else ANSWER,
        title=upload.title or upload.filename,
        reference=upload.reference,
        dated=upload.dated,
        filename=safe_name(upload.filename, media_type),
        media_type=media_type,
        sha256=digest,
        classification="confidential" if for_office else "personal",
        piece=upload.piece,
        account_id=actor.account_id,
        scan=scanned.value,
    )
    session.add(document)
    session.flush()
    told = {"document": document.id, "piece": upload.piece, "sha256": digest}
    journal(session, "attach", dossier, actor, document_id=document.id, facts=told)
    return document


def store(session: Session, content: bytes) -> str:
    """Keep bytes under their SHA-256; give it."""
    digest = hashlib.sha256(content).hexdigest()
    if session.get(StoredFile, digest) is None:
        session.add(StoredFile(sha256=digest, size=len(content), content=content))
        session.flush()
    return digest


def _ensure_accepted(
    session: Session, dossier: Dossier, piece_id: str, media_type: str, filename: str
) -> None:
    """Refuse a file of a type that this line of the checklist does not take."""
    piece = rules_of(session, dossier).service.piece(piece_id)
    if media_type not in media_types(piece):
        raise UnusableInput(
            "pieces.not-accepted", where=filename, piece=piece.name,
            accepted=", ".join(piece.accepts),
        )  # fmt: skip


def _ensure_room(session: Session, dossier: Dossier) -> None:
    held = session.scalar(
        select(func.count()).where(
            Document.dossier_id == dossier.id, Document.withdrawn_at.is_(None)
        )
    )
    if (held or 0) >= MOST_DOCUMENTS:
        raise TooLarge("pieces.too-many", where=dossier.number, most=MOST_DOCUMENTS)


def document_of(session: Session, dossier: Dossier, document_id: int) -> Document:
    """Give a document of this dossier.

    Raises
    ------
    NotFound
        ``pieces.none``: it is not of this dossier.
    """
    found = session.get(Document, document_id)
    if found is None or found.dossier_id != dossier.id:
        raise NotFound("pieces.none", where=str(document_id))
    return found


def standing_document(session: Session, dossier: Dossier, document_id: int) -> Document:
    """Give a document of this dossier that was not taken back: a step may stand on it.

    Raises
    ------
    NotFound
        ``pieces.none``.
    """
    found = document_of(session, dossier, document_id)
    if found.withdrawn_at is not None:
        raise NotFound("pieces.none", where=str(document_id))
    return found


def take_back(session: Session, dossier: Dossier, actor: Actor, document_id: int) -> Document:
    """Take a document back before it counted; once lodged it stays, and is replaced instead.

    Raises
    ------
    Blocked
        ``pieces.already-lodged``.
    """
    document = document_of(session, dossier, document_id)
    ensure(document.account_id == actor.account_id, actor, "dossiers.not-yours", dossier.number)
    if document.withdrawn_at is not None:
        return document
    if document.verdict is not None or _stood_on(session, dossier, document.id):
        raise Blocked("pieces.already-lodged", where=document.title)
    if document.piece is not None:
        reopen_confirmation(session, dossier)
    document.withdrawn_at = func.clock_timestamp()
    journal(session, "take-back", dossier, actor, document_id=document.id)
    session.flush()
    return document


def _stood_on(session: Session, dossier: Dossier, document_id: int) -> bool:
    """Tell whether a receipt, a step (an act, an opinion, a quote) or a message names it."""
    if document_id in lodged_documents(session, dossier):
        return True
    if any(step.document_id == document_id for step in dossier.steps):
        return True
    spoken_of = select(Message.id).where(
        Message.dossier_id == dossier.id, Message.document_id == document_id
    )
    return session.scalar(spoken_of.limit(1)) is not None


def lodged_documents(session: Session, dossier: Dossier) -> set[int]:
    """List the documents that a receipt already names."""
    steps = (step for step in dossier.steps if step.kind in ("lodge", "complete"))
    return {int(piece["document"]) for step in steps for piece in step.facts.get("pieces", ())}


def judge(
    session: Session,
    dossier: Dossier,
    actor: Actor,
    document_id: int,
    verdict: str,
    reason: str | None = None,
) -> Document:
    """Say that a piece serves, or why it must be replaced.

    Raises
    ------
    UnusableInput
        ``pieces.unknown-verdict``; ``pieces.no-reason`` when it must be replaced.
    """
    ref = ref_of(session, dossier)
    may = can_examine(actor, ref) and not is_applicant(actor, ref)
    ensure(may, actor, "dossiers.not-yours")
    document = document_of(session, dossier, document_id)
    if verdict not in VERDICTS:
        raise UnusableInput("pieces.unknown-verdict", where=verdict, known=", ".join(VERDICTS))
    if verdict == "to-replace" and not (reason or "").strip():
        raise UnusableInput("pieces.no-reason", where="reason")
    document.verdict, document.verdict_reason = verdict, reason
    document.verdict_by_id = actor.account_id
    told = {"verdict": verdict, "piece": document.piece}
    journal(
        session, "judge", dossier, actor, reason=reason, document_id=document.id, facts=told
    )
    session.flush()
    return document


def read_document(
    session: Session, dossier: Dossier, actor: Actor, document_id: int
) -> tuple[Document, bytes]:
    """Give a document with its bytes, and write down who looked when it is not the applicant.

    Raises
    ------
    Blocked
        ``pieces.held-back``: a virus was found in it.
    """
    document = document_of(session, dossier, document_id)
    ref = ref_of(session, dossier)
    audience = Audience.OFFICE if document.kind == OFFICE else Audience.APPLICANT
    ensure(can_read_document(actor, ref, audience), actor, "dossiers.not-yours", dossier.number)
    waits = _is_held_back(session, dossier, actor, document)
    ensure(not waits, actor, "dossiers.opinion-not-yet", dossier.number)
    if document.scan == Scan.INFECTED.value:
        raise Blocked("pieces.held-back", where=document.title)
    content = session.scalar(
        select(StoredFile.content).where(StoredFile.sha256 == document.sha256)
    )
    if content is None:
        raise NotFound("pieces.none", where=str(document_id))
    if document.account_id != actor.account_id:
        journal(session, "read-document", dossier, actor, document_id=document.id)
    return document, content


def opinion_papers(dossier: Dossier, own: str | None = None) -> set[int]:
    """List the documents that opinions stand on, those of one's own body excepted."""
    return {
        step.document_id
        for step in dossier.steps
        if step.kind == GIVE_OPINION and step.document_id and step.facts.get("body") != own
    }


def _is_held_back(session: Session, dossier: Dossier, actor: Actor, document: Document) -> bool:
    """Tell whether a paper of an opinion waits for the decision before this actor reads it."""
    ref = ref_of(session, dossier)
    own = actor.body if is_asked(actor, ref) else None
    if document.id not in opinion_papers(dossier, own):
        return False
    decided = any(step.kind == "confirm" for step in dossier.steps)
    at_once = rules_of(session, dossier).procedure.opinions_shown != AT_DECISION
    return not hears_opinions(actor, ref, decided=decided, at_once=at_once)


def pieces_given(dossier: Dossier) -> dict[str, list[Document]]:
    """Group the documents that count by the line of the checklist they answer."""
    given: dict[str, list[Document]] = {}
    for document in dossier.documents:
        if document.piece and document.withdrawn_at is None and document.verdict != "to-replace":
            given.setdefault(document.piece, []).append(document)
    return given
