"""Register, release and carry charges."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cadastre.errors import NotFound, UnusableInput
from cadastre.models import Application, Charge, Step, Title
from cadastre.procedures.acts import CHARGE_OF_ACT, act_named, ensure
from cadastre.procedures.charges import KINDS, ChargeFact, next_rank
from cadastre.queries.charges import charges_of
from cadastre.rules.ruleset import Ruleset
from cadastre.services.titles.decision import Decision, ensure_two_people, instant_of, record
from cadastre.services.titles.facts import charge_fact, facts_of
from cadastre.services.titles.ground import lock_titles


@dataclass(frozen=True, slots=True)
class Burden:
    """What is to weigh on a title; ``currency`` defaults to the country's."""

    kind: str
    party_id: int | None = None
    amount: Decimal | None = None
    currency: str | None = None
    terms: str | None = None
    ends_on: dt.date | None = None


def register_charge(
    session: Session, ruleset: Ruleset, title: Title, burden: Burden, decision: Decision
) -> Charge:
    """Let a burden weigh on a title, behind all that weigh on it already.

    Raises
    ------
    Blocked
        The guard of the act (lease, mortgage, other charge) gives a reason against.
    UnusableInput
        ``titles.unknown-charge`` or ``titles.charge-needs-party``.
    """
    ensure_two_people(decision)
    if burden.kind not in KINDS:
        raise UnusableInput("titles.unknown-charge", where="charge", known=", ".join(KINDS))
    act = next((a for a, kind in CHARGE_OF_ACT.items() if kind == burden.kind), "charge")
    if act != "charge" and burden.party_id is None:
        raise UnusableInput("titles.charge-needs-party", where="party_id")
    lock_titles(session, [title])
    instant = instant_of(session, decision)
    facts = facts_of(session, ruleset, title, instant)
    ensure(act_named(act).reasons_against(facts, ruleset), title.number)
    charge = Charge(
        title_id=title.id,
        kind=burden.kind,
        rank=next_rank(facts.charges),
        party_id=burden.party_id,
        amount=burden.amount,
        currency=(burden.currency or ruleset.currency) if burden.amount is not None else None,
        terms=burden.terms,
        starts_on=facts.day,
        ends_on=burden.ends_on,
        document_id=decision.document_id,
    )
    session.add(charge)
    session.flush()
    told = {"charge": charge.id, "rank": charge.rank, "charge_kind": charge.kind}
    record(session, ruleset, title, act, instant, decision, told)
    return charge


def release_charge(
    session: Session, ruleset: Ruleset, title: Title, charge_id: int, decision: Decision
) -> Step:
    """End a charge; ranks of the others stay as they are.

    Raises
    ------
    NotFound
        ``titles.unknown-charge-id``: no such charge weighs on this title.
    """
    ensure_two_people(decision)
    lock_titles(session, [title])
    instant = instant_of(session, decision)
    facts = facts_of(session, ruleset, title, instant)
    ensure(act_named("release").reasons_against(facts, ruleset), title.number)
    weighing = {c.id for c in facts.charges if c.weighs(facts.day)}
    if charge_id not in weighing:
        raise NotFound("titles.unknown-charge-id", where="charge_id", charge=charge_id)
    end_charges(session, [session.get_one(Charge, charge_id)], facts.day)
    return record(session, ruleset, title, "release", instant, decision, {"charge": charge_id})


def end_charges(session: Session, charges: Iterable[Charge], day: dt.date) -> list[int]:
    """End charges that still weigh on a day, and say which."""
    ended = []
    for charge in charges:
        if charge_fact(charge).weighs(day):
            charge.ends_on = max(day, charge.starts_on)
            ended.append(charge.id)
    session.flush()
    return ended


def end_all_charges(session: Session, title: Title, day: dt.date) -> list[int]:
    """End every charge of a title that ends without a child."""
    return end_charges(session, charges_of(session, title.id), day)


def bind_as_agreed(session: Session, application: Application, title: Title, day: dt.date) -> None:
    """Let the conditions that a zone or a work put to an application bind its title."""
    steps = select(Step).where(
        Step.dossier_id == application.dossier_id, Step.kind == "condition", Step.title_id.is_(None)
    )
    heaviest = select(func.coalesce(func.max(Charge.rank), 0)).where(Charge.title_id == title.id)
    first = (session.scalar(heaviest) or 0) + 1
    for rank, step in enumerate(session.scalars(steps.order_by(Step.id)), start=first):
        session.add(
            Charge(
                title_id=title.id, kind="condition", rank=rank, party_id=step.facts.get("party"),
                terms=step.facts["terms"], starts_on=day, document_id=step.document_id,
            )
        )  # fmt: skip
    session.flush()


def carry_charges(session: Session, carried: Sequence[ChargeFact], child: Title) -> list[Charge]:
    """Write on a child the charges that follow its ground; each names the one it continues."""
    written = []
    for fact in carried:
        former = session.get_one(Charge, fact.continues)
        written.append(
            Charge(
                title_id=child.id,
                kind=former.kind,
                rank=fact.rank,
                party_id=former.party_id,
                amount=former.amount,
                currency=former.currency,
                terms=former.terms,
                starts_on=former.starts_on,
                ends_on=former.ends_on,
                document_id=former.document_id,
                origin_id=former.id,
            )
        )
    session.add_all(written)
    session.flush()
    return written
