"""A renewal lodged in time holds its ground, whatever the office does with its time."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cadastre.models import Parcel, Title
from cadastre.procedures.machine import State
from tests.services.dossiers import walking

SERVICE = "renouvellement-permis-recherche"


def holds_without_end(session: Session, number: str) -> bool:
    session.expire_all()
    return bool(
        session.scalar(
            select(func.bool_or(func.upper_inf(Parcel.period)))
            .join(Title, Title.id == Parcel.title_id)
            .where(Title.number == number)
        )
    )


def test_ground_is_held_from_lodgement_and_let_go_when_the_request_is_taken_back(
    session: Session,
) -> None:
    who = walking.people(session)
    title = walking.title_for(session, SERVICE, who, 3)
    assert title is not None
    dossier = walking.opened(session, SERVICE, who, title=title)
    walking.fill(session, dossier, who, perimeter=walking.ground_for(SERVICE, 3, title))
    assert not holds_without_end(session, title)
    applicant = who.actor(session, who.applicant)
    walking.step(session, dossier, "lodge", applicant)
    assert holds_without_end(session, title)
    walking.step(session, dossier, "withdraw", applicant)
    assert walking.state(session, dossier) is State.WITHDRAWN
    assert not holds_without_end(session, title)
