"""People, papers and grounds with which a test leads a dossier from its opening to its end."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shapely.geometry import box, mapping, shape
from sqlalchemy.orm import Session

from cadastre.config import ROOT
from cadastre.models import Account, Dossier, Invoice, Mandate, Party
from cadastre.procedures.machine import State, load_procedures
from cadastre.procedures.terms import day_of
from cadastre.rules.catalogue import load_catalogue, pieces_missing
from cadastre.rules.load import load_ruleset
from cadastre.rules.permissions import Actor
from cadastre.services.actors import actor_of
from cadastre.services.dossiers.answers import read_answers, save
from cadastre.services.dossiers.catalogue import Rules, rules_of
from cadastre.services.dossiers.circumstances import EVERY_GUARD, Circumstances
from cadastre.services.dossiers.documents import Upload, attach, pieces_given
from cadastre.services.dossiers.fees import invoices_of, order_payment
from cadastre.services.dossiers.move import Said, steps_open_to, take_step
from cadastre.services.dossiers.open import OWN_POWERS, Opening, open_dossier
from cadastre.services.dossiers.paid import move_dossiers_when_paid
from cadastre.services.dossiers.standing import server_instant, standing_of
from cadastre.services.money.transfers import TREASURY, reconcile, record_transfer
from tests.factories import make_title

DATA = ROOT / "data"
TOGO = load_ruleset(DATA / "rulesets" / "togo")
CATALOGUE = load_catalogue(DATA / "services" / "togo")
PROCEDURES = load_procedures(DATA / "procedures")
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
# Where the example of a service would be refused by the law of its kind.
ANSWERS: dict[str, dict[str, Any]] = {
    "permis-exploitation-materiaux-construction": {"substances": ["sable"]},
}
SMALL_DEGREES = 0.002  # about 5 ha: artisanal plots are limited to 10
_serial = itertools.count(1)
move_dossiers_when_paid(TOGO)


@dataclass
class People:
    """Everybody a dossier meets, each with an account of their own."""

    applicant: Account
    agent: Account
    decider: Account
    adviser: Account
    clerk: Account
    company: Party

    def actor(self, session: Session, account: Account, body: str | None = None) -> Actor:
        """See an account as permissions do now, its second factor given."""
        session.flush()
        session.refresh(account, ["mandates"])
        account.body = body or account.body
        day = day_of(server_instant(session), TOGO.time_zone)
        return actor_of(account, day=day, second_factor=True)


def people(session: Session, company: Party | None = None) -> People:
    """Open an account for each role, and a company that the applicant acts for."""
    company = company or Party(
        kind="company", name=f"Mines Exemple {next(_serial)} SARL (fictive)", country="TG"
    )
    session.add(company)
    session.flush()
    made = {role: account(session, role) for role in ("applicant", "agent", "decider")}
    made |= {role: account(session, role) for role in ("adviser", "clerk")}
    session.add(
        Mandate(
            account_id=made["applicant"].id, party_id=company.id, powers=list(OWN_POWERS),
            starts_on=dt.date(2020, 1, 1),
        )
    )  # fmt: skip
    session.flush()
    return People(**made, company=company)


def account(session: Session, *roles: str) -> Account:
    """Open an account with roles."""
    name = roles[0]
    account = Account(
        email=f"{name}-{next(_serial)}@essai.test", display_name=name.title(), roles=list(roles)
    )
    session.add(account)
    session.flush()
    return account


def rules(service: str) -> Rules:
    """Give a service of today's catalogue with its procedure."""
    found = CATALOGUE.service(service)
    return Rules(found, PROCEDURES[found.procedure])


def opened(
    session: Session, service: str, who: People, *, title: str | None = None
) -> Dossier:
    """Open a dossier in the name of the company, or of the person where it is only for persons."""
    wanted = rules(service)
    allowed = {kind.value for kind in wanted.service.applicants}
    party = who.company.id if not allowed or who.company.kind in allowed else None
    actor = who.actor(session, who.applicant)
    return open_dossier(session, TOGO, wanted, actor, Opening(party_id=party, title=title))


def examples(service: str, given: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Answer every question by its example."""
    found = CATALOGUE.service(service)
    answers = {
        question.id: question.example
        for question in found.fields
        if question.required or question.type != "title"
    }
    return {**answers, **ANSWERS.get(service, {}), **(given or {})}


def plot(number: int, side: float = 0.02) -> dict[str, Any]:
    """Draw a square of its own for each number, where nothing else lies."""
    west, south = 0.85 + (number % 10) * 0.03, 8.2 + (number // 10) * 0.03
    return {"geometry": mapping(box(west, south, west + side, south + side)), "crs": "EPSG:4326"}


def fill(
    session: Session,
    dossier: Dossier,
    who: People,
    *,
    answers: Mapping[str, Any] | None = None,
    perimeter: Mapping[str, Any] | None = None,
) -> None:
    """Answer everything, draw what is to be drawn and attach every piece that is due."""
    actor = who.actor(session, who.applicant)
    wanted = rules_of(session, dossier)
    form = examples(dossier.service, {**dossier.form, **(answers or {})})
    save(session, dossier, actor, form=form, perimeter=perimeter)
    day = day_of(server_instant(session), TOGO.time_zone)
    values = read_answers(session, TOGO, wanted, dossier, day).values
    missing = pieces_missing(wanted.service, values, pieces_given(dossier))
    for piece in missing:
        attach(session, dossier, actor, Upload(f"{piece.id}.pdf", PDF, piece.id))
    session.expire(dossier, ["documents"])


def lodged(session: Session, service: str, who: People, place: int) -> Dossier:
    """File a dossier whole: answers, ground, pieces, fees."""
    dossier = opened(session, service, who)
    fill(session, dossier, who, perimeter=ground_for(service, place, None))
    actor = who.actor(session, who.applicant)
    order_payment(session, TOGO, dossier, "lodgement", actor.day)
    for invoice in unpaid(session, dossier):
        pay(session, invoice, who)
    step(session, dossier, "lodge", actor)
    return dossier


def possible_kinds(session: Session, dossier: Dossier, actor: Actor) -> dict[str, list[str]]:
    """Give the steps somebody may take with the codes against each."""
    facts = Circumstances(session, TOGO, dossier, server_instant(session)).facts(EVERY_GUARD)
    standing = standing_of(session, dossier, facts=facts)
    return {
        step.kind: [refusal.code for refusal in step.refusals]
        for step in steps_open_to(session, dossier, actor, standing, facts)
    }


def step(
    session: Session, dossier: Dossier, kind: str, actor: Actor, reason: str = "motif d'essai",
    *, document: bool = False, **facts: Any,
) -> None:
    """Take a step."""
    document_id = None
    if document:
        upload = Upload("acte.pdf", PDF, None, "Arrêté d'essai")
        document_id = attach(session, dossier, actor, upload).id
    take_step(session, TOGO, dossier, kind, actor, Said(reason, document_id, facts))


def state(session: Session, dossier: Dossier) -> State | None:
    """Tell where a dossier stands."""
    return standing_of(session, dossier).state


def title_for(session: Session, service: str, who: People, number: int) -> str | None:
    """Make the title that a service is about, in the name of the company, on its own ground."""
    found = CATALOGUE.service(service)
    named = [one.example for one in found.fields if one.type == "title" and one.required]
    kinds = found.outcome.title_kinds
    if not named:
        return None
    title = make_title(
        session, shape(plot(number)["geometry"]),
        number=f"PR/ESSAI/{number:04d}" if kinds else named[0],
        holder=who.company, kind=kinds[0] if kinds else "permis-recherche",
        substances=("fer",), group="ferrous",
        expires_on=dt.datetime.now(dt.UTC).date() + dt.timedelta(days=200),
    )  # fmt: skip
    return title.number if kinds else None


def ground_for(service: str, number: int, title: str | None) -> dict[str, Any] | None:
    """Draw what a service needs: nothing, a point, its own plot, or the half of a title kept."""
    needs = CATALOGUE.service(service).perimeter
    if needs == "none":
        return None
    if needs == "point":
        return {"geometry": {"type": "Point", "coordinates": [1.2, 6.2]}}
    ground = plot(number, SMALL_DEGREES if "artisanale" in service else 0.02)
    if title is None:
        return ground
    west, south, east, north = shape(ground["geometry"]).bounds
    return {"geometry": mapping(box(west, south, (west + east) / 2, north)), "crs": "EPSG:4326"}


def pay(session: Session, invoice: Invoice, who: People) -> None:
    """Pay an order at the Treasury: one agent records the receipt, another confirms it."""
    assert invoice.total is not None
    today = day_of(server_instant(session), TOGO.time_zone)
    attempt = record_transfer(
        session, invoice, method=TREASURY, reference=f"QUITTANCE-{next(_serial)}",
        amount=invoice.total, received_on=today, today=today, account=who.agent,
    )  # fmt: skip
    second = account(session, "agent")
    reconcile(session, attempt.reference, account=second, note="registre du Trésor, page 12")


def unpaid(session: Session, dossier: Dossier) -> list[Invoice]:
    """List what is ordered and not paid."""
    return [one for one in invoices_of(session, dossier).values() if one.payment is None]
