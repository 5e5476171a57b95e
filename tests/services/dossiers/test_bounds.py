"""What a step may carry, what papers it stands on, and who may not do what in their own name."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from cadastre.errors import CadastreError
from cadastre.models import Dossier, DossierStanding, Mandate, Party
from cadastre.procedures.machine import State
from cadastre.rules.permissions.actor import PUBLIC
from cadastre.services.dossiers import move
from cadastre.services.dossiers.access import dossier_named, readable, ref_of
from cadastre.services.dossiers.answers import references, save
from cadastre.services.dossiers.counter import confirm_code, is_confirmed, make_code
from cadastre.services.dossiers.documents import Upload, attach, judge, take_back
from cadastre.services.dossiers.fees import fees_of, invoices_of, order_payment
from cadastre.services.dossiers.listing import own_dossiers
from cadastre.services.dossiers.move import Said, roles_towards, take_step
from cadastre.services.dossiers.notices import tell_of
from cadastre.services.dossiers.open import Opening, Person, open_dossier
from cadastre.services.dossiers.sayable import facts_said
from cadastre.services.dossiers.showing import dossier_for
from cadastre.services.dossiers.standing import server_instant
from tests.services.dossiers import walking
from tests.services.dossiers.walking import TOGO

TOGO_DAY = dt.date(2020, 1, 1)
SITE = {"geometry": {"type": "Point", "coordinates": [1.2, 6.2]}}
CONNECTION = "raccordement-basse-tension"


def refused(code: str) -> pytest.RaisesExc[CadastreError]:
    """Expect a refusal of this code, of whatever class."""
    return pytest.raises(CadastreError, match=rf"^{re.escape(code)}(?: |$)")


@pytest.fixture
def who(session: Session) -> walking.People:
    return walking.people(session)


@pytest.fixture
def lodged(session: Session, who: walking.People) -> Dossier:
    dossier = walking.opened(session, "declaration-autoproduction", who)
    walking.fill(session, dossier, who, perimeter=SITE)
    walking.step(session, dossier, "lodge", who.actor(session, who.applicant))
    return dossier


@pytest.mark.parametrize("amount", [-5, 0, "abc", 1.5, float("nan"), 10**15, True, "²", "1e6"])
def test_a_quote_is_an_amount_or_nothing(amount: object) -> None:
    service = walking.CATALOGUE.service(CONNECTION)
    with refused("dossiers.odd-amount"):
        facts_said(service, "quote", {"amount": amount})


def test_a_quote_says_its_amount_and_the_rest_is_dropped() -> None:
    service = walking.CATALOGUE.service(CONNECTION)
    said = facts_said(service, "quote", {"amount": "250000", "form": {"a": 1}, "role": "x"})
    assert said == {"amount": 250_000}
    assert facts_said(service, "visit", {}) == {}
    with refused("dossiers.odd-amount"):
        facts_said(service, "quote", {})


@pytest.mark.parametrize("years", [0, -1, "abc", float("nan"), float("inf"), 100, True])
def test_a_term_is_a_number_of_years(years: object) -> None:
    with refused("dossiers.odd-years"):
        facts_said(walking.CATALOGUE.service(CONNECTION), "issue", {"years": years})


def test_a_paper_that_a_step_stands_on_is_not_taken_back(session: Session, who, lodged) -> None:
    agent = who.actor(session, who.agent)
    kept = attach(session, lodged, agent, Upload("note.pdf", walking.PDF, None, "Note"))
    other = attach(session, lodged, agent, Upload("autre.pdf", walking.PDF, None, "Autre"))
    take_step(session, TOGO, lodged, "issue", agent, Said("motif", kept.id, {}))
    with refused("pieces.already-lodged"):
        take_back(session, lodged, agent, kept.id)
    take_back(session, lodged, agent, other.id)
    session.refresh(other)
    once = other.withdrawn_at
    take_back(session, lodged, agent, other.id)
    session.refresh(other)
    assert other.withdrawn_at == once is not None


def test_a_step_does_not_stand_on_a_paper_that_was_taken_back(
    session: Session, who, lodged
) -> None:
    agent = who.actor(session, who.agent)
    gone = attach(session, lodged, agent, Upload("note.pdf", walking.PDF, None, "Note"))
    take_back(session, lodged, agent, gone.id)
    with refused("pieces.none"):
        take_step(session, TOGO, lodged, "issue", agent, Said("motif", gone.id, {}))


def test_the_checklist_is_the_applicants_and_closes_with_the_lodgement(
    session: Session, who
) -> None:
    dossier = walking.opened(session, "declaration-autoproduction", who)
    walking.fill(session, dossier, who, perimeter=SITE)
    piece = next(iter(walking.CATALOGUE.service(dossier.service).pieces)).id
    applicant = who.actor(session, who.applicant)
    attach(session, dossier, applicant, Upload("encore.pdf", walking.PDF, piece))
    walking.step(session, dossier, "lodge", applicant)
    with refused("dossiers.not-writable"):
        attach(session, dossier, applicant, Upload("apres.pdf", walking.PDF, piece))
    with refused("dossiers.not-yours"):
        agent = who.actor(session, who.agent)
        attach(session, dossier, agent, Upload("agent.pdf", walking.PDF, piece))
    with refused("dossiers.not-yours"):
        paper = Upload("interne.pdf", walking.PDF, None, "Note")
        attach(session, dossier, applicant, paper, for_office=True)


def test_nobody_examines_their_own_request(session: Session, who, lodged) -> None:
    assert "agent" in roles_towards(who.actor(session, who.agent), ref_of(session, lodged))
    who.applicant.roles = ["applicant", "agent", "decider", "supervisor"]
    both = who.actor(session, who.applicant)
    assert roles_towards(both, ref_of(session, lodged)) == {"applicant"}
    with refused("dossiers.not-yours"):
        take_step(session, TOGO, lodged, "issue", both, Said("motif"))
    with refused("dossiers.not-yours"):
        judge(session, lodged, both, lodged.documents[0].id, "accepted")


def test_a_mandate_to_file_neither_lodges_nor_withdraws(session: Session, who) -> None:
    helper = walking.account(session, "applicant")
    session.add(
        Mandate(account_id=helper.id, party_id=who.company.id, powers=["file"], starts_on=TOGO_DAY)
    )
    dossier = walking.opened(session, "declaration-autoproduction", who)
    walking.fill(session, dossier, who, perimeter=SITE)
    filing = who.actor(session, helper)
    save(session, dossier, filing, form={})
    with refused("dossiers.needs-signature"):
        take_step(session, TOGO, dossier, "lodge", filing, Said())
    walking.step(session, dossier, "lodge", who.actor(session, who.applicant))
    with refused("dossiers.needs-signature"):
        take_step(session, TOGO, dossier, "withdraw", filing, Said("motif"))
    walking.step(session, dossier, "withdraw", who.actor(session, who.applicant))
    assert walking.state(session, dossier) is State.WITHDRAWN


def test_what_a_clerk_changes_after_the_code_is_confirmed_anew(session: Session, who) -> None:
    clerk = who.actor(session, who.clerk)
    wanted = walking.rules(CONNECTION)
    dossier = open_dossier(session, TOGO, wanted, clerk, Opening(person=Person("Ama Essai")))
    field = wanted.service.fields[0].id
    save(session, dossier, clerk, form={field: "un"})
    first = make_code(session, dossier, clerk, "paper")
    confirm_code(session, dossier, first, None)
    save(session, dossier, clerk, form={field: "un"})
    assert is_confirmed(session, dossier)  # nothing changed, nothing is asked again
    save(session, dossier, clerk, form={field: "deux"})
    assert not is_confirmed(session, dossier)
    with refused("counter.code-expired"):
        confirm_code(session, dossier, first, None)
    confirm_code(session, dossier, make_code(session, dossier, clerk, "paper"), None)
    assert is_confirmed(session, dossier)


def test_a_number_in_a_form_names_nobody(session: Session) -> None:
    person = Party(kind="person", name="Personne d'essai")
    session.add(person)
    session.flush()
    company = references(session, TOGO)["company"]
    for written in (str(person.id), "9" * 30, "²", "Personne d'essai"):
        assert company(written) == written


def test_a_lodged_dossier_keeps_to_its_title(session: Session, who) -> None:
    number = walking.title_for(session, "renonciation-titre-minier", who, 5)
    dossier = walking.opened(session, "renonciation-titre-minier", who, title=number)
    question = next(one.id for one in walking.rules(dossier.service).service.fields
                    if one.type == "title")  # fmt: skip
    applicant = who.actor(session, who.applicant)
    assert dossier.title_id is not None
    save(session, dossier, applicant, form={question: "PR/AUTRE/0001"})
    assert dossier.title_id is None  # the form is what the office reads


@pytest.fixture
def connection(session: Session, who) -> Dossier:
    dossier = walking.opened(session, CONNECTION, who)
    walking.fill(session, dossier, who, perimeter=SITE)
    return dossier


def lodge(session: Session, who: walking.People, dossier: Dossier) -> None:
    day = walking.day_of(server_instant(session), TOGO.time_zone)
    order_payment(session, TOGO, dossier, "lodgement", day)
    for invoice in walking.unpaid(session, dossier):
        walking.pay(session, invoice, who)
    walking.step(session, dossier, "lodge", who.actor(session, who.applicant))
    walking.step(session, dossier, "admit", who.actor(session, who.agent))


def test_grounds_of_a_refusal_are_told_once_a_second_person_confirmed_it(
    session: Session, who, connection
) -> None:
    lodge(session, who, connection)
    agent, decider = who.actor(session, who.agent), who.actor(session, who.decider)
    walking.step(session, connection, "propose-refusal", agent, "pas de réseau à cet endroit")

    def told() -> list[str | None]:
        applicant = who.actor(session, who.applicant)
        shown = dossier_for(session, TOGO, connection, applicant, "fr")
        return [one["reason"] for one in shown["history"] if one["step"] == "propose-refusal"]

    assert told() == [None]
    walking.step(session, connection, "send-back", decider)
    walking.step(session, connection, "propose-refusal", agent, "réseau prévu en 2031")
    assert told() == [None, None]
    walking.step(session, connection, "confirm", decider)
    assert told() == [None, "réseau prévu en 2031"]


def test_nothing_later_is_ordered_of_a_draft(session: Session, who) -> None:
    dossier = walking.opened(session, "permis-recherche", who)
    walking.fill(session, dossier, who, perimeter=walking.ground_for(dossier.service, 7, None))
    day = walking.day_of(server_instant(session), TOGO.time_zone)
    moments = ("decision", "issue")
    due = [m for m in moments if fees_of(session, TOGO, dossier, m, day)]
    assert due  # the control: there is something to order
    assert [order_payment(session, TOGO, dossier, m, day) for m in due] == [None] * len(due)
    walking.step(session, dossier, "lodge", who.actor(session, who.applicant))
    assert all(order_payment(session, TOGO, dossier, m, day) for m in due)


def test_a_new_quote_takes_the_place_of_the_old_one(session: Session, who, connection) -> None:
    lodge(session, who, connection)
    agent, decider = who.actor(session, who.agent), who.actor(session, who.decider)
    walking.step(session, connection, "visit", agent)
    walking.step(session, connection, "quote", agent, document=True, amount=250_000)
    first = invoices_of(session, connection)["issue"]
    quote = [one.id for one in connection.steps if one.kind == "quote"][-1]
    walking.step(session, connection, "correct", decider, corrects=quote)
    walking.step(session, connection, "quote", agent, document=True, amount=400_000)
    second = invoices_of(session, connection)["issue"]
    assert first.cancelled_at is not None
    assert second.lines[0]["amount"] - first.lines[0]["amount"] == 150_000


def test_a_dossier_that_cannot_be_moved_holds_no_other_back(
    session: Session, who, monkeypatch
) -> None:
    dossiers = []
    for _ in range(2):
        dossier = walking.opened(session, "declaration-autoproduction", who)
        standing = session.get_one(DossierStanding, dossier.id)
        standing.next_rule_at = server_instant(session)
        dossiers.append(dossier)
    session.flush()
    spoilt, seen = dossiers[0].id, []

    def write(session: Session, ruleset: object, dossier: Dossier) -> int:
        if dossier.id == spoilt:
            raise ValueError("spoilt")
        seen.append(dossier.id)
        return 1

    monkeypatch.setattr(move, "write_what_is_due", write)
    assert move.run_clocks(session, TOGO) == 1
    assert seen == [dossiers[1].id]


def test_who_left_a_company_neither_lists_nor_hears_of_its_dossiers(
    session: Session, who, lodged
) -> None:
    def listed() -> list[str]:
        return [one["number"] for one in own_dossiers(session, who.actor(session, who.applicant),
                "fr")]  # fmt: skip

    def told() -> int:
        return tell_of(session, lodged, "message", to_applicant=True, by=None)

    assert (listed(), told()) == ([lodged.number], 1)
    for mandate in who.applicant.mandates:
        mandate.ends_on = walking.day_of(server_instant(session), TOGO.time_zone)
    session.flush()
    assert (listed(), told()) == ([], 0)


def test_a_step_lets_rows_that_point_at_its_dossier_be_written(
    session: Session, who, lodged
) -> None:
    """The overlap desk holds the ground while it leaves a note: neither may wait for the other."""
    said: list[str] = []
    connection = session.connection()

    def hear(_connection, _cursor, statement: str, *_: object) -> None:
        said.append(statement)

    event.listen(connection, "before_cursor_execute", hear)
    try:
        dossier_named(session, lodged.number, lock=True)
        walking.step(session, lodged, "issue", who.actor(session, who.agent))
    finally:
        event.remove(connection, "before_cursor_execute", hear)
    locks = [one for one in said if "FROM dossier" in one and " FOR " in one]
    assert len(locks) >= 2
    assert all("FOR NO KEY UPDATE" in one for one in locks)


def test_anybody_known_objects_in_the_window_and_reads_nothing(session: Session, who) -> None:
    dossier = walking.opened(session, "permis-recherche", who)
    walking.fill(session, dossier, who, perimeter=walking.ground_for(dossier.service, 9, None))
    applicant, agent = who.actor(session, who.applicant), who.actor(session, who.agent)
    walking.step(session, dossier, "lodge", applicant)
    walking.step(session, dossier, "admit", agent)
    neighbour = who.actor(session, walking.account(session, "applicant"))
    with refused("dossiers.none"):
        move.objectable(session, dossier.number, neighbour)
    walking.step(session, dossier, "open-objections", agent)
    found = move.objectable(session, dossier.number, neighbour)
    walking.step(session, found, "object", neighbour, "ma parcelle est dedans")
    assert dossier.steps[-1].facts["role"] == "public"
    with refused("dossiers.none"):
        readable(session, dossier.number, neighbour)
    with refused("accounts.sign-in-first"):
        move.objectable(session, dossier.number, PUBLIC)
