"""Gather what the page of one case shows, from the desk's services; it decides nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from geoalchemy2.shape import to_shape
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry
from sqlalchemy.orm import Session

from cadastre.models import Account, Document, OverlapCase, Party, Step
from cadastre.rules.resolution.situation import LEFT, RIGHT, Situation
from cadastre.rules.resolution.state import CaseCondition, CaseState, CaseStep
from cadastre.rules.ruleset import Ruleset
from cadastre.sentences import say
from cadastre.services.cases.access import may_confirm, may_propose, sees_desk, sides_of
from cadastre.services.cases.decide import may_offer
from cadastre.services.cases.evaluate import Option, lay_out
from cadastre.services.cases.facts import SideFacts, side_facts
from cadastre.services.cases.proposed import facts_of, ground_of
from cadastre.services.cases.showing import sentence
from cadastre.services.cases.situation import situation_of
from cadastre.services.cases.steps import history, state_of
from cadastre.services.checks import today
from cadastre.units import m2_to_ha
from web.views.case_plans import near, plan_of


@dataclass(frozen=True, slots=True)
class WayOut:
    """A proposal in words, figures and two plans; ``key`` chooses it by keyboard."""

    id: str
    kind: str
    name: str
    text: str
    facts: Mapping[str, Any]
    sides: tuple[Mapping[str, Any], ...]
    after: tuple[BaseGeometry | None, BaseGeometry | None]
    plan: str
    key: str


@dataclass(frozen=True, slots=True)
class Event:
    """A step of the history, in words."""

    at: Any
    text: str
    who: str | None
    reason: str | None
    source: str | None


@dataclass(frozen=True, slots=True)
class CasePage:
    """Everything the template says."""

    row: OverlapCase
    state: CaseState
    situation: Situation
    sides: tuple[SideFacts, SideFacts]
    area_ha: float
    plan: str
    plan_before: str
    ways: tuple[WayOut, ...]
    chosen: WayOut | None
    proposer: str | None
    proposed_at: Any
    proposal_reason: str | None
    proposal_source: str | None
    awaited: tuple[str, ...]
    mine: tuple[str, ...]
    events: tuple[Event, ...]
    can_propose: bool
    can_confirm: bool
    can_withdraw: bool
    is_proposer: bool
    at_desk: bool
    map_data: Mapping[str, Any]


def gather_page(
    session: Session, ruleset: Ruleset, row: OverlapCase, account: Account, language: str,
    choice: str | None,
) -> CasePage:  # fmt: skip
    """Gather the page of a case for whoever looks at it."""
    day = today(ruleset)
    state, steps = state_of(session, row), history(session, row)
    situation = situation_of(session, ruleset, row, day)
    mine = sides_of(session, account, row, day)
    ways: tuple[WayOut, ...] = ()
    if state.condition is CaseCondition.OPEN and (may_propose(account) or mine):
        options = lay_out(session, ruleset, row, day).options
        if not may_propose(account):
            options = tuple(one for one in options if may_offer(one, mine))
        ways = _ways(situation, options, language)
    chosen = _chosen(situation, state, ways, choice, language)
    shared = to_shape(row.geom)
    return CasePage(
        row=row,
        state=state,
        situation=situation,
        sides=side_facts(session, ruleset, row, day),
        area_ha=m2_to_ha(row.area_m2),
        ways=ways,
        chosen=chosen,
        events=tuple(_event(session, step, language) for step in steps),
        at_desk=sees_desk(account),
        map_data=_map_data(situation, shared, chosen),
        **_plans(situation, shared, language),
        **_proposed(session, steps),
        **_powers(session, state, account, mine, offers=bool(ways)),
    )


def _chosen(
    situation: Situation, state: CaseState, ways: Iterable[WayOut], choice: str | None,
    language: str,
) -> WayOut | None:  # fmt: skip
    """Give the way out that is proposed, else the one the reader looks at."""
    if state.proposal is not None and not state.is_over:
        return _way(situation, state.proposal, language, "")
    return next((way for way in ways if way.id == choice), None)


def _plans(situation: Situation, shared: BaseGeometry, language: str) -> dict[str, Any]:
    """Draw both sides as they are: large, and small beside what would be."""
    left, right = situation.left.ground, situation.right.ground
    titles = {"plan": "cases.map-label", "plan_before": "cases.before"}
    return {
        name: plan_of(
            situation, left, right, title=say(code, language), shared=shared,
            small=name == "plan_before",
        )
        for name, code in titles.items()
    }  # fmt: skip


def _proposed(session: Session, steps: Iterable[Step]) -> dict[str, Any]:
    """Tell who proposed last, when, why and from which document."""
    made = [step for step in steps if step.kind == CaseStep.PROPOSED]
    if not made:
        names = ("proposer", "proposed_at", "proposal_reason", "proposal_source")
        return dict.fromkeys(names)
    last = made[-1]
    return {
        "proposer": _name(session, last.account_id),
        "proposed_at": last.happened_at,
        "proposal_reason": last.reason,
        "proposal_source": _source(session, last),
    }


def _powers(
    session: Session, state: CaseState, account: Account, mine: Mapping[str, Iterable[Party]],
    *, offers: bool,
) -> dict[str, Any]:  # fmt: skip
    """Tell whom the case waits for, and what this account may do with it."""
    names = {str(party.id): party.name for parties in mine.values() for party in parties}
    awaited = [entry.partition(":")[2] for entry in state.awaited]
    under_way = state.proposal is not None and not state.is_over
    is_open = state.condition is CaseCondition.OPEN
    is_due = state.condition is CaseCondition.AWAITING_CONFIRMATION
    return {
        "awaited": tuple(_party(session, party) for party in awaited),
        "mine": tuple(names[party] for party in awaited if party in names),
        "can_propose": is_open and (may_propose(account) or offers),
        "can_confirm": is_due
        and may_confirm(account)
        and state.proposed_by != account.id
        and not mine,
        "can_withdraw": under_way and (may_propose(account) or bool(mine)),
        "is_proposer": state.proposed_by == account.id,
    }


def _ways(
    situation: Situation, options: Iterable[Option], language: str
) -> tuple[WayOut, ...]:
    """Show every way out; the first nine that may be chosen have a key."""
    keys = iter("123456789")
    return tuple(
        _way(situation, facts_of(option), language, "" if option.breaks else next(keys, ""))
        for option in options
    )


def _way(situation: Situation, facts: Mapping[str, Any], language: str, key: str) -> WayOut:
    after = (ground_of(facts, LEFT), ground_of(facts, RIGHT))
    name = say(f"cases.name-{facts['kind']}", language)
    return WayOut(
        facts["proposal"], facts["kind"], name, sentence(facts["kind"], facts["values"], language),
        facts, tuple(_side(facts, side, letter) for side, letter in ((LEFT, "A"), (RIGHT, "B"))),
        after, plan_of(situation, *after, title=name, small=True), key,
    )  # fmt: skip


def _side(facts: Mapping[str, Any], side: str, letter: str) -> dict[str, Any]:
    before, after = facts["areas"][side]
    return {
        "letter": letter,
        "before_ha": m2_to_ha(before),
        "after_ha": m2_to_ha(after),
        "ends": facts[side] is None,
        "changes": facts[side] is None or abs(after - before) >= 1.0,
        "fees": [fee for fee in facts.get("fees", {}).get(side, []) if fee["when"] != "filing"],
        "cures": facts["cures"][side],
        "makes": facts["makes"][side],
    }


def _map_data(
    situation: Situation, shared: BaseGeometry, chosen: WayOut | None
) -> dict[str, Any]:
    data: dict[str, Any] = {
        "left": mapping(situation.left.ground),
        "right": mapping(near(situation, situation.right.ground)),
        "shared": mapping(shared),
        "box": list(situation.left.ground.union(shared).bounds),
    }
    if chosen is not None:
        left, right = chosen.after
        data["after"] = {
            "left": None if left is None else mapping(left),
            "right": None if right is None else mapping(near(situation, right)),
        }
    return data


def _event(session: Session, step: Step, language: str) -> Event:
    values: dict[str, Any] = {"area": step.facts.get("area_m2")}
    if "kind" in step.facts:
        values["name"] = say(f"cases.name-{step.facts['kind']}", language)
    if "party" in step.facts:
        values["party"] = _party(session, step.facts["party"])
    people = [_name(session, one) for one in (step.account_id, step.second_account_id) if one]
    return Event(
        step.happened_at, say(f"cases.step-{step.kind}", language, **values),
        " + ".join(filter(None, people)) or None, step.reason, _source(session, step),
    )  # fmt: skip


def _name(session: Session, account_id: int | None) -> str | None:
    account = None if account_id is None else session.get(Account, account_id)
    return None if account is None else account.display_name


def _party(session: Session, party_id: str | int) -> str:
    party = session.get(Party, int(party_id))
    return "" if party is None else party.name


def _source(session: Session, step: Step) -> str | None:
    document = None if step.document_id is None else session.get(Document, step.document_id)
    return None if document is None else document.title
