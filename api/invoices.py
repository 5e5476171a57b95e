"""Orders of payment over HTTP: read, list, pay online."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request
from pydantic import Field

from api.again import tried_again
from api.body import json_body
from api.documentation import LANG, Operation, Parameter, documented
from api.language import current_language
from api.limits import HEAVY, limiter
from api.parameters import parse_count, parse_day
from api.paying import lead_to_provider, require_provider, today
from api.permissions import Access, open_to
from api.representation import json_response
from api.schemas import Shape
from api.session import db_session
from api.sign_in import current_account, require_account
from cadastre.errors import UnusableInput
from cadastre.models import Account
from cadastre.queries.money import InvoiceFilter, InvoiceState, list_invoices, state_of
from cadastre.services.money.access import ensure_sees, parties_paid_for, sees_money
from cadastre.services.money.attempts import find_attempt, open_attempt
from cadastre.services.money.issue import find_invoice
from cadastre.services.money.showing import attempt_json, invoice_json
from cadastre.services.once import do_once

invoice_routes = Blueprint("invoices", __name__)
MOST_ROWS = 500
CODE = Parameter("code", "Code printed on the order; needs no account", example="7KQ4M2XA9B")


class LineShape(Shape):
    """A line of an order, with what it stands on; the amount is null where no text gives it."""

    code: str = Field(examples=["fees.droit-fixe"])
    name: str
    amount: int | None = Field(examples=[4500000], description="In the minor unit")
    amount_written: str
    working: str
    evidence: str
    note: str | None
    article: str | None
    source: str | None


class PaymentShape(Shape):
    """The money that was received."""

    receipt: str = Field(examples=["QT-2026-000041"])
    method: str
    reference: str
    amount: int
    amount_written: str
    received_on: str
    recorded_at: str


class InvoiceShape(Shape):
    """An order of payment: what is due, why, by when, and whether it is paid."""

    number: str = Field(examples=["OP-2026-000041"])
    state: InvoiceState
    moment: str = Field(examples=["lodgement"])
    dossier: str | None
    title: str | None
    payer: str | None
    total: int | None = Field(examples=[5000000], description="In the minor unit")
    total_written: str
    currency: str
    issued_at: str
    due_on: str
    period: dict[str, str] | None
    lines: list[LineShape]
    replaces: str | None
    cancelled: dict[str, str | None] | None
    payment: PaymentShape | None
    parts: list[PaymentShape]
    remaining: int | None = Field(examples=[5000000], description="Still due, in the minor unit")
    remaining_written: str


class InvoiceListShape(Shape):
    """A page of orders of payment."""

    invoices: list[InvoiceShape]
    total: int


class PaymentRequest(Shape):
    """How to pay: online is the only way that needs nobody."""

    provider: str = Field("online", max_length=40, examples=["online"])


class AttemptShape(Shape):
    """An attempt to pay: where to go on, or what came of it."""

    reference: str = Field(examples=["PA-0f9c2c7be2a14d9a8a3d41c0"])
    provider: str
    amount: int
    currency: str
    state: str = Field(examples=["open"])
    pay_address: str | None


@invoice_routes.get("/api/invoices")
@open_to(Access.SIGNED_IN)
@documented(
    Operation(
        "List orders of payment, the earliest due first; payers see their own",
        InvoiceListShape,
        parameters=(
            LANG,
            Parameter("state", "amount-unknown, due, overdue, recorded, paid, cancelled; several "
                      "separated by commas", example="due,overdue"),
            Parameter("moment", "lodgement, decision, issue or yearly"),
            Parameter("about", "number of an order, a dossier or a title, or a name"),
            Parameter("due_before", "only those due before a day", example="2026-12-31"),
            Parameter("page", "page, from 1", "integer"),
            Parameter("limit", "rows a page", "integer"),
        ),
    )
)  # fmt: skip
def invoices() -> Response:
    """List the orders the account may see."""
    account = require_account()
    found, total = list_invoices(db_session(), read_filter(account), today())
    language = current_language()
    rows = [invoice_json(invoice, standing, language) for invoice, standing in found]
    return json_response({"invoices": rows, "total": total})


def read_filter(account: Account) -> InvoiceFilter:
    """Read what a list is asked for; payers are kept to their own."""
    args = request.args
    own = None if sees_money(account) else parties_paid_for(account, today())
    return InvoiceFilter(
        states=_states(args.get("state", "")),
        moment=args.get("moment") or None,
        about=args.get("about", "").strip()[:200] or None,
        due_before=parse_day(args.get("due_before"), "due_before"),
        parties=own,
        account_id=account.id,
        page=parse_count(args.get("page"), "page", 1, 100_000),
        limit=parse_count(args.get("limit"), "limit", 50, MOST_ROWS),
    )


def _states(text: str) -> tuple[InvoiceState, ...]:
    words = [word.strip() for word in text.split(",") if word.strip()]
    known = {state.value for state in InvoiceState}
    for word in words:
        if word not in known:
            raise UnusableInput("money.unknown-state", where="state", given=word[:40])
    return tuple(InvoiceState(word) for word in words)


@invoice_routes.get("/api/invoices/<number>")
@open_to(Access.ANYBODY)
@documented(Operation("Read an order of payment", InvoiceShape, parameters=(LANG, CODE)))
def invoice(number: str) -> Response:
    """Read an order: its payer, the cadastre's staff, and whoever holds its code."""
    return json_response(_laid_out(number, current_account(), request.args.get("code")))


def _laid_out(number: str, account: Account | None, code: str | None) -> dict[str, Any]:
    session = db_session()
    found = find_invoice(session, number)
    ensure_sees(found, account, code, today())
    return invoice_json(found, state_of(session, found, today()), current_language())


@invoice_routes.post("/api/invoices/<number>/payments")
@limiter.limit(HEAVY)
@open_to(Access.SIGNED_IN)
@documented(
    Operation("Begin to pay online; the answer says where to go on", AttemptShape, PaymentRequest,
              status=201)
)  # fmt: skip
@tried_again
def pay(number: str) -> Response:
    """Open an attempt; a repeated key, a second tab or a second click gives the same one."""
    account, asked, session = require_account(), json_body(PaymentRequest), db_session()
    found = find_invoice(session, number)
    ensure_sees(found, account, None, today())
    if asked.provider != require_provider().name:
        raise UnusableInput("money.unknown-method", where="provider", given=asked.provider)
    answer, is_new = do_once(
        session,
        key=request.headers.get("Idempotency-Key", ""),
        account_id=account.id,
        request={"pay": found.number, **asked.model_dump(mode="json")},
        act=lambda: {
            "attempt": open_attempt(session, found, asked.provider, account=account).reference
        },
    )
    attempt = find_attempt(session, answer["attempt"])
    if attempt.concluded_at is None:
        attempt = lead_to_provider(found, account)
    return json_response(attempt_json(attempt), 201 if is_new else 200)


@invoice_routes.get("/api/invoices/<number>/payments")
@open_to(Access.ANYBODY)
@documented(Operation("List what was tried to pay an order", parameters=(CODE,)))
def payments(number: str) -> Response:
    """List the attempts to pay an order, oldest first."""
    found = find_invoice(db_session(), number)
    ensure_sees(found, current_account(), request.args.get("code"), today())
    return json_response({"attempts": [attempt_json(one) for one in found.attempts]})
