"""Read where a case stands from its steps, and write the next one down."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cadastre.models import Account, Document, JournalEntry, OutboxEvent, OverlapCase, Party, Step
from cadastre.rules.resolution.state import CaseState, StepFact, replay


def state_of(session: Session, case: OverlapCase) -> CaseState:
    """Replay the steps of a case."""
    steps = history(session, case)
    return replay(StepFact(step.kind, step.account_id, step.facts) for step in steps)


def history(session: Session, case: OverlapCase) -> list[Step]:
    """List the steps of a case, oldest first."""
    query = select(Step).where(Step.dossier_id == case.dossier_id).order_by(Step.id)
    return list(session.scalars(query))


def server_instant(session: Session) -> dt.datetime:
    """Read the server's clock, which dates every step."""
    instant: dt.datetime = session.execute(select(func.clock_timestamp())).scalar_one()
    return instant


def write_step(
    session: Session,
    case: OverlapCase,
    kind: str,
    *,
    account: Account,
    second: Account | None = None,
    party: Party | None = None,
    reason: str | None = None,
    document_id: int | None = None,
    facts: Mapping[str, Any] | None = None,
    at: dt.datetime | None = None,
) -> Step:
    """Write a step, its journal entry and the event that tells others."""
    told = dict(facts or {})
    step = Step(
        dossier_id=case.dossier_id,
        kind=kind,
        happened_at=at or server_instant(session),
        account_id=account.id,
        second_account_id=second.id if second else None,
        on_behalf_of_id=party.id if party else None,
        reason=reason,
        document_id=document_id,
        facts=told,
    )
    brief = {name: told[name] for name in ("proposal", "kind", "areas", "party") if name in told}
    entry = JournalEntry(
        action=f"case.{kind}",
        subject="case",
        subject_id=case.number,
        account_id=account.id,
        on_behalf_of_id=step.on_behalf_of_id,
        reason=reason,
        document_id=document_id,
        facts={**brief, "confirmed_by": second.id} if second else brief,
    )
    session.add_all([step, entry, OutboxEvent(topic=f"case.{kind}", subject_id=case.number)])
    session.flush()
    return step


def cite(session: Session, case: OverlapCase, source: str) -> Document:
    """Keep the reference of the document a decision stands on."""
    document = Document(
        dossier_id=case.dossier_id, kind="source", title=source, reference=source
    )
    session.add(document)
    session.flush()
    return document
