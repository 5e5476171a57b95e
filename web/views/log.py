"""The sealed log for citizens: what it is, its latest head, how to check it, a sheet to post."""

from __future__ import annotations

import json
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, render_template, request, url_for

from api.log import whole_number
from api.session import db_session
from api.sign_in import current_account
from api.state import state
from cadastre.errors import NotFound
from cadastre.queries import sealed_log as stored
from cadastre.sealing.head import SignedHead
from cadastre.services.granting import lateness
from cadastre.services.receipts import qr_svg, receipt_for
from cadastre.services.sealed_log import entries_json, filing_proof

pages = Blueprint("log_pages", __name__)
LATEST = 30


@pages.get("/log/")
def log() -> str:
    """Show the latest head, how to check it, and the latest entries."""
    session = db_session()
    head = stored.latest_head(session)
    size = stored.log_size(session)
    entries = entries_json(session, max(0, size - LATEST), size)[::-1]
    return render_template(
        "log/page.html",
        head=head,
        signed_at=None if head is None else legal_time(head),
        key=None if head is None else head.json()["public_key"],
        entries=[entry_row(entry, 0 if head is None else head.head.size) for entry in entries],
        late=lateness(session),
    )


@pages.get("/log/sheet")
def sheet() -> str:
    """Show a signed head as a sheet of paper: its text, and the same text as a QR code."""
    session = db_session()
    wanted = request.args.get("size")
    head = (
        stored.head_of_size(session, whole_number("size"))
        if wanted
        else stored.latest_head(session)
    )
    if head is None:
        raise NotFound("log.no-head-of-size", where=wanted or "0", size=wanted or "0")
    text = head.sheet()
    return render_template(
        "log/sheet.html", text=text, qr=qr_svg(text), signed_at=legal_time(head), head=head,
        address=url_for("log_pages.log", _external=True),
    )  # fmt: skip


@pages.get("/applications/<number>/proof.json")
def filing_proof_file(number: str) -> Response:
    """Give the proof of a filing to whoever may read its receipt; the verifier takes the file."""
    session = db_session()
    receipt = receipt_for(
        session, state().ruleset, number, account=current_account(), code=request.args.get("code")
    )
    proof = filing_proof(session, number)
    if proof is None:
        raise NotFound("log.not-sealed-yet", where=number)
    proof["receipt"] = {
        "number": receipt.number,
        "rank": receipt.application.rank,
        "fingerprint": receipt.fingerprint,
    }
    response = Response(
        json.dumps(proof, ensure_ascii=False, indent=1), content_type="application/json"
    )
    response.headers["Content-Disposition"] = f'attachment; filename="{number}-proof.json"'
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def legal_time(head: SignedHead) -> Any:
    """Give the instant of a head on the clock of the law."""
    return head.head.signed_at.astimezone(ZoneInfo(state().ruleset.time_zone))


def entry_row(line: dict[str, Any], signed: int) -> dict[str, Any]:
    """Give what the page shows of an entry; a proof only once a head covers it."""
    entry = json.loads(line["entry"])
    return {
        "index": line["index"],
        "act": entry["act"],
        "subject": " ".join(entry["subject"]),
        "at": entry["at"][:19].replace("T", " "),
        "is_signed": line["index"] < signed,
    }
