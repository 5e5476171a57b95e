"""Represent the parts of a dossier: its clocks, documents, orders of payment, opinions, reasons."""

from __future__ import annotations

from typing import Any

from cadastre.models import Document, Invoice
from cadastre.procedures.facts import Refusal
from cadastre.procedures.machine import Clock, PossibleStep, Procedure, Standing
from cadastre.sentences import say


def opinions(
    standing: Standing, procedure: Procedure, language: str, *, heard: bool, own: str | None
) -> list[dict[str, Any]]:
    """Represent the opinions: of every body that was asked, and of those the law wants heard.

    What a body thinks is told where opinions are ``heard``, and to the body itself (``own``).
    """
    told = []
    for body in procedure.bodies.values():
        asked = standing.opinions.get(body.id)
        told.append(
            {
                "body": body.id,
                "name": body.name[language],
                "required": body.required,
                "asked_at": None if asked is None else asked.asked_at.isoformat(),
                "due": None if asked is None or asked.due_on is None else asked.due_on.isoformat(),
                "given_at": asked.given_at.isoformat() if asked and asked.given_at else None,
                "opinion": asked.opinion if asked and (heard or body.id == own) else None,
                "overdue": asked is not None and asked.overdue,
            }
        )
    return told


def clock_json(clock: Clock, procedure: Procedure, language: str) -> dict[str, Any]:
    """Represent a legal delay: whose it is, what was spent, what is left, what it stands on."""
    body = procedure.bodies.get(clock.name.partition(":")[2])
    label = clock.label[language]
    return {
        "name": clock.name,
        "label": label if body is None else f"{label} : {body.name[language]}",
        "owed_by": clock.owed_by,
        "limit": clock.limit,
        "unit": clock.unit,
        "spent": clock.spent,
        "due": None if clock.due_on is None else clock.due_on.isoformat(),
        "running": clock.running,
        "ended": None if clock.ended_on is None else clock.ended_on.isoformat(),
        "overdue": clock.overdue,
        "article": clock.article,
        "evidence": str(clock.evidence),
        "note": None if clock.note is None else clock.note[language],
    }


def document_json(document: Document) -> dict[str, Any]:
    """Represent a document by what may be said of it without opening it."""
    return {
        "id": document.id,
        "kind": document.kind,
        "piece": document.piece,
        "title": document.title,
        "filename": document.filename,
        "media_type": document.media_type,
        "sha256": document.sha256,
        "at": document.recorded_at.isoformat(),
        "scan": document.scan,
        "withdrawn": document.withdrawn_at is not None,
        "verdict": document.verdict,
        "verdict_reason": document.verdict_reason,
    }


def invoice_json(invoice: Invoice) -> dict[str, Any]:
    """Represent an order of payment in one line."""
    return {
        "number": invoice.number,
        "moment": invoice.moment,
        "total": invoice.total,
        "currency": invoice.currency,
        "due_on": invoice.due_on.isoformat(),
        "paid": invoice.payment is not None,
    }


def refusal_text(refusal: Refusal, language: str) -> str:
    """Say a reason against a step in a language."""
    return say(refusal.code, language, **refusal.values)


def step_json(step: PossibleStep, language: str) -> dict[str, Any]:
    """Represent a step somebody may take, with every reason against it now."""
    return {
        "step": step.kind,
        "verb": step.verb[language],
        "needs": list(step.needs),
        "second_factor": step.second_factor,
        "possible": step.is_possible,
        "reasons": [refusal_text(one, language) for one in step.refusals],
    }
