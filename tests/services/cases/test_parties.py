"""Who must agree is asked, answers online, and may make the first move; nobody judges their own."""

from __future__ import annotations

import datetime as dt

import pytest
from shapely.geometry import LineString, box
from sqlalchemy import select

from cadastre.errors import Blocked, NotAllowed
from cadastre.models import Charge, Title, Zone
from cadastre.rules.resolution.state import CaseCondition
from cadastre.services.cases.decide import accept, confirm, propose, withdraw
from cadastre.services.cases.desk import Filter, list_cases
from cadastre.services.cases.evaluate import lay_out
from cadastre.services.cases.facts import side_facts
from cadastre.services.cases.steps import history, state_of
from cadastre.services.titles.grant import Grant, grant
from tests.factories import make_application, make_party, make_title, make_work, make_zone, square
from tests.services.cases.test_decision import TOGO, kinds, offer, only_case, person
from tests.services.titles.people import decision

SAND = {"substances": ("sable",), "group": "construction-materials"}
DAY = dt.date(2026, 6, 1)


@pytest.fixture
def agent(session):
    return person(session, "agent", "agent")


@pytest.fixture
def decider(session):
    return person(session, "decideur", "decider")


@pytest.fixture
def authority(session):
    return make_party(session, "Direction des forêts", kind="administration")


@pytest.fixture
def keeper(session, authority):
    return person(session, "gardien", "applicant", parties=(authority,))


def forest(session, authority=None, kind="forest-reserve"):
    zone = make_zone(session, box(0.97, 8.9, 1.2, 9.0), kind=kind)
    zone.authority = authority
    session.flush()
    return zone


def ask(session, **columns):
    return make_application(
        session, box(0.95, 8.9, 1.0, 9.0), kind="permis-materiaux-construction", **SAND, **columns
    )


def test_the_authority_of_a_zone_is_asked_and_answers_online(
    session, agent, decider, authority, keeper
):
    forest(session, authority)
    asked = ask(session)
    case = only_case(session)
    offer(session, case, agent, "consent")
    assert state_of(session, case).awaited == (f"right:{authority.id}",)
    with pytest.raises(Blocked, match=r"cases\.parties-awaited"):
        confirm(session, TOGO, case.number, account=decider)
    accept(session, TOGO, case.number, account=keeper)
    confirm(session, TOGO, case.number, account=decider)
    assert case.outcome == "consent"
    assert asked.closed_at is None


def test_the_authority_sees_its_cases_and_is_named(session, authority, keeper):
    forest(session, authority)
    ask(session)
    case = only_case(session)
    seen = list_cases(session, TOGO, Filter(), keeper)
    assert [row.number for row in seen.rows] == [case.number]
    assert side_facts(session, TOGO, case, DAY)[1].parties == ("Direction des forêts",)
    stranger = person(session, "autre", "applicant", parties=(make_party(session, "Autre SA"),))
    assert list_cases(session, TOGO, Filter(), stranger).total == 0
    with pytest.raises(NotAllowed, match=r"cases\.not-yours"):
        accept(session, TOGO, case.number, account=stranger)


def test_a_zone_without_a_known_authority_waits_for_nobody(session, agent, decider):
    forest(session)
    ask(session)
    case = only_case(session)
    offer(session, case, agent, "consent")
    assert state_of(session, case).condition is CaseCondition.AWAITING_CONFIRMATION


def test_where_the_law_lets_nobody_consent_there_is_no_such_way_out(session, authority):
    zone = forest(session, authority, kind="coastal-sand")
    ask(session)
    case = only_case(session)
    assert lay_out(session, TOGO, case, DAY).option("consent") is None
    session.get_one(Zone, zone.id).kind = "forest-reserve"
    session.flush()
    assert lay_out(session, TOGO, case, DAY).option("consent") is not None


def test_what_was_agreed_on_an_application_binds_its_title(
    session, agent, decider, authority, keeper
):
    forest(session, authority)
    asked = ask(session)
    case = only_case(session)
    offer(session, case, agent, "consent")
    accept(session, TOGO, case.number, account=keeper)
    confirm(session, TOGO, case.number, account=decider)
    terms = Grant(expires_on=dt.datetime.now(dt.UTC).date() + dt.timedelta(days=700))
    title = grant(session, TOGO, asked, decision(session, None), terms)
    (charge,) = session.scalars(select(Charge).where(Charge.title_id == title.id))
    assert (charge.kind, charge.party_id, charge.terms) == (
        "condition", authority.id, "Rang antérieur",
    )  # fmt: skip
    assert only_open(session) == []


def only_open(session) -> list[str]:
    return [row.number for row in list_cases(session, TOGO, Filter(nature="all")).rows]


def two_titles(session):
    """Make two overlapping titles with an account for each holder."""
    people, titles = [], []
    for name, west, standing, year in (
        ("un", 0.5, "exclusive", 2024), ("deux", 0.55, "legacy", 2025),
    ):  # fmt: skip
        holder = make_party(session, f"Mines {name} SA")
        titles.append(
            make_title(
                session, square(west, 8.0), holder=holder, standing=standing,
                starts_on=dt.date(year, 1, 1),
            )
        )  # fmt: skip
        people.append(person(session, name, "applicant", parties=(holder,)))
    return titles, people


def test_a_party_offers_to_share_and_has_thereby_accepted(session, decider):
    _, (first, second) = two_titles(session)
    case = only_case(session)
    offer(session, case, second, "share")
    state = state_of(session, case)
    assert state.condition is CaseCondition.AWAITING_PARTIES
    assert len(state.awaited) == 1
    with pytest.raises(Blocked, match=r"cases\.nothing-to-accept"):
        accept(session, TOGO, case.number, account=second)
    accept(session, TOGO, case.number, account=first)
    confirm(session, TOGO, case.number, account=decider)
    assert case.outcome == "share"
    assert kinds(session, case) == [
        "detected", "proposed", "accepted-by-left", "accepted-by-right", "confirmed", "applied",
    ]  # fmt: skip
    applied = history(session, case)[-1]
    assert (applied.account_id, applied.second_account_id) == (second.id, decider.id)


def test_the_other_party_may_decline_what_a_party_offers(session):
    _, (first, second) = two_titles(session)
    case = only_case(session)
    offer(session, case, second, "share")
    withdraw(session, TOGO, case.number, account=first, reason="Terrain déjà investi")
    assert state_of(session, case).condition is CaseCondition.OPEN


@pytest.mark.parametrize("choice", ["clip", "clip-first", "known"])
def test_a_party_offers_nothing_in_which_it_has_no_say(session, choice):
    _, (first, _) = two_titles(session)
    case = only_case(session)
    with pytest.raises(NotAllowed, match=r"cases\.not-for-parties"):
        offer(session, case, first, choice)


def test_a_stranger_offers_nothing(session):
    two_titles(session)
    case = only_case(session)
    with pytest.raises(NotAllowed, match=r"cases\.not-agent"):
        offer(session, case, person(session, "autre", "applicant"), "share")


def test_an_operator_offers_its_consent_and_the_holder_cannot_in_its_name(session, decider):
    operator, holder = make_party(session, "Réseau SA"), make_party(session, "Mines du Mono SA")
    make_work(session, LineString([(0.9, 9.55), (1.2, 9.55)]), operator=operator)
    make_title(session, square(1.0, 9.5), holder=holder)
    case = only_case(session)
    digger = person(session, "mineur", "applicant", parties=(holder,))
    with pytest.raises(NotAllowed, match=r"cases\.not-for-parties"):
        offer(session, case, digger, "consent")
    keeper = person(session, "reseau", "applicant", parties=(operator,))
    offer(session, case, keeper, "consent")
    assert state_of(session, case).condition is CaseCondition.AWAITING_CONFIRMATION
    confirm(session, TOGO, case.number, account=decider)
    assert session.scalars(select(Charge.party_id)).all() == [operator.id]


def test_nobody_confirms_a_case_of_their_own(session):
    titles, (first, second) = two_titles(session)
    case = only_case(session)
    offer(session, case, second, "share")
    accept(session, TOGO, case.number, account=first)
    (share,) = session.get_one(Title, titles[0].id).shares
    both = person(session, "juge-et-partie", "decider", parties=(share.party,))
    with pytest.raises(NotAllowed, match=r"cases\.judge-and-party"):
        confirm(session, TOGO, case.number, account=both)


def test_an_agent_still_chooses_for_the_cadastre(session, agent):
    two_titles(session)
    case = only_case(session)
    propose(
        session, TOGO, case.number, account=agent, choice="clip", reason="Rang", source="PV 1"
    )
    assert state_of(session, case).condition is CaseCondition.AWAITING_CONFIRMATION
