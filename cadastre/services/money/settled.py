"""Carry out what a payment sets in motion, once, also after a stop in between.

The money and the message that it came are written together. Whoever depends on it (a dossier that
waits for its fee) is a function of :data:`ON_PAID`; each runs in the transaction that takes the
message away, so that it happens exactly once, and a failure leaves the message for the next turn.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from cadastre.models import Invoice, OutboxEvent
from cadastre.queries.money import invoice_numbered

TOPIC = "invoice.settled"
MOST_AT_ONCE = 100
log = logging.getLogger(__name__)

Hook = Callable[[Session, Invoice], None]
# Who is told that an invoice is paid, by name. A hook only flushes, does nothing when it has
# nothing to do (the dossier was withdrawn meanwhile), and raises when it should be tried again.
ON_PAID: dict[str, Hook] = {}


@dataclass(frozen=True, slots=True)
class Delivered:
    """Numbers of invoices whose consequences were carried out, and of those that must wait."""

    done: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()


def on_paid(session: Session, invoice: Invoice) -> None:
    """Write that an invoice was settled and carry out what follows.

    A consequence that fails never takes the payment with it: it waits in the outbox.
    """
    told = {
        "moment": invoice.moment,
        "dossier_id": invoice.dossier_id,
        "title_id": invoice.title_id,
    }
    session.add(OutboxEvent(topic=TOPIC, subject_id=invoice.number, facts=told))
    session.flush()
    deliver(session, invoice.number)


def deliver(session: Session, number: str | None = None) -> Delivered:
    """Carry out what settled invoices set in motion, oldest first; all of them, or one.

    All wait in a process that connected nobody, so that none is taken away unheard.
    """
    query = select(OutboxEvent.id, OutboxEvent.subject_id).where(OutboxEvent.topic == TOPIC)
    if number is not None:
        query = query.where(OutboxEvent.subject_id == number)
    done: list[str] = []
    waiting: list[str] = []
    for event, about in session.execute(query.order_by(OutboxEvent.id).limit(MOST_AT_ONCE)).all():
        is_done = bool(ON_PAID) and _carry_out(session, event, about)
        (done if is_done else waiting).append(about)
    return Delivered(tuple(done), tuple(waiting))


def _carry_out(session: Session, event: int, number: str) -> bool:
    """Take one message away and do what it says; whoever takes it first does it alone."""
    take = delete(OutboxEvent).where(OutboxEvent.id == event).returning(OutboxEvent.id)
    try:
        with session.begin_nested():
            if session.execute(take).scalar() is None:
                return True  # another process was here meanwhile
            invoice = invoice_numbered(session, number)
            if invoice is not None:
                for hook in ON_PAID.values():
                    hook(session, invoice)
    except Exception:
        # Whatever is wrong with the consequence, the payment stands and the message stays.
        log.exception("what %s sets in motion waits for the next turn", number)
        return False
    return True
