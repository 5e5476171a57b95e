"""Write the checklist of a service as plain text: for a print, a message, a person at a counter."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cadastre.rules.catalogue.pieces import pieces_asked
from cadastre.rules.catalogue.service import Piece, Service
from cadastre.rules.weight import standing
from cadastre.sentences import say
from cadastre.vocabulary import Evidence


def checklist(service: Service, language: str, answers: Mapping[str, Any] | None = None) -> str:
    """Write what to bring; without answers, every piece with the condition it is asked under."""
    return "\n".join(_lines(service, language, answers)) + "\n"


def _lines(service: Service, language: str, answers: Mapping[str, Any] | None) -> Iterator[str]:
    yield service.title[language]
    yield _attested(service.evidence, language)
    if service.evidence_note:
        yield service.evidence_note[language]
    yield ""
    yield say("services.checklist-pieces", language)
    pieces = service.pieces if answers is None else pieces_asked(service, answers)
    for piece in pieces:
        yield from _piece(service, piece, language)
    if service.pieces_note:
        yield service.pieces_note[language]
    yield ""
    yield say("services.checklist-questions", language)
    for page in service.form:
        yield f"- {page.title[language]}"
    yield ""
    yield say("services.checklist-delay", language, delay=service.delay.text)
    yield say("services.checklist-validity", language, validity=service.validity.text)
    for other in service.validity.conflicts:
        yield say("services.checklist-conflict", language, text=other.text)


def _piece(service: Service, piece: Piece, language: str) -> Iterator[str]:
    mark = "" if piece.required else f" ({say('services.optional', language)})"
    doubt = "" if piece.evidence is Evidence.CONFIRMED else _attested(piece.evidence, language)
    yield f"[ ] {piece.name[language]}{mark}{f' [{doubt}]' if doubt else ''}"
    if piece.help:
        yield f"    {piece.help[language]}"
    if piece.when:
        yield f"    {say('services.checklist-when', language, when=_asked_when(service, piece))}"


def _asked_when(service: Service, piece: Piece) -> Mapping[str, str]:
    """Say the conditions of a piece in the words of the form."""
    labels = {question.id: question.label for question in service.fields}
    names = [labels[condition.field] for condition in piece.when]
    return {language: ", ".join(name[language] for name in names) for language in ("fr", "en")}


def _attested(evidence: Evidence, language: str) -> str:
    return standing(evidence)[language]
