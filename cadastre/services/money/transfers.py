"""Bank transfers and Treasury receipts: one agent records them, a second one confirms."""

from __future__ import annotations

import datetime as dt
import re

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from cadastre.errors import Blocked, NotAllowed, UnusableInput
from cadastre.models import Account, Invoice, PaymentAttempt, StatementLine
from cadastre.queries.money import BY_HAND, free_line
from cadastre.services.money.access import ensure_staff, may_reconcile, may_record
from cadastre.services.money.attempts import ensure_payable
from cadastre.services.money.issue import lock_invoice, new_reference
from cadastre.services.money.parts import Money
from cadastre.services.money.record import journal, tell
from cadastre.services.money.settle import Settlement, settle
from cadastre.services.openings.sealed import server_now

TREASURY = "treasury-receipt"
SPACES = re.compile(r"\s+")
LONGEST_REFERENCE = 60
SHORTEST_NOTE = 10


def clean_reference(text: str) -> str:
    """Write a reference as banks do: capitals, without the spaces people add.

    Raises
    ------
    UnusableInput
        ``money.reference-missing``.
    """
    reference = SPACES.sub("", text).upper()[:LONGEST_REFERENCE]
    if not reference:
        raise UnusableInput("money.reference-missing", where="reference")
    return reference


def record_transfer(
    session: Session,
    invoice: Invoice,
    *,
    method: str,
    reference: str,
    amount: int,
    received_on: dt.date,
    today: dt.date,
    account: Account,
) -> PaymentAttempt:
    """Record that a person paid by transfer or shows a receipt of the Treasury.

    Nothing is settled yet: a second agent confirms it. ``amount``, in the minor unit, may be a
    part of what is due, or more, which is then owed back.

    Raises
    ------
    Blocked
        The invoice cannot be paid, another transfer of it waits already, or the reference paid
        another invoice.
    UnusableInput
        An unknown way of paying, no reference, or a day that has not come.
    """
    ensure_staff(account, may_record(account))
    if method not in BY_HAND:
        raise UnusableInput("money.unknown-method", where="method", given=method[:40])
    if received_on > today:
        raise UnusableInput("money.not-yet", where="received_on")
    reference = clean_reference(reference)
    invoice = ensure_payable(session, invoice)
    attempt = PaymentAttempt(
        invoice_id=invoice.id, provider=method, reference=new_reference(),
        provider_reference=reference,
        amount=amount, currency=invoice.currency, account_id=account.id, received_on=received_on,
    )  # fmt: skip
    try:
        with session.begin_nested():
            session.add(attempt)
            session.flush()
    except IntegrityError as error:
        raise _refusal(error, invoice, reference) from error
    tell(session, attempt, "recorded", account=account, facts={"reference": reference})
    journal(
        session, invoice, "record", account, method=method, reference=reference,
        attempt=attempt.reference, received_on=received_on.isoformat(),
    )  # fmt: skip
    return attempt


def _refusal(error: IntegrityError, invoice: Invoice, reference: str) -> Blocked:
    if "uq_payment_attempt_open" in str(error.orig):
        return Blocked("money.recorded-before", where=invoice.number)
    return Blocked("money.reference-used", where="reference", reference=reference)


def reconcile(
    session: Session, attempt_reference: str, *, account: Account, note: str = ""
) -> Settlement:
    """Confirm as second agent that the money is there; the invoice is then settled.

    A transfer needs its credit on a statement that the second agent, or another one than the
    recorder, has brought in. A receipt of the Treasury may be confirmed by what was seen instead
    (``note``: which register, which page).

    Raises
    ------
    NotAllowed
        The account recorded it, or may not reconcile.
    Blocked
        ``money.no-credit``: no statement holds it yet; ``money.concluded``: it is decided already.
    """
    ensure_staff(account, may_reconcile(account))
    attempt = _held(session, attempt_reference)
    if attempt.account_id == account.id:
        raise NotAllowed("money.same-person", where=account.display_name)
    line = free_line(session, attempt)
    if line is not None and line.account_id == attempt.account_id:
        raise NotAllowed("money.own-statement", where=line.reference)
    seen = note.strip()
    if line is None and (attempt.provider != TREASURY or len(seen) < SHORTEST_NOTE):
        code = "money.note-missing" if attempt.provider == TREASURY else "money.no-credit"
        raise Blocked(code, where=attempt.provider_reference)
    done = settle(session, attempt, _money(attempt, account, line, seen or None))
    tell(session, attempt, "confirmed", account=account, facts={"note": seen} if seen else {})
    return done


def _money(
    attempt: PaymentAttempt, account: Account, line: StatementLine | None, note: str | None
) -> Money:
    day = line.booked_on if line is not None else attempt.received_on
    assert day is not None
    reference = attempt.provider_reference or ""
    return Money(attempt.provider, reference, day, attempt.account, account, line, note)


def reject_transfer(
    session: Session, attempt_reference: str, *, account: Account, reason: str
) -> PaymentAttempt:
    """Say that a recorded transfer or receipt is none; the invoice is due again.

    Raises
    ------
    Blocked
        ``money.concluded``.
    """
    ensure_staff(account, may_reconcile(account))
    if not reason.strip():
        raise UnusableInput("money.reason-missing", where="reason")
    attempt = _held(session, attempt_reference)
    attempt.concluded_at, attempt.outcome = server_now(session), "rejected"
    tell(session, attempt, "rejected", account=account, facts={"reason": reason.strip()[:500]})
    journal(
        session, attempt.invoice, "reject", account, reason=reason.strip()[:500],
        attempt=attempt.reference,
    )  # fmt: skip
    return attempt


def _held(session: Session, reference: str) -> PaymentAttempt:
    """Give an undecided transfer, with its invoice held."""
    attempt = session.scalar(select(PaymentAttempt).where(PaymentAttempt.reference == reference))
    if attempt is None or attempt.provider not in BY_HAND:
        raise UnusableInput("money.unknown-attempt", where=reference[:40])
    lock_invoice(session, attempt.invoice_id)
    session.refresh(attempt)
    if attempt.concluded_at is not None:
        raise Blocked("money.concluded", where=attempt.provider_reference)
    return attempt
