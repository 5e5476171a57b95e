"""Issue orders of payment, enter amounts that no text gives, cancel what is not due."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from cadastre.errors import Blocked, NotFound, UnusableInput
from cadastre.models import Account, Dossier, Invoice, Payment, Title
from cadastre.models.money import INVOICE_NUMBERS
from cadastre.queries.money import invoice_numbered
from cadastre.rules.catalogue import FeeLine
from cadastre.services.filing import follow_up_code
from cadastre.services.money.access import ensure_staff, may_cancel, may_record
from cadastre.services.money.amounts import MOST, to_minor
from cadastre.services.money.papers import end_papers
from cadastre.services.money.record import journal
from cadastre.services.money.refunds import owe_refund
from cadastre.services.openings.sealed import server_now

SHORTEST_REASON = 3


@dataclass(frozen=True, slots=True)
class Debt:
    """What is owed besides its lines: about what, from whom, when.

    ``period`` is the year paid for, its first day and the day after its last.
    """

    moment: str
    due_on: dt.date
    dossier: Dossier | None = None
    title: Title | None = None
    party_id: int | None = None
    account_id: int | None = None
    period: tuple[dt.date, dt.date] | None = None


def issue_invoice(
    session: Session, debt: Debt, fees: Iterable[FeeLine], *, account: Account | None = None
) -> Invoice | None:
    """Issue an order of payment, or give the one there already is; None where nothing is due.

    Asking twice, at once or after a stop, makes one order. ``account`` is who issues it; without
    one it falls due by rule.
    """
    lines = [line_of(fee) for fee in fees]
    if not lines or all(line["amount"] == 0 for line in lines):
        return None
    currencies = {line.pop("currency") for line in lines}
    if len(currencies) != 1:
        raise UnusableInput("money.several-currencies", where=", ".join(sorted(currencies)))
    there = live_invoice(session, debt)
    if there is not None:
        return there
    try:
        with session.begin_nested():
            return _issue(session, debt, lines, currencies.pop(), account)
    except IntegrityError:  # another request was a moment earlier
        return live_invoice(session, debt)


def line_of(fee: FeeLine) -> dict[str, Any]:
    """Write a fee as the line of an invoice, its amount in the minor unit of its currency."""
    return {
        "code": fee.code,
        "name": dict(fee.name),
        "amount": None if fee.amount is None else to_minor(fee.amount, fee.currency),
        "currency": fee.currency,
        "working": dict(fee.working),
        "evidence": fee.evidence.value,
        "note": dict(fee.note) if fee.note else None,
        "article": fee.article,
        "source": fee.source,
    }


def live_invoice(session: Session, debt: Debt) -> Invoice | None:
    """Give the invoice already there for a debt: a year of a title, or a moment of a dossier."""
    if debt.period is not None and debt.title is not None:
        same = (Invoice.title_id == debt.title.id) & (Invoice.period_from == debt.period[0])
        query = select(Invoice).where(same, Invoice.moment == debt.moment)
        return session.scalars(query.order_by(Invoice.id.desc()).limit(1)).first()
    if debt.dossier is None:
        return None
    return session.scalar(
        select(Invoice).where(
            Invoice.dossier_id == debt.dossier.id,
            Invoice.moment == debt.moment,
            Invoice.cancelled_at.is_(None),
        )
    )


def _issue(
    session: Session,
    debt: Debt,
    lines: list[dict[str, Any]],
    currency: str,
    account: Account | None,
    replaces: Invoice | None = None,
) -> Invoice:
    invoice = Invoice(
        number=_number(session),
        code=follow_up_code(),
        dossier=debt.dossier,
        title=debt.title,
        party_id=debt.party_id,
        account_id=debt.account_id,
        moment=debt.moment,
        lines=lines,
        total=total_of(lines),
        currency=currency,
        due_on=debt.due_on,
        period_from=debt.period[0] if debt.period else None,
        period_until=debt.period[1] if debt.period else None,
        replaces=replaces,
        issued_by_id=None if account is None else account.id,
    )
    session.add(invoice)
    session.flush()
    about = debt.dossier.number if debt.dossier else None
    journal(
        session, invoice, "issue", account,
        dossier=about, title=debt.title.number if debt.title else None,
        replaces=replaces.number if replaces else None, due_on=debt.due_on.isoformat(),
    )  # fmt: skip
    return invoice


def total_of(lines: Sequence[Mapping[str, Any]]) -> int | None:
    """Add up the lines; None as soon as one amount is not known: nothing is guessed."""
    amounts = [line["amount"] for line in lines]
    return None if None in amounts else sum(amounts)


def _number(session: Session) -> str:
    rank = session.scalar(select(INVOICE_NUMBERS.next_value()))
    return f"OP-{server_now(session).year}-{rank:06d}"


def find_invoice(session: Session, number: str) -> Invoice:
    """Give an invoice by its number.

    Raises
    ------
    NotFound
        ``money.unknown-invoice``.
    """
    found = invoice_numbered(session, number.upper())
    if found is None:
        raise NotFound("money.unknown-invoice", where=number[:40])
    return found


def lock_invoice(session: Session, invoice_id: int) -> Invoice:
    """Hold an invoice until the end of the transaction, and read it anew.

    Everything that pays or cancels an invoice passes here, one after the other.
    """
    return session.scalars(
        select(Invoice)
        .where(Invoice.id == invoice_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).one()


def is_paid(session: Session, invoice: Invoice) -> bool:
    """Tell whether the money of an invoice is there."""
    query = select(Payment.id).where(Payment.invoice_id == invoice.id)
    return session.scalar(query) is not None


def cancel_invoice(
    session: Session, invoice: Invoice, *, account: Account | None, reason: str
) -> Invoice:
    """Say that an order is not due any more; money that arrives later is owed back.

    Raises
    ------
    Blocked
        ``money.already-paid``: what was paid is given back, not cancelled.
    NotAllowed
        The account may not.
    """
    if account is not None:
        ensure_staff(account, may_cancel(account))
    if len(reason.strip()) < SHORTEST_REASON:
        raise UnusableInput("money.reason-missing", where="reason")
    invoice = lock_invoice(session, invoice.id)
    if invoice.cancelled_at is not None:
        return invoice
    if is_paid(session, invoice):
        raise Blocked("money.already-paid", where=invoice.number)
    _close(session, invoice, account, reason)
    journal(session, invoice, "cancel", account, reason=reason)
    for part in invoice.parts:  # nothing was settled: what came is owed back
        owe_refund(session, part.attempt, "cancelled")
    end_papers(session, invoice.number, "certificates.order-cancelled", account)
    return invoice


def _close(session: Session, invoice: Invoice, account: Account | None, reason: str) -> None:
    invoice.cancelled_at = server_now(session)
    invoice.cancelled_by_id = None if account is None else account.id
    invoice.cancel_reason = reason.strip()
    session.flush()


def enter_amounts(
    session: Session,
    invoice: Invoice,
    amounts: Mapping[str, int],
    *,
    account: Account,
    source: str,
) -> Invoice:
    """Enter amounts no text gives, from a document; a new order takes the place of the old one.

    ``amounts`` are in the minor unit, by the code of their line; ``source`` is the document they
    are read from, and is printed on the order.

    Raises
    ------
    Blocked
        Nothing is unknown on this order, or it was cancelled.
    UnusableInput
        An unknown line has no amount, or an amount is given for another line.
    """
    ensure_staff(account, may_record(account))
    if len(source.strip()) < SHORTEST_REASON:
        raise UnusableInput("money.source-missing", where="source")
    invoice = lock_invoice(session, invoice.id)
    unknown = {line["code"] for line in invoice.lines if line["amount"] is None}
    if invoice.cancelled_at is not None or not unknown:
        raise Blocked("money.nothing-unknown", where=invoice.number)
    if unknown != set(amounts) or not all(0 < one < MOST for one in amounts.values()):
        raise UnusableInput("money.amounts-asked", where="amounts", codes=sorted(unknown))
    lines = [_entered(line, amounts, source.strip()) for line in invoice.lines]
    _close(session, invoice, account, source)
    journal(session, invoice, "replace", account, reason=source.strip())
    end_papers(session, invoice.number, "certificates.order-cancelled", account)
    return _issue(session, _same_debt(invoice), lines, invoice.currency, account, invoice)


def _entered(
    line: dict[str, Any], amounts: Mapping[str, int], source: str
) -> dict[str, Any]:
    if line["code"] not in amounts:
        return dict(line)
    told = {"amount": amounts[line["code"]], "source": source, "evidence": "confirmed"}
    return {**line, **told, "working": source}


def _same_debt(invoice: Invoice) -> Debt:
    period = None
    if invoice.period_from is not None and invoice.period_until is not None:
        period = (invoice.period_from, invoice.period_until)
    return Debt(
        invoice.moment, invoice.due_on, invoice.dossier, invoice.title, invoice.party_id,
        invoice.account_id, period,
    )  # fmt: skip


def new_reference() -> str:
    """Draw the reference of an attempt, which nobody can guess or meet twice."""
    return f"PA-{secrets.token_hex(12)}"
