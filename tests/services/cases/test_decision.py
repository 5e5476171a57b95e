"""Choose, agree, confirm by another person, apply: under the guard, in one piece, replayable."""

from __future__ import annotations

import datetime as dt

import pytest
from geoalchemy2.shape import to_shape
from shapely.geometry import LineString, box
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from cadastre.config import ROOT
from cadastre.errors import Blocked, NotAllowed, UnusableInput
from cadastre.geometry.overlap import shared_ground
from cadastre.models import (
    Account,
    Charge,
    JournalEntry,
    Occupation,
    Opening,
    OverlapCase,
    Parcel,
    RemnantBundle,
    Step,
    Title,
)
from cadastre.rules.load import load_ruleset
from cadastre.rules.resolution.state import CaseCondition
from cadastre.services.accounts import create_account
from cadastre.services.cases.decide import accept, confirm, propose, withdraw
from cadastre.services.cases.detection import recount
from cadastre.services.cases.steps import history, state_of
from tests.factories import make_application, make_party, make_title, make_work, make_zone, square

TOGO = load_ruleset(ROOT / "data" / "rulesets" / "togo")
PASSWORD = "un mot de passe"


def person(session: Session, name: str, *roles: str, parties=()) -> Account:
    return create_account(
        session, email=f"{name}@exemple.test", display_name=name, password=None, roles=roles,
        parties=parties,
    )  # fmt: skip


@pytest.fixture
def agent(session) -> Account:
    return person(session, "agent", "agent")


@pytest.fixture
def decider(session) -> Account:
    return person(session, "decideur", "decider")


def only_case(session: Session) -> OverlapCase:
    recount(session, TOGO)
    return session.scalars(select(OverlapCase).where(OverlapCase.closed_at.is_(None))).one()


def live(session: Session, owner) -> list[Parcel]:
    column = Parcel.title_id if isinstance(owner, Title) else Parcel.application_id
    now = session.scalar(select(func.clock_timestamp()))
    return list(
        session.scalars(select(Parcel).where(column == owner.id, Parcel.period.op("@>")(now)))
    )


def ground(session: Session, owner):
    (parcel,) = live(session, owner)
    return to_shape(parcel.geom)


def offer(session, case, agent, choice):
    return propose(
        session, TOGO, case.number, account=agent, choice=choice, reason="Rang antérieur",
        source="PV n° 12",
    )  # fmt: skip


def decide(session, case, agent, decider, choice):
    offer(session, case, agent, choice)
    return confirm(session, TOGO, case.number, account=decider)


def kinds(session, case):
    return [step.kind for step in history(session, case)]


def test_clip_by_rank_changes_the_later_one_alone(session, agent, decider):
    title = make_title(session, square(0.5, 8.0))
    ask = make_application(session, square(0.55, 8.05), standing="second-rank")
    case = only_case(session)
    before = ground(session, ask).area
    decide(session, case, agent, decider, "clip")
    after = ground(session, ask)
    assert shared_ground(after, ground(session, title)).is_empty
    assert after.area == pytest.approx(before * 3 / 4)
    assert kinds(session, case) == ["detected", "proposed", "confirmed", "applied"]
    assert state_of(session, case).condition is CaseCondition.DECIDED
    assert case.outcome == "clip"
    assert case.closed_at is not None
    applied = history(session, case)[-1]
    assert (applied.account_id, applied.second_account_id) == (agent.id, decider.id)
    assert applied.reason == "Rang antérieur"
    assert applied.document_id is not None
    (parcel,) = live(session, ask)
    standing = session.scalars(
        select(Occupation.standing).where(Occupation.parcel_id == parcel.id)
    ).all()
    assert standing == ["exclusive"]  # nothing is in its way any more
    assert recount(session, TOGO).found == 0
    told = session.scalars(select(JournalEntry.action).where(JournalEntry.account_id == agent.id))
    assert {"case.proposed", "case.applied", "application.overlap-resolved"} <= set(told)


def test_nothing_changes_before_the_second_person(session, agent):
    make_title(session, square(0.5, 8.0))
    ask = make_application(session, square(0.55, 8.05), standing="second-rank")
    case, before = only_case(session), ground(session, ask).wkb
    offer(session, case, agent, "clip")
    assert ground(session, ask).wkb == before
    assert case.closed_at is None


def test_the_same_person_cannot_confirm(session):
    both = person(session, "les-deux", "agent", "decider")
    make_title(session, square(0.5, 8.0))
    make_application(session, square(0.55, 8.05), standing="second-rank")
    case = only_case(session)
    offer(session, case, both, "clip")
    with pytest.raises(NotAllowed) as refusal:
        confirm(session, TOGO, case.number, account=both)
    assert refusal.value.code == "cases.same-person"


@pytest.mark.parametrize(
    ("roles", "act", "code"),
    [
        (("applicant",), "propose", "cases.not-agent"),
        (("supervisor",), "propose", "cases.not-agent"),
        (("agent",), "confirm", "cases.not-decider"),
        (("applicant",), "accept", "cases.not-yours"),
        (("applicant",), "withdraw", "cases.not-yours"),
    ],
)
def test_each_act_wants_its_role(session, agent, roles, act, code):
    make_title(session, square(0.5, 8.0))
    make_application(session, square(0.55, 8.05), standing="second-rank")
    case = only_case(session)
    somebody = person(session, "quelqu-un", *roles)
    if act != "propose":
        offer(session, case, agent, "clip")
    told = {"account": somebody}
    acts = {
        "propose": lambda: offer(session, case, somebody, "clip"),
        "accept": lambda: accept(session, TOGO, case.number, **told),
        "confirm": lambda: confirm(session, TOGO, case.number, **told),
        "withdraw": lambda: withdraw(session, TOGO, case.number, reason="non merci", **told),
    }
    with pytest.raises(NotAllowed) as refusal:
        acts[act]()
    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("field", "value"), [("reason", " "), ("source", "x"), ("reason", "m" * 3000)]
)
def test_a_reason_and_a_source_are_asked(session, agent, field, value):
    make_title(session, square(0.5, 8.0))
    make_application(session, square(0.55, 8.05), standing="second-rank")
    case = only_case(session)
    told = {"reason": "Rang", "source": "PV n° 1", field: value}
    with pytest.raises(UnusableInput) as refusal:
        propose(session, TOGO, case.number, account=agent, choice="clip", **told)
    assert refusal.value.code == f"cases.no-{field}"


def test_a_proposal_taken_back_leaves_the_case_open(session, agent, decider):
    make_title(session, square(0.5, 8.0))
    make_application(session, square(0.55, 8.05), standing="second-rank")
    case = only_case(session)
    offer(session, case, agent, "refuse")
    with pytest.raises(Blocked) as refusal:
        offer(session, case, agent, "clip")
    assert refusal.value.code == "cases.already-proposed"
    withdraw(session, TOGO, case.number, account=agent, reason="mauvais choix")
    assert state_of(session, case).condition is CaseCondition.OPEN
    with pytest.raises(Blocked):
        confirm(session, TOGO, case.number, account=decider)
    decide(session, case, agent, decider, "clip")
    with pytest.raises(Blocked) as refusal:
        offer(session, case, agent, "refuse")
    assert refusal.value.code == "cases.over"


def test_ground_that_moved_since_makes_the_proposal_stale(session, agent, decider):
    make_title(session, square(0.5, 8.0))
    ask = make_application(session, square(0.55, 8.05), standing="second-rank")
    case = only_case(session)
    offer(session, case, agent, "clip")
    session.execute(
        text("UPDATE parcel SET geom = ST_Translate(geom, 0.001, 0) WHERE application_id = :id"),
        {"id": ask.id},
    )
    with pytest.raises(Blocked) as refusal:
        confirm(session, TOGO, case.number, account=decider)
    assert refusal.value.code == "cases.stale"


def test_a_refused_application_ends_and_who_waited_moves_up(session, agent, decider):
    title = make_title(session, square(0.5, 8.0))
    ask = make_application(session, square(0.55, 8.05), standing="second-rank")
    case = only_case(session)
    decide(session, case, agent, decider, "refuse")
    assert ask.outcome == "refused"
    assert ask.closed_at is not None
    assert live(session, ask) == []
    assert len(live(session, title)) == 1


def test_pieces_of_an_application_stay_in_one_bundle_under_its_rank(session, agent, decider):
    make_title(session, box(0.53, 7.9, 0.56, 8.3))  # cuts the application in two
    ask = make_application(session, square(0.5, 8.0), standing="second-rank")
    case = only_case(session)
    decide(session, case, agent, decider, "clip")
    pieces = live(session, ask)
    bundle = session.scalars(select(RemnantBundle)).one()
    assert len(pieces) == 2
    assert {piece.bundle_id for piece in pieces} == {bundle.id}
    standings = session.scalars(
        select(Occupation.standing).where(Occupation.parcel_id.in_([p.id for p in pieces]))
    ).all()
    assert standings == ["exclusive", "exclusive"]


def test_two_parties_share_only_after_both_accepted(session, agent, decider):
    one, other = make_party(session, "Mines A"), make_party(session, "Mines B")
    first = make_title(session, square(0.5, 8.0), holder=one)
    second = make_title(
        session, square(0.55, 8.05), holder=other, standing="legacy",
        starts_on=dt.date(2024, 6, 1),
    )  # fmt: skip
    a, b = person(session, "a", "applicant", parties=[one]), person(
        session, "b", "applicant", parties=[other]
    )
    case = only_case(session)
    areas = [ground(session, title).area for title in (first, second)]
    offer(session, case, agent, "share")
    with pytest.raises(Blocked) as refusal:
        confirm(session, TOGO, case.number, account=decider)
    assert refusal.value.code == "cases.parties-awaited"
    accept(session, TOGO, case.number, account=b)
    with pytest.raises(Blocked) as refusal:
        accept(session, TOGO, case.number, account=b)
    assert refusal.value.code == "cases.nothing-to-accept"
    assert state_of(session, case).condition is CaseCondition.AWAITING_PARTIES
    accept(session, TOGO, case.number, account=a)
    assert state_of(session, case).condition is CaseCondition.AWAITING_CONFIRMATION
    confirm(session, TOGO, case.number, account=decider)
    grounds = [ground(session, title) for title in (first, second)]
    assert shared_ground(*grounds).is_empty
    for before, after in zip(areas, grounds, strict=True):
        assert after.area == pytest.approx(before * 7 / 8, rel=1e-3)
    standings = session.scalars(
        select(Occupation.standing).where(
            Occupation.parcel_id.in_([p.id for t in (first, second) for p in live(session, t)])
        )
    ).all()
    assert standings == ["exclusive", "exclusive"]


def test_a_party_may_decline(session, agent):
    one, other = make_party(session, "Mines A"), make_party(session, "Mines B")
    make_title(session, square(0.5, 8.0), holder=one)
    make_title(
        session, square(0.55, 8.05), holder=other, standing="legacy",
        starts_on=dt.date(2024, 6, 1),
    )  # fmt: skip
    case = only_case(session)
    offer(session, case, agent, "share")
    a = person(session, "a", "applicant", parties=[one])
    withdraw(session, TOGO, case.number, account=a, reason="pas d'accord")
    assert state_of(session, case).condition is CaseCondition.OPEN


def test_a_known_legacy_overlap_is_recorded_and_not_hidden(session, agent, decider):
    first = make_title(session, square(0.5, 8.0))
    second = make_title(
        session, square(0.55, 8.05), standing="legacy", starts_on=dt.date(2024, 6, 1)
    )
    case = only_case(session)
    decide(session, case, agent, decider, "known")
    assert first.doubts == second.doubts == ["known-overlap"]
    assert shared_ground(ground(session, first), ground(session, second)).area > 0
    again = recount(session, TOGO)
    assert again.found == 1
    assert again.opened == ()


def test_consent_of_an_operator_binds_the_title(session, agent, decider):
    operator = make_party(session, "Réseau électrique")
    title = make_title(session, square(0.5, 8.0))
    make_work(session, LineString([(0.4, 8.05), (0.7, 8.05)]), operator_id=operator.id)
    grid = person(session, "reseau", "applicant", parties=[operator])
    case = only_case(session)
    offer(session, case, agent, "consent")
    accept(session, TOGO, case.number, account=grid)
    confirm(session, TOGO, case.number, account=decider)
    charge = session.scalars(select(Charge).where(Charge.title_id == title.id)).one()
    assert (charge.kind, charge.party_id, charge.terms) == (
        "condition", operator.id, "Rang antérieur",
    )  # fmt: skip
    assert recount(session, TOGO).opened == ()


def test_consent_in_a_zone_stands_on_the_document_alone(session, agent, decider):
    make_zone(session, square(0.55, 8.05))
    ask = make_application(session, square(0.5, 8.0))
    case = only_case(session)
    decide(session, case, agent, decider, "consent")
    kinds = session.scalars(select(Step.kind).where(Step.dossier_id == ask.dossier_id)).all()
    assert "condition" in kinds
    assert case.outcome == "consent"


def test_competition_publishes_the_disputed_ground(session, agent, decider):
    one = make_application(session, square(0.5, 8.0))
    other = make_application(
        session, square(0.55, 8.05), standing="second-rank",
        filed_at=dt.datetime(2026, 3, 3, tzinfo=dt.UTC),
    )  # fmt: skip
    case = only_case(session)
    disputed = to_shape(case.geom)
    decide(session, case, agent, decider, "competition")
    opening = session.scalars(select(Opening)).one()
    assert to_shape(opening.geom).equals(disputed)
    for application in (one, other):
        assert shared_ground(ground(session, application), disputed).area < 1e-12


def test_the_guard_has_the_last_word(session, agent, decider):
    """A free place taken after the proposal was looked at is refused by the database."""
    make_title(session, square(0.5, 8.0))
    ask = make_application(session, square(0.57, 8.0, 0.08), standing="second-rank")
    case = only_case(session)
    offer(session, case, agent, "shift")
    make_title(session, box(0.66, 7.9, 0.75, 8.2))
    with pytest.raises(Blocked) as refusal, session.begin_nested():
        confirm(session, TOGO, case.number, account=decider)
    assert refusal.value.code in ("register.ground-occupied", "cases.still-overlaps")
    assert ask.closed_at is None
