"""Order an export that is too large to stream, follow it, and fetch it with the same rights."""

from __future__ import annotations

import dataclasses
import datetime as dt
import secrets
from collections.abc import Iterator
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cadastre.errors import Blocked, NotAvailable, NotFound
from cadastre.exchange.write import format_of
from cadastre.models import ExportJob, ExportPiece
from cadastre.queries.asof import AsOf
from cadastre.queries.visibility import Classification, Viewer
from cadastre.services.exports import ExportRequest, selected

MOST_STREAMED = 10_000  # features; above, an export is a job
KEPT = dt.timedelta(hours=24)
MOST_WAITING = 40  # of everybody together: a worker makes one after the other
WAITING, RUNNING, DONE, FAILED = "waiting", "running", "done", "failed"
UNFINISHED = (WAITING, RUNNING)


def is_large(session: Session, wanted: ExportRequest, viewer: Viewer) -> bool:
    """Tell whether an export has more features than are streamed, without counting them all."""
    relation = selected(wanted, viewer)
    some = relation.select(relation.row_id).limit(MOST_STREAMED + 1).subquery()
    return session.execute(select(func.count()).select_from(some)).scalar_one() > MOST_STREAMED


def order(
    session: Session,
    wanted: ExportRequest,
    *,
    account_id: int | None,
    clearance: Classification,
    now: dt.datetime | None = None,
) -> ExportJob:
    """Order an export, or give the job of the same order that is not finished yet.

    Raises
    ------
    UnusableInput
        Unknown format.
    NotAvailable
        ``exports.too-many``: too many orders wait already.
    """
    now = now or dt.datetime.now(dt.UTC)
    format_of(wanted.format)
    told = written(wanted)
    same = session.scalars(
        select(ExportJob).where(
            ExportJob.state.in_(UNFINISHED), ExportJob.wanted == told,
            ExportJob.clearance == int(clearance), ExportJob.is_bulk.is_(False),
            ExportJob.account_id.is_not_distinct_from(account_id),
        )
    ).first()  # fmt: skip
    if same is not None:
        return same
    waiting = session.scalar(
        select(func.count()).where(ExportJob.state.in_(UNFINISHED), ExportJob.is_bulk.is_(False))
    )
    if (waiting or 0) >= MOST_WAITING:
        raise NotAvailable("exports.too-many", where=wanted.collection, most=MOST_WAITING)
    job = ExportJob(
        key=secrets.token_urlsafe(24), account_id=account_id, clearance=int(clearance),
        wanted=told, collection=wanted.collection, format=wanted.format,
        expires_at=now + KEPT,
    )  # fmt: skip
    session.add(job)
    session.flush()
    return job


def find_job(
    session: Session,
    key: str,
    *,
    account_id: int | None,
    clearance: Classification,
    now: dt.datetime | None = None,
) -> ExportJob:
    """Find a job by its key, for whoever ordered it and still may.

    A file with more than everybody may see is its owner's alone, and only while the owner's
    clearance is what it was.

    Raises
    ------
    NotFound
        ``exports.no-job``: unknown, expired, or not theirs; which of these is not told.
    """
    now = now or dt.datetime.now(dt.UTC)
    job = session.scalars(
        select(ExportJob).where(ExportJob.key == key, ExportJob.expires_at > now)
    ).first()
    if job is None or not _may_fetch(job, account_id, clearance):
        raise NotFound("exports.no-job", where=key[:60])
    return job


def pieces_of(session: Session, job: ExportJob) -> Iterator[bytes]:
    """Give the file of a job piece by piece.

    Raises
    ------
    Blocked
        ``exports.not-ready``.
    """
    if job.state != DONE:
        raise Blocked("exports.not-ready", where=job.collection)
    return _pieces(session, job.id)


def written(wanted: ExportRequest) -> dict[str, Any]:
    """Write an order as JSON has it."""
    told = dataclasses.asdict(wanted)
    told["at"] = {"instant": wanted.at.instant.isoformat(), "day": wanted.at.day.isoformat()}
    told["known"] = wanted.known.isoformat() if wanted.known else None
    told["bbox"] = list(wanted.bbox) if wanted.bbox else None
    return told


def read(told: dict[str, Any]) -> ExportRequest:
    """Read an order back."""
    at = told["at"]
    moment = AsOf(dt.datetime.fromisoformat(at["instant"]), dt.date.fromisoformat(at["day"]))
    known = told["known"] and dt.datetime.fromisoformat(told["known"])
    bbox = tuple(told["bbox"]) if told["bbox"] else None
    return ExportRequest(**{**told, "at": moment, "known": known or None, "bbox": bbox})


def _may_fetch(job: ExportJob, account_id: int | None, clearance: Classification) -> bool:
    if job.clearance == Classification.PUBLIC:
        return True
    return job.account_id == account_id and clearance >= job.clearance


def _pieces(session: Session, job_id: int) -> Iterator[bytes]:
    number = 0
    while True:
        content = session.scalar(
            select(ExportPiece.content).where(
                ExportPiece.job_id == job_id, ExportPiece.number == number
            )
        )
        if content is None:
            return
        yield bytes(content)
        number += 1
