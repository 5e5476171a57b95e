"""Tell the life of a title: its acts, its family, what weighs on it, what may be done now."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cadastre.models import Charge, Opening, Step, Title
from cadastre.procedures.acts import possible_acts
from cadastre.procedures.terms import day_of
from cadastre.queries.asof import AsOf
from cadastre.queries.charges import charges_of
from cadastre.queries.family import family_of
from cadastre.rules.ruleset import Ruleset
from cadastre.services.titles.facts import facts_of
from cadastre.services.titles.proposals import CONFIRMED, PROPOSED, REJECTED, open_proposals


def life_of(
    session: Session, ruleset: Ruleset, title: Title, at: AsOf, *, is_agent: bool
) -> dict[str, Any]:
    """Gather what a page or program shows of a title's life.

    Reasons, parties and amounts of charges, proposals and possible acts are for agents only: the
    public sees that a charge weighs, and its rank.
    """
    facts = facts_of(session, ruleset, title, at.instant)
    return {
        "number": title.number,
        "status": facts.status.value,
        "acts": acts_of(session, title, ruleset.time_zone, is_agent=is_agent),
        "family": [
            {"parent": edge.parent, "child": edge.child, "kind": edge.kind.value}
            for edge in family_of(session, title.id)
        ],
        "charges": [_charge(charge, is_agent) for charge in charges_of(session, title.id)],
        "openings": list(
            session.scalars(
                select(Opening.number).where(Opening.title_id == title.id).order_by(Opening.id)
            )
        ),
        "proposals": [_proposal(s) for s in open_proposals(session, title)] if is_agent else [],
        "possible": possible_acts(facts, ruleset) if is_agent else {},
    }


def acts_of(
    session: Session, title: Title, zone: str, *, is_agent: bool
) -> list[dict[str, Any]]:
    """List the acts done on a title, oldest first."""
    steps = session.scalars(
        select(Step)
        .where(Step.title_id == title.id, Step.kind.not_in((PROPOSED, CONFIRMED, REJECTED)))
        .order_by(Step.happened_at, Step.id)
    )
    return [
        {
            "act": step.kind,
            "happened_at": step.happened_at,
            "day": day_of(step.happened_at, zone),
            "by_rule": step.account_id is None,
            **({"reason": step.reason, "facts": step.facts} if is_agent else {}),
        }
        for step in steps
    ]


def _charge(charge: Charge, is_agent: bool) -> dict[str, Any]:
    told = {
        "id": charge.id,
        "kind": charge.kind,
        "rank": charge.rank,
        "starts_on": charge.starts_on,
        "ends_on": charge.ends_on,
        "continues": charge.origin_id,
    }
    if is_agent:
        told |= {
            "party": None if charge.party is None else charge.party.name,
            "amount": charge.amount,
            "currency": charge.currency,
            "terms": charge.terms,
        }
    return told


def _proposal(step: Step) -> dict[str, Any]:
    return {
        "proposal": step.id,
        "act": step.facts["act"],
        "reason": step.reason,
        "proposed_at": step.happened_at,
        "proposed_by": step.account_id,
    }
