"""Talk to an online payment provider over HTTP: open a session, ask, read what it tells."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from typing import Any

from cadastre.errors import NotAvailable, UnusableInput
from cadastre.services.money.amounts import MOST
from cadastre.services.money.providers.provider import Answer, AnswerStatus, Asked, Message
from cadastre.services.money.providers.signature import HEADER, check, sign

TIMEOUT_SECONDS = 5
LONGEST_ANSWER = 20_000


class OnlineProvider:
    """A provider at an address, with the secret that signs messages both ways."""

    name = "online"

    def __init__(self, address: str, secret: str) -> None:
        self.address = address.rstrip("/")
        self._secret = secret

    @property
    def origin(self) -> str:
        """Give scheme, host and port of its pages."""
        parts = urllib.parse.urlsplit(self.address)
        return f"{parts.scheme}://{parts.netloc}"

    def begin(self, asked: Asked) -> Answer:
        """Open a session, or find the one opened under the same reference."""
        body = json.dumps(
            {
                "reference": asked.reference, "amount": asked.amount, "currency": asked.currency,
                "description": asked.description, "return_address": asked.return_address,
                "callback_address": asked.callback_address, "language": asked.language,
            }
        ).encode()  # fmt: skip
        answer = self._exchange("/sessions", body, {"Idempotency-Key": asked.reference})
        if answer is None:
            raise NotAvailable("money.provider-silent", where=self.name)
        return self._answer(answer)

    def ask(self, reference: str) -> Answer | None:
        """Ask how a payment stands, by our reference."""
        question = urllib.parse.urlencode({"reference": reference})
        answer = self._exchange(f"/sessions?{question}", None, {})
        return None if answer is None else self._answer(answer)

    def read_callback(self, headers: Mapping[str, str], body: bytes, now: float) -> Message:
        """Check the signature of a callback, then read it."""
        check(self._secret, body, headers.get(HEADER), now)
        try:
            told = json.loads(body)
            return Message(_word(told["event"]), read_answer(told))
        except (ValueError, KeyError, TypeError) as error:
            raise UnusableInput("money.unreadable-message", where=self.name) from error

    def _answer(self, told: dict[str, Any]) -> Answer:
        try:
            answer = read_answer(told)
        except (ValueError, KeyError, TypeError) as error:
            raise NotAvailable("money.provider-silent", where=self.name) from error
        # A provider may only lead people to its own pages.
        if answer.pay_address and not answer.pay_address.startswith(self.origin + "/"):
            raise NotAvailable("money.provider-silent", where=self.name)
        return answer

    def _exchange(
        self, path: str, body: bytes | None, headers: dict[str, str]
    ) -> dict[str, Any] | None:
        """Send a signed request; None when what was asked for is not there."""
        signed = sign(self._secret, body or path.encode(), time.time())
        sent = {HEADER: signed, "Content-Type": "application/json"} | headers
        request = urllib.request.Request(self.address + path, body, sent)
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:
                told = json.loads(answer.read(LONGEST_ANSWER))
        except urllib.error.HTTPError as refusal:
            refusal.close()
            if refusal.code == 404:
                return None
            raise NotAvailable("money.provider-silent", where=self.name) from refusal
        except (OSError, ValueError) as silence:
            raise NotAvailable("money.provider-silent", where=self.name) from silence
        return told if isinstance(told, dict) else None


def read_answer(told: Mapping[str, Any]) -> Answer:
    """Read what a provider says about a session.

    Raises
    ------
    ValueError, KeyError, TypeError
        It is not what was agreed: plain words, and an amount that is a whole number.
    """
    amount = told["amount"]
    if not isinstance(amount, int) or isinstance(amount, bool) or not 0 <= amount < MOST:
        raise ValueError("an amount is a whole number of the minor unit")
    address = told.get("pay_address")
    return Answer(
        _word(told["reference"]), _word(told["session"]), AnswerStatus(told["status"]), amount,
        _word(told["currency"], 3), None if address is None else _word(address, 2000),
    )  # fmt: skip


def _word(value: Any, longest: int = 200) -> str:
    """Read a reference: printable ASCII, as providers write them."""
    if not isinstance(value, str) or not value.isascii() or not value.isprintable():
        raise ValueError("a reference is printable text")
    if not 0 < len(value) <= longest:
        raise ValueError("a reference is not empty and not endless")
    return value
