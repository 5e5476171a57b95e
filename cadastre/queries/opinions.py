"""Find the dossiers in which a body was asked for its opinion."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from cadastre.models import Dossier, DossierStanding, Step

MOST_LISTED = 200


def dossiers_asking(session: Session, body: str, *, waiting: bool) -> Sequence[Dossier]:
    """List the dossiers that wait for a body, what is due first; or those it has answered."""
    asked = exists().where(
        Step.dossier_id == Dossier.id,
        Step.kind == "request-opinion",
        Step.facts["body"].as_string() == body,
    )
    awaited = DossierStanding.awaited.contains([body])
    query = (
        select(Dossier)
        .join(DossierStanding, DossierStanding.dossier_id == Dossier.id)
        .where(asked, awaited if waiting else ~awaited)
        .limit(MOST_LISTED)
    )
    if waiting:
        return session.scalars(
            query.order_by(DossierStanding.due_at.asc().nulls_last(), Dossier.id)
        ).all()
    return session.scalars(query.order_by(DossierStanding.moved_at.desc(), Dossier.id)).all()
