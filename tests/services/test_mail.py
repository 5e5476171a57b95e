"""Letters through a real mail server on this machine, sealed lines, and letters without one."""

from __future__ import annotations

import datetime as dt
import email
import email.policy
import socket
import ssl
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from cadastre.config import Settings, read_settings
from cadastre.errors import NotAvailable
from cadastre.services.mail import Letter, send

LETTER = Letter("ada@exemple.test", "account-reset", "https://cadastre.test/account/x", "en")


class Mailbox(Message):
    """Keep what arrives."""

    def __init__(self) -> None:
        super().__init__(email.message.EmailMessage)
        self.kept: list[email.message.EmailMessage] = []

    def prepare_message(self, session, envelope):
        return email.message_from_bytes(envelope.content, policy=email.policy.default)

    def handle_message(self, message) -> None:
        self.kept.append(message)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return read_settings({"CADASTRE_HOME": str(tmp_path), "CADASTRE_MAIL_FROM": "c@cadastre.test"})


def free_port() -> int:
    """Give a port nobody listens on now."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return trial.getsockname()[1]


@pytest.fixture
def server() -> Iterator[tuple[str, Mailbox]]:
    mailbox = Mailbox()
    controller = Controller(mailbox, hostname="127.0.0.1", port=free_port())
    controller.start()
    port = controller.server.sockets[0].getsockname()[1]
    yield f"smtp://127.0.0.1:{port}", mailbox
    controller.stop()


def test_a_letter_arrives_whole_and_says_only_that_there_is_news(
    settings: Settings, server: tuple[str, Mailbox]
) -> None:
    address, mailbox = server
    send(replace(settings, smtp_url=address), LETTER)
    (arrived,) = mailbox.kept
    assert (arrived["To"], arrived["From"]) == ("ada@exemple.test", "c@cadastre.test")
    assert arrived["Subject"] == "Cadastre: new password"
    assert arrived["Auto-Submitted"] == "auto-generated"
    words = arrived.get_content()
    assert "https://cadastre.test/account/x" in words
    assert "no data of any dossier" in words
    assert arrived.get_content_type() == "text/plain"


def test_french_letters_keep_their_accents(
    settings: Settings, server: tuple[str, Mailbox]
) -> None:
    address, mailbox = server
    send(replace(settings, smtp_url=address), replace(LETTER, language="fr"))
    assert "a été demandé" in mailbox.kept[0].get_content()


def test_a_password_is_never_said_on_an_open_line(
    settings: Settings, server: tuple[str, Mailbox]
) -> None:
    address, mailbox = server
    given = address.replace("smtp://", "smtp://name:secret@")
    with pytest.raises(NotAvailable, match="not-sent"):
        send(replace(settings, smtp_url=given), LETTER)
    assert mailbox.kept == []


def test_a_server_that_does_not_answer_is_said_so(settings: Settings) -> None:
    with pytest.raises(NotAvailable, match="not-sent"):
        send(replace(settings, smtp_url="smtp://127.0.0.1:1"), LETTER)


def test_a_server_whose_certificate_nobody_vouches_for_gets_nothing(
    settings: Settings, tmp_path: Path
) -> None:
    """The line is sealed, but with whom? A password is not said to a stranger."""
    mailbox = Mailbox()
    controller = Controller(
        mailbox, hostname="127.0.0.1", port=free_port(), tls_context=_own_certificate(tmp_path),
        authenticator=lambda *_: AuthResult(success=True), auth_require_tls=True,
    )  # fmt: skip
    controller.start()
    try:
        port = controller.server.sockets[0].getsockname()[1]
        with pytest.raises(NotAvailable):
            send(replace(settings, smtp_url=f"smtp://n:p@127.0.0.1:{port}"), LETTER)
    finally:
        controller.stop()
    assert mailbox.kept == []


def test_without_a_server_letters_are_laid_down_for_the_operator_alone(settings: Settings) -> None:
    send(settings, LETTER)
    (path,) = (settings.home / "mail").glob("*.eml")
    assert path.stat().st_mode & 0o077 == 0
    laid = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    assert laid["To"] == "ada@exemple.test"


@pytest.mark.parametrize("address", ["a@b.test\nBcc: c@d.test", "a@b.test\r\n\r\nhello"])
def test_an_address_cannot_add_lines_to_a_letter(settings: Settings, address: str) -> None:
    with pytest.raises(ValueError, match="linefeed"):
        send(settings, replace(LETTER, address=address))


def _own_certificate(folder: Path) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name)
        .public_key(key.public_key()).serial_number(1).not_valid_before(now)
        .not_valid_after(now + dt.timedelta(days=1)).sign(key, hashes.SHA256())
    )  # fmt: skip
    pem = folder / "own.pem"
    pem.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )  # fmt: skip
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(pem)
    return context
