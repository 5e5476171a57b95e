"""Write to people: a letter says that there is news and where; only what is public is told in it.

One door for everything that leaves by e-mail. Without a mail server (a demonstration, a first
evening with the software) letters are laid down as files in ``CADASTRE_HOME/mail``, where whoever
runs the machine can read them.
"""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from urllib.parse import unquote, urlsplit

from cadastre.config import Settings
from cadastre.errors import NotAvailable
from cadastre.sentences import say

SENDER = "cadastre@localhost"
PATIENCE_S = 10.0


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter to one address: subject, a sentence or two, and where to go on.

    ``kind`` names the sentences ``mail.<kind>-subject`` and ``mail.<kind>``; ``values`` fill them
    and hold nothing of a dossier. ``reference`` names the letter: sent twice by accident, it bears
    one Message-ID and is shown once. A letter to somebody who follows an area has the ``page`` of
    what they follow and the address where one click, or their mail program, makes it ``stop``
    (RFC 8058).
    """

    address: str
    kind: str
    link: str
    language: str = "fr"
    values: tuple[tuple[str, str], ...] = ()
    reference: str | None = None
    page: str | None = None
    stop: str | None = None


def written(letter: Letter, sender: str) -> EmailMessage:
    """Write a letter out as a plain text message."""
    message, values = EmailMessage(), dict(letter.values)
    message["From"], message["To"] = sender, letter.address
    message["Subject"] = say(f"mail.{letter.kind}-subject", letter.language, **values)
    message["Date"] = formatdate(localtime=False)
    host = sender.rpartition("@")[2].strip(">") or None
    kept = letter.reference and host
    message["Message-ID"] = f"<{letter.reference}@{host}>" if kept else make_msgid(domain=host)
    message["Auto-Submitted"] = "auto-generated"
    if letter.stop is not None:
        message["List-Unsubscribe"] = f"<{letter.stop}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(
        "\n\n".join(
            (
                say(f"mail.{letter.kind}", letter.language, **values),
                letter.link,
                _closing(letter),
            )
        )
    )
    return message


def _closing(letter: Letter) -> str:
    if letter.stop is None:
        return say("mail.closing", letter.language)
    return say("mail.closing-area", letter.language, page=letter.page, stop=letter.stop)


def send(settings: Settings, letter: Letter) -> None:
    """Hand a letter to the mail server, or lay it down as a file where there is none.

    Raises
    ------
    NotAvailable
        ``mail.not-sent``: the server did not take it; trying again later may help.
    """
    sender = settings.mail_from or SENDER
    message = written(letter, sender)
    if settings.smtp_url is None:
        _lay_down(settings, message)
        return
    try:
        _hand_over(settings.smtp_url, message)
    except (OSError, smtplib.SMTPException) as error:
        raise NotAvailable("mail.not-sent", where="CADASTRE_SMTP_URL") from error


def _hand_over(address: str, message: EmailMessage) -> None:
    parts = urlsplit(address)
    host, port = parts.hostname or "localhost", parts.port
    context = ssl.create_default_context()
    if parts.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(
            host, port or 465, timeout=PATIENCE_S, context=context
        )
    else:
        server = smtplib.SMTP(host, port or 25, timeout=PATIENCE_S)
    with server:
        server.ehlo()
        if parts.scheme == "smtp" and server.has_extn("starttls"):
            server.starttls(context=context)
            server.ehlo()
        if parts.username:
            _ensure_sealed(server)
            server.login(unquote(parts.username), unquote(parts.password or ""))
        server.send_message(message)


def _ensure_sealed(server: smtplib.SMTP) -> None:
    """Never say a password on a line that others can read."""
    if not isinstance(server.sock, ssl.SSLSocket):
        raise smtplib.SMTPNotSupportedError("no encryption")


def _lay_down(settings: Settings, message: EmailMessage) -> None:
    folder = settings.home / "mail"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    name = str(message["Message-ID"]).strip("<>").replace("/", "_")
    path = folder / f"{name}.eml"
    path.touch(mode=0o600)
    path.write_bytes(bytes(message))
