"""Take an act in and find it again; who sent what is in the journal."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from cadastre.errors import Blocked, NotFound
from cadastre.exchange.pieces.antivirus import scan
from cadastre.exchange.read.acts import media_type_of
from cadastre.models import Account, ActRead, ActReadPage, JournalEntry, StoredFile
from cadastre.services.import_jobs.files import plain_name
from cadastre.services.import_jobs.ordering import keep_bytes

SHOWN = 100


def receive_act(
    session: Session, account: Account, filename: str, content: bytes, *, scanner: str | None
) -> ActRead:
    """Keep an act as it was sent, and order its reading; nothing enters the register by it.

    Raises
    ------
    UnusableInput, TooLarge, NotAvailable
        Neither a PDF nor a picture, too large, or refused by the virus scanner.
    """
    name = plain_name(filename)
    media_type = media_type_of(content, name)
    scan(content, name, scanner)
    act = ActRead(
        account_id=account.id, filename=name, media_type=media_type,
        sha256=keep_bytes(session, content),
    )  # fmt: skip
    session.add(act)
    session.flush()
    write(session, account, act, "received")
    return act


def find_act(session: Session, act_id: int, *, lock: bool = False) -> ActRead:
    """Give an act that was sent.

    Raises
    ------
    NotFound
        ``acts-read.unknown``.
    """
    query = select(ActRead).where(ActRead.id == act_id)
    act = session.scalar(query.with_for_update(of=ActRead) if lock else query)
    if act is None:
        raise NotFound("acts-read.unknown", where=str(act_id))
    return act


def list_acts(session: Session) -> list[ActRead]:
    """List acts that were sent, the latest first."""
    return list(session.scalars(select(ActRead).order_by(ActRead.id.desc()).limit(SHOWN)))


def picture_of(session: Session, act_id: int, page: int) -> bytes:
    """Give the picture of a page (JPEG), counted from 0.

    Raises
    ------
    NotFound
        ``acts-read.unknown``.
    """
    kept = session.get(ActReadPage, (act_id, page))
    if kept is None:
        raise NotFound("acts-read.unknown", where=f"{act_id}/{page}")
    return session.get_one(StoredFile, kept.sha256).content


def abandon_act(session: Session, account: Account, act: ActRead) -> None:
    """Put an act away that is not being recorded; its file and its reading stay for the record.

    Raises
    ------
    Blocked
        ``acts-read.not-now``.
    """
    if act.state in ("recording", "recorded", "abandoned"):
        raise Blocked("acts-read.not-now", where=act.filename)
    act.state = "abandoned"
    write(session, account, act, "abandoned")


def write(
    session: Session, account: Account | None, act: ActRead, what: str, **facts: object
) -> None:
    """Leave in the journal what somebody, or the clock, did with an act."""
    session.add(
        JournalEntry(
            account_id=account.id if account else None, by_rule=account is None,
            action=f"act-read.{what}", subject="act-read", subject_id=str(act.id),
            facts={"file": act.filename, "sha256": act.sha256, **facts},
        )
    )  # fmt: skip
