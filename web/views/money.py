"""An order of payment for its payer: what is due and why, pay online or by hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Redirect

from api.again import tried_again
from api.language import current_language
from api.limits import HEAVY, limiter
from api.parameters import parse_day
from api.paying import (
    ask_provider,
    lead_to_provider,
    remember_code,
    remembered_code,
    today,
)
from api.session import db_session
from api.sign_in import check_csrf, current_account
from api.state import state
from cadastre.errors import CadastreError, NotFound, UnusableInput
from cadastre.models import Account, Invoice
from cadastre.queries.money import InvoiceState, events_of, state_of
from cadastre.sentences import say
from cadastre.services.money.access import (
    ensure_sees,
    may_cancel,
    may_reconcile,
    may_record,
    sees_money,
)
from cadastre.services.money.amounts import read_amount, write_amount
from cadastre.services.money.attempts import find_attempt
from cadastre.services.money.issue import cancel_invoice, enter_amounts, find_invoice
from cadastre.services.money.paying import online_provider, ways_by_hand
from cadastre.services.money.returning import asked_of, returned_of
from cadastre.services.money.showing import invoice_json
from cadastre.services.money.transfers import record_transfer
from web.security import POLICY, csp_nonce
from web.views.desk_door import to_sign_in
from web.views.told import refused

pages = Blueprint("money", __name__)
PAYABLE = (InvoiceState.DUE, InvoiceState.OVERDUE, InvoiceState.RECORDED)
FIELDS = ("reference", "amount", "received_on", "source", "reason", "why", "document")
DONE = ("recorded", "entered", "cancelled", "refund-asked", "refund-granted", "refund-dropped")


@pages.app_context_processor
def money_link() -> dict[str, Any]:
    """Let the frame of every page lead those who handle money to it."""
    return {"sees_money": lambda: sees_money(current_account()), "last_day": last_day}


def last_day(until: dt.date) -> dt.date:
    """Give the last day of a period from the first day after it."""
    return until - dt.timedelta(days=1)


@pages.app_template_filter("money_option")
def option(word: str, prefix: str) -> tuple[str, str]:
    """Pair a word of a closed list with its sentence, for a select."""
    return word, say(f"{prefix}{word}", current_language())


@pages.app_template_filter("money")
def money(minor: int | None, currency: str) -> str:
    """Write an amount with its currency in the manner of the language."""
    return write_amount(minor, currency, current_language())


@pages.get("/invoices/<number>")
def invoice(number: str) -> Response | Redirect:
    """Show an order of payment to those it concerns."""
    code = request.args.get("code")
    found = find_invoice(db_session(), number)
    if current_account() is None and not (code or remembered_code(found.number)):
        return to_sign_in()
    ensured(found)
    if code:
        remember_code(found.number, code.upper())
    return show(found)


def ensured(found: Invoice) -> Account | None:
    """Give who is asking, refused where the order does not concern them."""
    account = current_account()
    code = request.args.get("code") or remembered_code(found.number)
    ensure_sees(found, account, code, today())
    return account


def show(found: Invoice, error: CadastreError | None = None) -> Response:
    """Render an order, with what was refused on top."""
    session, language, account = db_session(), current_language(), current_account()
    standing = state_of(session, found, today())
    staff = sees_money(account)
    told = None if error is None else refused(error, language, FIELDS)
    page = render_template(
        "money/invoice.html", invoice=found, order=invoice_json(found, standing, language),
        standing=standing.value, payable=standing in PAYABLE,
        online=_provider() is not None, ways=ways_by_hand(state().settings),
        attempt=found.attempts[-1] if found.attempts else None, is_staff=staff,
        may_record=may_record(account), may_cancel=may_cancel(account),
        may_reconcile=may_reconcile(account),
        events=events_of(session, [one.reference for one in found.attempts]) if staff else (),
        refused=told, form=request.form, today=today(), done=_word("done", DONE),
        led_back=request.args.get("back") == "1", asked=asked_of(session, found),
        returned=returned_of(session, found),
    )  # fmt: skip
    return lead_out(make_response(page, 200 if error is None else error.http_status))


def lead_out(response: Response) -> Response:
    """Let the page's form lead on to the provider's pages, which are on another host."""
    provider = _provider()
    if provider is not None:
        policy = POLICY.format(nonce=csp_nonce())
        response.headers["Content-Security-Policy"] = policy.replace(
            "form-action 'self'", f"form-action 'self' {provider.origin}"
        )
    return response


def _provider() -> Any:
    return online_provider(state().settings)


def _word(name: str, known: tuple[str, ...]) -> str | None:
    return request.args[name] if request.args.get(name) in known else None


@pages.post("/invoices/<number>/pay")
@limiter.limit(HEAVY)
@tried_again
def pay(number: str) -> Any:
    """Lead to the provider; a second click or tab is led to the same place."""
    check_csrf()
    found = find_invoice(db_session(), number)
    account = ensured(found)
    try:
        attempt = lead_to_provider(found, account)
    except CadastreError as refusal:
        db_session().rollback()
        return show(find_invoice(db_session(), number), refusal)
    if attempt.concluded_at is None and attempt.pay_address:
        return lead_out(make_response(redirect(attempt.pay_address, 303)))
    return redirect(url_for("money.invoice", number=found.number, back=1), 303)


@pages.get("/invoices/<number>/return")
@limiter.limit(HEAVY)
@tried_again
def returned(number: str) -> Any:
    """Come back from the provider: it is asked what happened, the browser is not believed."""
    session = db_session()
    attempt = find_attempt(session, request.args.get("attempt", "")[:60])
    if attempt.invoice.number != number.upper():
        raise NotFound("money.unknown-attempt", where=number[:40])
    ask_provider(attempt)
    return redirect(url_for("money.invoice", number=attempt.invoice.number, back=1), 303)


@pages.post("/invoices/<number>/record")
@tried_again
def record(number: str) -> Any:
    """Record a transfer or a Treasury receipt."""
    form = request.form

    def act(found: Invoice, account: Account) -> Invoice:
        record_transfer(
            db_session(), found, method=form.get("method", ""),
            reference=form.get("reference", ""),
            amount=read_amount(form.get("amount", ""), found.currency),
            received_on=_day(form.get("received_on", "")), today=today(), account=account,
        )  # fmt: skip
        return found

    return acted(number, "recorded", act)


@pages.post("/invoices/<number>/amounts")
@tried_again
def amounts(number: str) -> Any:
    """Enter amounts that no text gives."""
    form = request.form

    def act(found: Invoice, account: Account) -> Invoice:
        asked = {
            line["code"]: read_amount(form.get(f"amount-{place}", ""), found.currency)
            for place, line in enumerate(found.lines)
            if line["amount"] is None
        }
        source = form.get("source", "")
        return enter_amounts(db_session(), found, asked, account=account, source=source)

    return acted(number, "entered", act)


@pages.post("/invoices/<number>/cancel")
@tried_again
def cancel(number: str) -> Any:
    """Cancel an order."""
    reason = request.form.get("reason", "")
    return acted(
        number, "cancelled",
        lambda found, account: cancel_invoice(
            db_session(), found, account=account, reason=reason
        ),
    )  # fmt: skip


def _day(text: str) -> dt.date:
    day = parse_day(text, "received_on")
    if day is None:
        raise UnusableInput("http.not-a-date", where="received_on", given="")
    return day


def acted(number: str, done: str, act: Callable[[Invoice, Account], Invoice]) -> Any:
    """Do one thing as staff and show the order again: what came of it, or why not."""
    check_csrf()
    found = find_invoice(db_session(), number)
    account = ensured(found)
    if account is None:
        return to_sign_in()
    try:
        after = act(found, account)
    except CadastreError as refusal:
        db_session().rollback()
        return show(find_invoice(db_session(), number), refusal)
    return redirect(url_for("money.invoice", number=after.number, done=done), 303)
