"""Who may look at a case, work on it, accept it in a party's name, or confirm it."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from cadastre.errors import NotAllowed
from cadastre.models import Account, Application, OverlapCase, Parcel, Party, Share, Work, Zone
from cadastre.rules.permissions import can_confirm_acts, can_open_office, can_propose_acts
from cadastre.rules.resolution.situation import LEFT, RIGHT
from cadastre.services.accounts import parties_of
from cadastre.services.actors import bearer_of


def sees_desk(account: Account | None) -> bool:
    """Tell whether an account sees every case."""
    return can_open_office(bearer_of(account))


def may_propose(account: Account) -> bool:
    """Tell whether an account may choose a way out."""
    return can_propose_acts(bearer_of(account))


def may_confirm(account: Account) -> bool:
    """Tell whether an account may confirm what another one chose."""
    return can_confirm_acts(bearer_of(account))


def ensure_sees_case(
    session: Session, account: Account, case: OverlapCase, day: dt.date
) -> None:
    """Let the desk see every case, and parties their own.

    Raises
    ------
    NotAllowed
        ``cases.not-yours``.
    """
    if not sees_desk(account) and not sides_of(session, account, case, day):
        raise NotAllowed("cases.not-yours", where=case.number)


def parties_by_side(
    session: Session, case: OverlapCase, day: dt.date
) -> dict[str, tuple[Party, ...]]:
    """List who stands behind each side: holders, applicant, authority of a zone, operator."""
    right: tuple[Party, ...] = ()
    if case.right_parcel is not None:
        right = _parties_of_parcel(session, case.right_parcel, day)
    elif case.right_zone is not None and case.right_zone.authority is not None:
        right = (case.right_zone.authority,)
    elif case.right_work is not None and case.right_work.operator is not None:
        right = (case.right_work.operator,)
    return {LEFT: _parties_of_parcel(session, case.left_parcel, day), RIGHT: right}


def _parties_of_parcel(session: Session, parcel: Parcel, day: dt.date) -> tuple[Party, ...]:
    if parcel.application is not None:
        return (parcel.application.applicant,)
    query = (
        select(Party)
        .join(Share, Share.party_id == Party.id)
        .where(
            Share.title_id == parcel.title_id,
            Share.role == "holder",
            Share.starts_on <= day,
            or_(Share.ends_on.is_(None), Share.ends_on > day),
        )
        .order_by(Party.id)
    )
    return tuple(dict.fromkeys(session.scalars(query)))


def sides_of(
    session: Session, account: Account, case: OverlapCase, day: dt.date
) -> dict[str, tuple[Party, ...]]:
    """Give the sides an account may speak for, with the parties it has a mandate of."""
    mine = {party.id for party in parties_of(account, at=day)}
    sides = {
        side: tuple(party for party in parties if party.id in mine)
        for side, parties in parties_by_side(session, case, day).items()
    }
    return {side: parties for side, parties in sides.items() if parties}


def parcels_of_parties(account: Account, day: dt.date) -> Select[int]:
    """Select the parcels of the parties an account acts for, as a subquery of ids."""
    mine = [party.id for party in parties_of(account, at=day)]
    titles = select(Share.title_id).where(
        Share.party_id.in_(mine), or_(Share.ends_on.is_(None), Share.ends_on > day)
    )
    asked = select(Application.id).where(Application.applicant_id.in_(mine))
    return select(Parcel.id).where(
        or_(Parcel.title_id.in_(titles), Parcel.application_id.in_(asked))
    )


def works_of_parties(account: Account, day: dt.date) -> Select[int]:
    """Select the works that the parties of an account operate, as a subquery of ids."""
    mine = [party.id for party in parties_of(account, at=day)]
    return select(Work.id).where(Work.operator_id.in_(mine))


def zones_of_parties(account: Account, day: dt.date) -> Select[int]:
    """Select the zones that the parties of an account keep, as a subquery of ids."""
    mine = [party.id for party in parties_of(account, at=day)]
    return select(Zone.id).where(Zone.authority_id.in_(mine))
