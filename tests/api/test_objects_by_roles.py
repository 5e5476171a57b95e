"""Who may read and change which object: every kind of object by every caller, in one table.

The dossiers are those of ``mine``'s company, in the Centrale region. ``mate`` only follows them,
``claims`` said to speak for the company and nobody has confirmed it, ``rival`` has another company.
``agent`` and ``decider`` work for the country, ``far`` and ``fardec`` for another region. ``asked``
speaks for the body whose opinion was asked, ``body`` for another one.

``+`` is allowed (what was sent may still be wrong), ``x`` refused, ``.`` not there for them, ``?``
asked to sign in, ``>`` led to the page that is theirs.
"""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from cadastre.models import ApiToken, Mandate
from tests.api.objects import CALLERS, Scene, lay_out

# mine mate claims rival, clerk, agent far, asked body, decider fardec,
# superv analyst auditor admin, nobody
TABLE = """
GET    /api/dossiers/{draft}                                  ++.. . .. .. .. .... ?
PATCH  /api/dossiers/{draft}                                  +x.. . .. .. .. .... ?
GET    /dossiers/{draft}                                      ++.. . .. .. .. .... ?
GET    /desk/{draft}                                          >>.. . .. .. .. .... ?
GET    /api/dossiers/{lodged}                                 ++.. . +. +. +. +.+. ?
GET    /dossiers/{lodged}                                     ++.. . +. +. +. +.+. ?
GET    /desk/{lodged}                                         >>.. . +. >. +. +.+. ?
GET    /opinions/{lodged}                                     .... . >. +. >. >... ?
GET    /dossiers/{lodged}/slip.pdf                            ++.. . x. x. x. x.x. ?
POST   /api/dossiers/{lodged}/steps?completion                xx.. . +. x. x. x.x. ?
POST   /api/dossiers/{lodged}/steps?withdraw                  +x.. . x. x. x. x.x. ?
POST   /api/dossiers/{lodged}/steps?propose                   xx.. . +. x. x. x.x. ?
POST   /api/dossiers/{lodged}/steps?opinion                   xx.. . x. +. x. x.x. ?
POST   /api/dossiers/{lodged}/assignment                      xxxx x +. xx x. +xx. ?
POST   /api/dossiers/{lodged}/presence                        xxxx x +. xx +. +xx. ?
GET    /api/dossiers/{lodged}/documents/{piece}               ++.. . +. +. +. +.+. ?
GET    /api/dossiers/{lodged}/documents/{note}                xx.. . +. x. +. +.+. ?
DELETE /api/dossiers/{lodged}/documents/{piece}               +x.. . x. x. x. x.x. ?
POST   /api/dossiers/{lodged}/documents/{piece}/verdict       xxxx x +. xx xx xxxx ?
GET    /api/dossiers/{lodged}/messages                        ++.. . +. +. +. +.+. ?
POST   /api/dossiers/{lodged}/messages                        ++.. . +. x. +. +.x. ?
POST   /api/dossiers/{lodged}/messages?office                 xx.. . +. x. +. +.x. ?
GET    /api/dossiers/{lodged}/fees                            ++.. . +. +. +. +.+. ?
POST   /api/dossiers/{lodged}/invoices                        +x.. . +. x. x. x.x. ?
GET    /api/invoices/{invoice}                                ++xx + ++ xx ++ +x++ x
GET    /invoices/{invoice}                                    ++xx + ++ xx ++ +x++ ?
POST   /api/invoices/{invoice}/payments                       ++xx + ++ xx ++ +x++ ?
POST   /api/invoices/{invoice}/transfers                      xxxx + ++ xx xx xxxx ?
POST   /api/invoices/{invoice}/cancellation                   xxxx x ++ xx xx +xxx ?
GET    /titles/{title}/acts                                   xxxx x ++ xx ++ xxxx ?
POST   /api/titles/{title}/acts                               xxxx x ++ xx ++ xxxx ?
GET    /api/cases/{case}                                      +xxx x ++ xx ++ +xx+ ?
GET    /desk/cases/{case}                                     +xxx x ++ xx ++ +xx+ ?
POST   /api/cases/{case}/proposal                             xxxx x ++ xx ++ xxxx ?
POST   /api/cases/{case}/confirmation                         xxxx x xx xx ++ xxxx ?
POST   /api/openings/{opening}/reveals                        +xx. x xx xx xx xxxx ?
GET    /api/exports/jobs/{export}                             .... . .. .. .. +... .
GET    /api/exports/jobs/{export}/file                        .... . .. .. .. +... .
GET    /api/imports/{import}                                  xxxx x ++ xx xx xxxx ?
PUT    /api/imports/{import}/mapping                          xxxx x ++ xx xx xxxx ?
DELETE /api/imports/{import}                                  xxxx x ++ xx xx xxxx ?
GET    /account/administration/{account}                      xxxx x xx xx xx xxx+ ?
POST   /account/administration/{account}                      xxxx x xx xx xx xxx+ ?
POST   /account/keys/{token}/revocation                       ++++ + ++ ++ ++ ++++ ?
POST   /account/people/{mandate}/revocation                   ++xx x xx xx xx xxxx ?
POST   /desk/mandates/{claim}                                 xxxx + ++ xx xx xxxx ?
POST   /api/verify/AAAA-BBBB-CCCC-DDDD/revocation             xxxx x xx xx ++ xxxx ?
"""


def rows() -> list[tuple[str, str, str]]:
    """Give method, path and what is expected of each caller, in the order of ``CALLERS``."""
    lines = [line.split() for line in TABLE.strip().splitlines()]
    return [(method, path, "".join(marks)) for method, path, *marks in lines]


BODIES: dict[str, dict[str, object]] = {
    "PATCH /api/dossiers/{draft}": {"form": {}},
    "POST /api/dossiers/{lodged}/messages": {"text": "Bonjour"},
    "POST /api/dossiers/{lodged}/messages?office": {"text": "Vu", "audience": "office"},
    "POST /api/dossiers/{lodged}/steps?completion": {
        "step": "request-completion", "reason": "il manque une page", "facts": {"days": 5}},
    "POST /api/dossiers/{lodged}/steps?opinion": {
        "step": "give-opinion", "reason": "vu",
        "facts": {"body": "environment", "opinion": "favourable"}},
    "POST /api/dossiers/{lodged}/steps?withdraw": {"step": "withdraw", "reason": "renoncé"},
    "POST /api/dossiers/{lodged}/steps?propose": {"step": "propose-refusal", "reason": "non"},
    "POST /api/dossiers/{lodged}/documents/{piece}/verdict": {"verdict": "accepted"},
    "POST /api/dossiers/{lodged}/invoices": {"moment": "lodgement"},
    "POST /api/cases/{case}/proposal": {"choice": "clip", "reason": "rang", "source": "PV 1"},
    "POST /api/cases/{case}/confirmation": {"reason": "vu"},
    "POST /api/invoices/{invoice}/cancellation": {"reason": "erreur"},
    "POST /api/openings/{opening}/reveals": {"content": "{}", "salt": "s" * 16},
    "POST /api/invoices/{invoice}/transfers": {
        "method": "treasury-receipt", "reference": "Q-1", "amount": 1000,
        "received_on": "2026-01-01"},
    "POST /api/titles/{title}/acts": {
        "act": "suspend", "until": "2030-01-01", "reason": "force majeure"},
    "PUT /api/imports/{import}/mapping": {"fields": {}, "crs": "EPSG:4326"},
}  # fmt: skip


@pytest.fixture
def scene(app: Flask, client: FlaskClient, session: Session) -> Scene:
    """Lay everything out once for the whole table: each question is undone after it."""
    return lay_out(app, session)


def mark(answer: TestResponse) -> str:
    """Tell in one sign how a caller was answered."""
    if answer.status_code in (302, 303) and answer.location.startswith("/login"):
        return "?"
    if answer.status_code == 302:
        return ">"
    return {401: "?", 403: "x", 404: "."}.get(answer.status_code, "+")


def ask(scene: Scene, method: str, path: str, caller: str) -> str:
    """Ask as somebody, and undo it."""
    address = path.partition("?")[0].format(**scene.names)
    headers = {"X-CSRFToken": scene.tokens[caller], "Idempotency-Key": f"{caller} {path}"[:60]}
    body = BODIES.get(f"{method} {path}", {})
    form = not address.startswith("/api/")
    with scene.undone():
        answer = scene.clients[caller].open(
            address, method=method, headers=headers, **({"data": body} if form else {"json": body})
        )
        assert answer.status_code < 500 or answer.status_code == 503, (path, caller)
        answer.get_data()
        answer.close()
    return mark(answer)


def test_every_object_answers_every_caller_as_declared(scene: Scene) -> None:
    found = {
        (method, path): "".join(ask(scene, method, path, caller) for caller in CALLERS)
        for method, path, _ in rows()
    }
    declared = {(method, path): marks for method, path, marks in rows()}
    assert found == declared, printed(found)


def test_the_table_has_a_sign_for_every_caller() -> None:
    assert {len(marks) for _, _, marks in rows()} == {len(CALLERS)}


def test_a_key_a_mandate_and_a_region_are_held_to(scene: Scene, session: Session) -> None:
    """Look behind the answers: what another's click changes, what a claim and a region show."""
    path = f"/account/keys/{scene.names['token']}/revocation"
    for caller, stands in (("rival", True), ("mate", True), ("admin", True), ("mine", False)):
        scene.clients[caller].post(path, headers={"X-CSRFToken": scene.tokens[caller]})
        session.expire_all()
        token = session.get_one(ApiToken, scene.names["token"])
        assert (token.revoked_at is None) is stands, caller
    lodged = scene.names["lodged"]
    for caller, seen in (("agent", True), ("far", False), ("superv", True), ("fardec", False)):
        queue = scene.clients[caller].get("/api/desk?queue=all").get_json()["dossiers"]
        assert (lodged in [row["number"] for row in queue]) is seen, caller
        page = scene.clients[caller].get("/desk?queue=all").get_data(as_text=True)
        assert (str(lodged) in page) is seen, caller
    path = f"/api/invoices/{scene.names['invoice']}"
    assert scene.clients["claims"].get("/api/invoices").get_json()["invoices"] == []
    session.get_one(Mandate, scene.names["claim"]).state = "active"
    session.commit()
    session.expire_all()
    assert scene.clients["claims"].get(path).status_code == 200  # the control


def printed(found: dict[tuple[str, str], str]) -> str:
    """Print the table as it is answered, to be read before it is believed."""
    return "\n".join(f"{method:7}{path:54} {marks}" for (method, path), marks in found.items())
