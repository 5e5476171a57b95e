"""Carry out ordered imports: a trial that leaves nothing, or the real thing in short transactions.

Runs in the keeper, as the owner of the database: a register taken over may hold overlaps that no
request could record. A process that is killed lets go of its lock by dying; whoever takes the
import up again skips the rows that stand written, each with what became of it.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Any

from sqlalchemy import Engine, func, select, text
from sqlalchemy.orm import Session

from cadastre.errors import Blocked, CadastreError, NotAvailable
from cadastre.exchange.layers import SENT
from cadastre.models import ImportJob, ImportRow, JournalEntry
from cadastre.queries.touched import transaction_start
from cadastre.rules.ruleset import Ruleset
from cadastre.services.again import decide
from cadastre.services.cases.detection import recount_touched
from cadastre.services.import_jobs.files import lent_of
from cadastre.services.import_jobs.ordering import keep_bytes
from cadastre.services.import_jobs.report import report_csv, storable, summary
from cadastre.services.imports.importing import (
    WEIGHED,
    Feature,
    ImportRequest,
    Opened,
    import_file,
    import_row,
    open_layer,
    read_row,
)
from cadastre.services.imports.mapping import mapping_of
from cadastre.services.imports.report import ImportReport
from cadastre.services.imports.row import Row

LOG = logging.getLogger(__name__)
BATCH = 100  # rows of one transaction: what a crash can cost, and how fresh the progress is
LOCKS = 5_170  # the space of advisory locks of imports
UNFINISHED = ("trial-ordered", "ordered", "running")


def run_next(engine: Engine, ruleset: Ruleset) -> int | None:
    """Carry out one import that waits or was interrupted; give its number, None if none does."""
    with engine.connect() as connection:
        waiting = list(
            connection.scalars(
                select(ImportJob.id).where(ImportJob.state.in_(UNFINISHED)).order_by(ImportJob.id)
            )
        )
        connection.rollback()
    for job_id in waiting:
        with _alone(engine, job_id) as is_ours:
            if is_ours and _run(engine, ruleset, job_id):
                return job_id
    return None


@contextmanager
def _alone(engine: Engine, job_id: int) -> Iterator[bool]:
    """Hold an import against every other process for as long as this one lives."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        key = {"space": LOCKS, "job": job_id}
        taken = connection.execute(text("SELECT pg_try_advisory_lock(:space, :job)"), key).scalar()
        try:
            yield bool(taken)
        finally:
            if taken:
                connection.execute(text("SELECT pg_advisory_unlock(:space, :job)"), key)


def _run(engine: Engine, ruleset: Ruleset, job_id: int) -> bool:
    state = decide(engine, lambda session: session.get_one(ImportJob, job_id).state)
    if state not in UNFINISHED:
        return False  # somebody finished it while we looked
    try:
        if state == "trial-ordered":
            decide(engine, lambda session: _try(session, ruleset, job_id))
        else:
            _import(engine, ruleset, job_id)
    except NotAvailable:
        raise  # the database or the worker is away: the order waits for it
    except CadastreError as fault:
        _fail(engine, job_id, fault)
    except Exception as error:  # told to the person who waits, and taken up again by a person
        LOG.exception("import %s", job_id)
        _fail(engine, job_id, Blocked("imports.broke", reason=type(error).__name__))
    return True


def _fail(engine: Engine, job_id: int, fault: CadastreError) -> None:
    told = {"code": fault.code, "where": fault.where, "values": dict(fault.values)}

    def keep(session: Session) -> None:
        job = session.get_one(ImportJob, job_id)
        job.state, job.fault = "failed", storable(told)

    decide(engine, keep)


def _request(job: ImportJob, path: Any, *, dry_run: bool) -> ImportRequest:
    several = len(job.preview["layers"]) > 1
    return ImportRequest(
        path, job.collection, job.layer if several else None, crs=job.crs, dry_run=dry_run,
        given=mapping_of(job.mapping, job.collection, job.filename), trust=SENT,
    )  # fmt: skip


def _try(session: Session, ruleset: Ruleset, job_id: int) -> None:
    """Import in a savepoint that is undone, and keep the report."""
    job = session.get_one(ImportJob, job_id, with_for_update=True)
    with lent_of(session, job) as path:
        report = import_file(session, ruleset, _request(job, path, dry_run=True))
    job.trial, job.fault, job.state = storable(report.as_json()), None, "tried"


def _import(engine: Engine, ruleset: Ruleset, job_id: int) -> None:
    with Session(engine, expire_on_commit=False) as session:
        job = session.get_one(ImportJob, job_id)
        written = set(session.scalars(select(ImportRow.row).where(ImportRow.job_id == job_id)))
        with lent_of(session, job) as path:
            session.rollback()
            request = _request(job, path, dry_run=False)
            decide(engine, lambda session: _begin(session, job_id))
            opened = open_layer(request, ruleset)
            for batch in _batches(_rows(opened, ruleset, written)):
                decide(engine, lambda each, batch=batch: _write(each, job_id, batch, opened))  # type: ignore[misc]
    decide(engine, lambda session: _finish(session, ruleset, job_id, opened.report))


def _begin(session: Session, job_id: int) -> None:
    job = session.get_one(ImportJob, job_id, with_for_update=True)
    job.started_at = job.started_at or transaction_start(session)
    job.state, job.fault = "running", None


def _rows(opened: Opened, ruleset: Ruleset, written: set[int]) -> Iterator[tuple[Row, Feature]]:
    """Read every row, for codes that come twice, and give those not written before."""
    seen: dict[str, int] = {}
    for feature in opened.features:
        row = read_row(feature, opened.mapping, ruleset, seen)
        if feature.number not in written:
            yield row, feature


def _batches(rows: Iterator[tuple[Row, Feature]]) -> Iterator[list[tuple[Row, Feature]]]:
    while batch := list(islice(rows, BATCH)):
        yield batch


def _write(
    session: Session, job_id: int, batch: list[tuple[Row, Feature]], opened: Opened
) -> None:
    """Write some rows and what became of each, or, when another was faster, nothing of them."""
    for read, feature in batch:
        # A fresh row: what a lost try noticed about it would be said twice.
        row = Row(read.number, read.cells, read.mapping, read.ruleset, list(read.findings))
        outcome = import_row(session, row, feature, opened.report.file)
        findings = storable({"findings": [finding.as_json() for finding in row.findings]})
        session.add(ImportRow(job_id=job_id, row=row.number, outcome=outcome, findings=findings))
    job = session.get_one(ImportJob, job_id)
    job.done += len(batch)
    # In the rows' own transaction: by it, the register knows what was loaded from what was granted.
    facts = {"import": job_id, "rows": [batch[0][1].number, batch[-1][1].number]}
    session.add(
        JournalEntry(
            account_id=job.confirmed_by_id, action=f"{job.collection}.import", subject="file",
            subject_id=job.filename, facts=facts,
        )
    )  # fmt: skip


def _finish(session: Session, ruleset: Ruleset, job_id: int, opened: ImportReport) -> None:
    """Count overlaps, and keep the whole report, of every run of this import, as a document."""
    job = session.get_one(ImportJob, job_id, with_for_update=True)
    assert job.started_at is not None
    cases = None
    if job.collection in WEIGHED:
        found = recount_touched(session, ruleset, job.started_at, by="import")
        cases = {"opened": list(found.opened), "closed": list(found.closed)}
    rows = session.scalars(
        select(ImportRow).where(ImportRow.job_id == job_id).order_by(ImportRow.row)
    ).all()
    whole = [finding.as_json() for finding in opened.findings]
    job.report = storable(summary(job, rows, whole, cases))
    outcomes = {row.row: row.outcome for row in rows}
    job.report_sha256 = keep_bytes(session, report_csv(job.report, outcomes))
    job.state, job.fault = "done", None
    job.finished_at = session.scalar(select(func.now())) or dt.datetime.now(dt.UTC)
