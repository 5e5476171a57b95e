"""``cadastre sign``: hold the key of certificates and sign for the processes that may not."""

from __future__ import annotations

import click

from cadastre.cli import output
from cadastre.cli.language import language_option
from cadastre.config import read_settings
from cadastre.sentences import say
from cadastre.signing.client import signing_client
from cadastre.signing.server import SigningServer


@click.command()
@click.option("--status", is_flag=True, help="Ask the running process who signs, and how isolated.")
@language_option
def sign(status: bool, lang: str) -> None:
    """Sign certificates over a socket, without end.

    CADASTRE_SIGN_KEY: PKCS#12 or PEM file with key, certificate and chain, closed to others;
    CADASTRE_SIGN_PASSPHRASE_FILE: its passphrase; CADASTRE_SIGN_TSA: a time-stamping authority;
    CADASTRE_SIGN_TRUST: the roots above both, so that papers carry proofs of non-revocation.
    Without a key, a demonstration makes its own, of no value and saying so.
    """
    settings = read_settings()
    if status:
        told = signing_client(settings).about()
        code = "signing.isolated" if told.is_isolated else "signing.not-isolated"
        output.note(say("signing.status", lang, subject=told.subject, level=told.level))
        output.note(say(code, lang))
        return
    with SigningServer(settings) as server:
        subject = server.identity.certificate.subject.rfc4514_string()
        output.note(say("signing.ready", lang, subject=subject, socket=str(server.place.socket)))
        server.serve_forever()
