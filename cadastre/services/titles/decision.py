"""Who decides, who confirms, why, from which document; and how an act is written down."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cadastre.errors import NotAllowed, UnusableInput
from cadastre.models import (
    Account,
    Application,
    Document,
    Dossier,
    JournalEntry,
    OutboxEvent,
    Parcel,
    Step,
    Title,
)
from cadastre.rules.permissions import can_confirm_acts, can_propose_acts
from cadastre.rules.ruleset import Ruleset
from cadastre.services.actors import bearer_of
from cadastre.services.cases.detection import detect_for_parcels
from cadastre.services.certificates.ending import supersede_of_title

SHORTEST_REASON = 3


@dataclass(frozen=True, slots=True)
class Decision:
    """Two different persons and a reason.

    ``at`` is for replaying histories in tests and imports; a decision taken now leaves it None and
    is dated by the server, inside the lock.
    """

    decided_by: Account
    confirmed_by: Account
    reason: str
    document_id: int | None = None
    at: dt.datetime | None = None


def ensure_two_people(decision: Decision) -> None:
    """Refuse a decision that one person took alone, or that a person without the role took.

    Raises
    ------
    NotAllowed
        ``titles.same-person``, ``titles.not-agent`` or ``titles.not-decider``.
    UnusableInput
        ``titles.no-reason``.
    """
    ensure_may_propose(decision.decided_by)
    ensure_may_confirm(decision.confirmed_by)
    if decision.decided_by.id == decision.confirmed_by.id:
        raise NotAllowed("titles.same-person", where="confirmed_by")
    if len(decision.reason.strip()) < SHORTEST_REASON:
        raise UnusableInput("titles.no-reason", where="reason")


def ensure_may_propose(account: Account) -> None:
    """Refuse who is neither an agent of the cadastre nor a decision maker."""
    if not can_propose_acts(bearer_of(account)):
        raise NotAllowed("titles.not-agent", where=account.display_name)


def ensure_may_confirm(account: Account) -> None:
    """Refuse who is not a decision maker."""
    if not can_confirm_acts(bearer_of(account)):
        raise NotAllowed("titles.not-decider", where=account.display_name)


def instant_of(session: Session, decision: Decision | None) -> dt.datetime:
    """Give the instant of an act: the server's clock, read after the lock."""
    if decision is not None and decision.at is not None:
        return decision.at
    instant: dt.datetime = session.execute(select(func.clock_timestamp())).scalar_one()
    return instant


def dossier_of(session: Session, ruleset: Ruleset, title: Title) -> int:
    """Give the dossier of a title, opening one for a title that came without."""
    if title.dossier_id is None:
        dossier = Dossier(
            number=f"T-{title.number}",
            service=title.kind,
            procedure=title.kind,
            procedure_version=ruleset.version,
        )
        session.add(dossier)
        session.flush()
        title.dossier_id = dossier.id
    return title.dossier_id


def cite(session: Session, ruleset: Ruleset, title: Title, source: str) -> Document:
    """Keep the reference of the document an act stands on, in the dossier of its title.

    Raises
    ------
    UnusableInput
        ``acts.no-source``.
    """
    if len(source.strip()) < SHORTEST_REASON:
        raise UnusableInput("acts.no-source", where="source")
    document = Document(
        dossier_id=dossier_of(session, ruleset, title),
        kind="source",
        title=source.strip(),
        reference=source.strip(),
    )
    session.add(document)
    session.flush()
    return document


def record(
    session: Session,
    ruleset: Ruleset,
    title: Title,
    kind: str,
    instant: dt.datetime,
    decision: Decision | None,
    facts: Mapping[str, Any] | None = None,
    moved: Iterable[Title | Application] = (),
) -> Step:
    """Write an act down: step of the dossier, journal, event for others. None: done by rule.

    ``moved``: whose ground the act closed, opened or prolonged. Their overlap cases, and those of
    the applications that moved up, are brought to what the ground now says.
    """
    told = dict(facts or {})
    step = Step(
        dossier_id=dossier_of(session, ruleset, title),
        kind=kind,
        happened_at=instant,
        account_id=decision.decided_by.id if decision else None,
        second_account_id=decision.confirmed_by.id if decision else None,
        title_id=title.id,
        reason=decision.reason if decision else None,
        document_id=decision.document_id if decision else None,
        facts=told,
    )
    session.add(step)
    session.add(
        JournalEntry(
            action=f"title.{kind}",
            subject="title",
            subject_id=title.number,
            account_id=step.account_id,
            by_rule=decision is None,
            reason=step.reason,
            document_id=step.document_id,
            facts=told if decision is None else {**told, "confirmed_by": decision.confirmed_by.id},
        )
    )
    session.add(OutboxEvent(topic=f"title.{kind}", subject_id=title.number, facts={}))
    session.flush()
    supersede_of_title(session, title.id, kind, step.account_id)
    if moved := tuple(moved):
        parcel_ids = _parcels_of(session, moved, told.get("moved_up", ()))
        detect_for_parcels(session, ruleset, parcel_ids, by="act" if decision else "sweep")
    return step


def _parcels_of(
    session: Session, owners: Iterable[Title | Application], moved_up: Iterable[str]
) -> list[int]:
    """List all parcels, past ones too: a case on a closed parcel is followed or closed."""
    applications = [one.id for one in owners if isinstance(one, Application)]
    risen = select(Application.id).where(Application.number.in_(moved_up))
    return list(
        session.scalars(
            select(Parcel.id).where(
                Parcel.title_id.in_([one.id for one in owners if isinstance(one, Title)])
                | Parcel.application_id.in_(applications)
                | Parcel.application_id.in_(risen)
            )
        )
    )
