"""Write down every view of personal data: who saw whose, when, and on which page or for what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from cadastre.models import Application, Dossier, JournalEntry, Party, Share, Title
from cadastre.rules.catalogue.service import Service
from cadastre.rules.permissions import Actor, Classification, classification_named, visible
from cadastre.vocabulary import PartyKind

VIEW, EXPORT = "personal.view", "personal.export"
SUBJECT = "person"
NOTED = "personal-views"  # in the session's own notes: one entry a person and request


def note_views(session: Session, actor: Actor, collection: str, key: str, *, why: str) -> int:
    """Record that somebody saw the persons behind a title or application; give how many."""
    if collection == "applications":
        query = select(Application.applicant_id).where(Application.number == key)
    elif collection == "titles":
        query = (
            select(Share.party_id)
            .join(Title, Title.id == Share.title_id)
            .where(Title.number == key)
        )
    else:
        return 0
    return _note(session, actor, session.scalars(persons_among(query.distinct())), why)


def note_dossier_view(session: Session, dossier: Dossier, actor: Actor) -> None:
    """Record that somebody of the office read the dossier of a person."""
    if dossier.party_id is not None and actor.account_id != dossier.account_id:
        parties = session.scalars(persons_among([dossier.party_id]))
        _note(session, actor, parties, f"dossier {dossier.number}")


def note_export(session: Session, actor: Actor, collection: str, why: str) -> None:
    """Record that somebody took a file with personal fields away."""
    session.add(
        JournalEntry(
            account_id=actor.account_id, action=EXPORT, subject=SUBJECT, subject_id=collection,
            reason=why,
        )
    )  # fmt: skip
    session.flush()


def shown_answers(
    service: Service, answers: Mapping[str, Any], seen: Classification
) -> dict[str, Any]:
    """Keep the answers of a form that somebody may see, by the class each question declares."""
    classes = {
        question.id: classification_named(question.classification)
        for page in service.form
        for question in page.fields
    }
    return visible(answers, classes, seen)


def persons_among(parties: Select[int] | list[int]) -> Select[int]:
    """Select the natural persons among some parties, by id."""
    return select(Party.id).where(Party.id.in_(parties), Party.kind == PartyKind.PERSON.value)


def _note(session: Session, actor: Actor, parties: Iterable[int], why: str) -> int:
    noted: set[tuple[int | None, int, str]] = session.info.setdefault(NOTED, set())
    fresh = [party for party in parties if (actor.account_id, party, why) not in noted]
    for party in fresh:
        noted.add((actor.account_id, party, why))
        session.add(
            JournalEntry(
                account_id=actor.account_id, action=VIEW, subject=SUBJECT, subject_id=str(party),
                reason=why,
            )
        )  # fmt: skip
    return len(fresh)
