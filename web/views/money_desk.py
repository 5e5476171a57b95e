"""Money for the cadastre's staff: what is due, paid, to confirm and to give back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, render_template, request, url_for
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from api.again import tried_again
from api.invoices import read_filter
from api.language import current_language
from api.paying import connect_dossiers, today
from api.payments import read_upload
from api.session import db_session
from api.sign_in import check_csrf, current_account
from api.state import state
from cadastre.errors import CadastreError
from cadastre.models import Account
from cadastre.queries.money import (
    InvoiceState,
    count_states,
    free_line,
    list_invoices,
    orders_of_attempts,
    recorded_attempts,
    refunds_owed,
    unmatched_lines,
)
from cadastre.services.money.access import ensure_staff, may_reconcile, sees_money
from cadastre.services.money.refunds import give_back
from cadastre.services.money.statements import import_statement
from cadastre.services.money.transfers import reconcile, reject_transfer
from web.views.desk_door import to_sign_in
from web.views.told import refused

pages = Blueprint("money_desk", __name__)
DONE = ("imported", "confirmed", "rejected", "returned")
MOMENTS = ("lodgement", "decision", "issue", "yearly")


def _staff() -> Account | None:
    """Give the member of the staff who is asking; None when nobody is signed in."""
    account = current_account()
    if account is not None:
        ensure_staff(account, sees_money(account))
    return account


@pages.get("/money")
def index() -> str | Response:
    """List orders of payment, the earliest due first."""
    account = _staff()
    if account is None:
        return to_sign_in()
    wanted = read_filter(account)
    found, total = list_invoices(db_session(), wanted, today())
    return render_template(
        "money/list.html", rows=found, total=total, wanted=wanted, states=list(InvoiceState),
        moments=MOMENTS, counts=_counts(), page_address=_page_address,
        last_page=-(-total // wanted.limit) or 1,
    )  # fmt: skip


def _counts() -> dict[str, int]:
    session = db_session()
    return {
        **count_states(session, today()),
        "refunds": len(refunds_owed(session)),
    }


def _page_address(page: int) -> str:
    return f"{url_for('money_desk.index')}?{urlencode({**request.args, 'page': str(page)})}"


@pages.get("/money/reconcile")
def to_reconcile() -> str | Response:
    """Show transfers and receipts that wait for a second person, and statements."""
    return to_sign_in() if _staff() is None else show_reconcile()


def show_reconcile(error: CadastreError | None = None) -> str:
    """Render what waits, with what was refused on top."""
    session = db_session()
    rows = [(one, free_line(session, one)) for one in recorded_attempts(session)]
    return _render("money/reconcile.html", error, rows=rows, lines=unmatched_lines(session))


@pages.get("/money/refunds")
def refunds() -> str | Response:
    """Show money owed back."""
    return to_sign_in() if _staff() is None else show_refunds()


def show_refunds(error: CadastreError | None = None) -> str:
    """Render what is owed, with what was refused on top."""
    session = db_session()
    owed = refunds_owed(session)
    orders = orders_of_attempts(session, [one.attempt_reference or "" for one in owed])
    return _render("money/refunds.html", error, rows=owed, orders=orders)


def _render(template: str, error: CadastreError | None, **told: Any) -> str:
    done = request.args.get("done")
    return render_template(
        template, counts=_counts(), done=done if done in DONE else None,
        refused=None if error is None else refused(error, current_language()),
        may_reconcile=may_reconcile(current_account()), account=current_account(),
        args=request.args, **told,
    )  # fmt: skip


@pages.post("/money/statements")
@tried_again
def statement() -> Any:
    """Take in a statement."""

    def act(account: Account) -> dict[str, Any]:
        done = import_statement(
            db_session(), read_upload(), currency=state().ruleset.currency, account=account
        )
        return {"done": "imported", "added": done.added, "there": done.known}

    return _act(act, "money_desk.to_reconcile", show_reconcile)


@pages.post("/money/reconcile/<reference>")
@tried_again
def decide(reference: str) -> Any:
    """Confirm or reject as second person."""
    form = request.form

    def act(account: Account) -> dict[str, Any]:
        session, note = db_session(), form.get("note", "")
        if form.get("answer") == "reject":
            reject_transfer(session, reference, account=account, reason=note)
            return {"done": "rejected"}
        connect_dossiers()
        reconcile(session, reference, account=account, note=note)
        return {"done": "confirmed"}

    return _act(act, "money_desk.to_reconcile", show_reconcile)


@pages.post("/money/refunds/<reference>")
@tried_again
def refund(reference: str) -> Any:
    """Record that money was returned."""

    def act(account: Account) -> dict[str, Any]:
        given = request.form.get("reference", "")
        give_back(db_session(), reference, account=account, reference=given)
        return {"done": "returned"}

    return _act(act, "money_desk.refunds", show_refunds)


def _act(
    act: Callable[[Account], dict[str, Any]],
    page: str,
    show: Callable[[CadastreError], str],
) -> Any:
    check_csrf()
    account = _staff()
    if account is None:
        return to_sign_in()
    try:
        told = act(account)
    except CadastreError as refusal:
        db_session().rollback()
        return show(refusal), refusal.http_status
    return redirect(url_for(page, **told), 303)
