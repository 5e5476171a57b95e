"""Take a file in, order its trial, confirm it: what people do before a row is written."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cadastre.errors import Blocked, NotAllowed, NotFound, TooLarge, UnusableInput
from cadastre.exchange.limits import MEGABYTE
from cadastre.exchange.pieces.antivirus import scan
from cadastre.geometry.crs import normalise
from cadastre.models import Account, ImportJob, JournalEntry, StoredFile
from cadastre.services.import_jobs.files import SUFFIXES, lent, lent_of, look_at, plain_name
from cadastre.services.import_jobs.report import storable
from cadastre.services.imports.mapping import mapping_of
from cadastre.services.imports.targets import TARGETS

MOST_BYTES = 11 * MEGABYTE
# Rights: nobody enters alone what somebody else will hold or lose by.
BY_TWO = frozenset({"titles", "applications"})
COLLECTIONS = tuple(TARGETS)
CHANGEABLE = ("prepared", "tried", "failed")
SHOWN = 100


@dataclass(frozen=True, slots=True)
class Sent:
    """A file as it arrived, the collection it is for, and the layer when it was chosen."""

    filename: str
    content: bytes
    collection: str
    layer: str | None = None


def receive(session: Session, account: Account, sent: Sent, *, scanner: str | None) -> ImportJob:
    """Keep a file as it was sent, and look at what it holds; nothing is written to the register.

    Raises
    ------
    UnusableInput, TooLarge, NotAvailable
        No collection of ours, not a file we read, or refused by the scanner or the reader.
    """
    name = plain_name(sent.filename)
    if sent.collection not in TARGETS:
        raise UnusableInput(
            "import.unknown-collection", where=sent.collection, known=sorted(TARGETS)
        )
    if len(sent.content) > MOST_BYTES:
        raise TooLarge("imports.too-large", where=name, most=MOST_BYTES // MEGABYTE)
    if not name.lower().endswith(SUFFIXES):
        raise UnusableInput("exchange.layer-suffix", where=name, known=", ".join(SUFFIXES))
    scan(sent.content, name, scanner)
    with lent(sent.content, name) as path:
        preview = look_at(path, sent.layer)
    if not preview["fields"] and not preview["has_geometry"]:
        raise UnusableInput("imports.empty", where=name)
    job = ImportJob(
        account_id=account.id, collection=sent.collection, filename=name,
        sha256=keep_bytes(session, sent.content), layer=preview["layer"],
        preview=storable(preview),
        crs=preview["crs"],
    )  # fmt: skip
    session.add(job)
    session.flush()
    _write(session, account, job, "received")
    return job


def keep_bytes(session: Session, content: bytes) -> str:
    """Keep bytes under their SHA-256; give it."""
    digest = hashlib.sha256(content).hexdigest()
    if session.get(StoredFile, digest) is None:
        session.add(StoredFile(sha256=digest, size=len(content), content=content))
        session.flush()
    return digest


def find_import(session: Session, job_id: int, *, lock: bool = False) -> ImportJob:
    """Give an import.

    Raises
    ------
    NotFound
        ``imports.unknown``.
    """
    query = select(ImportJob).where(ImportJob.id == job_id)
    job = session.scalar(query.with_for_update(of=ImportJob) if lock else query)
    if job is None:
        raise NotFound("imports.unknown", where=str(job_id))
    return job


def list_imports(session: Session) -> list[ImportJob]:
    """List imports, the latest first."""
    return list(session.scalars(select(ImportJob).order_by(ImportJob.id.desc()).limit(SHOWN)))


def choose_layer(session: Session, account: Account, job: ImportJob, layer: str) -> None:
    """Look at another layer of the same file; what was said of the one before is forgotten."""
    _ensure(job, CHANGEABLE)
    with lent_of(session, job) as path:
        job.preview = storable(look_at(path, layer))
    job.layer, job.crs = layer, job.preview["crs"]
    job.mapping, job.trial, job.fault, job.state = None, None, None, "prepared"
    _write(session, account, job, "layer")


def order_trial(
    session: Session, account: Account, job: ImportJob, body: dict[str, Any], crs: str | None
) -> None:
    """Keep a mapping and the coordinate system, and order the run that writes nothing.

    Raises
    ------
    Blocked
        ``imports.not-now``: the import was ordered or is over.
    UnusableInput
        The mapping or the system cannot be used; a system is needed where there is geometry.
    """
    _ensure(job, CHANGEABLE)
    mapping_of(body, job.collection, job.filename)
    stated = crs or job.preview["crs"]
    needs = job.preview["has_geometry"] or "corners" in body.get("fields", {})
    if stated is None and needs:
        raise UnusableInput("imports.no-crs", where="crs")
    job.crs = None if stated is None else normalise(stated)
    job.mapping, job.trial, job.fault = body, None, None
    job.state = "trial-ordered"
    _write(session, account, job, "trial")


def confirm(session: Session, account: Account, job: ImportJob, now: dt.datetime) -> None:
    """Order the real import of what was tried; rights are confirmed by another person.

    Raises
    ------
    Blocked
        ``imports.not-now``: not tried with this mapping, or ordered already.
    NotAllowed
        ``imports.second-person``.
    """
    _ensure(job, ("tried",))
    if job.collection in BY_TWO and account.id == job.account_id:
        raise NotAllowed("imports.second-person", where=job.filename)
    job.confirmed_by_id, job.confirmed_at, job.state = account.id, now, "ordered"
    _write(session, account, job, "confirmed")


def resume(session: Session, account: Account, job: ImportJob) -> None:
    """Take up again a confirmed import that failed; rows that stand written are not written twice.

    Raises
    ------
    Blocked
        ``imports.not-now``.
    """
    if job.state != "failed" or job.confirmed_at is None:
        raise Blocked("imports.not-now", where=job.filename, state=job.state)
    job.state = "ordered"
    _write(session, account, job, "resumed")


def abandon(session: Session, account: Account, job: ImportJob) -> None:
    """Put an import away that was not confirmed; its file and its trial stay for the record."""
    _ensure(job, CHANGEABLE)
    job.state = "abandoned"
    _write(session, account, job, "abandoned")


def _ensure(job: ImportJob, states: tuple[str, ...]) -> None:
    # A failure after the confirmation may have written rows: it is taken up again, not changed.
    if job.state not in states or (job.state == "failed" and job.confirmed_at is not None):
        raise Blocked("imports.not-now", where=job.filename, state=job.state)


def _write(session: Session, account: Account, job: ImportJob, act: str) -> None:
    facts = {"collection": job.collection, "file": job.filename, "sha256": job.sha256}
    session.add(
        JournalEntry(
            account_id=account.id, action=f"import.{act}", subject="import",
            subject_id=str(job.id), facts=facts,
        )
    )  # fmt: skip
