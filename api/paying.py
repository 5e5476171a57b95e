"""Lead a payer to the online provider and back; the same for programs and pages."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask import session as browser
from flask import url_for

from api.language import current_language
from api.session import db_session
from api.state import now, state
from cadastre.errors import NotAvailable
from cadastre.models import Account, Invoice, PaymentAttempt
from cadastre.sentences import say
from cadastre.services.dossiers.paid import NAME, move_dossiers_when_paid
from cadastre.services.money.answers import Taken, take_answer
from cadastre.services.money.asking import take_status
from cadastre.services.money.attempts import note_session, open_attempt
from cadastre.services.money.paying import online_provider
from cadastre.services.money.providers.provider import Asked, Provider
from cadastre.services.money.settled import ON_PAID

CODES = "invoice_codes"
MOST_CODES = 8


def connect_dossiers() -> None:
    """Let payments of this process move the dossiers they are for."""
    if NAME not in ON_PAID:
        move_dossiers_when_paid(state().ruleset)


def require_provider() -> Provider:
    """Give the online provider of this deployment.

    Raises
    ------
    NotAvailable
        ``money.no-provider``: pay at the bank or the Treasury.
    """
    connect_dossiers()
    provider = online_provider(state().settings)
    if provider is None:
        raise NotAvailable("money.no-provider")
    return provider


def lead_to_provider(invoice: Invoice, account: Account | None) -> PaymentAttempt:
    """Give the open attempt of an invoice with the address where its payer goes on.

    The attempt is committed before the provider hears of it, so that money which comes while this
    process is killed finds its attempt. A session that ran out at the provider is replaced once.
    """
    provider, session = require_provider(), db_session()
    for _ in range(2):
        attempt = open_attempt(session, invoice, provider.name, account=account)
        session.commit()
        answer = provider.begin(_asked(invoice, attempt))
        note_session(session, attempt, answer)
        taken = take_answer(session, attempt, answer, state().ruleset.time_zone)
        session.commit()
        if taken is not Taken.CONCLUDED:
            return attempt
    return attempt


def ask_provider(attempt: PaymentAttempt) -> None:
    """Ask the provider how an attempt stands, and act on it; silence changes nothing."""
    provider = require_provider()
    if attempt.provider != provider.name or attempt.outcome == "paid":
        return
    try:
        answer = provider.ask(attempt.reference)
    except NotAvailable:
        return  # the callback or the next round of questions brings it
    zone, instant = state().ruleset.time_zone, dt.datetime.now(dt.UTC)
    take_status(db_session(), attempt, answer, zone, instant)


def _asked(invoice: Invoice, attempt: PaymentAttempt) -> Asked:
    language = current_language()
    back = _address("money.returned", number=invoice.number, attempt=attempt.reference)
    told = _address("payments.callback", provider=attempt.provider)
    return Asked(
        attempt.reference, attempt.amount, attempt.currency,
        say("money.description", language, number=invoice.number), back, told, language,
    )  # fmt: skip


def _address(page: str, **values: Any) -> str:
    """Give an address of ours; where the site knows its own, a request does not choose it."""
    public = state().settings.public_url
    if public is None:
        return url_for(page, _external=True, **values)
    return public.rstrip("/") + url_for(page, **values)


def remember_code(number: str, code: str) -> None:
    """Keep the code of an order in the browser's session: the provider never sees it."""
    known = {name: kept for name, kept in browser.get(CODES, {}).items() if name != number}
    browser[CODES] = dict([*known.items(), (number, code)][-MOST_CODES:])


def remembered_code(number: str) -> str | None:
    """Give the code this browser showed for an order earlier."""
    code = browser.get(CODES, {}).get(number)
    return str(code) if code else None


def today() -> dt.date:
    """Give the day on the legal clock."""
    return now().day
