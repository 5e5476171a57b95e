"""Write what happened to a dossier where it must be written: journal, outbox."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from cadastre.models import Dossier, JournalEntry, OutboxEvent
from cadastre.rules.permissions import Actor


def journal(
    session: Session,
    action: str,
    dossier: Dossier,
    actor: Actor | None,
    *,
    reason: str | None = None,
    document_id: int | None = None,
    facts: dict[str, Any] | None = None,
) -> None:
    """Add an entry about a dossier, and tell other processes; None: the rule acted by itself."""
    session.add_all(
        [
            JournalEntry(
                action=f"dossier.{action}",
                subject="dossier",
                subject_id=dossier.number,
                account_id=None if actor is None else actor.account_id,
                on_behalf_of_id=dossier.party_id,
                by_rule=actor is None,
                reason=reason,
                document_id=document_id,
                facts=facts or {},
            ),
            OutboxEvent(topic=f"dossier.{action}", subject_id=dossier.number),
        ]
    )
