"""Companies and the people who act for them: asked, confirmed, passed on, ended."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from cadastre.models import Account, Mandate, Party
from cadastre.services.actors import actor_of
from tests.web.people.asking import Browser, make_person, words

TODAY = dt.datetime.now(dt.UTC).date()
SOON = (TODAY + dt.timedelta(days=30)).isoformat()


@pytest.fixture
def company(browser: Browser) -> Party:
    party = Party(kind="company", name="Mines du Mono (fictive)", registration_number="TG-1")
    browser.session.add(party)
    browser.session.flush()
    return party


@pytest.fixture
def manager(browser: Browser, company: Party) -> Account:
    return make_person(browser.session, "gerante", parties=[company])


def powers(browser: Browser, account: Account, party: Party) -> set[str]:
    browser.session.expire(account, ["mandates"])
    actor = actor_of(account, day=TODAY)
    return {power for one in actor.standings if one.party_id == party.id and
            one.holds_on(TODAY) for power in one.powers}  # fmt: skip


def ask(browser: Browser, number: str = "TG-LOM 2026 B 12") -> None:
    answer = browser.post(
        "/account/people/companies", name="Or de Blitta", registration_number=number
    )
    assert answer.status_code == 303, words(answer)


def test_a_company_counts_once_somebody_has_seen_its_papers(
    browser: Browser, another: Browser
) -> None:
    applicant = make_person(browser.session)
    browser.sign_in(applicant)
    ask(browser)
    mandate = browser.session.query(Mandate).filter_by(account_id=applicant.id).one()
    assert mandate.state == "pending"
    assert powers(browser, applicant, mandate.party) == set()
    assert browser.client.get("/api/me").get_json()["parties"] == []
    another.sign_in(make_person(browser.session, "guichet", roles=["clerk"]))
    assert "Or de Blitta" in words(another.get("/desk/mandates"))
    path = f"/desk/mandates/{mandate.id}"
    assert another.post(path, answer="confirm", reason="").status_code == 422
    done = another.post(path, answer="confirm", reason="Extrait RCCM vu")
    assert done.status_code == 303
    assert "sign" in powers(browser, applicant, mandate.party)
    entry = [one for one in browser.journal() if one.action == "mandate.confirm"][-1]
    assert (entry.reason, entry.on_behalf_of_id) == ("Extrait RCCM vu", mandate.party_id)


def test_a_refused_one_says_why_and_gives_nothing(browser: Browser, another: Browser) -> None:
    applicant = make_person(browser.session)
    browser.sign_in(applicant)
    ask(browser)
    mandate = browser.session.query(Mandate).filter_by(account_id=applicant.id).one()
    another.sign_in(make_person(browser.session, "agent", roles=["agent"]))
    another.post(f"/desk/mandates/{mandate.id}", answer="refuse", reason="Extrait illisible")
    assert "Extrait illisible" in words(browser.get("/account/people"))
    assert powers(browser, applicant, mandate.party) == set()


def test_nobody_confirms_their_own_and_an_applicant_confirms_none(browser: Browser) -> None:
    agent = make_person(browser.session, roles=["agent", "applicant"])
    browser.sign_in(agent)
    ask(browser)
    mandate = browser.session.query(Mandate).filter_by(account_id=agent.id).one()
    path = f"/desk/mandates/{mandate.id}"
    assert browser.post(path, answer="confirm", reason="c'est moi").status_code == 403
    agent.roles = ["applicant"]
    browser.session.flush()
    assert browser.post(path, answer="confirm", reason="c'est moi").status_code == 403
    assert mandate.state == "pending"


def test_asking_for_a_known_company_shows_nothing_of_it(browser: Browser, company: Party) -> None:
    browser.sign_in(make_person(browser.session))
    ask(browser, " tg-1 ")
    assert company.name not in words(browser.get("/account/people"))
    again = browser.post(
        "/account/people/companies", name="Encore", registration_number="TG-1"
    )
    assert again.status_code == 409


def invite(browser: Browser, company: Party, address: str, **fields):
    given = {"powers": ["file", "follow"], "ends_on": SOON} | fields
    return browser.post(f"/account/people/{company.id}/invitations", email=address, **given)


def test_a_manager_passes_a_power_on_until_a_day_and_takes_it_back(
    browser: Browser, another: Browser, company: Party, manager: Account
) -> None:
    helper = make_person(browser.session, "aide")
    browser.sign_in(manager)
    assert invite(browser, company, helper.email).status_code == 303
    letter = browser.letters()[-1]
    assert letter["To"] == helper.email
    assert company.name not in letter.get_content()
    another.sign_in(helper)
    page = another.get("/account/people").text
    path = re.search(r'action="(/account/people/invitations/\d+/acceptance)"', page).group(1)
    assert powers(browser, helper, company) == set()
    assert another.post(path).status_code == 303
    assert powers(browser, helper, company) == {"file", "follow"}
    mandate = browser.session.query(Mandate).filter_by(account_id=helper.id).one()
    assert (mandate.granted_by_id, mandate.ends_on.isoformat()) == (manager.id, SOON)
    assert another.post(path).status_code == 404  # once
    ended = browser.post(f"/account/people/{mandate.id}/revocation", reason="mission finie")
    assert ended.status_code == 303
    assert powers(browser, helper, company) == set()
    actions = [entry.action for entry in browser.journal() if entry.subject == "mandate"]
    assert actions == ["mandate.invite", "mandate.accept", "mandate.revoke"]


def test_an_offer_is_taken_up_by_its_address_only(
    browser: Browser, another: Browser, company: Party, manager: Account
) -> None:
    browser.sign_in(manager)
    invite(browser, company, "aide@exemple.test")
    page = browser.get("/account/people").text
    number = re.search(r"/account/people/invitations/(\d+)/withdrawal", page).group(1)
    thief = make_person(browser.session, "voleur")
    another.sign_in(thief)
    path = f"/account/people/invitations/{number}"
    assert another.post(f"{path}/acceptance").status_code == 404
    assert another.post(f"{path}/withdrawal").status_code == 403
    assert browser.post(f"{path}/withdrawal").status_code == 303
    helper = make_person(browser.session, "aide")
    another.post("/logout")
    another.sign_in(helper)
    assert another.post(f"{path}/acceptance").status_code == 404  # taken back
    assert powers(browser, thief, company) == powers(browser, helper, company) == set()


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"powers": []}, 422),
        ({"powers": ["rule-them-all"]}, 422),
        ({"ends_on": TODAY.isoformat()}, 422),
        ({"ends_on": "demain"}, 422),
        ({"email": "pas une adresse"}, 422),
        ({"ends_on": ""}, 303),
    ],
)
def test_an_offer_is_checked(
    browser: Browser, company: Party, manager: Account, fields: dict, status: int
) -> None:
    browser.sign_in(manager)
    given = {"powers": ["file"], "ends_on": SOON, "email": "aide@exemple.test"} | fields
    answer = browser.post(f"/account/people/{company.id}/invitations", **given)
    assert answer.status_code == status


def test_nobody_passes_on_more_than_they_hold(
    browser: Browser, company: Party, manager: Account
) -> None:
    manager.mandates[0].powers = ["manage", "follow"]
    browser.sign_in(manager)
    assert invite(browser, company, "aide@exemple.test").status_code == 403
    assert invite(browser, company, "aide@exemple.test", powers=["follow"]).status_code == 303


def test_who_does_not_manage_gives_and_takes_nothing(
    browser: Browser, company: Party, manager: Account
) -> None:
    helper = make_person(browser.session, "aide", parties=[company])
    helper.mandates[0].powers = ["file", "sign"]
    browser.sign_in(helper)
    assert invite(browser, company, "ami@exemple.test", powers=["file"]).status_code == 403
    path = f"/account/people/{manager.mandates[0].id}/revocation"
    assert browser.post(path).status_code == 403
    own = browser.post(f"/account/people/{helper.mandates[0].id}/revocation")
    assert own.status_code == 303  # one's own mandate one may lay down


def test_a_company_keeps_somebody_who_manages(
    browser: Browser, company: Party, manager: Account
) -> None:
    browser.sign_in(manager)
    path = f"/account/people/{manager.mandates[0].id}/revocation"
    assert browser.post(path).status_code == 409
    make_person(browser.session, "adjoint", parties=[company])
    assert browser.post(path).status_code == 303
