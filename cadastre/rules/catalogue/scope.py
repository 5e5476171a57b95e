"""Tell when a smaller or a larger regime applies, and which service to turn to instead."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from cadastre.rules.catalogue.conditions import all_met
from cadastre.rules.catalogue.service import Scope, Service
from cadastre.rules.finding import Finding
from cadastre.rules.ruleset import DatedValue, Parameter, Text
from cadastre.rules.weight import standing, weigh_limit


def check_scope(service: Service, values: Mapping[str, Any], day: dt.date) -> Iterator[Finding]:
    """Give a finding for each threshold that answers pass on a day.

    A published threshold blocks; one that is deduced or unconfirmed warns, unless it says otherwise
    by its ``effect``. ``values["service"]`` is the id of the service to turn to, None where none is
    needed.
    """
    for scope in service.scope:
        value = values.get(scope.field)
        if not isinstance(value, (int, float)) or not all_met(scope.when, values):
            continue
        low, high = _at(scope.least, day), _at(scope.most, day)
        if low is not None and (value < low.value or (scope.least_excluded and value == low.value)):
            yield _passed("form.under-scope", service, scope, low, value)
        if high is not None and (
            value > high.value or (scope.most_excluded and value == high.value)
        ):
            yield _passed("form.over-scope", service, scope, high, value)


def _at(threshold: Parameter | None, day: dt.date) -> DatedValue | None:
    """Give a threshold on a day; None where there is none, or its value is not known."""
    found = threshold.at(day) if threshold else None
    return found if found is not None and found.value is not None else None


def _passed(code: str, service: Service, scope: Scope, limit: DatedValue, value: float) -> Finding:
    under = code == "form.under-scope"
    other = (scope.less_text if under else scope.more_text) or {"fr": "—", "en": "—"}
    label: Text = next(one.label for one in service.fields if one.id == scope.field)
    told = {
        "field": label,
        "given": value,
        "limit": limit.value,
        "unit": limit.unit or "",
        "other": other,
        "service": scope.less if under else scope.more,
        "standing": standing(limit.evidence),
    }
    return Finding(code, weigh_limit(limit), told, limit.article, limit.evidence, where=scope.field)
