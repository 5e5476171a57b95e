"""What every way of paying must be able to do, and the words it answers with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class AnswerStatus(StrEnum):
    """What a provider says of a payment."""

    OPEN = "open"
    PAID = "paid"
    REFUSED = "refused"
    EXPIRED = "expired"


FINAL = (AnswerStatus.PAID, AnswerStatus.REFUSED, AnswerStatus.EXPIRED)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a provider is asked to collect.

    ``reference`` is ours and makes asking twice the same as once; ``amount`` is in the minor unit.
    """

    reference: str
    amount: int
    currency: str
    description: str
    return_address: str
    callback_address: str
    language: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What a provider says: its own reference, where to pay, and how the payment stands."""

    reference: str
    provider_reference: str
    status: AnswerStatus
    amount: int
    currency: str
    pay_address: str | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """A callback whose signature holds: the event, and the answer it carries."""

    event: str
    answer: Answer


class Provider(Protocol):
    """A way of paying that asks nobody of the cadastre to confirm."""

    name: str

    @property
    def origin(self) -> str:
        """Give scheme, host and port of its pages, which ours may lead to."""
        ...

    def begin(self, asked: Asked) -> Answer:
        """Open a session for a payment, or find the one there is under the same reference.

        Raises
        ------
        NotAvailable
            ``money.provider-silent``: whether it was opened is not known; ask again later.
        """
        ...

    def ask(self, reference: str) -> Answer | None:
        """Ask how the payment of one of our references stands; None when it was never opened."""
        ...

    def read_callback(self, headers: Mapping[str, str], body: bytes, now: float) -> Message:
        """Read a message that claims to come from the provider.

        Raises
        ------
        NotAllowed
            ``money.bad-signature`` or ``money.stale-message``.
        UnusableInput
            The signature holds and the content is not what was agreed.
        """
        ...
