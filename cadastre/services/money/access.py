"""Who sees an invoice, pays it, records and confirms money: the one place that decides."""

from __future__ import annotations

import datetime as dt
import hmac

from cadastre.errors import NotAllowed
from cadastre.models import Account, Invoice
from cadastre.rules.permissions import (
    can_cancel_invoice,
    can_reconcile,
    can_record_payment,
    can_see_money,
)
from cadastre.services.actors import ACTIVE, bearer_of


def sees_money(account: Account | None) -> bool:
    """Tell whether an account sees every invoice."""
    return can_see_money(bearer_of(account))


def may_record(account: Account | None) -> bool:
    """Tell whether an account may record a transfer or a Treasury receipt."""
    return can_record_payment(bearer_of(account))


def may_reconcile(account: Account | None) -> bool:
    """Tell whether an account may match money with statements and confirm it."""
    return can_reconcile(bearer_of(account))


def may_cancel(account: Account | None) -> bool:
    """Tell whether an account may cancel an order of payment."""
    return can_cancel_invoice(bearer_of(account))


def may_see(invoice: Invoice, account: Account | None, code: str | None, day: dt.date) -> bool:
    """Tell whether a visitor may see and pay an invoice.

    The payer's side, the cadastre's staff, and whoever holds the code printed on the order.
    """
    if code and hmac.compare_digest(code.upper().encode(), invoice.code.encode()):
        return True
    if account is None:
        return False
    return sees_money(account) or account.id == invoice.account_id or _acts_for(
        account, invoice.party_id, day
    )


def ensure_sees(invoice: Invoice, account: Account | None, code: str | None, day: dt.date) -> None:
    """Refuse an invoice to those it does not concern.

    Raises
    ------
    NotAllowed
        ``money.not-yours``.
    """
    if not may_see(invoice, account, code, day):
        raise NotAllowed("money.not-yours", where=invoice.number)


def ensure_staff(account: Account, allowed: bool) -> None:
    """Refuse what only some of the cadastre's staff may do.

    Raises
    ------
    NotAllowed
        ``money.staff-only``.
    """
    if not allowed:
        raise NotAllowed("money.staff-only", where=account.display_name)


def parties_paid_for(account: Account, day: dt.date) -> list[int]:
    """List the parties whose invoices an account sees on a day; an open claim is none."""
    return [
        one.party_id
        for one in account.mandates
        if one.state in ACTIVE and _holds(one.starts_on, one.ends_on, day)
    ]


def _acts_for(account: Account, party_id: int | None, day: dt.date) -> bool:
    return party_id is not None and party_id in parties_paid_for(account, day)


def _holds(starts_on: dt.date, ends_on: dt.date | None, day: dt.date) -> bool:
    return starts_on <= day and (ends_on is None or day < ends_on)
