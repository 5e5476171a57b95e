"""Make what was ordered, one after the other, with signs of life; forget what expired."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy import Engine, delete, func, or_, select, update
from sqlalchemy.orm import Session

from cadastre.database import transaction
from cadastre.errors import CadastreError, NotAllowed
from cadastre.exchange.write import FeatureRecord
from cadastre.models import Account, ExportJob, ExportPiece
from cadastre.queries.asof import look_back
from cadastre.queries.relation import count_features
from cadastre.queries.visibility import Classification, Viewer
from cadastre.rules.permissions import export_clearance
from cadastre.services.actors import actor_of
from cadastre.services.export_jobs.ordering import DONE, FAILED, RUNNING, WAITING, read
from cadastre.services.exports import export_collection, selected

PIECE_BYTES = 1_000_000
TELL_EVERY = 2_000  # features
DEAD_AFTER = dt.timedelta(minutes=5)  # without a sign of life, a job is taken up again


@dataclass(frozen=True, slots=True)
class Order:
    """A job taken up, as its worker needs it."""

    id: int
    wanted: dict[str, object]
    clearance: Classification
    account_id: int | None


def work_once(engine: Engine) -> int | None:
    """Make the job that has waited longest; give its row, None when nothing waits."""
    with transaction(engine) as session:
        order = _claim(session)
    if order is None:
        return None
    try:
        _make(engine, order)
    except CadastreError as error:
        _fail(engine, order, {"code": error.code, "where": error.where, **error.values})
    except Exception:
        # The words of an unexpected error may name what the owner of the job may not see.
        _fail(engine, order, {"code": "exports.unexpected", "where": None})
        raise
    return order.id


def forget_expired(session: Session, now: dt.datetime | None = None) -> int:
    """Drop jobs past their day, with their bytes."""
    now = now or dt.datetime.now(dt.UTC)
    gone = session.execute(
        delete(ExportJob).where(ExportJob.expires_at <= now).returning(ExportJob.id)
    )
    return len(gone.all())


def _claim(session: Session) -> Order | None:
    now = dt.datetime.now(dt.UTC)
    stale = (ExportJob.state == RUNNING) & (ExportJob.seen_at < now - DEAD_AFTER)
    job = session.scalars(
        select(ExportJob)
        .where(or_(ExportJob.state == WAITING, stale), ExportJob.expires_at > now)
        .order_by(ExportJob.is_bulk, ExportJob.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).first()
    if job is None:
        return None
    session.execute(delete(ExportPiece).where(ExportPiece.job_id == job.id))
    job.state, job.seen_at, job.done = RUNNING, now, 0
    return Order(job.id, job.wanted, Classification(job.clearance), job.account_id)


def _make(engine: Engine, order: Order) -> None:
    wanted = read(order.wanted)
    with transaction(engine) as session:
        viewer = _viewer_now(session, order)
        if wanted.known is not None:
            look_back(session, wanted.known)
        _tell(engine, order.id, total=count_features(session, selected(wanted, viewer)))
        made = export_collection(
            session, wanted, viewer, through=lambda rows: _telling(engine, order.id, rows)
        )
        for number, piece in enumerate(_whole_pieces(made.content)):
            with transaction(engine) as other:
                other.add(ExportPiece(job_id=order.id, number=number, content=piece))
    about = made.about()
    _tell(
        engine, order.id, state=DONE, filename=made.filename, media_type=made.media_type,
        about=about, size=about["byte_size"], sha256=about["checksum"]["value"],
        done=about["features"], finished_at=dt.datetime.now(dt.UTC),
    )  # fmt: skip


def _viewer_now(session: Session, order: Order) -> Viewer:
    """Give what the owner may take away now; who may less than at the order gets nothing.

    Raises
    ------
    NotAllowed
        ``exports.no-longer-allowed``.
    """
    if order.clearance is Classification.PUBLIC:
        return Viewer(Classification.PUBLIC)
    account = session.get(Account, order.account_id)
    day = session.execute(select(func.current_date())).scalar_one()
    if export_clearance(actor_of(account, day=day, second_factor=True)) < order.clearance:
        raise NotAllowed("exports.no-longer-allowed", where=str(order.id))
    return Viewer(order.clearance)


def _telling(
    engine: Engine, job_id: int, rows: Iterable[FeatureRecord]
) -> Iterator[FeatureRecord]:
    for number, row in enumerate(rows, start=1):
        yield row
        if number % TELL_EVERY == 0:
            _tell(engine, job_id, done=number)


def _whole_pieces(content: Iterable[bytes]) -> Iterator[bytes]:
    kept = bytearray()
    for each in content:
        kept += each
        while len(kept) >= PIECE_BYTES:
            yield bytes(kept[:PIECE_BYTES])
            del kept[:PIECE_BYTES]
    if kept:
        yield bytes(kept)


def _tell(engine: Engine, job_id: int, **values: object) -> None:
    values.setdefault("seen_at", dt.datetime.now(dt.UTC))
    with transaction(engine) as session:
        session.execute(update(ExportJob).where(ExportJob.id == job_id).values(**values))


def _fail(engine: Engine, order: Order, fault: dict[str, object]) -> None:
    with transaction(engine) as session:
        session.execute(delete(ExportPiece).where(ExportPiece.job_id == order.id))
    _tell(
        engine, order.id, state=FAILED, fault=fault, finished_at=dt.datetime.now(dt.UTC)
    )
