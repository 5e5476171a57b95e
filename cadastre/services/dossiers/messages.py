"""Talk inside a dossier: the applicant's side with the office, the office with itself."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, selectinload

from cadastre.errors import TooLarge, UnusableInput
from cadastre.models import Account, Document, Dossier, JournalEntry, Message, MessageReading
from cadastre.rules.permissions import (
    Actor,
    Audience,
    can_read_message,
    can_write_message,
    ensure,
    is_applicant,
    is_clerk_of,
)
from cadastre.services.dossiers.access import ref_of
from cadastre.services.dossiers.documents import document_of
from cadastre.services.dossiers.notices import tell_of
from cadastre.services.dossiers.written import journal

LONGEST_MESSAGE = 10_000


def write_message(
    session: Session,
    dossier: Dossier,
    actor: Actor,
    text: str,
    *,
    audience: Audience = Audience.APPLICANT,
    document: Document | None = None,
) -> Message:
    """Add a message and tell the other side that there is news.

    Raises
    ------
    UnusableInput, TooLarge
        ``messages.empty``, ``messages.too-long``.
    NotAllowed
        The actor may not write to that audience.
    """
    text = text.strip()
    if not text:
        raise UnusableInput("messages.empty", where="text")
    if len(text) > LONGEST_MESSAGE:
        raise TooLarge("messages.too-long", where="text", most=LONGEST_MESSAGE)
    ref = ref_of(session, dossier)
    ensure(can_write_message(actor, ref, audience), actor, "dossiers.not-yours", dossier.number)
    if document is not None:
        document_of(session, dossier, document.id)
    from_applicant = is_applicant(actor, ref) or is_clerk_of(actor, ref)
    assert actor.account_id is not None
    message = Message(
        dossier_id=dossier.id,
        account_id=actor.account_id,
        by_office=not from_applicant,
        audience=audience.value,
        text=text,
        document_id=None if document is None else document.id,
    )
    session.add(message)
    session.flush()
    journal(session, "message", dossier, actor, facts={"message": message.id})
    if audience is Audience.APPLICANT:
        tell_of(session, dossier, "message", to_applicant=not from_applicant, by=actor)
    mark_read(session, dossier, actor)
    return message


def leave_note(session: Session, dossier: Dossier, account: Account, text: str) -> Message:
    """Leave a note of the office on what was decided elsewhere; who carries the dossier is told."""
    message = Message(
        dossier_id=dossier.id, account_id=account.id, by_office=True,
        audience=Audience.OFFICE.value, text=text,
    )  # fmt: skip
    session.add(message)
    session.flush()
    session.add(
        JournalEntry(
            action="dossier.note", subject="dossier", subject_id=dossier.number,
            account_id=account.id, facts={"message": message.id},
        )
    )  # fmt: skip
    tell_of(session, dossier, "note", to_applicant=False, by=None)
    return message


def messages_for(session: Session, dossier: Dossier, actor: Actor) -> Sequence[Message]:
    """List the messages an actor may read, oldest first."""
    ref = ref_of(session, dossier)
    audiences = [one.value for one in Audience if can_read_message(actor, ref, one)]
    return session.scalars(
        select(Message)
        .where(Message.dossier_id == dossier.id, Message.audience.in_(audiences))
        .options(selectinload(Message.account), selectinload(Message.document))
        .order_by(Message.id)
    ).all()


def mark_read(session: Session, dossier: Dossier, actor: Actor) -> None:
    """Remember that an actor has read up to the last message there is."""
    last = session.scalar(select(func.max(Message.id)).where(Message.dossier_id == dossier.id))
    if last is None or actor.account_id is None:
        return
    values = {"message_id": last, "read_at": func.clock_timestamp()}
    session.execute(
        insert(MessageReading)
        .values(dossier_id=dossier.id, account_id=actor.account_id, **values)
        .on_conflict_do_update(
            index_elements=[MessageReading.dossier_id, MessageReading.account_id], set_=values
        )
    )


def unread_count(session: Session, dossier: Dossier, actor: Actor) -> int:
    """Count the messages of others that an actor has not read yet."""
    seen = session.scalar(
        select(MessageReading.message_id).where(
            MessageReading.dossier_id == dossier.id,
            MessageReading.account_id == actor.account_id,
        )
    )
    return sum(
        1
        for message in messages_for(session, dossier, actor)
        if message.id > (seen or 0) and message.account_id != actor.account_id
    )
