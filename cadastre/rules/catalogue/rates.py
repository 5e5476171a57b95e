"""List what a service may cost, before anything is drawn or answered."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from cadastre.rules.catalogue.service import Service
from cadastre.rules.ruleset import DatedValue, Ruleset, Text


@dataclass(frozen=True, slots=True)
class FeeRate:
    """A fee and its rate on a day; ``rate.value`` is None where the amount was not found."""

    code: str
    name: Text
    moments: tuple[str, ...]
    basis: str
    rate: DatedValue
    note: Text | None


def fee_rates(service: Service, ruleset: Ruleset, day: dt.date) -> tuple[FeeRate, ...]:
    """Give the fees of the kind of title, then those of the service itself."""
    return tuple(_rates(service, ruleset, day))


def _rates(service: Service, ruleset: Ruleset, day: dt.date) -> Iterator[FeeRate]:
    for rule in ruleset.fees.values():
        if service.outcome.kind in rule.kinds:
            rate = rule.amount.at(day)
            note = rule.note or rate.note
            yield FeeRate(f"fees.{rule.id}", rule.name, rule.moments, rule.basis, rate, note)
    for fee in service.fees:
        rate = fee.amount.at(day)
        code, note = f"services.{service.id}.{fee.id}", fee.note or rate.note
        yield FeeRate(code, fee.name, (fee.moment,), fee.basis, rate, note)
