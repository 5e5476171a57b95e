"""Lead a dossier over HTTP from its opening to its end, by the people it needs.

Nothing is done behind the API's back but two things: people and titles are there beforehand, and
days pass.
"""

from __future__ import annotations

import datetime as dt
import io
import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from cadastre.services.tokens import make_token
from tests.services.dossiers import walking

# What moves a dossier towards a favourable end, the most advanced first.
FORWARD = (
    "issue", "close", "sign-act", "confirm", "propose-grant", "works", "analyse",
    "receive-sample", "quote", "visit", "open-objections", "consult", "name-taker", "admit",
)  # fmt: skip
UNKNOWN_TERM = (
    "autorisation-exploitation-artisanale", "permis-exploitation-materiaux-construction",
)  # fmt: skip
MOST_STEPS = 30
_key = itertools.count(1)


@dataclass
class Office:
    """The people of a dossier, each with the key their programs use."""

    client: FlaskClient
    session: Session
    who: walking.People
    keys: Mapping[str, Mapping[str, str]]

    def get(self, path: str, role: str) -> dict[str, Any]:
        """Read something in a role."""
        answer = self.client.get(path, headers=dict(self.keys[role]))
        assert answer.status_code == 200, answer.get_json()
        return answer.get_json()

    def post(self, path: str, role: str, body: Mapping[str, Any], status: int = 201) -> Any:
        """Do something in a role, once."""
        headers = {**self.keys[role], "Idempotency-Key": f"key-{next(_key)}"}
        answer = self.client.post(path, json=dict(body), headers=headers)
        assert answer.status_code == status, answer.get_json()
        return answer.get_json()

    def step(self, number: str, step: str, role: str, **said: Any) -> dict[str, Any]:
        """Take a step, with a document where it needs one."""
        if said.pop("document", False):
            title = "Arrêté n° 12 du 24 novembre 2026"
            said["document_id"] = self.attach(number, role, title=title)["id"]
        body = {"step": step, "reason": "motif d'essai", **said}
        return self.post(f"/api/dossiers/{number}/steps", role, body)

    def attach(self, number: str, role: str, **fields: str) -> dict[str, Any]:
        """Send a document."""
        data = {"file": (io.BytesIO(walking.PDF), "piece.pdf"), **fields}
        answer = self.client.post(
            f"/api/dossiers/{number}/documents", data=data, headers=dict(self.keys[role])
        )
        assert answer.status_code == 201, answer.get_json()
        return answer.get_json()


def office(client: FlaskClient, session: Session) -> Office:
    """Open accounts and keys for everybody."""
    who = walking.people(session)
    second = walking.account(session, "agent")
    accounts = {
        "applicant": who.applicant, "agent": who.agent, "decider": who.decider,
        "adviser": who.adviser, "clerk": who.clerk, "second-agent": second,
    }  # fmt: skip
    keys = {
        role: {"Authorization": f"Bearer {make_token(session, account, name='essai', days=1)}"}
        for role, account in accounts.items()
    }
    return Office(client, session, who, keys)


def file(about: Office, service: str, place: int) -> str:
    """Open, answer, draw, attach, pay and lodge; give the number of the dossier."""
    found = walking.CATALOGUE.service(service)
    title = walking.title_for(about.session, service, about.who, place)
    kinds = {kind.value for kind in found.applicants}
    party = about.who.company.id if not kinds or "company" in kinds else None
    opened = about.post(
        "/api/dossiers", "applicant", {"service": service, "party_id": party, "title": title}
    )
    number = opened["number"]
    ground = walking.ground_for(service, place, title)
    form = walking.examples(service, opened["form"])
    answer = about.client.patch(
        f"/api/dossiers/{number}",
        json={"form": form, "edition": opened["edition"]}
        | ({} if ground is None else {"perimeter": ground}),
        headers=dict(about.keys["applicant"]),
    )
    assert answer.status_code == 200, answer.get_json()
    for piece in found.pieces:
        if piece.required:
            about.attach(number, "applicant", piece=piece.id)
    about.post(f"/api/dossiers/{number}/invoices", "applicant", {"moment": "lodgement"}, 200)
    pay(about, number)
    about.step(number, "lodge", "applicant")
    return number


def lead_to_end(about: Office, number: str) -> dict[str, Any]:
    """Take every step that is possible towards a favourable end, and let days pass between."""
    for _ in range(MOST_STEPS):
        shown = about.get(f"/api/dossiers/{number}", "decider")
        if shown["closed"]:
            return shown
        advance(about, number)
    raise AssertionError([(s["step"], s["reasons"]) for s in shown["steps"]])


def advance(about: Office, number: str) -> None:
    """Take the next step."""
    pay(about, number)
    seen = {role: about.get(f"/api/dossiers/{number}", role) for role in ("agent", "decider")}
    possible = {
        role: {one["step"]: one["needs"] for one in shown["steps"] if one["possible"]}
        for role, shown in seen.items()
    }
    for opinion in seen["agent"]["opinions"]:
        body = opinion["body"]
        if opinion["asked_at"] is None and "request-opinion" in possible["agent"]:
            about.step(number, "request-opinion", "agent", facts={"body": body})
            return
        if opinion["asked_at"] is not None and opinion["given_at"] is None:
            about.who.adviser.body = body
            about.session.flush()
            said = {"body": body, "opinion": "favourable"}
            about.step(number, "give-opinion", "adviser", facts=said)
            return
    done = {step["step"] for step in seen["agent"]["history"]}
    for kind in FORWARD:
        for role in ("agent", "decider"):
            if kind in possible[role] and kind not in done:
                needs = possible[role][kind]
                facts = terms(kind, seen["agent"]["service"]["id"])
                about.step(number, kind, role, document="document" in needs, facts=facts)
                return
    wait(about, number)


def terms(kind: str, service: str) -> dict[str, Any]:
    """Say what no text gives: the amount of a quote, the end of a term."""
    if kind == "quote":
        return {"amount": 250_000}
    if kind == "name-taker":
        return {"party": "new-company"}
    if kind == "issue" and service in UNKNOWN_TERM:
        return {"expires_on": f"{dt.datetime.now(dt.UTC).year + 2}-01-01"}
    return {"years": 2} if kind == "issue" else {}


def pay(about: Office, number: str) -> None:
    """Set the amounts that no text gives, then pay at the Treasury and have it confirmed."""
    for invoice in about.get(f"/api/dossiers/{number}", "applicant")["invoices"]:
        if invoice["paid"]:
            continue
        about.session.expire_all()
        if invoice["total"] is None:
            invoice = set_amounts(about, invoice["number"])
        path = f"/api/invoices/{invoice['number']}/transfers"
        paid = {
            "method": "treasury-receipt", "reference": f"Q-{next(_key)}",
            "amount": invoice["total"], "received_on": f"{dt.datetime.now(dt.UTC):%Y-%m-%d}",
        }  # fmt: skip
        transfer = about.post(path, "agent", paid)
        path = f"/api/payments/transfers/{transfer['reference']}/confirmation"
        about.post(path, "second-agent", {"note": "registre du Trésor, page 12"}, 200)


def set_amounts(about: Office, number: str) -> dict[str, Any]:
    """Set what no text gives, from a source."""
    lines = about.get(f"/api/invoices/{number}", "agent")["lines"]
    amounts = {line["code"]: 150_000 for line in lines if line["amount"] is None}
    body = {"amounts": amounts, "source": "note de service d'essai"}
    return about.post(f"/api/invoices/{number}/amounts", "agent", body)


def wait(about: Office, number: str, days: int = 120) -> None:
    """Let days pass: everything that happened is put back in time."""
    about.session.execute(
        text(
            "UPDATE step SET happened_at = happened_at - make_interval(days => :days) WHERE"
            " dossier_id = (SELECT id FROM dossier WHERE number = :number)"
        ),
        {"days": days, "number": number},
    )
    about.session.expire_all()
