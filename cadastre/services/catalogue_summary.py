"""Tell pages and programs about services, in one language, as they stand on a day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from cadastre.rules.catalogue import Service, Statement, form_schema, suspension
from cadastre.rules.catalogue.conditions import When
from cadastre.rules.catalogue.pieces import media_types
from cadastre.rules.catalogue.rates import FeeRate, fee_rates
from cadastre.rules.catalogue.service import FormField, FormPage, Piece, Scope
from cadastre.rules.ruleset import Parameter, Ruleset, Text
from cadastre.rules.weight import standing
from cadastre.vocabulary import Evidence


def service_row(service: Service, ruleset: Ruleset, day: dt.date, language: str) -> dict[str, Any]:
    """Give what a list of services shows."""
    return {
        "id": service.id,
        "title": service.title[language],
        "summary": service.summary[language],
        "sector": service.sector,
        "sector_label": service.sector_name[language],
        "authority": [
            {"id": body.id, "name": body.name[language], "short": body.short}
            for body in service.authority
        ],
        "applicants": [kind.value for kind in service.applicants],
        "perimeter": service.perimeter,
        **_attested(service.evidence, language),
        "suspended": _suspended(service, ruleset, day, language),
        "links": {"self": f"/api/services/{service.id}"},
    }


def service_json(service: Service, ruleset: Ruleset, day: dt.date, language: str) -> dict[str, Any]:
    """Give everything about a service: what a page, a checklist or a program needs."""
    return {
        **service_row(service, ruleset, day, language),
        "version": service.version,
        "evidence_note": _said(service.evidence_note, language),
        "source": service.source,
        "applicants_note": _said(service.applicants_note, language),
        "conditions": _statements(service.conditions, language),
        "legal_basis": _statements(service.legal_basis, language),
        "notes": _statements(service.notes, language),
        "scope": [_scope(scope, day, language) for scope in service.scope],
        "pieces": [_piece(piece, language) for piece in service.pieces],
        "pieces_note": _said(service.pieces_note, language),
        "form": [_page(page, language) for page in service.form],
        "form_schema": form_schema(service, language),
        "fees": [
            _fee(rate, ruleset.currency, language) for rate in fee_rates(service, ruleset, day)
        ],
        "delay": _delay(service, language),
        "validity": _validity(service, ruleset, day, language),
        "procedure": service.procedure,
        "perimeter_when": _when(service.perimeter_when),
        "outcome": _outcome(service, language),
        "terms": [
            {"id": term.id, "word": term.word[language], "meaning": term.meaning[language]}
            for term in service.terms
        ],
    }


def _said(text: Text | None, language: str) -> str | None:
    return text[language] if text else None


def _attested(evidence: Evidence, language: str) -> dict[str, str]:
    return {"evidence": evidence.value, "standing": standing(evidence)[language]}


def _statements(said: Iterable[Statement], language: str) -> list[dict[str, Any]]:
    return [
        {
            "text": one.text[language],
            **_attested(one.evidence, language),
            "article": one.article,
            "source": one.source,
        }
        for one in said
    ]


def _suspended(
    service: Service, ruleset: Ruleset, day: dt.date, language: str
) -> dict[str, Any] | None:
    found = suspension(service, ruleset, day)
    if found is None:
        return None
    freeze = found.moratorium
    return {
        "id": freeze.id,
        "name": freeze.name[language],
        "note": _said(freeze.note, language),
        "since": freeze.starts.isoformat(),
        "until": freeze.ends.isoformat() if freeze.ends else None,
        "exempt": [name[language] for name in found.exempt],
        "article": freeze.article,
        "source": freeze.source,
        **_attested(freeze.evidence, language),
    }


def _scope(scope: Scope, day: dt.date, language: str) -> dict[str, Any]:
    return {
        "field": scope.field,
        "when": _when(scope.when),
        "least": _bound(scope.least, scope.least_excluded, day, language),
        "most": _bound(scope.most, scope.most_excluded, day, language),
        "less": {"service": scope.less, "text": _said(scope.less_text, language)},
        "more": {"service": scope.more, "text": _said(scope.more_text, language)},
    }


def _bound(
    threshold: Parameter | None, excluded: bool, day: dt.date, language: str
) -> dict[str, Any] | None:
    if threshold is None:
        return None
    found = threshold.at(day)
    return {
        "value": found.value,
        "unit": found.unit,
        "excluded": excluded,
        "note": _said(found.note, language),
        "source": found.source,
        **_attested(found.evidence, language),
    }


def _when(when: When) -> list[dict[str, Any]]:
    return [
        {
            "field": condition.field,
            "among": list(condition.among) if condition.among is not None else None,
            "at_least": condition.at_least,
            "below": condition.below,
        }
        for condition in when
    ]


def _piece(piece: Piece, language: str) -> dict[str, Any]:
    return {
        "id": piece.id,
        "name": piece.name[language],
        "help": _said(piece.help, language),
        "required": piece.required,
        "when": _when(piece.when),
        "accepts": list(piece.accepts),
        "media_types": list(media_types(piece)),
        "classification": piece.classification,
        **_attested(piece.evidence, language),
    }


def _page(page: FormPage, language: str) -> dict[str, Any]:
    return {
        "id": page.id,
        "title": page.title[language],
        "help": _said(page.help, language),
        "fields": [_field(question, language) for question in page.fields],
    }


def _field(question: FormField, language: str) -> dict[str, Any]:
    return {
        "id": question.id,
        "type": question.type,
        "label": question.label[language],
        "help": _said(question.help, language),
        "example": question.example,
        "required": question.required,
        "unit": question.unit,
        "minimum": question.minimum,
        "maximum": question.maximum,
        "whole": question.whole,
        "choices": [
            {"value": one.value, "label": one.label[language], "help": _said(one.help, language)}
            for one in question.choices
        ],
        "kinds": list(question.kinds),
        "shown_when": _when(question.shown_when),
        "classification": question.classification,
        **_attested(question.evidence, language),
    }


def _fee(fee: FeeRate, currency: str, language: str) -> dict[str, Any]:
    return {
        "code": fee.code,
        "name": fee.name[language],
        "moments": list(fee.moments),
        "basis": fee.basis,
        "rate": fee.rate.value,
        "unit": fee.rate.unit,
        "currency": currency,
        "note": _said(fee.note, language),
        "article": fee.rate.article,
        "source": fee.rate.source,
        **_attested(fee.rate.evidence, language),
    }


def _delay(service: Service, language: str) -> dict[str, Any]:
    delay = service.delay
    return {
        "text": delay.text[language],
        "least_days": delay.least_days,
        "most_days": delay.most_days,
        "source": delay.source,
        **_attested(delay.evidence, language),
    }


def _validity(service: Service, ruleset: Ruleset, day: dt.date, language: str) -> dict[str, Any]:
    validity = service.validity
    kind = ruleset.kinds.get(service.outcome.kind or "")
    of_kind = kind.at("duration_years", day) if kind else None
    return {
        "text": validity.text[language],
        "years": of_kind.value if of_kind else validity.years,
        "source": validity.source,
        "conflicts": _statements(validity.conflicts, language),
        **_attested(validity.evidence, language),
    }


def _outcome(service: Service, language: str) -> dict[str, Any]:
    outcome = service.outcome
    return {
        "type": outcome.type,
        "name": outcome.name[language],
        "kind": outcome.kind,
        "acts": [outcome.act] if outcome.act else list(outcome.acts.values()),
        "certificate": outcome.certificate,
    }
