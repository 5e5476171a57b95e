"""Money as the cadastre's staff handles it, and what providers tell by themselves."""

from __future__ import annotations

import datetime as dt

from flask import Blueprint, Response, request
from pydantic import Field

from api.again import tried_again
from api.body import json_body
from api.documentation import Operation, documented
from api.errors import problem_of
from api.invoices import InvoiceShape
from api.language import current_language
from api.limits import HEAVY, limiter
from api.paying import connect_dossiers, require_provider, today
from api.permissions import Access, open_to
from api.representation import json_response
from api.schemas import Shape
from api.session import db_session
from api.sign_in import require_account
from api.state import state
from cadastre.errors import NotFound, TooLarge, UnusableInput
from cadastre.models import Invoice
from cadastre.queries.money import free_line, recorded_attempts, refunds_owed, state_of
from cadastre.services.money.access import ensure_staff, sees_money
from cadastre.services.money.callbacks import LONGEST_BODY, Verdict, receive
from cadastre.services.money.issue import cancel_invoice, enter_amounts, find_invoice
from cadastre.services.money.providers.signature import HEADER
from cadastre.services.money.refunds import give_back
from cadastre.services.money.showing import attempt_json, invoice_json, refund_json, transfer_json
from cadastre.services.money.statements import MOST_BYTES, import_statement
from cadastre.services.money.transfers import reconcile, record_transfer, reject_transfer
from cadastre.services.once import do_once

payment_routes = Blueprint("payments", __name__)


class TransferRequest(Shape):
    """A transfer or a receipt of the Treasury that somebody shows."""

    method: str = Field(max_length=40, examples=["bank-transfer"])
    reference: str = Field(max_length=100, examples=["VIR-2026-99182"])
    amount: int = Field(gt=0, lt=10**15, examples=[5000000], description="In the minor unit")
    received_on: dt.date = Field(examples=["2026-11-24"])


class TransferShape(Shape):
    """A recorded transfer or receipt that waits for a second person."""

    reference: str
    invoice: str
    method: str
    provider_reference: str | None
    amount: int
    currency: str
    received_on: str | None
    recorded_by: str | None
    credit: dict[str, str] | None


class TransferListShape(Shape):
    """What waits to be confirmed."""

    transfers: list[TransferShape]


class NoteRequest(Shape):
    """What the second person saw, where no statement says it."""

    note: str = Field("", max_length=500)


class ReasonRequest(Shape):
    """Why."""

    reason: str = Field(max_length=500, examples=["Erreur de saisie"])


class AmountsRequest(Shape):
    """Amounts no text gives, by the code of their line, and the document they are read from."""

    amounts: dict[str, int] = Field(max_length=50, examples=[{"fees.droit-fixe-recherche": 250000}])
    source: str = Field(max_length=500)


class RefundRequest(Shape):
    """The reference of the order that returned the money."""

    reference: str = Field(max_length=200)


class StatementShape(Shape):
    """What a statement brought."""

    added: int
    known: int


class OutcomeShape(Shape):
    """What became of a transfer, a refund or a message."""

    outcome: str


@payment_routes.post("/api/invoices/<number>/transfers")
@open_to(Access.SIGNED_IN)
@documented(Operation("Record a transfer or a Treasury receipt; nothing is settled yet",
                      TransferShape, TransferRequest, status=201))  # fmt: skip
@tried_again
def record(number: str) -> Response:
    """Record as clerk or agent; a repeated key gives the first answer."""
    account, asked, session = require_account(), json_body(TransferRequest), db_session()
    found = find_invoice(session, number)

    def act() -> dict[str, object]:
        attempt = record_transfer(
            session, found, method=asked.method, reference=asked.reference, amount=asked.amount,
            received_on=asked.received_on, today=today(), account=account,
        )  # fmt: skip
        return transfer_json(attempt, free_line(session, attempt))

    answer, is_new = do_once(
        session, key=request.headers.get("Idempotency-Key", ""), account_id=account.id,
        request={"record": found.number, **asked.model_dump(mode="json")}, act=act,
    )  # fmt: skip
    return json_response(answer, 201 if is_new else 200)


@payment_routes.post("/api/invoices/<number>/amounts")
@open_to(Access.SIGNED_IN)
@documented(Operation("Enter amounts no text gives; a new order takes the place of the old one",
                      InvoiceShape, AmountsRequest, status=201))  # fmt: skip
@tried_again
def amounts(number: str) -> Response:
    """Enter amounts from a document."""
    account, asked = require_account(), json_body(AmountsRequest)
    found = find_invoice(db_session(), number)
    entered = enter_amounts(
        db_session(), found, asked.amounts, account=account, source=asked.source
    )
    return _invoice(entered, 201)


@payment_routes.post("/api/invoices/<number>/cancellation")
@open_to(Access.SIGNED_IN)
@documented(Operation("Cancel an order that is not due", InvoiceShape, ReasonRequest))
@tried_again
def cancel(number: str) -> Response:
    """Cancel; money that arrives later is owed back."""
    account, asked = require_account(), json_body(ReasonRequest)
    found = find_invoice(db_session(), number)
    return _invoice(cancel_invoice(db_session(), found, account=account, reason=asked.reason))


def _invoice(found: Invoice, status: int = 200) -> Response:
    standing = state_of(db_session(), found, today())
    return json_response(invoice_json(found, standing, current_language()), status)


@payment_routes.get("/api/payments/transfers")
@open_to(Access.SIGNED_IN)
@documented(Operation("List transfers and receipts that wait for a second person",
                      TransferListShape))  # fmt: skip
def transfers() -> Response:
    """List what waits, with the credit that was found for it."""
    account, session = require_account(), db_session()
    ensure_staff(account, sees_money(account))
    rows = [transfer_json(one, free_line(session, one)) for one in recorded_attempts(session)]
    return json_response({"transfers": rows})


@payment_routes.post("/api/payments/transfers/<reference>/confirmation")
@open_to(Access.EXAMINER)
@documented(Operation("Confirm as second person that the money is there", OutcomeShape,
                      NoteRequest))  # fmt: skip
@tried_again
def confirm(reference: str) -> Response:
    """Confirm; the invoice is settled."""
    account, asked = require_account(), json_body(NoteRequest)
    connect_dossiers()
    done = reconcile(db_session(), reference, account=account, note=asked.note)
    return json_response({"outcome": done.value})


@payment_routes.post("/api/payments/transfers/<reference>/rejection")
@open_to(Access.EXAMINER)
@documented(Operation("Say that a recorded transfer is none", OutcomeShape, ReasonRequest))
@tried_again
def reject(reference: str) -> Response:
    """Reject; the invoice is due again."""
    account, asked = require_account(), json_body(ReasonRequest)
    done = reject_transfer(db_session(), reference, account=account, reason=asked.reason)
    return json_response({"outcome": attempt_json(done)["state"]})


@payment_routes.post("/api/payments/statements")
@limiter.limit(HEAVY)
@open_to(Access.EXAMINER)
@documented(Operation("Take in a statement (CSV in the field file); the same twice adds nothing",
                      StatementShape))  # fmt: skip
@tried_again
def statement() -> Response:
    """Take in the credits of a statement of the bank or the Treasury."""
    account = require_account()
    done = import_statement(
        db_session(), read_upload(), currency=state().ruleset.currency, account=account
    )
    return json_response({"added": done.added, "known": done.known})


def read_upload() -> bytes:
    """Read the uploaded statement, no further than its limit."""
    upload = request.files.get("file")
    if upload is None:
        raise UnusableInput("money.no-file", where="file")
    content = upload.stream.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise TooLarge("http.too-large", where="file")
    return content


@payment_routes.get("/api/payments/refunds")
@open_to(Access.SIGNED_IN)
@documented(Operation("List money that is owed back"))
def refunds() -> Response:
    """List what was received for nothing and not returned yet."""
    account = require_account()
    ensure_staff(account, sees_money(account))
    return json_response({"refunds": [refund_json(one) for one in refunds_owed(db_session())]})


@payment_routes.post("/api/payments/refunds/<reference>")
@open_to(Access.EXAMINER)
@documented(Operation("Record that owed money was returned", OutcomeShape, RefundRequest))
@tried_again
def refund(reference: str) -> Response:
    """Record a return."""
    account, asked = require_account(), json_body(RefundRequest)
    event = give_back(db_session(), reference, account=account, reference=asked.reference)
    return json_response({"outcome": event.kind})


@payment_routes.post("/api/payments/callbacks/<provider>")
@limiter.limit(HEAVY)
@open_to(Access.ANYBODY)
@documented(Operation("What a payment provider tells by itself, signed", OutcomeShape))
@tried_again
def callback(provider: str) -> Response:
    """Take in a message; one that is refused is kept too, and the provider told so."""
    known = require_provider()
    if provider != known.name:
        raise NotFound("money.unknown-provider", where=provider[:40])
    if (request.content_length or 0) > LONGEST_BODY:
        raise TooLarge("http.too-large", where="body")
    body = request.get_data(cache=False)[: LONGEST_BODY + 1]
    signed = {HEADER: request.headers.get(HEADER, "")}
    received = receive(db_session(), known, signed, body, state().ruleset.time_zone)
    db_session().commit()  # kept also where the answer is a refusal
    if received.refusal is not None:
        return problem_of(received.refusal)
    status = 404 if received.verdict is Verdict.UNKNOWN_ATTEMPT else 200
    return json_response({"outcome": received.verdict.value}, status)
