"""Choose a way out, let the parties agree, have a second person confirm, apply it as one act.

Nothing is irreversible before the confirmation: until then whoever proposed, any agent and any
party concerned may take the proposal back.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from cadastre.errors import Blocked, NotAllowed, NotFound, UnusableInput
from cadastre.models import Account, OverlapCase, Party
from cadastre.rules.resolution.state import CaseCondition, CaseState, CaseStep
from cadastre.rules.ruleset import Ruleset
from cadastre.services.cases.access import (
    may_confirm,
    may_propose,
    parties_by_side,
    sides_of,
)
from cadastre.services.cases.apply import apply_proposal
from cadastre.services.cases.evaluate import Option, lay_out
from cadastre.services.cases.proposed import facts_of
from cadastre.services.cases.situation import basis_of
from cadastre.services.cases.steps import cite, state_of, write_step
from cadastre.services.checks import today
from cadastre.services.granting import ensure_granting_open

SHORTEST = 3
LONGEST = 2000


def locked_case(session: Session, number: str) -> OverlapCase:
    """Give a case and hold its row, so that two persons decide one after the other.

    Raises
    ------
    NotFound
        ``cases.no-such-case``.
    """
    case = session.scalar(
        select(OverlapCase)
        .where(OverlapCase.number == number)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if case is None:
        raise NotFound("cases.no-such-case", where=number, number=number)
    return case


def propose(
    session: Session,
    ruleset: Ruleset,
    number: str,
    *,
    account: Account,
    choice: str,
    reason: str,
    source: str,
) -> OverlapCase:
    """Choose a way out; it changes nothing yet.

    Besides the cadastre, whoever must agree to a way out may offer it: halves between two rights,
    the consent of an authority or an operator. Who offers has accepted.

    Raises
    ------
    NotAllowed
        ``cases.not-agent``: neither the cadastre nor a party of the case;
        ``cases.not-for-parties``: a way out in which the party has no say.
    UnusableInput
        ``cases.no-reason``, ``cases.no-source``.
    Blocked
        The case is over, another proposal is under way, the way out no longer exists, or it would
        break a rule.
    """
    reason, source = _said(reason, "reason"), _said(source, "source")
    case = locked_case(session, number)
    day = today(ruleset)
    sides = {} if may_propose(account) else sides_of(session, account, case, day)
    if not may_propose(account) and not sides:
        raise NotAllowed("cases.not-agent", where=account.display_name)
    state = _running(session, case)
    if state.proposal is not None:
        raise Blocked("cases.already-proposed", where=number, number=number)
    option = lay_out(session, ruleset, case, day).option(choice)
    if option is None:
        raise Blocked("cases.no-such-proposal", where=choice)
    if sides and not may_offer(option, sides):
        raise NotAllowed("cases.not-for-parties", where=choice)
    if option.breaks:
        codes = [*option.left.blocks, *option.right.blocks]
        raise Blocked("cases.breaks-rules", where=choice, codes=codes)
    facts = {
        **facts_of(option),
        "needs": _needs(session, case, option, day),
        "basis": basis_of(case),
    }
    document = cite(session, case, source)
    write_step(
        session, case, CaseStep.PROPOSED, account=account, reason=reason,
        document_id=document.id, facts=facts,
    )  # fmt: skip
    if sides:
        _accept(session, case, account, sides, facts["needs"])
    return case


def may_offer(option: Option, sides: Collection[str]) -> bool:
    """Tell whether a party of these sides has a say in a way out, and may therefore offer it."""
    return not set(sides).isdisjoint(option.resolution.needs)


def _needs(session: Session, case: OverlapCase, option: Option, day: dt.date) -> list[str]:
    """Name everybody who must accept, as ``side:party``."""
    parties = parties_by_side(session, case, day)
    return [
        f"{side}:{party.id}" for side in option.resolution.needs for party in parties[side]
    ]


def accept(
    session: Session, ruleset: Ruleset, number: str, *, account: Account
) -> OverlapCase:
    """Accept what is proposed, for every party on which the case waits and the account has power.

    Raises
    ------
    NotAllowed
        ``cases.not-yours``.
    Blocked
        ``cases.nothing-to-accept``, or the proposal no longer fits the ground.
    """
    case = locked_case(session, number)
    state = _running(session, case)
    sides = sides_of(session, account, case, today(ruleset))
    if not sides:
        raise NotAllowed("cases.not-yours", where=number)
    awaited = {f"{side}:{party.id}" for side, parties in sides.items() for party in parties}
    if awaited.isdisjoint(state.awaited):
        raise Blocked("cases.nothing-to-accept", where=number, number=number)
    _ensure_fresh(case, state)
    _accept(session, case, account, sides, state.awaited)
    return case


def _accept(
    session: Session,
    case: OverlapCase,
    account: Account,
    sides: Mapping[str, tuple[Party, ...]],
    awaited: Collection[str],
) -> None:
    """Write the agreement of every party that is awaited and that the account speaks for."""
    waiting = [
        (side, party)
        for side, parties in sides.items()
        for party in parties
        if f"{side}:{party.id}" in awaited
    ]
    for side, party in waiting:
        write_step(
            session, case, f"accepted-by-{side}", account=account, party=party,
            facts={"party": party.id},
        )  # fmt: skip


def withdraw(
    session: Session, ruleset: Ruleset, number: str, *, account: Account, reason: str
) -> OverlapCase:
    """Take a proposal back, or decline it as a party: the case is open again.

    Raises
    ------
    NotAllowed
        ``cases.not-yours``.
    Blocked
        ``cases.nothing-proposed``, or the case is over.
    """
    case = locked_case(session, number)
    state = _running(session, case)
    if not may_propose(account) and not sides_of(session, account, case, today(ruleset)):
        raise NotAllowed("cases.not-yours", where=number)
    if state.proposal is None:
        raise Blocked("cases.nothing-proposed", where=number, number=number)
    write_step(
        session, case, CaseStep.WITHDRAWN, account=account, reason=_said(reason, "reason")
    )
    return case


def confirm(session: Session, ruleset: Ruleset, number: str, *, account: Account) -> OverlapCase:
    """Confirm as second person and apply, in one transaction and under the guard.

    Raises
    ------
    NotAllowed
        ``cases.not-decider``, ``cases.same-person``, or ``cases.judge-and-party``.
    Blocked
        Nothing is proposed, parties have not all agreed, the ground has moved since, or the guard
        refuses.
    """
    if not may_confirm(account):
        raise NotAllowed("cases.not-decider", where=account.display_name)
    case = locked_case(session, number)
    state = _running(session, case)
    if state.proposal is None:
        raise Blocked("cases.nothing-proposed", where=number, number=number)
    if state.proposed_by == account.id:
        raise NotAllowed("cases.same-person", where=account.display_name)
    if sides_of(session, account, case, today(ruleset)):
        raise NotAllowed("cases.judge-and-party", where=account.display_name)
    if state.condition is not CaseCondition.AWAITING_CONFIRMATION:
        raise Blocked("cases.parties-awaited", where=number, number=number)
    ensure_granting_open(session)
    proposer = session.get_one(Account, state.proposed_by)
    apply_proposal(
        session, ruleset, case, state.proposal, proposer=proposer, decider=account,
        still_fits=lambda: _ensure_fresh(case, state),
    )  # fmt: skip
    return case


def _running(session: Session, case: OverlapCase) -> CaseState:
    state = state_of(session, case)
    if state.is_over or case.closed_at is not None:
        raise Blocked("cases.over", where=case.number, number=case.number)
    return state


def _ensure_fresh(case: OverlapCase, state: CaseState) -> None:
    assert state.proposal is not None
    if state.proposal["basis"] != basis_of(case):
        raise Blocked("cases.stale", where=case.number, number=case.number)


def _said(text: str, field: str) -> str:
    words = text.strip()
    if not SHORTEST <= len(words) <= LONGEST:
        raise UnusableInput(f"cases.no-{field}", where=field, longest=LONGEST)
    return words

