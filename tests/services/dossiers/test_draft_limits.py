"""What one account keeps in preparation has a limit, and the refusal names the way out."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from sqlalchemy.orm import Session

from cadastre.errors import Blocked, TooLarge
from cadastre.models import Dossier
from cadastre.rules.ruleset import Parameter
from cadastre.services.dossiers import catalogue
from cadastre.services.dossiers.documents import Upload, attach, take_back
from cadastre.services.dossiers.open import Opening, Person, open_dossier
from cadastre.vocabulary import Evidence
from tests.services.dossiers import walking
from tests.services.dossiers.walking import TOGO

SERVICE = "declaration-autoproduction"
LAW = dt.date(1996, 2, 26)


def limit(name: str, value: float) -> Parameter:
    return Parameter(f"drafts.{name}", {}, Evidence.UNCONFIRMED, ((LAW, value),))


@pytest.fixture
def who(session: Session) -> walking.People:
    return walking.people(session)


def opened(session: Session, who: walking.People, most: float) -> Dossier:
    wanted = walking.rules(SERVICE)
    limited = replace(wanted.service, drafts={"most_open": limit("most_open", most)})
    opening = Opening(party_id=who.company.id)
    rules = replace(wanted, service=limited)
    return open_dossier(session, TOGO, rules, who.actor(session, who.applicant), opening)


def test_togo_limits_drafts(session: Session) -> None:
    drafts = walking.CATALOGUE.service(SERVICE).drafts
    assert set(drafts) == {"most_open", "most_megabytes"}
    assert not any(one.evidence is Evidence.CONFIRMED for one in drafts.values())


def test_one_draft_too_many_is_refused_until_one_is_given_up(session: Session, who) -> None:
    first = opened(session, who, 2)
    opened(session, who, 2)
    with pytest.raises(Blocked) as refusal:
        opened(session, who, 2)
    assert refusal.value.code == "dossiers.too-many-drafts"
    assert refusal.value.values["most"] == 2
    walking.step(session, first, "withdraw", who.actor(session, who.applicant))
    opened(session, who, 2)


def test_the_counter_receives_as_many_as_come(session: Session, who) -> None:
    wanted = walking.rules(SERVICE)
    limited = replace(wanted.service, drafts={"most_open": limit("most_open", 0)})
    clerk = who.actor(session, who.clerk)
    opening = Opening(person=Person("Une personne (fictive)"))
    assert open_dossier(session, TOGO, replace(wanted, service=limited), clerk, opening).clerk_id


def test_files_of_drafts_weigh_together(
    session: Session, who, monkeypatch: pytest.MonkeyPatch
) -> None:
    dossier, other = (walking.opened(session, SERVICE, who) for _ in range(2))
    wanted = walking.rules(SERVICE)
    room = (2 * len(walking.PDF) + 10) / 1e6
    limited = replace(wanted.service, drafts={"most_megabytes": limit("most_megabytes", room)})
    assert dossier.catalogue_sha256
    monkeypatch.setitem(
        catalogue._KEPT, dossier.catalogue_sha256, replace(wanted, service=limited)
    )
    applicant = who.actor(session, who.applicant)
    piece = limited.pieces[0].id
    first = attach(session, dossier, applicant, Upload("a.pdf", walking.PDF, piece))
    attach(session, other, applicant, Upload("b.pdf", walking.PDF, piece))
    with pytest.raises(TooLarge, match=r"pieces\.drafts-too-heavy"):
        attach(session, other, applicant, Upload("c.pdf", walking.PDF, piece))
    take_back(session, dossier, applicant, first.id)
    attach(session, other, applicant, Upload("c.pdf", walking.PDF, piece))
