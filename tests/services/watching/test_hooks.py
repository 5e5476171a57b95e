"""Calls to programs: signed, in order, tried again, never into our own networks."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import http.server
import json
import ssl
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from cadastre.errors import NotAvailable, UnusableInput
from cadastre.models import Account, AreaNotice, AreaWatch
from cadastre.services.watching.calling import call, ensure_url, is_public
from cadastre.services.watching.hooks import PAUSES, add_hook, make_calls, resume_hook, signed
from cadastre.services.watching.letters import Sent
from cadastre.services.watching.scopes import scope_of
from tests.services.watching.conftest import TOGO, Register


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
        "0.0.0.0", "224.0.0.1", "::1", "fe80::1%eth0", "fc00::1", "::ffff:10.0.0.1",
        "64:ff9b::7f00:1", "2002:7f00:1::", "ff02::1",
    ],
)  # fmt: skip
def test_our_own_networks_are_never_called(address: str) -> None:
    assert not is_public(address)


def test_public_addresses_are_called() -> None:
    assert is_public("9.9.9.9")
    assert is_public("2620:fe::fe")


@pytest.mark.parametrize(
    "url",
    [
        "http://a.exemple.test/", "https://10.0.0.1/", "https://[::1]/", "https://localhost/",
        "https://u:p@a.exemple.test/", "https://a.exemple.test:22/", "file:///etc/passwd",
        "https://a.exemple.test/\r\nX: y", "https://a.exemple.test/" + "x" * 600,
        "https://2130706433/", "https://a.exemple.test:x/",
    ],
)  # fmt: skip
def test_only_https_addresses_of_named_hosts_are_kept(url: str) -> None:
    with pytest.raises(UnusableInput, match=r"watch\.not-https"):
        ensure_url(url)


def test_a_name_that_means_our_own_machine_is_not_called() -> None:
    with pytest.raises(NotAvailable, match=r"watch\.call-failed"):
        call("https://localhost/", b"{}", {})


@pytest.fixture
def program(tmp_path: Path) -> Iterator[tuple[str, ssl.SSLContext, list]]:
    """Serve https on this machine under a certificate of its own; keep what it is told."""
    told: list[tuple[Mapping[str, str], bytes]] = []

    class Kept(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            told.append((dict(self.headers), body))
            self.send_response(302)
            self.send_header("Location", "http://169.254.169.254/")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    certificate = _certificate(tmp_path)
    server = http.server.HTTPServer(("127.0.0.1", 0), Kept)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    trusting = ssl.create_default_context(cafile=str(certificate))
    yield f"https://localhost:{server.server_port}/cadastre?x=1", trusting, told
    server.shutdown()
    thread.join()
    server.server_close()


def _certificate(folder: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )  # fmt: skip
    path = folder / "localhost.pem"
    path.write_bytes(pem + made.public_bytes(serialization.Encoding.PEM))
    return path


def test_a_call_goes_through_tls_and_follows_no_redirection(program) -> None:
    url, trusting, told = program
    at = dt.datetime.now(dt.UTC)
    headers = signed("whsec_" + base64.b64encode(b"k" * 32).decode(), "evt_7", at, b'{"a":1}')
    status = call(url, b'{"a":1}', headers, may_call=lambda _address: True, context=trusting)
    assert status == 302
    [(heard, body)] = told
    content = f"evt_7.{heard['webhook-timestamp']}.".encode() + body
    proof = base64.b64encode(hmac.digest(b"k" * 32, content, hashlib.sha256)).decode()
    assert heard["webhook-signature"] == f"v1,{proof}"
    with pytest.raises(NotAvailable):  # the same host without its certificate
        call(url, b"{}", headers, may_call=lambda _address: True)


def test_calls_wait_for_their_turn_pause_and_resume(register: Register) -> None:
    with Session(register.owner) as session, session.begin():
        account = Account(email="a@exemple.test", display_name="A", roles=["analyst"])
        session.add(account)
        session.flush()
        scope = scope_of(session, TOGO, {"unit": "TG-N"})
        key = add_hook(session, account, "https://si.exemple.test/c", scope, "fr").key
        account_id = account.id
    for step in ("lease", "mortgage"):
        register.happens(f"title.{step}", "PR-1")
    register.read()
    heard: list[str] = []

    def answer(status: int):
        def dial(_url: str, body: bytes, _headers: Mapping[str, str]) -> int:
            heard.append(json.loads(body)["step"])
            return status

        return make_calls(register.app, register.settings, TOGO, dial=dial)

    for _ in range(len(PAUSES) + 1):  # away for longer than we try
        assert answer(503) == Sent(0, 1)
        with Session(register.owner) as session, session.begin():
            session.execute(update(AreaNotice).values(due_at=func.now()))
    assert set(heard) == {"lease"}  # the later event waits
    assert answer(200) == Sent(0, 0)
    with Session(register.app) as session, session.begin():
        assert session.scalar(select(AreaWatch.paused_at)) is not None
        resume_hook(session, session.get_one(Account, account_id), key)
    heard.clear()
    assert answer(200) == answer(200) == Sent(1, 0)
    assert heard == ["lease", "mortgage"]
