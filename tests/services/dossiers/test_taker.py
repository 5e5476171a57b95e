"""Who takes a title is a party, never a name: by its number, or because an agent chose it."""

from __future__ import annotations

import itertools
import re

import pytest
from sqlalchemy.orm import Session

from cadastre.errors import CadastreError
from cadastre.models import Dossier, Party
from cadastre.procedures.machine import State
from cadastre.services.dossiers.showing import dossier_for
from cadastre.services.dossiers.taker import AskedTaker, candidates, identified
from cadastre.services.money.issue import cancel_invoice
from tests.services.dossiers import walking
from tests.services.dossiers.walking import TOGO

SERVICE = "cession-transfert-titre-minier"
NAME, NUMBER = "Or du Nord SA (fictive)", "TG-LOM-2020-B-77"
_place = itertools.count(40)


def refused(code: str) -> pytest.RaisesExc[CadastreError]:
    return pytest.raises(CadastreError, match=rf"^{re.escape(code)}(?: |$)")


@pytest.fixture
def who(session: Session) -> walking.People:
    return walking.people(session)


def company(session: Session, name: str = NAME, number: str | None = None) -> Party:
    party = Party(kind="company", name=name, registration_number=number)
    session.add(party)
    session.flush()
    return party


def lodged(session: Session, who: walking.People, number: str | None) -> Dossier:
    """Lodge a transfer to NAME, with a register number or none."""
    place = next(_place)
    title = walking.title_for(session, SERVICE, who, place)
    dossier = walking.opened(session, SERVICE, who, title=title)
    said = {"repreneur": NAME, "repreneur-rccm": number, "part": "100"}
    walking.fill(session, dossier, who, answers=said)
    walking.step(session, dossier, "lodge", who.actor(session, who.applicant))
    return dossier


def test_a_number_names_one_party_and_a_name_alone_nobody(session: Session) -> None:
    ours = company(session, number=NUMBER)
    company(session, number="TG-KRA-2021-B-9")
    session.add(Party(kind="person", name=NAME))
    session.flush()
    assert identified(session, AskedTaker("or du nord sa (fictive)", "tg-lom-2020-b-77 ")) is ours
    assert identified(session, AskedTaker(NAME)) is None
    assert identified(session, AskedTaker("Autre nom", NUMBER)) is None  # they do not agree
    assert identified(session, AskedTaker(NAME, "TG-0")) is None
    found = candidates(session, AskedTaker(NAME, NUMBER))
    assert found[0] is ours
    assert len(found) == 3


def test_who_is_known_by_number_at_lodgement_stays_the_taker(session: Session, who) -> None:
    ours = company(session, number=NUMBER)
    dossier = lodged(session, who, NUMBER)
    ours.name = "Or du Nord renommée"  # the snapshot names the party, not its name
    company(session)
    agent = who.actor(session, who.agent)
    shown = dossier_for(session, TOGO, dossier, agent, "fr")
    assert shown["taker"]["party"]["id"] == ours.id
    assert "procedures.taker-unknown" not in str(walking.possible_kinds(session, dossier, agent))


def test_nothing_is_proposed_before_an_agent_chose_among_namesakes(session: Session, who) -> None:
    ours, other = company(session, number=NUMBER), company(session)
    dossier = lodged(session, who, None)
    agent, decider = who.actor(session, who.agent), who.actor(session, who.decider)
    walking.step(session, dossier, "admit", agent)
    against = walking.possible_kinds(session, dossier, agent)
    assert "procedures.taker-unknown" in against["propose-grant"]
    assert "procedures.taker-unknown" not in against["propose-refusal"]
    with refused("procedures.taker-unknown"):
        walking.step(session, dossier, "propose-grant", agent)
    for wrong in (who.company.id, 10**9, "Or du Nord"):
        with refused("dossiers.taker-not-candidate"):
            walking.step(session, dossier, "name-taker", agent, party=wrong)
    with refused("procedures.needs-party"):
        walking.step(session, dossier, "name-taker", agent)
    with refused("procedures.not-your-step"):
        walking.step(session, dossier, "name-taker", decider, party=ours.id)
    walking.step(session, dossier, "name-taker", agent, party=other.id)
    walking.step(session, dossier, "name-taker", agent, party=str(ours.id))  # the last one counts
    walking.step(session, dossier, "propose-grant", agent)
    walking.step(session, dossier, "confirm", decider)
    for invoice in walking.unpaid(session, dossier):
        cancel_invoice(session, invoice, account=None, reason="aucun texte n'en fixe le montant")
    walking.step(session, dossier, "issue", decider)
    assert walking.state(session, dossier) is State.ISSUED
    act = next(step for step in reversed(dossier.steps) if step.kind == "issue")
    assert act.facts["act"] == "transfer"
    shown = dossier_for(session, TOGO, dossier, decider, "fr")
    assert shown["taker"]["party"]["id"] == ours.id


def test_an_agent_enters_who_is_unknown_once(session: Session, who) -> None:
    dossier = lodged(session, who, NUMBER)
    agent = who.actor(session, who.agent)
    walking.step(session, dossier, "name-taker", agent, party="new-company")
    shown = dossier_for(session, TOGO, dossier, agent, "fr")["taker"]
    assert shown["party"]["registration_number"] == NUMBER
    assert shown["asked"] == {"name": NAME, "number": NUMBER}
    with refused("dossiers.taker-known"):
        walking.step(session, dossier, "name-taker", agent, party="new-company")
    walking.step(session, dossier, "name-taker", agent, party="new-person")
    shown = dossier_for(session, TOGO, dossier, agent, "fr")["taker"]
    assert shown["party"]["kind"] == "person"
    assert shown["party"]["registration_number"] is None


def test_another_taker_in_the_form_undoes_the_choice(session: Session, who) -> None:
    dossier = lodged(session, who, None)
    agent, applicant = who.actor(session, who.agent), who.actor(session, who.applicant)
    walking.step(session, dossier, "name-taker", agent, party="new-company")
    walking.step(session, dossier, "request-completion", agent)
    walking.fill(session, dossier, who, answers={"repreneur": "Un autre SA (fictif)"})
    walking.step(session, dossier, "complete", applicant)
    assert dossier_for(session, TOGO, dossier, agent, "fr")["taker"]["party"] is None
    walking.step(session, dossier, "request-completion", agent)
    walking.fill(session, dossier, who, answers={"repreneur": NAME, "repreneur-rccm": None})
    walking.step(session, dossier, "complete", applicant)
    assert dossier_for(session, TOGO, dossier, agent, "fr")["taker"]["party"]["name"] == NAME


def test_the_holder_does_not_take_its_own_title(session: Session, who) -> None:
    who.company.name = NAME
    dossier = lodged(session, who, None)
    with refused("dossiers.taker-is-holder"):
        walking.step(
            session, dossier, "name-taker", who.actor(session, who.agent), party=who.company.id
        )
