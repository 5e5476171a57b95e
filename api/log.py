"""Serve the sealed log to anyone: heads, entries, proofs, the whole log, and the verifier."""

from __future__ import annotations

import json
from collections.abc import Iterator

from flask import Blueprint, Response, request, stream_with_context

from api import session as doors
from api.documentation import Operation, Parameter, documented
from api.limits import HEAVY, limiter
from api.permissions import Access, open_to
from api.representation import json_response
from api.session import db_session
from cadastre.config import ROOT
from cadastre.errors import UnusableInput
from cadastre.queries import sealed_log as stored
from cadastre.services.sealed_log import (
    PAGE,
    consistency_proof,
    entries_json,
    export_log,
    inclusion_proof,
)

log_routes = Blueprint("log", __name__)
NDJSON = "application/x-ndjson"
VERIFIER = ROOT / "scripts" / "verify_register.py"
LARGEST = 2**63 - 1
PAGE_OF_HEADS = 200
INDEX = Parameter("index", "Place of an entry, from 0", "integer", 0)
SIZE = Parameter("size", "A signed size; without it, the first that covers the entry", "integer")


@log_routes.get("/log/heads.json")
@limiter.limit(HEAVY)
@open_to(Access.ANYBODY)
@documented(
    Operation(
        "Signed heads of the sealed log, newest first",
        parameters=(Parameter("before", "Number of a head: give older ones", "integer"),),
    )
)
def heads() -> Response:
    """Give a page of signed heads, and the number to ask for the next page with."""
    before = whole_number("before") if request.args.get("before") else None
    found = stored.heads(db_session(), most=PAGE_OF_HEADS, before=before)
    return json_response(
        {
            "heads": [{"number": number, **head.json()} for number, head in found],
            "next_before": found[-1][0] if len(found) == PAGE_OF_HEADS else None,
        }
    )


@log_routes.get("/log/entries")
@limiter.limit(HEAVY)
@open_to(Access.ANYBODY)
@documented(
    Operation(
        f"Entries of the sealed log, at most {PAGE}",
        parameters=(
            Parameter("start", "First entry, from 0", "integer", 0),
            Parameter("end", "Entry to stop before", "integer", PAGE),
        ),
    )
)
def entries() -> Response:
    """Give entries as they were hashed, with their hashes."""
    start = whole_number("start", 0)
    found = entries_json(db_session(), start, whole_number("end", min(start + PAGE, LARGEST)))
    return json_response({"entries": found})


@log_routes.get("/log/proof/inclusion")
@limiter.limit(HEAVY)
@open_to(Access.ANYBODY)
@documented(Operation("Proof that an entry stands in the log", parameters=(INDEX, SIZE)))
def inclusion() -> Response:
    """Give the path from an entry to a signed head."""
    size = whole_number("size") if request.args.get("size") else None
    return json_response(inclusion_proof(db_session(), whole_number("index"), size))


@log_routes.get("/log/proof/consistency")
@limiter.limit(HEAVY)
@open_to(Access.ANYBODY)
@documented(
    Operation(
        "Proof that the log was only added to between two signed sizes",
        parameters=(
            Parameter("first", "The smaller signed size", "integer", 1),
            Parameter("second", "The larger signed size", "integer", 2),
        ),
    )
)
def consistency() -> Response:
    """Give the path between two signed heads."""
    return json_response(
        consistency_proof(db_session(), whole_number("first"), whole_number("second"))
    )


@log_routes.get("/log/export")
@limiter.limit("30 per minute")
@open_to(Access.ANYBODY)
@documented(Operation("The whole sealed log, one JSON value a line", media_types=(NDJSON,)))
def export() -> Response:
    """Stream heads and entries; the verifier checks them without us."""
    response = Response(stream_with_context(_lines()), content_type=NDJSON)
    response.headers["Content-Disposition"] = 'attachment; filename="log.ndjson"'
    return response


@log_routes.get("/log/verifier")
@open_to(Access.ANYBODY)
@documented(
    Operation("The verifier: one file, standard library only", media_types=("text/x-python",))
)
def verifier() -> Response:
    """Give the program by which anyone checks receipts, proofs and the whole log offline."""
    response = Response(VERIFIER.read_bytes(), content_type="text/x-python; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{VERIFIER.name}"'
    return response


def whole_number(name: str, default: int | None = None) -> int:
    """Read a whole number from 0 that the database can hold.

    Raises
    ------
    UnusableInput
        ``log.bad-number``.
    """
    given = request.args.get(name, "")
    if not given and default is not None:
        return default
    if not (given.isascii() and given.isdigit() and len(given) <= 19) or int(given) > LARGEST:
        raise UnusableInput("log.bad-number", where=name, given=given[:24])
    return int(given)


def _lines() -> Iterator[str]:
    """Write the export in a session of its own, which lives as long as the client reads."""
    session = doors.open_session()
    try:
        for line in export_log(session):
            yield json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n"
    finally:
        session.close()
