"""Say of an event what anybody may read in the register; give nothing of what is not public."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from cadastre.models import Application, Dossier, Opening, Party, PublicEvent, Share, Title, Work
from cadastre.services.dossiers.standing import standing_of
from cadastre.services.supervision.events import Event
from cadastre.services.titles.facts import ASKED
from cadastre.vocabulary import ApplicationStatus, PartyKind

OBJECTIONS = "objections"
OPENED, CLOSED = "open-objections", "close-objections"
# The ground a right holds, or held until the act itself; last ground of one that ended before.
_GROUND = """
    SELECT ST_Multi(ST_Union(geom)) FROM parcel p WHERE p.{owner} = :id
    AND (upper(period) IS NULL OR upper(period) >= CAST(:at AS timestamptz) - interval '1 minute'
         OR upper(period) = (SELECT max(upper(period)) FROM parcel WHERE {owner} = :id))
"""


def public_event(session: Session, event: Event) -> PublicEvent | None:
    """Make the public event of something that happened, None where nothing public did."""
    subject, _, step = event.topic.partition(".")
    if subject == "title":
        return _of_title(session, event, step)
    if subject == "application":
        return _of_application(session, event, step)
    if subject == "dossier":
        return _of_dossier(session, event, step)
    if subject == "opening":
        return _of_opening(session, event, step)
    if subject == "work":
        return _of_work(session, event, step)
    return None


def _of_title(session: Session, event: Event, step: str) -> PublicEvent | None:
    title = session.scalar(select(Title).where(Title.number == event.subject))
    if title is None:
        return None
    holders = select(Share.party_id).join(Party).where(Share.title_id == title.id, _IS_PUBLIC)
    return _made(
        event, "filing" if step == ASKED else "decision", step, "titles", title.number,
        name=title.name, kind=title.kind, party_ids=sorted(set(session.scalars(holders))),
        geom=_ground(session, "title_id", title.id, event.at),
    )  # fmt: skip


def _of_application(session: Session, event: Event, step: str) -> PublicEvent | None:
    application = session.scalar(
        select(Application).where(Application.number == event.subject)
    )
    if application is None:
        return None
    what = "filing" if step == "filed" else "change"
    return _about(session, event, application, what, step)


def _of_dossier(session: Session, event: Event, step: str) -> PublicEvent | None:
    """Tell the opening of an objection window, and the end of an application without a title."""
    found = session.execute(
        select(Dossier, Application)
        .join(Application, Application.dossier_id == Dossier.id)
        .where(Dossier.number == event.subject)
    ).first()
    if found is None:
        return None
    dossier, application = found
    if step == OPENED:
        until = objections_until(session, dossier)
        return _about(session, event, application, OBJECTIONS, step, objections_until=until)
    ended = (ApplicationStatus.REFUSED.value, ApplicationStatus.WITHDRAWN.value)
    if application.outcome not in ended or _is_told(session, application):
        return None
    return _about(session, event, application, "decision", application.outcome)


def objections_until(session: Session, dossier: Dossier) -> dt.date | None:
    """Give the last day on which anybody may object, None where no window is open."""
    opened = any(step.kind == OPENED for step in dossier.steps)
    if dossier.catalogue_sha256 is None or not opened:
        return None
    course = standing_of(session, dossier)
    clock = course.clocks.get(OBJECTIONS)
    is_open = course.course.has_done(OPENED) and not course.course.has_done(CLOSED)
    return clock.due_on if clock is not None and is_open and not course.closed else None


def _is_told(session: Session, application: Application) -> bool:
    told = select(PublicEvent.serial).where(
        PublicEvent.collection == "applications", PublicEvent.number == application.number,
        PublicEvent.what == "decision",
    )  # fmt: skip
    return session.scalars(told.limit(1)).first() is not None


def _about(
    session: Session, event: Event, application: Application, what: str, step: str, **more: Any
) -> PublicEvent:
    is_public = application.applicant.kind != PartyKind.PERSON.value
    return _made(
        event, what, step, "applications", application.number,
        name=application.name, kind=application.kind,
        party_ids=[application.applicant_id] if is_public else [],
        geom=_ground(session, "application_id", application.id, event.at), **more,
    )  # fmt: skip


def _of_opening(session: Session, event: Event, step: str) -> PublicEvent | None:
    opening = session.scalar(select(Opening).where(Opening.number == event.subject))
    if opening is None:
        return None
    return _made(event, "opening", step, "openings", opening.number, geom=opening.geom)


def _of_work(session: Session, event: Event, step: str) -> PublicEvent | None:
    work = session.scalar(select(Work).where(Work.code == event.subject))
    if work is None:
        return None
    parties = [] if work.operator_id is None else [work.operator_id]
    return _made(
        event, "work", step, "works", work.code, name=work.name, kind=work.kind,
        party_ids=parties, geom=work.geom,
    )  # fmt: skip


def _ground(session: Session, owner: str, row_id: int, at: dt.datetime) -> Any:
    return session.scalar(text(_GROUND.format(owner=owner)), {"id": row_id, "at": at})


def _made(
    event: Event, what: str, step: str, collection: str, number: str, **columns: Any
) -> PublicEvent:
    return PublicEvent(
        serial=event.serial, happened_at=event.at, what=what, step=step,
        collection=collection, number=number, **columns,
    )  # fmt: skip


_IS_PUBLIC = Party.kind != PartyKind.PERSON.value
