"""Lead a dossier of every service from its opening to its end, by the people it needs."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from cadastre.models import Dossier
from cadastre.procedures.machine import State
from cadastre.services.dossiers.catalogue import rules_of
from cadastre.services.dossiers.fees import fees_of, order_payment
from cadastre.services.dossiers.standing import standing_of
from tests.services.dossiers import walking
from tests.services.dossiers.walking import People as Who

# What moves a dossier towards a favourable end, the most advanced first.
FORWARD = (
    "issue", "close", "sign-act", "confirm", "propose-grant", "works", "analyse",
    "receive-sample", "quote", "visit", "open-objections", "consult", "admit",
)  # fmt: skip
# What a step says where no text gives it: the amount of a quote, the end of a term.
TERMS = {"quote": {"amount": 250_000}, "issue": {"years": 2}}
UNKNOWN_TERM = (
    "autorisation-exploitation-artisanale", "permis-exploitation-materiaux-construction",
)  # fmt: skip
MOST_STEPS = 30


@pytest.mark.parametrize("service", sorted(walking.CATALOGUE.services))
def test_every_service_is_led_to_its_end(session: Session, service: str) -> None:
    who = walking.people(session)
    number = sorted(walking.CATALOGUE.services).index(service)
    title = walking.title_for(session, service, who, number)
    dossier = walking.opened(session, service, who, title=title)
    walking.fill(session, dossier, who, perimeter=walking.ground_for(service, number, title))
    pay(session, dossier, "lodgement", who)
    walking.step(session, dossier, "lodge", who.actor(session, who.applicant))
    for _ in range(MOST_STEPS):
        if standing_of(session, dossier).closed:
            break
        advance(session, dossier, who)
    left = walking.possible_kinds(session, dossier, who.actor(session, who.agent))
    assert walking.state(session, dossier) is State.ISSUED, left


def advance(session: Session, dossier: Dossier, who: Who) -> None:
    """Take the next step that is possible, pay what is due, ask and give opinions, or wait."""
    for moment in ("decision", "issue"):
        pay(session, dossier, moment, who)
    standing = standing_of(session, dossier)
    procedure = rules_of(session, dossier).procedure
    open_to = {
        account.id: walking.possible_kinds(session, dossier, who.actor(session, account))
        for account in (who.agent, who.decider)
    }
    for body in procedure.bodies:
        opinion = standing.opinions.get(body)
        if opinion is None and open_to[who.agent.id].get("request-opinion") == []:
            walking.step(
                session, dossier, "request-opinion", who.actor(session, who.agent), body=body
            )
            return
        if opinion is not None and opinion.given_at is None:
            adviser = who.actor(session, who.adviser, body)
            walking.step(
                session, dossier, "give-opinion", adviser, body=body, opinion="favourable"
            )
            return
    for kind in FORWARD:
        for account in (who.agent, who.decider):
            if standing.happened_at(kind) is None and open_to[account.id].get(kind) == []:
                needs = procedure.step(kind).needs
                facts = dict(TERMS.get(kind, {}))
                if kind == "issue" and dossier.service in UNKNOWN_TERM:
                    facts["expires_on"] = f"{dt.datetime.now(dt.UTC).date().year + 2}-01-01"
                walking.step(
                    session, dossier, kind, who.actor(session, account),
                    document="document" in needs, **facts,
                )  # fmt: skip
                return
    wait(session, dossier)


def pay(session: Session, dossier: Dossier, moment: str, who: Who) -> None:
    """Set amounts nobody knows, order what is due, and pay it at the bank."""
    day = dt.datetime.now(dt.UTC).date()
    due = fees_of(session, walking.TOGO, dossier, moment, day)
    if moment != "lodgement" and standing_of(session, dossier).state is not State.ACCEPTED:
        due = tuple(line for line in due if moment == "decision")
    unknown = {line.code: 150_000 for line in due if line.amount is None and line.working == "?"}
    if due and not any(line.code.endswith("devis") for line in due):
        order_payment(session, walking.TOGO, dossier, moment, day, amounts=unknown)
    for invoice in walking.unpaid(session, dossier):
        walking.pay(session, invoice, who)


def wait(session: Session, dossier: Dossier, days: int = 120) -> None:
    """Let days pass: everything that happened is put back in time."""
    session.execute(
        text(
            "UPDATE step SET happened_at = happened_at - make_interval(days => :days)"
            " WHERE dossier_id = :dossier"
        ),
        {"days": days, "dossier": dossier.id},
    )
    session.expire_all()
