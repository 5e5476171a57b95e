"""Hand titles on: transfer of the whole, or of shares in exact fractions."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction

from sqlalchemy.orm import Session

from cadastre.errors import Blocked, NotFound
from cadastre.models import Party, Share, Step, Title
from cadastre.procedures.acts import act_named, ensure
from cadastre.procedures.shares import is_whole, move_share
from cadastre.rules.ruleset import Ruleset
from cadastre.services.titles.decision import Decision, ensure_two_people, instant_of, record
from cadastre.services.titles.facts import HOLDER, current_shares, facts_of
from cadastre.services.titles.ground import lock_titles


def transfer(
    session: Session,
    ruleset: Ruleset,
    title: Title,
    giver: Party,
    taker: Party,
    decision: Decision,
    *,
    share: Fraction | None = None,
) -> Step:
    """Hand a share of the whole title from one party to another; None: all the giver holds.

    Charges stay: they weigh on the title, whoever holds it.

    Raises
    ------
    Blocked
        The guard gives a reason against, or ``titles.not-a-holder``, ``titles.share-too-large``,
        ``titles.shares-not-whole`` (what is recorded does not add up: mend it first).
    """
    ensure_two_people(decision)
    lock_titles(session, [title])
    instant = instant_of(session, decision)
    facts = facts_of(session, ruleset, title, instant)
    ensure(act_named("transfer").reasons_against(facts, ruleset), title.number)
    if not is_whole(facts.holders):
        raise Blocked("titles.shares-not-whole", where=title.number, number=title.number)
    after = move_share(facts.holders, giver.id, taker.id, share)
    for row in current_shares(session, title, facts.day):
        if after.get(row.party_id) != Fraction(row.numerator, row.denominator):
            row.ends_on = facts.day
    for party, part in after.items():
        if facts.holders.get(party) != part:
            session.add(_share(title, party, part, facts.day))
    session.flush()
    told = {
        "from": giver.id,
        "to": taker.id,
        "share": str(share or facts.holders[giver.id]),
        "holders": {str(party): str(part) for party, part in after.items()},
    }
    return record(session, ruleset, title, "transfer", instant, decision, told)


def _share(title: Title, party: int, part: Fraction, day: dt.date) -> Share:
    return Share(
        title_id=title.id,
        party_id=party,
        role=HOLDER,
        numerator=part.numerator,
        denominator=part.denominator,
        starts_on=day,
    )


def share_out(session: Session, child: Title, holders: dict[int, Fraction]) -> None:
    """Give a new title its holders."""
    for party, part in sorted(holders.items()):
        session.add(_share(child, party, part, child.starts_on))
    session.flush()


def party_named(session: Session, party_id: int) -> Party:
    """Give a party.

    Raises
    ------
    NotFound
        ``titles.unknown-party``.
    """
    found = session.get(Party, party_id)
    if found is None:
        raise NotFound("titles.unknown-party", where=str(party_id), party=party_id)
    return found
