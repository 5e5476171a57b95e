"""Tell where a dossier stands by replaying its steps, and keep that for queues."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cadastre.errors import Blocked
from cadastre.models import Dossier, DossierStanding, Step
from cadastre.procedures.machine import DossierFacts, Procedure, Standing, State, StepFact, replay
from cadastre.procedures.machine.facts import SYSTEM
from cadastre.services.dossiers.catalogue import rules_of

ROLE = "role"
OPEN_TO_WRITE = (State.DRAFT, State.COMPLETING)


def standing_of(
    session: Session,
    dossier: Dossier,
    *,
    now: dt.datetime | None = None,
    facts: DossierFacts | None = None,
) -> Standing:
    """Replay a dossier at an instant: now, or any past one to retell it."""
    procedure = rules_of(session, dossier).procedure
    at = now or server_instant(session)
    return replay(procedure, steps_of(session, dossier, procedure), now=at, facts=facts)


def ensure_writable(standing: Standing, dossier: Dossier) -> None:
    """Refuse to change what was lodged and is not asked for again."""
    if standing.state not in OPEN_TO_WRITE:
        raise Blocked("dossiers.not-writable", where=dossier.number)


def server_instant(session: Session) -> dt.datetime:
    """Read the server's clock, which dates every step."""
    instant: dt.datetime = session.execute(select(func.clock_timestamp())).scalar_one()
    return instant


def steps_of(session: Session, dossier: Dossier, procedure: Procedure) -> list[StepFact]:
    """List the steps of the procedure; acts on a title born of the dossier are not its steps."""
    kinds = procedure.steps
    return [fact_of(one) for one in dossier.steps if ROLE in one.facts and one.kind in kinds]


def fact_of(step: Step) -> StepFact:
    """Give a step as the machine is told it."""
    facts = dict(step.facts)
    return StepFact(
        kind=step.kind,
        at=step.happened_at,
        account_id=step.account_id,
        role=str(facts.pop(ROLE, SYSTEM)),
        facts=facts,
        id=step.id,
        reason=step.reason,
        document_id=step.document_id,
    )


def keep_standing(session: Session, dossier: Dossier, standing: Standing) -> DossierStanding:
    """Write down where a dossier stands, for the queues."""
    row = session.get(DossierStanding, dossier.id)
    if row is None:
        row = DossierStanding(dossier_id=dossier.id)
        session.add(row)
    for name, value in kept_of(rules_of(session, dossier).procedure, standing).items():
        setattr(row, name, value)
    session.flush()
    return row


def kept_of(procedure: Procedure, standing: Standing) -> dict[str, Any]:
    """Give what queues keep of a standing, column by column."""
    dues = [awaited.due for awaited in standing.awaits if awaited.due is not None]
    # A day given to answer ends when the next one begins.
    ends = procedure.calendar.begins(min(dues) + dt.timedelta(days=1)) if dues else None
    return {
        "state": standing.state.value if standing.state else "",
        "stage": standing.stage or "",
        "awaited": list(dict.fromkeys(awaited.who for awaited in standing.awaits)),
        "due_at": ends,
        "next_rule_at": standing.next_by_clock.at if standing.next_by_clock else None,
        "is_closed": standing.closed,
        "outcome": standing.outcome,
        "lodged_at": standing.happened_at("lodge"),
        "moved_at": standing.steps[-1].at if standing.steps else standing.at,
    }
