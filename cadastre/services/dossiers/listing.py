"""List dossiers: one's own, and those of a desk with what is to be done today."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session, selectinload

from cadastre.models import Dossier, DossierStanding
from cadastre.queries.desk import Asked, DeskRow, Reach, count_dossiers, find_dossiers
from cadastre.rules.permissions import OFFICE_ROLES, Actor, Power, Role, ensure
from cadastre.rules.ruleset import Ruleset
from cadastre.services.dossiers.assignment import stands_in_for
from cadastre.services.dossiers.catalogue import rules_named
from cadastre.services.dossiers.showing import followed
from cadastre.services.dossiers.standing import server_instant, standing_of

MOST_OWN = 200
TURNS = (Role.AGENT, Role.DECIDER, Role.SUPERVISOR)


def own_dossiers(session: Session, actor: Actor, language: str) -> list[dict[str, Any]]:
    """List the dossiers an account has a mandate for or received, those that moved last first."""
    parties = {party for power in Power for party in actor.parties(power)}
    rows = session.scalars(
        select(Dossier)
        .join(DossierStanding, DossierStanding.dossier_id == Dossier.id)
        .where(
            Dossier.catalogue_sha256.is_not(None),
            or_(
                Dossier.party_id.in_(parties),
                Dossier.clerk_id == actor.account_id,
                # Once it is a party's, the mandate counts: who left a company left its dossiers.
                and_(Dossier.party_id.is_(None), Dossier.account_id == actor.account_id),
            ),
        )
        .order_by(DossierStanding.moved_at.desc(), Dossier.id.desc())
        .limit(MOST_OWN)
        .options(selectinload(Dossier.steps))
    )
    now = server_instant(session)
    return [
        followed(session, dossier, standing_of(session, dossier, now=now), language)
        for dossier in rows
    ]


def reach_of(session: Session, actor: Actor) -> Reach:
    """Give what somebody of the office sees: their areas, their subjects, and whom they replace.

    Raises
    ------
    NotAllowed
        ``cases.desk-only``: accounts are administered by people who need not read dossiers.
    """
    ensure(actor.bears(*OFFICE_ROLES), actor, "cases.desk-only")
    assert actor.account_id is not None
    accounts = stands_in_for(session, actor.account_id, actor.day)
    return Reach(tuple(accounts), actor.areas, actor.subjects)


def turn_of(actor: Actor) -> tuple[str, ...]:
    """Name the roles and the body in which somebody is awaited."""
    roles = tuple(role.value for role in TURNS if actor.bears(role))
    return (*roles, actor.body) if actor.bears(Role.ADVISER) and actor.body else roles


def desk_rows(
    session: Session, actor: Actor, asked: Asked, language: str, *, limit: int, offset: int = 0
) -> tuple[list[dict[str, Any]], int]:
    """List the dossiers of a desk in words, and count them all."""
    reach = reach_of(session, actor)
    rows = find_dossiers(session, reach, asked, limit=limit, offset=offset)
    now = server_instant(session)
    return [row_json(session, row, now, language) for row in rows], count_dossiers(
        session, reach, asked
    )


def row_json(session: Session, row: DeskRow, now: dt.datetime, language: str) -> dict[str, Any]:
    """Represent a dossier of a queue."""
    rules = rules_named(session, row.catalogue_sha256)
    stage = next((s.name[language] for s in rules.procedure.stages if s.id == row.stage), row.stage)
    left = None if row.due_at is None else (row.due_at - now).total_seconds() / 86400
    return {
        "number": row.number,
        "application": row.application,
        "service": rules.service.title[language],
        "service_id": row.service,
        "applicant": row.applicant,
        "state": row.state,
        "state_name": rules.procedure.state_names[row.state][language],
        "stage": stage,
        "awaited": [
            {"who": who, "name": rules.procedure.who(who)[language]} for who in row.awaited
        ],
        "due": None if row.due_at is None else row.due_at.isoformat(),
        "days_left": None if left is None else round(left, 1),
        "overdue": left is not None and left < 0,
        "lodged_at": None if row.lodged_at is None else row.lodged_at.isoformat(),
        "moved_at": row.moved_at.isoformat(),
        "carried_by": row.carried_by,
        "carried_by_id": row.carried_by_id,
        "unread": row.unread,
    }


def today(session: Session, ruleset: Ruleset, actor: Actor) -> dict[str, int]:
    """Count what waits for somebody today, for the head of their desk."""
    reach, turn = reach_of(session, actor), turn_of(actor)
    return {
        "todo": count_dossiers(session, reach, Asked(turn)),
        "mine": count_dossiers(session, reach, Asked(turn, "mine")),
        "nobody": count_dossiers(session, reach, Asked(turn, "nobody")),
        "overdue": count_dossiers(session, reach, Asked(turn, overdue=True)),
        "unread": count_dossiers(session, reach, Asked(unread=True)),
        "all": count_dossiers(session, reach, Asked()),
    }
