"""Somebody with a browser and no script: forms with their token, letters, an authenticator."""

from __future__ import annotations

import email
import email.policy
import html
import re
import time
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from passlib.totp import TOTP
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from api.engine import Codes
from cadastre.models import Account, JournalEntry
from cadastre.services.accounts import create_account

PASSWORD = "une phrase de quelques mots"


class Browser:
    """Ask pages and send their forms."""

    def __init__(self, client: FlaskClient, session: Session) -> None:
        self.client = client
        self.session = session

    @property
    def home(self) -> Path:
        """Give the folder letters are laid down in."""
        return self.client.application.extensions["cadastre"].settings.home

    def get(self, path: str) -> TestResponse:
        """Open a page."""
        return self.client.get(path)

    def token(self) -> str:
        """Give the token forms carry."""
        return self.client.get("/api/me").get_json()["csrf_token"]

    def post(self, path: str, **fields: Any) -> TestResponse:
        """Send a form; letters go once the answer is closed."""
        answer = self.client.post(path, data={"csrf_token": self.token(), **fields})
        answer.get_data()
        answer.close()
        return answer

    def ask(self, path: str, body: Any) -> TestResponse:
        """Send JSON as a page's script does."""
        return self.client.post(path, json=body, headers={"X-CSRFToken": self.token()})

    def sign_in(self, account: Account, password: str = PASSWORD, **fields: Any) -> TestResponse:
        """Give address and password."""
        return self.post("/login", email=account.email, password=password, **fields)

    def sign_in_with_two(self, account: Account) -> TestResponse:
        """Give address, password and the code of the authenticator."""
        self.sign_in(account)
        return self.post("/login/second-factor", code=self.code(account))

    def is_signed_in(self) -> bool:
        """Tell whether the site knows who is asking."""
        return self.client.get("/api/me").get_json()["signed_in"]

    def codes(self) -> Codes:
        """Give what checks codes on the site."""
        return self.client.application.extensions["security"].totp_factory

    def give_authenticator(self, account: Account) -> None:
        """Set up an authenticator beforehand."""
        account.totp_secret = self.codes().generate_totp_secret()
        self.session.flush()

    def code(self, account: Account, ahead_s: int = 0) -> str:
        """Give the code the authenticator shows; ``ahead_s`` seconds from now."""
        source = self.codes()._totp.from_source(account.totp_secret)
        return source.generate(time.time() + ahead_s).token

    def letters(self) -> list[email.message.EmailMessage]:
        """Read the letters laid down, oldest first."""
        files = sorted((self.home / "mail").glob("*.eml"), key=lambda path: path.stat().st_mtime_ns)
        return [
            email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
            for path in files
        ]

    def link(self, address: str) -> str:
        """Give the path of the link in the last letter to an address."""
        last = [one for one in self.letters() if one["To"] == address][-1]
        return re.search(r"http://localhost(/\S+)", last.get_content()).group(1)

    def journal(self) -> list[JournalEntry]:
        """Read the journal, oldest first."""
        return self.session.query(JournalEntry).order_by(JournalEntry.id).all()


def make_person(session: Session, name: str = "ama", **given: Any) -> Account:
    """Open an account with the password of all tests."""
    return create_account(
        session, email=f"{name}@exemple.test", display_name=name.capitalize(), password=PASSWORD,
        **given,
    )  # fmt: skip


def code_of(secret_letters: str) -> str:
    """Give the code of an authenticator that was set up from the letters on the page."""
    return TOTP(key="".join(secret_letters.split("-"))).generate().token


def words(answer: TestResponse) -> str:
    """Give the words of a page."""
    return html.unescape(re.sub(r"<[^>]+>", " ", answer.text))
