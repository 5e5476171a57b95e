"""Recompute the sealed log from the journal, and the register's rows from what the log bound."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy.orm import Session

from cadastre.queries import journal
from cadastre.queries import sealed_log as stored
from cadastre.queries.certificates import unsound_certificates
from cadastre.sealing.entry import canonical, row_digest, state_digest
from cadastre.sealing.head import SignedHead
from cadastre.sealing.keys import is_signed
from cadastre.sealing.tree import Node, grow, leaf_hash, root
from cadastre.services.granting import lateness
from cadastre.services.verification.proof import Proof, Said, listed, told

BATCH = 2_000


def tree(session: Session) -> Proof:
    """Hash every entry anew, up to every subtree and every signed head."""
    nodes: dict[Node, bytes] = {}
    faults: list[Said] = []
    size = 0
    for batch in _batches(session):
        hashes: list[bytes] = []
        for leaf in batch:
            if leaf.position != size + len(hashes):
                faults.append(Said("verify.entry-missing", {"entry": size + len(hashes)}))
                return told("verify.log", faults)
            hashed = leaf_hash(leaf.content.encode())
            if hashed != bytes(leaf.leaf_hash):
                faults.append(Said("verify.entry-altered", {"entry": leaf.position}))
            hashes.append(hashed)
        nodes.update(grow(size, hashes, nodes.__getitem__))
        size += len(hashes)
    faults += _subtrees(session, nodes)
    for _, head in reversed(stored.heads(session)):
        faults += _head(head, nodes, size)
    return told("verify.log", faults)


def _subtrees(session: Session, nodes: dict[Node, bytes]) -> Iterator[Said]:
    inner = sorted(node for node in nodes if node.level > 0)
    for start in range(0, len(inner), BATCH):
        wanted = set(inner[start : start + BATCH])
        found = stored.fetch_nodes(session, wanted)
        for node in sorted(wanted):
            if found.get(node) != nodes[node]:
                place = {"level": node.level, "number": node.number}
                yield Said("verify.subtree-altered", place)


def _head(signed: SignedHead, nodes: dict[Node, bytes], size: int) -> Iterator[Said]:
    head = signed.head
    place = {"size": head.size, "signed_at": head.signed_at}
    if not is_signed(signed.public_key, head.signed_bytes(), signed.signature):
        yield Said("verify.head-signature", place)
    elif head.size > size or root(head.size, nodes.__getitem__) != head.root:
        yield Said("verify.head-root", place)


def rows(session: Session) -> Proof:
    """Compare every sealed entry with its journal row as it stands, and with its document."""
    faults: list[Said] = []
    for batch in _batches(session):
        found = journal.journal_rows(session, [leaf.journal_entry_id for leaf in batch])
        for leaf in batch:
            faults += _row(leaf, found.get(leaf.journal_entry_id))
    return told("verify.journal", faults)


def _row(leaf: stored.SaltedLeaf, row: dict[str, Any] | None) -> Iterator[Said]:
    entry = _read(leaf)
    place = {"entry": leaf.position, "row": leaf.journal_entry_id}
    if row is None:
        yield Said("verify.row-gone", place)
        return
    document = row.pop("document_sha256")
    told_openly = json.loads(
        canonical([row["id"], row["recorded_at"], row["action"], row["subject"], row["subject_id"]])
    )
    sealed = [entry.get("entry"), entry.get("at"), entry.get("act"), *entry.get("subject", ())]
    if entry.get("row") != row_digest(row, bytes(leaf.salt)) or sealed != told_openly:
        yield Said("verify.row-altered", place)
    if entry.get("document") != document:
        yield Said("verify.document-changed", place)


def states(session: Session) -> tuple[Proof, Proof]:
    """Compare the register's rows with what the log bound.

    The first proof lists rows whose sealed version is found nowhere: altered or removed behind the
    triggers. The second, to be looked at, lists rows that changed since their last act.
    """
    faults: list[Said] = []
    unwritten: dict[tuple[str, int], bool] = {}
    places = stored.positions_by_subject(session)
    for start in range(0, len(places), BATCH):
        batch = stored.salted_leaves(session, places[start : start + BATCH])
        faults += _states_of(session, batch, unwritten)
    faults.sort(key=lambda fault: fault.values["entry"])
    everything_sealed = not journal.unsealed_entries(session, 1, everywhere=True)
    changed = [
        f"{table} {key}"
        for (table, key), is_bound in sorted(unwritten.items())
        if everything_sealed and not is_bound
    ]
    return told("verify.states", faults), listed("verify.unwritten", changed)


def _states_of(
    session: Session, batch: Sequence[stored.SaltedLeaf], bound: dict[tuple[str, int], bool]
) -> Iterator[Said]:
    mentioned: dict[str, set[int]] = defaultdict(set)
    entries = [(leaf, _read(leaf)) for leaf in batch]
    for _, entry in entries:
        for table, key, _ in entry.get("states", ()):
            mentioned[table].add(key)
    known = {
        table: journal.known_states(session, table, keys)
        for table, keys in mentioned.items()
        if table in journal.STATED
    }
    grounds = journal.known_grounds(
        session, {key for _, entry in entries for key, _ in entry.get("ground", ())}
    )
    for leaf, entry in entries:
        salt = bytes(leaf.salt)
        for table, key, digest in entry.get("states", ()):
            versions = known.get(table, {}).get(key, [])
            matching = [now for state, now in versions if state_digest(state, salt) == digest]
            if not matching:
                place = {"table": table, "key": key, "entry": leaf.position}
                yield Said("verify.state-altered", place)
            if any(now for _, now in versions):
                bound[table, key] = bound.get((table, key), False) or any(matching)
        for key, fingerprint in entry.get("ground", ()):
            if fingerprint not in grounds.get(key, ()):
                place = {"table": "parcel", "key": key, "entry": leaf.position}
                yield Said("verify.state-altered", place)


def files(session: Session) -> Proof:
    """Hash every stored file anew."""
    return listed("verify.files", journal.altered_files(session))


def certificates(session: Session) -> Proof:
    """Hold every certificate's bytes against its row and against its issue in the journal."""
    return listed("verify.certificates", unsound_certificates(session))


def late(session: Session) -> Proof:
    """Tell whether sealing and signing keep up."""
    found = lateness(session)
    return Proof("verify.late", not found.is_too_late, {"hours": found.hours})


def _batches(session: Session) -> Iterator[list[stored.SaltedLeaf]]:
    size = stored.log_size(session)
    for start in range(0, size, BATCH):
        yield stored.salted_leaves(session, range(start, min(start + BATCH, size)))


def _read(leaf: stored.SaltedLeaf) -> dict[str, Any]:
    """Read an entry; one altered beyond reading says nothing and fails every comparison."""
    try:
        entry = json.loads(leaf.content)
    except ValueError:
        return {}
    return entry if isinstance(entry, dict) else {}
