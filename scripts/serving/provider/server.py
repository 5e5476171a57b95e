"""Answer merchants (signed JSON) and payers (pages) over HTTP."""

from __future__ import annotations

import json
import time
import urllib.parse
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cadastre.errors import NotAllowed
from cadastre.services.money.providers.signature import HEADER, check
from serving.provider.callbacks import Behaviour, announce
from serving.provider.pages import STYLE, missing_page, payment_page
from serving.provider.store import PaymentSession, Store

LONGEST_BODY = 20_000
FIELDS = {
    "reference": str, "amount": int, "currency": str, "description": str,
    "return_address": str, "callback_address": str, "language": str,
}  # fmt: skip
POLICY = (
    "default-src 'none'; style-src 'self'; form-action 'self' {origin}; base-uri 'none';"
    " frame-ancestors 'none'"
)


@dataclass
class Switches:
    """Failures of the provider itself, turned on by tests."""

    begin_delay: float = 0.0  # seconds before a session is answered, after it was opened
    down: bool = False  # merchants get 503; payers still can pay

    def turn(self, wanted: dict[str, Any]) -> None:
        """Set the switches named."""
        self.begin_delay = float(wanted.get("begin_delay", self.begin_delay))
        self.down = bool(wanted.get("down", self.down))


@dataclass
class Shop:
    """What every request needs."""

    store: Store
    secret: str
    address: str
    switches: Switches = field(default_factory=Switches)


class ProviderServer(ThreadingHTTPServer):
    """The provider on a port of this machine."""

    daemon_threads = True

    def __init__(self, port: int, store: Store, secret: str, *, for_tests: bool = False) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.shop = Shop(store, secret, f"http://127.0.0.1:{self.server_port}")
        self.for_tests = for_tests


class Handler(BaseHTTPRequestHandler):
    """One request."""

    server: ProviderServer
    server_version = "Provider"

    def do_GET(self) -> None:
        """Answer pages, and merchants who ask how a payment stands."""
        parts = urllib.parse.urlsplit(self.path)
        asked = dict(urllib.parse.parse_qsl(parts.query))
        if parts.path == "/style.css":
            self._send(200, STYLE, "text/css; charset=utf-8")
        elif parts.path == "/healthz":
            self._json(200, {"status": "ok"})
        elif parts.path == "/sessions":
            self._status(asked.get("reference", ""))
        elif parts.path.startswith("/pay/"):
            self._page(parts.path.removeprefix("/pay/"), asked.get("behaviour", ""))
        elif parts.path == "/charged":
            self._json(200, dict(self.server.shop.store.charged()))
        else:
            self._json(404, {})

    def do_POST(self) -> None:
        """Open sessions, take the payer's answer, turn switches."""
        body = self.rfile.read(min(int(self.headers.get("Content-Length") or 0), LONGEST_BODY))
        path = urllib.parse.urlsplit(self.path).path
        if path == "/sessions":
            self._begin(body)
        elif path == "/switches" and self.server.for_tests:
            self.server.shop.switches.turn(json.loads(body))
            self._json(200, {})
        elif path == "/expire" and self.server.for_tests:
            self.server.shop.store.expire(str(json.loads(body)["reference"]))
            self._json(200, {})
        elif path.startswith("/pay/"):
            self._answer(path.removeprefix("/pay/"), body)
        else:
            self._json(404, {})

    def _begin(self, body: bytes) -> None:
        shop = self.server.shop
        if not self._is_merchant(body):
            return
        try:
            told = json.loads(body)
            wanted = {name: kind(told[name]) for name, kind in FIELDS.items()}
        except (ValueError, KeyError, TypeError):
            self._json(422, {})
            return
        session = shop.store.open_session(wanted)
        if shop.switches.begin_delay:
            time.sleep(shop.switches.begin_delay)
        self._json(201, self._told(session))

    def _status(self, reference: str) -> None:
        if not self._is_merchant(self.path.encode()):
            return
        session = self.server.shop.store.find("reference", reference)
        self._json(404, {}) if session is None else self._json(200, self._told(session))

    def _page(self, number: str, behaviour: str) -> None:
        session = self.server.shop.store.find("id", number)
        if session is None:
            self._send(404, missing_page("fr"), "text/html; charset=utf-8")
            return
        page = payment_page(session, behaviour)
        self._send(200, page, "text/html; charset=utf-8", session.return_address)

    def _answer(self, number: str, body: bytes) -> None:
        store = self.server.shop.store
        session = store.find("id", number)
        if session is None:
            self._send(404, missing_page("fr"), "text/html; charset=utf-8")
            return
        form = dict(urllib.parse.parse_qsl(body.decode("utf-8", "replace")))
        status = "paid" if form.get("answer") == "accept" else "refused"
        if store.conclude(session.id, status):
            announce(store, session, status, Behaviour.read(form.get("behaviour", "")))
        self.send_response(303)
        self.send_header("Location", session.return_address)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _is_merchant(self, signed: bytes) -> bool:
        if self.server.shop.switches.down:
            self._json(503, {})
            return False
        try:
            check(self.server.shop.secret, signed, self.headers.get(HEADER), time.time())
        except NotAllowed:
            self._json(401, {})
            return False
        return True

    def _told(self, session: PaymentSession) -> dict[str, Any]:
        return {
            "session": session.id, "reference": session.reference, "status": session.status,
            "amount": session.amount, "currency": session.currency,
            "pay_address": f"{self.server.shop.address}/pay/{session.id}",
        }  # fmt: skip

    def _json(self, status: int, told: dict[str, Any]) -> None:
        self._send(status, json.dumps(told), "application/json")

    def _send(self, status: int, text: str, kind: str, back: str = "") -> None:
        content = text.encode()
        parts = urllib.parse.urlsplit(back)
        origin = f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Content-Security-Policy", POLICY.format(origin=origin))
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Referrer-Policy", "no-referrer")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Keep the terminal quiet."""
