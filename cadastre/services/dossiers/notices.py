"""Queue the word that there is news: it names the dossier's page, never what happened."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from cadastre.models import Account, Assignment, Dossier, Mandate, Notification
from cadastre.rules.permissions import Actor

EACH, DAILY, NEVER = "each", "daily", "never"
PREFERENCES = (EACH, DAILY, NEVER)
DIGEST_HOUR = 7


def tell_of(
    session: Session, dossier: Dossier, topic: str, *, to_applicant: bool, by: Actor | None
) -> int:
    """Queue a notice to one side of a dossier, its author excepted; give how many were queued."""
    people = _applicant_side(session, dossier) if to_applicant else _office(session, dossier)
    author = None if by is None else by.account_id
    page = f"/dossiers/{dossier.number}" if to_applicant else f"/desk/{dossier.number}"
    told = 0
    for account in people:
        if account.id != author and account.notices != NEVER and account.is_active:
            session.add(notice_to(session, account, topic, page, dossier))
            told += 1
    return told


def notice_to(
    session: Session, account: Account, topic: str, page: str, dossier: Dossier | None = None
) -> Notification:
    """Make a notice, due now or with tomorrow morning's digest as the person prefers."""
    now: dt.datetime = session.execute(select(func.clock_timestamp())).scalar_one()
    return Notification(
        account_id=account.id,
        address=account.email,
        topic=topic,
        dossier_id=None if dossier is None else dossier.id,
        path=page,
        language=account.language,
        due_at=_next_digest(now) if account.notices == DAILY else now,
    )


def _next_digest(now: dt.datetime) -> dt.datetime:
    morning = now.replace(hour=DIGEST_HOUR, minute=0, second=0, microsecond=0)
    return morning if morning > now else morning + dt.timedelta(days=1)


def _applicant_side(session: Session, dossier: Dossier) -> Iterable[Account]:
    """List who follows a dossier: whoever holds a mandate for its party; without one, its opener.

    Who left a company hears no more of its dossiers.
    """
    holders = select(Mandate.account_id).where(
        Mandate.party_id == dossier.party_id,
        Mandate.state == "active",
        Mandate.starts_on <= func.current_date(),
        or_(Mandate.ends_on.is_(None), Mandate.ends_on > func.current_date()),
    )
    for_nobody_else = dossier.clerk_id is None and dossier.party_id is None
    opened_by = dossier.account_id if for_nobody_else else None
    query = select(Account).where(or_(Account.id == opened_by, Account.id.in_(holders)))
    return session.scalars(query.order_by(Account.id))


def _office(session: Session, dossier: Dossier) -> Iterable[Account]:
    """Give who carries the dossier; nobody is written to before it is assigned."""
    carried = select(Assignment.account_id).where(
        Assignment.dossier_id == dossier.id, Assignment.ends_at.is_(None)
    )
    return session.scalars(select(Account).where(Account.id.in_(carried)))
