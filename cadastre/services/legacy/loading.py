"""Load an older register in one transaction: every row becomes a title, however doubtful.

Rights that overlap an earlier one of their group stand as ``legacy``: the guard of the ground lets
them be known without ever letting a new one beside them. Who comes first is told by date, then by
number.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from cadastre.errors import Blocked, UnusableInput
from cadastre.exchange.layers import read_layer
from cadastre.geometry.crs import normalise
from cadastre.models import Document, JournalEntry, OutboxEvent, StoredFile, Title
from cadastre.queries.touched import transaction_start
from cadastre.rules.doubts import can_transfer, grade
from cadastre.rules.ruleset import Ruleset
from cadastre.services.cases.detection import recount_touched
from cadastre.services.legacy.corners import RawRow, rows_of
from cadastre.services.legacy.mapping import Mapping
from cadastre.services.legacy.places import doubt_places
from cadastre.services.legacy.records import Record, RecordReader, settle_numbers
from cadastre.services.legacy.standing import Standings, decide_standings, stage_grounds
from cadastre.services.legacy.writing import Writer
from cadastre.services.refusals import in_our_words

ACTION = "legacy.import"


@dataclass(frozen=True, slots=True)
class Row:
    """What became of one row of the file."""

    row: int
    number: str
    grade: str
    standing: str | None  # exclusive, legacy, or None without ground
    transferable: bool
    doubts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LegacyLoad:
    """What became of a file: its rows in their order, and the pairs that share ground."""

    digest: str
    source: str
    rows: tuple[Row, ...]
    pairs: int
    parties: int


def load_legacy(
    session: Session,
    ruleset: Ruleset,
    path: Path,
    mapping: Mapping,
    *,
    day: dt.date,
    account_id: int | None = None,
) -> LegacyLoad:
    """Take a file over into the register; the caller commits, or leaves nothing behind.

    The session must be the owner's: only the owner may record a legacy overlap.

    Parameters
    ----------
    day
        Day of the file, unless the mapping says another: rights without a first day count from it.

    Raises
    ------
    Blocked
        ``legacy.already-loaded``: this very file is in the register.
    UnusableInput
        The file cannot be read, has no rows, lacks a mapped column, or states no system.
    """
    content = _bytes(path)
    digest = hashlib.sha256(content).hexdigest()
    _refuse_twice(session, digest, path.name)
    since = transaction_start(session)
    if mapping.as_of:
        day = dt.date.fromisoformat(mapping.as_of)
    records = read_records(path, mapping, ruleset, day)
    settle_numbers(records, set(session.scalars(select(Title.number))))
    zone = ZoneInfo(mapping.time_zone or ruleset.time_zone)
    stage_grounds(session, records, zone)
    standings = decide_standings(session, records)
    _mark_overlaps(records, standings)
    source = f"{mapping.source or mapping.name} · {path.name}"
    document_id = _keep_file(session, content, digest, path.name, source)
    writer = Writer(session, mapping.ruleset or ruleset.id, source, zone, account_id, document_id)
    with in_our_words():
        writer.write(records, standings)
    load = LegacyLoad(
        digest, source, tuple(_row(record, standings, ruleset, day) for record in records),
        len(standings.pairs), writer.parties,
    )  # fmt: skip
    _journal(session, load, path.name, account_id)
    recount_touched(session, ruleset, since, by="import")
    return load


def read_records(path: Path, mapping: Mapping, ruleset: Ruleset, day: dt.date) -> list[Record]:
    """Read every row of a file; see :func:`load_legacy` for what is refused."""
    reader = RecordReader(mapping, ruleset, day)
    systems: list[str] = []

    def rows() -> Iterator[RawRow]:
        as_table = mapping.corners is not None
        for batch in read_layer(path, layer=mapping.layer, as_table=as_table):
            if not systems:
                _refuse_missing_columns(mapping, {*next(iter(batch.attributes), {})}, path)
                systems.append(_system(mapping, batch.crs, path))
            yield from zip(batch.attributes, batch.geometries, strict=True)

    records = [
        reader.read(number, raw, geometry, systems[0])
        for number, (raw, geometry) in enumerate(rows_of(rows(), mapping), start=1)
    ]
    if not records:
        raise UnusableInput("legacy.no-rows", where=path.name)
    doubt_places(records, mapping, ruleset)
    return records


def _system(mapping: Mapping, stated: str | None, path: Path) -> str:
    """Choose the system the file states, else the mapping's: asked for, never guessed."""
    chosen = stated or mapping.crs
    if chosen is None:
        raise UnusableInput("legacy.crs-missing", where=path.name)
    return normalise(chosen)


def _refuse_missing_columns(mapping: Mapping, columns: set[str], path: Path) -> None:
    wanted = set(mapping.fields.values()) | (mapping.corners.columns if mapping.corners else set())
    absent = sorted(wanted - columns)
    if absent:
        raise UnusableInput(
            "legacy.no-column", where=path.name, column=absent[0], known=", ".join(sorted(columns))
        )


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as fault:
        raise UnusableInput(
            "cli.cannot-open", where=str(path), reason=fault.strerror or str(fault)
        ) from None


def _refuse_twice(session: Session, digest: str, name: str) -> None:
    found = session.scalar(
        select(JournalEntry.id).where(
            JournalEntry.action == ACTION, JournalEntry.subject_id == digest
        )
    )
    if found is not None:
        raise Blocked("legacy.already-loaded", where=name, digest=digest[:12])


def _mark_overlaps(records: list[Record], standings: Standings) -> None:
    for place, record in enumerate(records):
        if place in standings.later:
            record.doubt("overlap-later")
        elif place in standings.earlier:
            record.doubt("overlap-earlier")


def _keep_file(session: Session, content: bytes, digest: str, name: str, source: str) -> int:
    """Keep the file itself: whoever doubts a row can look at what it was made from."""
    if session.get(StoredFile, digest) is None:
        session.add(StoredFile(sha256=digest, size=len(content), content=content))
        session.flush()
    document = Document(kind="legacy-register", title=source, filename=name, sha256=digest)
    session.add(document)
    session.flush()
    return document.id


def _row(record: Record, standings: Standings, ruleset: Ruleset, day: dt.date) -> Row:
    place = record.row - 1
    return Row(
        row=record.row,
        number=record.number,
        grade=grade(record.doubts),
        standing=None if record.ground.perimeter is None else standings.of(place),
        transferable=can_transfer(record.doubts, ruleset, day),
        doubts=tuple(record.doubts),
    )


def _journal(session: Session, load: LegacyLoad, name: str, account_id: int | None) -> None:
    grades = {letter: sum(row.grade == letter for row in load.rows) for letter in "ABCD"}
    session.add(
        JournalEntry(
            action=ACTION, subject="legacy-register", subject_id=load.digest,
            account_id=account_id, by_rule=account_id is None,
            facts={"file": name, "rows": len(load.rows), "pairs": load.pairs, "grades": grades},
        )
    )  # fmt: skip
    session.add(OutboxEvent(topic="legacy.imported", subject_id=load.digest))
    session.flush()
