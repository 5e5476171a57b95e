"""Who answers for which commune, when opinions are read, who may go back, who decides for all."""

from __future__ import annotations

import re
from typing import Any

import pytest
from shapely.geometry import shape
from sqlalchemy import event, update
from sqlalchemy.orm import Session

from cadastre.errors import CadastreError
from cadastre.models import Dossier, Share, Title
from cadastre.procedures.machine import State
from cadastre.rules.permissions import is_asked
from cadastre.services.dossiers.access import ref_of
from cadastre.services.dossiers.counter import confirm_code, make_code
from cadastre.services.dossiers.documents import Upload, attach, read_document
from cadastre.services.dossiers.listing import own_dossiers
from cadastre.services.dossiers.move import Said, take_step
from cadastre.services.dossiers.open import Opening, Person, open_dossier
from cadastre.services.dossiers.showing import dossier_for
from tests.factories import make_party, make_unit
from tests.services.dossiers import walking
from tests.services.dossiers.walking import TOGO

RESEARCH, DECLARATION = "permis-recherche", "declaration-autoproduction"
RENUNCIATION = "renonciation-titre-minier"
SITE = {"geometry": {"type": "Point", "coordinates": [1.2, 6.2]}}
COMMUNE, WORDS = "local-authority", "Le conseil refuse le tracé."


def refused(code: str) -> pytest.RaisesExc[CadastreError]:
    return pytest.raises(CadastreError, match=rf"^{re.escape(code)}(?: |$)")


@pytest.fixture
def who(session: Session) -> walking.People:
    return walking.people(session)


@pytest.fixture
def heard(session: Session, who: walking.People) -> Dossier:
    """Lodge a research permit within one commune, and ask its commune and the environment."""
    ground = shape(walking.plot(7)["geometry"])
    make_unit(session, ground.buffer(1), code="TG-X", name="Région d'essai", level=1)
    make_unit(session, ground.buffer(0.01), code="TG-X-1", name="Commune d'essai", level=3)
    dossier = walking.opened(session, RESEARCH, who)
    walking.fill(session, dossier, who, perimeter=walking.plot(7))
    walking.step(session, dossier, "lodge", who.actor(session, who.applicant))
    agent = who.actor(session, who.agent)
    walking.step(session, dossier, "admit", agent)
    for body in (COMMUNE, "environment"):
        walking.step(session, dossier, "request-opinion", agent, body=body)
    return dossier


def adviser(session: Session, who: walking.People, body: str, *areas: str) -> Any:
    account = walking.account(session, "adviser")
    account.areas = list(areas)
    return who.actor(session, account, body)


def test_a_lodgement_knows_its_region_from_the_ground_that_entered(heard: Dossier) -> None:
    assert heard.office == "TG-X"


@pytest.mark.parametrize(
    ("areas", "asked"),
    [((), True), (("TG-X-1",), True), (("TG-X",), True), (("TG-X-2",), False)],
)
def test_the_commune_of_the_ground_is_asked_and_not_its_neighbour(
    session: Session, who: walking.People, heard: Dossier, areas: tuple[str, ...], asked: bool
) -> None:
    actor = adviser(session, who, COMMUNE, *areas)
    assert is_asked(actor, ref_of(session, heard)) is asked
    said = {"body": COMMUNE, "opinion": "favourable"}
    if asked:
        walking.step(session, heard, "give-opinion", actor, **said)
    else:
        with pytest.raises(CadastreError):
            walking.step(session, heard, "give-opinion", actor, **said)


def test_opinions_are_read_by_the_applicant_once_it_is_decided(
    session: Session, who: walking.People, heard: Dossier
) -> None:
    commune = adviser(session, who, COMMUNE, "TG-X-1")
    paper = attach(session, heard, commune, Upload("avis.pdf", walking.PDF, None, "Avis"))
    facts = {"body": COMMUNE, "opinion": "unfavourable"}
    take_step(session, TOGO, heard, "give-opinion", commune, Said(WORDS, paper.id, facts))
    session.expire(heard, ["documents"])
    applicant, agent = who.actor(session, who.applicant), who.actor(session, who.agent)
    other = adviser(session, who, "environment")

    def reads(actor: Any) -> tuple[bool, bool, bool]:
        shown = dossier_for(session, TOGO, heard, actor, "fr")
        opinion = next(one for one in shown["opinions"] if one["body"] == COMMUNE)
        assert opinion["given_at"] is not None  # that it came is no secret
        papers = {one["id"] for one in shown["documents"]}
        words = WORDS in str(shown["history"])
        return opinion["opinion"] == "unfavourable", words, paper.id in papers

    assert reads(agent) == reads(commune) == (True, True, True)
    assert reads(applicant) == reads(other) == (False, False, False)
    with refused("dossiers.opinion-not-yet"):
        read_document(session, heard, applicant, paper.id)
    read_document(session, heard, commune, paper.id)
    walking.step(session, heard, "propose-refusal", agent)
    assert reads(applicant) == (False, False, False)
    walking.step(session, heard, "confirm", who.actor(session, who.decider))
    assert reads(applicant) == (True, True, True)
    read_document(session, heard, applicant, paper.id)


def test_a_clerk_takes_back_what_is_lodged_only_with_the_persons_word(
    session: Session, who: walking.People
) -> None:
    clerk = who.actor(session, who.clerk)
    opening = Opening(person=Person("Une personne (fictive)"))
    draft = open_dossier(session, TOGO, walking.rules(DECLARATION), clerk, opening)
    walking.step(session, draft, "withdraw", clerk)
    assert walking.state(session, draft) is State.WITHDRAWN
    dossier = open_dossier(session, TOGO, walking.rules(DECLARATION), clerk, opening)
    as_clerk = walking.People(
        who.clerk, who.agent, who.decider, who.adviser, who.clerk, who.company
    )
    walking.fill(session, dossier, as_clerk, perimeter=SITE)
    confirm_code(session, dossier, make_code(session, dossier, clerk, "paper"), None)
    walking.step(session, dossier, "lodge", clerk)
    with refused("procedures.clerk-needs-document"):
        walking.step(session, dossier, "withdraw", clerk)
    walking.step(session, dossier, "withdraw", clerk, document=True)
    assert walking.state(session, dossier) is State.WITHDRAWN


def test_one_holder_does_not_renounce_for_all(session: Session, who: walking.People) -> None:
    number = walking.title_for(session, RENUNCIATION, who, 9)
    title = session.query(Title).filter_by(number=number).one()
    session.execute(update(Share).where(Share.title_id == title.id).values(denominator=2))
    other = make_party(session, "Co-titulaire (fictif)")
    share = Share(title_id=title.id, party_id=other.id, denominator=2, starts_on=title.starts_on)
    session.add(share)
    session.flush()
    session.expire_all()
    dossier = walking.opened(session, RENUNCIATION, who, title=number)
    walking.fill(session, dossier, who, perimeter=walking.ground_for(RENUNCIATION, 9, number))
    applicant = who.actor(session, who.applicant)
    with refused("dossiers.co-holders-agree"):
        walking.step(session, dossier, "lodge", applicant)
    agreement = Upload("accord.pdf", walking.PDF, "accord-cotitulaires")
    attach(session, dossier, applicant, agreement)
    session.expire(dossier, ["documents"])
    walking.step(session, dossier, "lodge", applicant)


def test_a_list_asks_the_same_questions_for_one_dossier_as_for_many(
    session: Session, who: walking.People
) -> None:
    def questions() -> int:
        session.flush()
        session.expire_all()
        actor = who.actor(session, who.applicant)
        asked: list[str] = []
        bind = session.get_bind()
        event.listen(bind, "before_cursor_execute", lambda *call: asked.append(call[2]))
        own_dossiers(session, actor, "fr")
        return sum("FROM step" in one for one in asked)

    walking.opened(session, DECLARATION, who)
    once = questions()
    for _ in range(3):
        walking.opened(session, DECLARATION, who)
    assert questions() == once == 1
