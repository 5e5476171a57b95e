"""What a dossier owes at each moment, the orders of payment for it, and what is still unpaid."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Set
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cadastre.models import Account, Application, Dossier, Invoice, Parcel
from cadastre.procedures.machine import Standing, State
from cadastre.rules.catalogue import FeeLine, Service, fees_due
from cadastre.rules.catalogue.fees import MOMENTS
from cadastre.rules.report import measure_area
from cadastre.rules.ruleset import Ruleset
from cadastre.sentences import say_all
from cadastre.services.dossiers.answers import read_answers
from cadastre.services.dossiers.catalogue import Rules, rules_of
from cadastre.services.dossiers.ground import AREA, reading_of
from cadastre.services.dossiers.standing import standing_of
from cadastre.services.money.issue import Debt, cancel_invoice, issue_invoice, line_of
from cadastre.services.money.standing import unpaid_moments as ordered_and_unpaid

LODGEMENT, BY_QUOTE = "lodgement", "quote"
IN_DOSSIER = tuple(moment for moment in MOMENTS if moment != "yearly")
# In which state of a dossier the order of payment of a moment is issued by itself.
ISSUED_IN = {
    "decision": (State.EXAMINING, State.PROPOSED, State.ACCEPTED),
    "issue": (State.ACCEPTED,),
}
DAYS_TO_PAY = 30
REPLACED = "nouveau devis"


def fees_of(
    session: Session, ruleset: Ruleset, dossier: Dossier, moment: str, day: dt.date
) -> tuple[FeeLine, ...]:
    """List what a dossier owes at a moment, with its working; a quote made is its amount."""
    rules = rules_of(session, dossier)
    answers = read_answers(session, ruleset, rules, dossier, day).values
    area = _area_km2(session, ruleset, rules, dossier)
    quoted, by_quote = _quoted(dossier), _codes_by_quote(rules.service)
    return tuple(
        replace(line, amount=quoted, working=say_all("fees.working-quoted", {}))
        if line.code in by_quote and quoted is not None
        else line
        for line in fees_due(rules.service, ruleset, answers, area, day, moment)
    )


def _codes_by_quote(service: Service) -> frozenset[str]:
    """Name the fees whose amount a body sets after a visit."""
    return frozenset(
        f"services.{service.id}.{fee.id}" for fee in service.fees if fee.basis == BY_QUOTE
    )


def _quoted(dossier: Dossier) -> int | None:
    quotes = [step.facts for step in dossier.steps if step.kind == "quote"]
    amount = quotes[-1].get("amount") if quotes else None
    return None if amount is None else int(amount)


def _area_km2(
    session: Session, ruleset: Ruleset, rules: Rules, dossier: Dossier
) -> float | None:
    """Give the planar area that was lodged, or that of the draft as it stands."""
    held = session.scalar(
        select(Parcel.planar_area_m2)
        .join(Application, Application.id == Parcel.application_id)
        .where(Application.dossier_id == dossier.id)
        .order_by(Parcel.id)
        .limit(1)
    )
    if held is not None:
        return held / 1e6
    if rules.service.perimeter != AREA:
        return None
    reading = reading_of(ruleset, dossier)
    if reading is None or reading.perimeter is None:
        return None
    area = measure_area(reading.perimeter, ruleset.planar_crs, reading.crs)
    return (area.geodesic_ha if area.planar_ha is None else area.planar_ha) / 100


def order_payment(
    session: Session,
    ruleset: Ruleset,
    dossier: Dossier,
    moment: str,
    day: dt.date,
    *,
    account: Account | None = None,
    standing: Standing | None = None,
) -> Invoice | None:
    """Issue the order of payment of a moment, or give the one there is; None: nothing is due.

    An amount that no text gives is left open on the order, for an agent to set from a source; at
    lodgement, and before a quote, nothing is ordered that cannot be paid, nor is anything later
    ordered of a draft.
    """
    if not _falls_due(session, dossier, moment, standing):
        return None
    lines = fees_of(session, ruleset, dossier, moment, day)
    by_quote = _codes_by_quote(rules_of(session, dossier).service)
    unknown = {line.code for line in lines if line.amount is None}
    if unknown & by_quote or (unknown and moment == LODGEMENT):
        return None
    _let_go_of_old_quote(session, dossier, moment, lines, by_quote)
    debt = Debt(
        moment, day + dt.timedelta(days=DAYS_TO_PAY), dossier,
        party_id=dossier.party_id, account_id=dossier.account_id,
    )  # fmt: skip
    return issue_invoice(session, debt, lines, account=account)


def _falls_due(
    session: Session, dossier: Dossier, moment: str, standing: Standing | None
) -> bool:
    """Tell whether a moment has come: what a draft asks for may still grow, and its fee with it."""
    if moment == LODGEMENT:
        return True
    return (standing or standing_of(session, dossier)).state is not State.DRAFT


def _let_go_of_old_quote(
    session: Session, dossier: Dossier, moment: str, lines: Iterable[FeeLine], codes: Set[str]
) -> None:
    """Cancel the unpaid order of a quote that another took the place of: one price is asked."""
    order = invoices_of(session, dossier).get(moment)
    if order is None or order.payment is not None:
        return
    now = {one["code"]: one["amount"] for one in map(line_of, lines)}
    if any(one["code"] in codes and one["amount"] != now[one["code"]] for one in order.lines
           if one["code"] in now):  # fmt: skip
        cancel_invoice(session, order, account=None, reason=REPLACED)


def order_what_falls_due(
    session: Session, ruleset: Ruleset, dossier: Dossier, standing: Standing, day: dt.date
) -> None:
    """Issue the orders of payment that the new state of a dossier calls for."""
    for moment, states in ISSUED_IN.items():
        if standing.state in states:
            order_payment(session, ruleset, dossier, moment, day, standing=standing)


def unpaid_moments(
    session: Session, ruleset: Ruleset, dossier: Dossier, day: dt.date
) -> frozenset[str]:
    """Name the moments whose fees are ordered or known, and not paid."""
    ordered = invoices_of(session, dossier)
    to_order = {
        moment
        for moment in IN_DOSSIER
        if moment not in ordered
        and any(line.amount for line in fees_of(session, ruleset, dossier, moment, day))
    }
    return frozenset(to_order | ordered_and_unpaid(session, dossier.id))


def invoices_of(session: Session, dossier: Dossier) -> Mapping[str, Invoice]:
    """Give the live order of payment of each moment."""
    rows = session.scalars(
        select(Invoice)
        .where(Invoice.dossier_id == dossier.id, Invoice.cancelled_at.is_(None))
        .order_by(Invoice.id)
    )
    return {invoice.moment: invoice for invoice in rows}


def as_told(line: FeeLine, language: str) -> dict[str, Any]:
    """Represent a fee for a page or an answer."""
    return {
        "code": line.code,
        "name": line.name[language],
        "amount": line.amount,
        "currency": line.currency,
        "working": line.working[language],
        "evidence": line.evidence.value,
        "moment": line.moment,
        "note": None if line.note is None else line.note[language],
    }
