"""Tell the merchant what became of a payment, again and again until it is taken.

``behaviour`` is a list of words after which the provider misbehaves: ``late=3`` (seconds),
``double`` (the same message twice at once), ``again`` (a second message about the same payment),
``reversed`` (a refusal overtaken by the payment, arriving after it), ``silent``, ``forged``,
``stale``, ``other-amount``.
"""

from __future__ import annotations

import json
import secrets
import threading
import time
import urllib.error
import urllib.request
from dataclasses import dataclass

from cadastre.services.money.providers.signature import HEADER, sign
from serving.provider.store import Outgoing, PaymentSession, Store

LOOK_SECONDS = 0.1
TIMEOUT_SECONDS = 10
LONGEST_PAUSE = 60.0
FLAWS = ("forged", "stale", "other-amount")


@dataclass(frozen=True, slots=True)
class Behaviour:
    """How the answer to one payment is sent."""

    words: frozenset[str] = frozenset()
    delay: float = 0.0

    @classmethod
    def read(cls, text: str) -> Behaviour:
        """Read ``late=3,double``; words nobody knows do nothing."""
        words = [word.strip() for word in text.split(",") if word.strip()]
        delays = [word.removeprefix("late=") for word in words if word.startswith("late=")]
        delay = float(delays[0]) if delays and delays[0].replace(".", "", 1).isdigit() else 0.0
        return cls(frozenset(words), min(delay, 60.0))


def announce(store: Store, session: PaymentSession, status: str, behaviour: Behaviour) -> None:
    """Queue the messages about a payment, as well or as badly as asked."""
    if "silent" in behaviour.words:
        return
    event, delay = f"evt-{secrets.token_hex(8)}", behaviour.delay
    flaw = next((one for one in FLAWS if one in behaviour.words), "")
    store.queue(event, session.id, status, flaw, delay)
    if "double" in behaviour.words:
        store.queue(event, session.id, status, flaw, delay)
    if "again" in behaviour.words:
        store.queue(f"evt-{secrets.token_hex(8)}", session.id, status, flaw, delay)
    if "reversed" in behaviour.words:
        store.queue(f"evt-{secrets.token_hex(8)}", session.id, "refused", "", delay + 0.3)


class Postman(threading.Thread):
    """Sends what is queued; each message in a thread of its own, as they would arrive."""

    def __init__(self, store: Store, secret: str, first_pause: float) -> None:
        super().__init__(daemon=True)
        self.store = store
        self.secret = secret
        self.first_pause = first_pause
        self._under_way: set[int] = set()

    def run(self) -> None:
        """Look around for ever."""
        while True:
            for message in self.store.due():
                if message.id not in self._under_way:
                    self._under_way.add(message.id)
                    threading.Thread(target=self._send, args=(message,), daemon=True).start()
            time.sleep(LOOK_SECONDS)

    def _send(self, message: Outgoing) -> None:
        session = self.store.find("id", message.session)
        taken = session is None or self._post(session, message)
        pause = min(self.first_pause * 2**message.tries, LONGEST_PAUSE)
        self.store.note(message.id, taken=taken, pause=pause)
        self._under_way.discard(message.id)

    def _post(self, session: PaymentSession, message: Outgoing) -> bool:
        amount = session.amount + (1 if message.flaw == "other-amount" else 0)
        told = {
            "event": message.event, "session": session.id, "reference": session.reference,
            "status": message.status, "amount": amount, "currency": session.currency,
        }  # fmt: skip
        body = json.dumps(told).encode()
        secret = "not the secret" if message.flaw == "forged" else self.secret
        at = time.time() - (3600 if message.flaw == "stale" else 0)
        request = urllib.request.Request(
            session.callback_address, body,
            {HEADER: sign(secret, body, at), "Content-Type": "application/json"},
        )  # fmt: skip
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS):
                return True
        except urllib.error.HTTPError as refusal:
            refusal.close()
            # A spoilt message is refused by a merchant that pays attention: it is not sent again.
            return message.flaw != ""
        except OSError:
            return False
