"""Keep public files of every collection ready, made again when the register or the day changes."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Sequence

from sqlalchemy import delete, select, text
from sqlalchemy.orm import Session

from cadastre.models import ExportJob
from cadastre.queries.asof import as_of
from cadastre.queries.catalogue import collections_for
from cadastre.queries.visibility import Classification
from cadastre.services.export_jobs.ordering import DONE, UNFINISHED, written
from cadastre.services.exports import ExportRequest
from cadastre.vocabulary import Language

FORMATS = ("geojson", "gpkg", "csv", "geoparquet")
NOT_OFTENER_THAN = dt.timedelta(minutes=10)
KEPT = dt.timedelta(days=3650)  # until a newer one is there
TABLES = {
    "titles": ("title", "share", "parcel"),
    "applications": ("application", "parcel"),
    "occupations": ("occupation",),
    "zones": ("zone",),
    "works": ("work",),
    "administrative-units": ("administrative_unit",),
    "base-map": ("base_map_feature",),
}
REMEMBERED = {"title", "share", "parcel", "application", "occupation", "zone", "work"}


def order_bulk(session: Session, zone: str, now: dt.datetime | None = None) -> int:
    """Order the files whose collection changed since they were made; drop what is replaced."""
    now = now or dt.datetime.now(dt.UTC)
    ordered = 0
    for collection in collections_for():
        version = version_of(session, collection, zone)
        for format in FORMATS:
            ordered += _order_one(session, collection, format, version, zone, now)
    return ordered


def bulk_files(session: Session) -> Sequence[ExportJob]:
    """List the newest file of each collection and format."""
    made = session.scalars(
        select(ExportJob).where(ExportJob.is_bulk, ExportJob.state == DONE).order_by(ExportJob.id)
    )
    return list({(job.collection, job.format): job for job in made}.values())


def version_of(session: Session, collection: str, zone: str) -> str:
    """Name the state of a collection: the legal day, and when its rows last changed or went."""
    asked = [
        f"SELECT max(recorded_at) FROM {table}" for table in TABLES[collection]
    ] + [
        f"SELECT max(superseded_at) FROM {table}_past"
        for table in TABLES[collection]
        if table in REMEMBERED
    ]
    changed = session.execute(text(f"SELECT max(x) FROM ({' UNION ALL '.join(asked)}) a(x)"))
    instant = changed.scalar()
    day = as_of(None, zone).day.isoformat()
    return f"{day} {instant.astimezone(dt.UTC).isoformat() if instant else '-'}"


def _order_one(
    session: Session, collection: str, format: str, version: str, zone: str, now: dt.datetime
) -> int:
    own = select(ExportJob).where(
        ExportJob.is_bulk, ExportJob.collection == collection, ExportJob.format == format
    )
    found = session.scalars(own.order_by(ExportJob.id.desc())).all()
    made = [job for job in found if job.state == DONE]
    for old in made[1:]:
        session.execute(delete(ExportJob).where(ExportJob.id == old.id))
    if any(job.state in UNFINISHED for job in found):
        return 0
    newest = found[0] if found else None
    if newest and (newest.version == version or now - newest.recorded_at < NOT_OFTENER_THAN):
        return 0
    wanted = ExportRequest(collection, format, as_of(None, zone), language=Language.FR.value)
    session.add(
        ExportJob(
            key=secrets.token_urlsafe(24), clearance=int(Classification.PUBLIC),
            wanted=written(wanted), collection=collection, format=format, is_bulk=True,
            version=version, expires_at=now + KEPT,
        )
    )  # fmt: skip
    session.flush()
    return 1
