"""Read and extend the sealed log: leaves, subtrees, heads, keys."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import ARRAY, BigInteger, any_, bindparam, func, select, text
from sqlalchemy.orm import Session

from cadastre.models import JournalEntry, LogHead, LogKey, LogLeaf, LogNode
from cadastre.sealing.head import Head, SignedHead
from cadastre.sealing.tree import Node

# One writer at a time; the number only has to differ from the other advisory locks (ground: 7301).
WRITER_LOCK = 7302


def take_writer_lock(session: Session) -> None:
    """Wait until nobody else extends the log, and hold it until the transaction ends."""
    session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": WRITER_LOCK})


def log_size(session: Session) -> int:
    """Give the number of leaves."""
    last = session.scalar(select(func.max(LogLeaf.position)))
    return 0 if last is None else last + 1


def fetch_nodes(session: Session, wanted: set[Node]) -> Mapping[Node, bytes]:
    """Read subtrees by their places, leaves from the leaves themselves."""
    by_level: dict[int, list[int]] = defaultdict(list)
    for node in wanted:
        by_level[node.level].append(node.number)
    found: dict[Node, bytes] = {}
    # Level by level: a list of pairs would be compared one by one with every row.
    for level, numbers in by_level.items():
        if level == 0:
            query = select(LogLeaf.position, LogLeaf.leaf_hash).where(
                LogLeaf.position == any_(bindparam("numbers", type_=ARRAY(BigInteger)))
            )
        else:
            query = select(LogNode.index, LogNode.hash).where(
                LogNode.level == level,
                LogNode.index == any_(bindparam("numbers", type_=ARRAY(BigInteger))),
            )
        for number, hashed in session.execute(query, {"numbers": numbers}):
            found[Node(level, number)] = bytes(hashed)
    return found


def leaves(session: Session, start: int, end: int) -> Iterator[LogLeaf]:
    """Give the leaves from ``start`` up to, not including, ``end``."""
    query = (
        select(LogLeaf)
        .where(LogLeaf.position >= start, LogLeaf.position < end)
        .order_by(LogLeaf.position)
    )
    return iter(session.scalars(query))


class SaltedLeaf(NamedTuple):
    """A leaf with its salt, as only the owner may read it."""

    position: int
    journal_entry_id: int
    content: str
    leaf_hash: bytes
    salt: bytes


def salted_leaves(session: Session, positions: Sequence[int]) -> list[SaltedLeaf]:
    """Give some leaves with their salts, by position; places without a leaf are left out."""
    query = (
        select(*(getattr(LogLeaf, name) for name in SaltedLeaf._fields))
        .where(LogLeaf.position == any_(bindparam("positions", type_=ARRAY(BigInteger))))
        .order_by(LogLeaf.position)
    )
    return [SaltedLeaf(*row) for row in session.execute(query, {"positions": list(positions)})]


def positions_by_subject(session: Session) -> list[int]:
    """List the places of all leaves, those about one subject side by side.

    What many acts did to one title is then read once, not once for each act.
    """
    query = (
        select(LogLeaf.position)
        .outerjoin(JournalEntry, JournalEntry.id == LogLeaf.journal_entry_id)
        .order_by(JournalEntry.subject, JournalEntry.subject_id, LogLeaf.position)
    )
    return list(session.scalars(query))


def leaf_of(session: Session, subject: str, subject_id: str, action: str) -> LogLeaf | None:
    """Give the leaf of the first act of that sort on a subject, None before it is sealed."""
    return session.scalars(
        select(LogLeaf)
        .join(JournalEntry, JournalEntry.id == LogLeaf.journal_entry_id)
        .where(
            JournalEntry.subject == subject,
            JournalEntry.subject_id == subject_id,
            JournalEntry.action == action,
        )
        .order_by(LogLeaf.position)
        .limit(1)
    ).first()


def latest_head(session: Session, *, covering: int | None = None) -> SignedHead | None:
    """Give the newest head, or the first one that covers a position."""
    query = select(LogHead, LogKey).join(LogKey, LogKey.key_id == LogHead.key_id)
    if covering is None:
        query = query.order_by(LogHead.id.desc())
    else:
        query = query.where(LogHead.size > covering).order_by(LogHead.size, LogHead.id)
    row = session.execute(query.limit(1)).first()
    return None if row is None else signed_head(row[0], row[1])


def heads(
    session: Session, *, most: int | None = None, before: int | None = None
) -> list[tuple[int, SignedHead]]:
    """List heads with their numbers, newest first."""
    query = select(LogHead, LogKey).join(LogKey, LogKey.key_id == LogHead.key_id)
    if before is not None:
        query = query.where(LogHead.id < before)
    found = session.execute(query.order_by(LogHead.id.desc()).limit(most))
    return [(head.id, signed_head(head, key)) for head, key in found]


def head_of_size(session: Session, size: int) -> SignedHead | None:
    """Give the first head signed at a size."""
    row = session.execute(
        select(LogHead, LogKey)
        .join(LogKey, LogKey.key_id == LogHead.key_id)
        .where(LogHead.size == size)
        .order_by(LogHead.id)
        .limit(1)
    ).first()
    return None if row is None else signed_head(row[0], row[1])


def keys(session: Session) -> list[LogKey]:
    """List the public keys that have signed heads, oldest first."""
    return list(session.scalars(select(LogKey).order_by(LogKey.recorded_at, LogKey.key_id)))


def head_age_s(session: Session) -> float | None:
    """Give the age of the newest head in seconds, None when there is none."""
    age = session.scalar(
        select(func.extract("epoch", func.now() - func.max(LogHead.signed_at)))
    )
    return None if age is None else float(age)


def first_sealed_age_s(session: Session) -> float | None:
    """Give the age of the log's first leaf in seconds, None when the log is empty."""
    age = session.scalar(
        select(func.extract("epoch", func.now() - LogLeaf.recorded_at)).where(LogLeaf.position == 0)
    )
    return None if age is None else float(age)


def database_clock(session: Session) -> dt.datetime:
    """Give the database server's clock, the only one heads are dated by."""
    instant: dt.datetime = session.execute(select(func.clock_timestamp())).scalar_one()
    return instant


def signed_head(head: LogHead, key: LogKey) -> SignedHead:
    """Make a statement of its row and of the key that signed it."""
    return SignedHead(
        Head(key.origin, head.size, bytes(head.root_hash), head.signed_at),
        key.key_id,
        bytes(key.public_key),
        bytes(head.signature),
    )
