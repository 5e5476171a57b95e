"""Seal the journal into the log, sign its heads, and give the proofs an outsider asks for.

A separate process seals (``cadastre seal``): web processes can neither write the log nor read the
key. Services flush; the edge commits.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from cadastre.config import Settings
from cadastre.errors import NotFound, UnusableInput
from cadastre.models import LogHead, LogKey, LogLeaf, LogNode
from cadastre.queries import journal
from cadastre.queries import sealed_log as stored
from cadastre.sealing.entry import SALT_BYTES, entry_content
from cadastre.sealing.head import Head, SignedHead
from cadastre.sealing.keys import SigningKey, open_key
from cadastre.sealing.tree import (
    Lookup,
    Node,
    consistency_path,
    gather,
    grow,
    inclusion_path,
    leaf_hash,
    root,
)

PROOF_FORM = "cadastre-proof/1"
LOG_FORM = "cadastre-log-export/1"
BATCH = 1_000
PAGE = 1_000
DAY_S = 86_400.0


@dataclass(frozen=True, slots=True)
class Sealed:
    """What one turn of sealing did: entries added, and the head when one was signed."""

    entries: int
    head: SignedHead | None


def signing_key(settings: Settings) -> SigningKey:
    """Open the key that signs heads; only a demonstration makes its own.

    Raises
    ------
    NotAvailable
        There is no key, or others may read it.
    """
    path = settings.log_key or settings.home / "keys" / "log.pem"
    return open_key(Path(path), may_make=settings.is_demo)


def log_origin(settings: Settings) -> str:
    """Name the log that heads speak for: a demonstration never passes for a register."""
    return f"{settings.ruleset}-demo" if settings.is_demo else settings.ruleset


def seal_pending(session: Session, *, most: int = BATCH, everywhere: bool = False) -> int:
    """Append to the log what the journal holds and the log does not; give how many entries.

    Positions have no gap: one writer at a time, and a transaction that fails leaves nothing.
    """
    stored.take_writer_lock(session)
    entries = journal.unsealed_entries(session, most, everywhere=everywhere)
    if not entries:
        return 0
    size = stored.log_size(session)
    leaves = []
    for position, act in enumerate(journal.acts(session, entries), start=size):
        salt = secrets.token_bytes(SALT_BYTES)
        content = entry_content(act, salt)
        leaves.append(
            {
                "position": position,
                "journal_entry_id": act.row["id"],
                "content": content,
                "leaf_hash": leaf_hash(content.encode()),
                "salt": salt,
            }
        )
    session.execute(insert(LogLeaf), leaves)
    _append_nodes(session, size, [bytes(leaf["leaf_hash"]) for leaf in leaves])
    return len(leaves)


def _append_nodes(session: Session, size: int, hashes: list[bytes]) -> None:
    """Write the subtrees that new leaves complete, reading at most one older one a level."""
    edge = {Node(level, (size >> level) - 1) for level in range(size.bit_length()) if size >> level}
    known = stored.fetch_nodes(session, edge)
    rows = [
        {"level": node.level, "index": node.number, "hash": hashed}
        for node, hashed in grow(size, hashes, known.__getitem__)
        if node.level > 0
    ]
    if rows:
        session.execute(insert(LogNode), rows)


def sign_head(session: Session, key: SigningKey, origin: str) -> SignedHead:
    """Sign the log as it stands."""
    stored.take_writer_lock(session)
    session.execute(
        insert(LogKey)
        .values(key_id=key.key_id, origin=origin, public_key=key.public_key)
        .on_conflict_do_nothing()
    )
    size = stored.log_size(session)
    head = Head(
        origin=_origin_of(session, key) or origin,
        size=size,
        root=_ask(session, lambda lookup: root(size, lookup)),
        signed_at=stored.database_clock(session),
    )
    signed = SignedHead(head, key.key_id, key.public_key, key.sign(head.signed_bytes()))
    session.add(
        LogHead(
            size=size,
            root_hash=head.root,
            signed_at=head.signed_at,
            key_id=key.key_id,
            signature=signed.signature,
        )
    )
    session.flush()
    return signed


def seal_once(
    session: Session, key: SigningKey, origin: str, *, always_sign: bool = False
) -> Sealed:
    """Seal a batch, and sign when something was added, when asked, or when a day has passed."""
    age = stored.head_age_s(session)
    is_due = age is None or age >= DAY_S
    added = seal_pending(session, everywhere=is_due or always_sign)
    signs = added > 0 or always_sign or is_due
    return Sealed(added, sign_head(session, key, origin) if signs else None)


def inclusion_proof(session: Session, position: int, size: int | None = None) -> dict[str, Any]:
    """Prove that an entry stands in the log: entry, path, and the signed head it leads to.

    Without a size, the first head that covers the entry is taken: the same proof for ever.

    Raises
    ------
    NotFound
        ``log.no-such-entry``, or ``log.not-sealed-yet`` when no head covers it.
    """
    leaf = next(stored.leaves(session, position, position + 1), None)
    if leaf is None:
        raise NotFound("log.no-such-entry", where=str(position))
    head = (
        stored.latest_head(session, covering=position)
        if size is None
        else stored.head_of_size(session, size)
    )
    if head is None or head.head.size <= position:
        raise NotFound("log.not-sealed-yet", where=str(position))
    path = _ask(session, lambda lookup: inclusion_path(position, head.head.size, lookup))
    return {
        "form": PROOF_FORM,
        "proof": "inclusion",
        "index": position,
        "entry": leaf.content,
        "path": [base64.b64encode(step).decode() for step in path],
        "head": head.json(),
    }


def consistency_proof(session: Session, first: int, second: int) -> dict[str, Any]:
    """Prove that the log of one signed head was only added to until another.

    Raises
    ------
    UnusableInput
        ``log.bad-sizes``: the first is not smaller than the second, or is 0.
    NotFound
        ``log.no-head-of-size``: nothing was signed at one of the sizes.
    """
    if not 0 < first <= second:
        raise UnusableInput("log.bad-sizes", where="first", first=first, second=second)
    one, other = stored.head_of_size(session, first), stored.head_of_size(session, second)
    for size, head in ((first, one), (second, other)):
        if head is None:
            raise NotFound("log.no-head-of-size", where=str(size), size=size)
    assert one is not None
    assert other is not None
    path = _ask(session, lambda lookup: consistency_path(first, second, lookup))
    return {
        "form": PROOF_FORM,
        "proof": "consistency",
        "first": one.json(),
        "path": [base64.b64encode(step).decode() for step in path],
        "second": other.json(),
    }


def filing_proof(session: Session, number: str) -> dict[str, Any] | None:
    """Prove the filing of an application; None until it is sealed and signed."""
    leaf = stored.leaf_of(session, "application", number, "application.file")
    if leaf is None or stored.latest_head(session, covering=leaf.position) is None:
        return None
    return inclusion_proof(session, leaf.position)


def entries_json(session: Session, start: int, end: int) -> list[dict[str, Any]]:
    """Give at most a page of entries, each as hashed."""
    last = min(end, start + PAGE)
    return [_line(leaf) for leaf in stored.leaves(session, start, last)]


def export_log(session: Session) -> Iterator[dict[str, Any]]:
    """Give the whole log, a line at a time: heads and keys first, then every entry.

    Only what the newest head covers is exported, so that the export proves itself.
    """
    heads = [head.json() for _, head in reversed(stored.heads(session))]
    size = heads[-1]["size"] if heads else 0
    yield {"form": LOG_FORM, "size": size, "heads": heads}
    for start in range(0, size, PAGE):
        for leaf in stored.leaves(session, start, min(start + PAGE, size)):
            yield _line(leaf)


def _line(leaf: LogLeaf) -> dict[str, Any]:
    hashed = base64.b64encode(bytes(leaf.leaf_hash)).decode()
    return {"index": leaf.position, "entry": leaf.content, "leaf": hashed}


def _ask(session: Session, question: Any) -> Any:
    """Ask a question of the stored tree with one reading of leaves and one of subtrees."""

    def answer(lookup: Lookup) -> Any:
        return question(lookup)

    return gather(answer, lambda wanted: stored.fetch_nodes(session, wanted))


def _origin_of(session: Session, key: SigningKey) -> str | None:
    found = session.get(LogKey, key.key_id)
    return None if found is None else found.origin
