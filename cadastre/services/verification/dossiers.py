"""Hold where dossiers are said to stand against the replay of their steps."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cadastre.errors import CadastreError
from cadastre.models import Dossier, DossierStanding, Step
from cadastre.services.dossiers.catalogue import rules_of
from cadastre.services.dossiers.standing import kept_of, standing_of
from cadastre.services.verification.proof import Proof, Said, told

AT_ONCE = 200


def standings(session: Session) -> Proof:
    """List dossiers whose steps cannot be replayed, or lead elsewhere than their queue says."""
    return told("verify.standings", _faults(session))


def _faults(session: Session) -> Iterator[Said]:
    rows = session.execute(
        select(Dossier, DossierStanding, func.max(Step.happened_at))
        .outerjoin(DossierStanding, DossierStanding.dossier_id == Dossier.id)
        .outerjoin(Step, Step.dossier_id == Dossier.id)
        .where(Dossier.catalogue_sha256.is_not(None))
        .group_by(Dossier.id, DossierStanding.dossier_id)
        .order_by(Dossier.id)
        .execution_options(yield_per=AT_ONCE)
    )
    for dossier, row, last in rows:
        named = {"dossier": dossier.number}
        if row is None or last is None:
            yield Said("verify.no-standing", named)
            continue
        try:
            # As of the last step, when the row was written: what clocks decide later is no fault.
            standing = standing_of(session, dossier, now=last)
            kept = kept_of(rules_of(session, dossier).procedure, standing)
        except CadastreError as broken:
            yield Said("verify.unreadable-steps", {**named, "reason": str(broken)})
            continue
        wrong = [name for name, value in kept.items() if getattr(row, name) != value]
        if wrong:
            yield Said("verify.wrong-standing", {**named, "columns": ", ".join(wrong)})
