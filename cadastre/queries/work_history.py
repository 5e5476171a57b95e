"""What a work was before, the papers that license it, and what stands in its corridor."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from cadastre.models import Certificate, Dossier, OverlapCase, Work, WorkDossier

_VERSIONS = text(
    "SELECT v.*, p.name AS operator FROM ("
    " SELECT name, kind, state, commissioned_on, attributes, operator_id, recorded_at,"
    "  md5(ST_AsBinary(geom)) AS course, ST_Length(geom::geography) / 1000 AS length_km"
    " FROM work_past WHERE id = :id UNION ALL"
    " SELECT name, kind, state, commissioned_on, attributes, operator_id, recorded_at,"
    "  md5(ST_AsBinary(geom)), ST_Length(geom::geography) / 1000"
    " FROM work WHERE id = :id) v LEFT JOIN party p ON p.id = v.operator_id"
    " AND p.kind <> 'person' ORDER BY v.recorded_at"
)
_COMPARED = ("name", "kind", "state", "commissioned_on", "operator", "attributes", "course")


@dataclass(frozen=True, slots=True)
class Version:
    """What a work became at an instant; ``changed`` names what differs from the version before."""

    at: dt.datetime
    changed: tuple[str, ...]
    values: dict[str, Any]


def versions_of(session: Session, work: Work) -> list[Version]:
    """List the versions of a work that the register keeps, newest first."""
    rows = [dict(row) for row in session.execute(_VERSIONS, {"id": work.id}).mappings()]
    versions = []
    for before, row in zip([None, *rows], rows, strict=False):
        changed = () if before is None else tuple(n for n in _COMPARED if before[n] != row[n])
        versions.append(Version(row["recorded_at"], changed, row))
    return versions[::-1]


def papers_of(session: Session, work: Work) -> Sequence[Certificate]:
    """List the signed papers of the dossiers attached to a work: anybody may check them."""
    query = (
        select(Certificate)
        .join(WorkDossier, WorkDossier.dossier_id == Certificate.dossier_id)
        .where(WorkDossier.work_id == work.id)
        .order_by(Certificate.issued_at.desc(), Certificate.id)
    )
    return session.scalars(query).all()


def dossiers_of(session: Session, work: Work) -> Sequence[Dossier]:
    """List the dossiers attached to a work."""
    query = (
        select(Dossier)
        .join(WorkDossier, WorkDossier.dossier_id == Dossier.id)
        .where(WorkDossier.work_id == work.id)
        .order_by(Dossier.id)
    )
    return session.scalars(query).all()


def open_cases_of(session: Session, work: Work) -> Sequence[OverlapCase]:
    """List the open cases of rights in the corridor of a work."""
    query = select(OverlapCase).where(
        OverlapCase.right_work_id == work.id, OverlapCase.closed_at.is_(None)
    )
    return session.scalars(query.order_by(OverlapCase.id)).all()
