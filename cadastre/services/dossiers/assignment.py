"""Give a dossier to somebody, stand in for who is away, and see who else is reading it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, joinedload

from cadastre.errors import NotAllowed, NotFound, UnusableInput
from cadastre.models import Absence, Account, Assignment, Dossier, Presence
from cadastre.rules.permissions import OFFICE_ROLES, Actor, can_assign, can_see_office, ensure
from cadastre.services.dossiers.access import ref_of
from cadastre.services.dossiers.notices import notice_to
from cadastre.services.dossiers.written import journal

HERE_WITHIN = dt.timedelta(seconds=60)


def assign(session: Session, dossier: Dossier, actor: Actor, account_id: int | None) -> None:
    """Give a dossier to somebody of the office, or to nobody; the one before is remembered.

    Raises
    ------
    NotFound
        ``desk.nobody``: no such account.
    NotAllowed
        The actor may not assign; ``desk.not-of-office``: the other cannot work on it.
    """
    ensure(can_assign(actor, ref_of(session, dossier)), actor, "dossiers.not-yours")
    session.execute(
        update(Assignment)
        .where(Assignment.dossier_id == dossier.id, Assignment.ends_at.is_(None))
        .values(ends_at=func.clock_timestamp())
    )
    if account_id is not None:
        taker = session.get(Account, account_id)
        if taker is None or not taker.is_active:
            raise NotFound("desk.nobody", where=str(account_id))
        if not OFFICE_ROLES & set(taker.roles):
            raise NotAllowed("desk.not-of-office", where=taker.display_name)
        assert actor.account_id is not None
        session.add(
            Assignment(
                dossier_id=dossier.id, account_id=account_id, assigned_by_id=actor.account_id
            )
        )
        if account_id != actor.account_id:
            page = f"/desk/{dossier.number}"
            session.add(notice_to(session, taker, "assigned", page, dossier))
    journal(session, "assign", dossier, actor, facts={"to": account_id})
    session.flush()


def colleagues(session: Session) -> Sequence[Account]:
    """List the people of the office, by name."""
    return session.scalars(
        select(Account)
        .where(Account.is_active, Account.roles.overlap([role.value for role in OFFICE_ROLES]))
        .order_by(Account.display_name)
    ).all()


def be_away(
    session: Session, actor: Actor, substitute_id: int, starts_on: dt.date, ends_on: dt.date
) -> Absence:
    """Name who sees one's dossiers while one is away; ``ends_on`` is the day of return.

    Raises
    ------
    UnusableInput
        ``desk.absence-days``: it ends before it begins; ``desk.own-substitute``.
    NotFound
        ``desk.nobody``.
    """
    ensure(actor.bears(*OFFICE_ROLES), actor)
    if ends_on <= starts_on:
        raise UnusableInput("desk.absence-days", where="ends_on")
    if substitute_id == actor.account_id:
        raise UnusableInput("desk.own-substitute", where="substitute_id")
    if substitute_id not in {one.id for one in colleagues(session)}:
        raise NotFound("desk.nobody", where=str(substitute_id))
    assert actor.account_id is not None
    absence = Absence(
        account_id=actor.account_id,
        substitute_id=substitute_id,
        starts_on=starts_on,
        ends_on=ends_on,
    )
    session.add(absence)
    session.flush()
    return absence


def stands_in_for(session: Session, account_id: int, day: dt.date) -> list[int]:
    """List the accounts whose dossiers somebody sees on a day, their own first."""
    away = session.scalars(
        select(Absence.account_id)
        .where(
            Absence.substitute_id == account_id,
            Absence.starts_on <= day,
            Absence.ends_on > day,
        )
        .order_by(Absence.account_id)
    )
    return [account_id, *away]


def absences_of(session: Session, account_id: int, day: dt.date) -> Sequence[Absence]:
    """List the absences of somebody that are not over, first ones first."""
    return session.scalars(
        select(Absence)
        .where(
            or_(Absence.account_id == account_id, Absence.substitute_id == account_id),
            Absence.ends_on > day,
        )
        .order_by(Absence.starts_on, Absence.id)
    ).all()


def be_here(session: Session, dossier: Dossier, actor: Actor) -> Sequence[Account]:
    """Say that the actor has the dossier open, and give who else has."""
    ensure(can_see_office(actor, ref_of(session, dossier)), actor, "dossiers.not-yours")
    session.execute(
        insert(Presence)
        .values(
            dossier_id=dossier.id, account_id=actor.account_id, seen_at=func.clock_timestamp()
        )
        .on_conflict_do_update(
            index_elements=[Presence.dossier_id, Presence.account_id],
            set_={"seen_at": func.clock_timestamp()},
        )
    )
    others = session.scalars(
        select(Presence)
        .where(
            Presence.dossier_id == dossier.id,
            Presence.account_id != actor.account_id,
            Presence.seen_at > func.clock_timestamp() - HERE_WITHIN,
        )
        .options(joinedload(Presence.account))
        .order_by(Presence.account_id)
    )
    return [presence.account for presence in others]
