"""Let anybody who holds a certificate, or only its code, know what it is worth; no sign-in."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from flask import Blueprint, Response, request
from pydantic import Field

from api.body import json_body
from api.documentation import LANG, Operation, documented
from api.language import current_language
from api.limits import limiter
from api.permissions import Access, open_to
from api.representation import json_response
from api.schemas import Shape
from api.session import db_session
from api.sign_in import current_actor
from api.state import now, state
from cadastre.errors import TooLarge, UnusableInput
from cadastre.services.certificates.checking import (
    Comparison,
    certificate_named,
    compare,
    truth_of,
)
from cadastre.services.certificates.ending import (
    LONGEST_REASON,
    SHORTEST_REASON,
    end_by_hand,
)
from cadastre.services.certificates.telling import told, told_comparison
from cadastre.vocabulary import CertificateState

verify_routes = Blueprint("verify", __name__)
LOOKS = "60 per minute"  # codes cannot be guessed; this only spares the machine
FILES = "20 per minute"  # each may cost a process of its own
MOST_FILE_BYTES = 8_000_000


class FactShape(Shape):
    """What the paper must say: a label and its value, as printed."""

    label: str
    value: str


class TruthAnswer(Shape):
    """What is true of a certificate at ``as_of``; ``state`` is valid, superseded or revoked."""

    code: str
    kind: str
    number: str
    language: str
    issued_at: dt.datetime
    state: str
    title: str
    message: str
    changed_at: dt.datetime | None
    facts: list[FactShape]
    title_number: str | None
    title_status: str | None
    sha256: str
    as_of: dt.datetime
    log_position: int | None
    is_demonstration: bool


class FileRequest(Shape):
    """A PDF to compare, sent as the part ``file`` of a form."""


class FaultShape(Shape):
    """Something wrong with a file."""

    code: str
    message: str


class ComparisonAnswer(Shape):
    """What a file is; ``verdict`` is identical, altered, other or unknown."""

    verdict: str
    is_intact: bool
    message: str
    faults: list[FaultShape]
    sha256: str
    certificate: TruthAnswer | None


class RevocationRequest(Shape):
    """Why a certificate is taken back or replaced; whoever checks it reads the reason."""

    reason: str = Field(min_length=SHORTEST_REASON, max_length=LONGEST_REASON)
    end: Literal["revoked", "superseded"] = "revoked"


@verify_routes.get("/api/verify/<code>")
@limiter.limit(LOOKS)
@open_to(Access.ANYBODY)
@documented(Operation("What is true of a certificate", TruthAnswer, parameters=(LANG,)))
def verify_code(code: str) -> Response:
    """Tell what a certificate says and what became of it, as of now."""
    answer = json_response(truth(code))
    answer.headers["Cache-Control"] = "no-store"
    return answer


@verify_routes.post("/api/verify")
@limiter.limit(FILES)
@open_to(Access.ANYBODY)
@documented(Operation("Compare a PDF with what was issued", ComparisonAnswer, FileRequest, (LANG,),
                      upload=True))  # fmt: skip
def verify_file() -> Response:
    """Compare a file with the certificate it claims to be."""
    return _compared(None)


@verify_routes.post("/api/verify/<code>")
@limiter.limit(FILES)
@open_to(Access.ANYBODY)
@documented(Operation("Compare a PDF with a certificate", ComparisonAnswer, FileRequest, (LANG,),
                      upload=True))  # fmt: skip
def verify_file_of(code: str) -> Response:
    """Compare a file with the certificate of a code; one changed byte is told."""
    return _compared(code)


@verify_routes.post("/api/verify/<code>/revocation")
@open_to(Access.DECIDER, second_factor=True)
@documented(Operation("Revoke a certificate", None, RevocationRequest, (LANG,), status=204))
def revoke_code(code: str) -> Response:
    """Take back a certificate that should not have been given; decision makers only."""
    session, body = db_session(), json_body(RevocationRequest)
    end_by_hand(
        session, certificate_named(session, code), current_actor(), CertificateState(body.end),
        body.reason,
    )  # fmt: skip
    return Response(status=204)


def truth(code: str) -> dict[str, Any]:
    """Give what is true of a certificate, said in the language of the request."""
    ruleset = state().ruleset
    return told(truth_of(db_session(), code, now()), current_language(), ruleset.time_zone)


def comparison(code: str | None) -> Comparison:
    """Compare the file of this request.

    Raises
    ------
    UnusableInput
        ``certificates.no-file``.
    TooLarge
        ``certificates.file-too-large``.
    """
    given = request.files.get("file")
    if given is None or not given.filename:
        raise UnusableInput("certificates.no-file", where="file")
    content = given.stream.read(MOST_FILE_BYTES + 1)
    if len(content) > MOST_FILE_BYTES:
        most = MOST_FILE_BYTES // 1_000_000
        raise TooLarge("certificates.file-too-large", where="file", most_mb=most)
    return compare(db_session(), content, code)


def _compared(code: str | None) -> Response:
    found = comparison(code)
    # An intact file may be of a revoked certificate: what became of it is always told with it.
    named = code or (found.certificate.code if found.certificate else None)
    body = told_comparison(found, current_language())
    answer = json_response({**body, "certificate": truth(named) if named else None})
    answer.headers["Cache-Control"] = "no-store"
    return answer
