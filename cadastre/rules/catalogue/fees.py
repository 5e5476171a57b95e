"""Say what is due at a moment of a dossier, each amount with a working anybody can redo.

A service for a kind of title pays the fees of that kind, which are in the ruleset; a service may
have fees of its own beside them. An amount that no text gives stays None and is said to be so.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from cadastre.rules.catalogue.conditions import all_met
from cadastre.rules.catalogue.service import Service, ServiceFee
from cadastre.rules.fees import work_out
from cadastre.rules.ruleset import FeeRule, Ruleset, Text
from cadastre.sentences import say_all
from cadastre.vocabulary import Evidence

MOMENTS = ("lodgement", "decision", "issue", "yearly")


@dataclass(frozen=True, slots=True)
class FeeLine:
    """An amount due; ``amount`` is None where it was not found or must be set by a body."""

    code: str
    name: Text
    amount: int | None
    currency: str
    working: Text
    evidence: Evidence
    moment: str
    note: Text | None = None
    article: str | None = None
    source: str | None = None


def fees_due(
    service: Service,
    ruleset: Ruleset,
    answers: Mapping[str, Any],
    area_km2: float | None,
    day: dt.date,
    moment: str,
) -> tuple[FeeLine, ...]:
    """List what is due at ``lodgement``, ``decision``, ``issue`` or ``yearly``, on a day.

    ``answers`` are normalised; ``area_km2`` is the planar area of the perimeter (None: not drawn
    yet). The first year of a yearly fee is due at the moment its ``moments`` give beside yearly.
    """
    of_kind = _of_kind(service, ruleset, area_km2, day, moment)
    return (*of_kind, *_own(service, ruleset.currency, answers, area_km2, day, moment))


def _of_kind(
    service: Service, ruleset: Ruleset, area_km2: float | None, day: dt.date, moment: str
) -> Iterator[FeeLine]:
    for rule in ruleset.fees.values():
        if service.outcome.kind in rule.kinds and moment in rule.moments:
            yield line_of_rule(rule, ruleset.currency, area_km2, day, moment)


def line_of_rule(
    rule: FeeRule, currency: str, area_km2: float | None, day: dt.date, moment: str
) -> FeeLine:
    """Work out a fee of the ruleset for an area, by the values in force on a day."""
    amount, working = work_out(rule, area_km2, day, currency)
    rate = rule.amount.at(day)
    return FeeLine(
        f"fees.{rule.id}", rule.name, amount, currency, working, rate.evidence, moment,
        rule.note or rate.note, rate.article, rate.source,
    )  # fmt: skip


def _own(
    service: Service,
    currency: str,
    answers: Mapping[str, Any],
    area_km2: float | None,
    day: dt.date,
    moment: str,
) -> Iterator[FeeLine]:
    for fee in service.fees:
        if fee.moment != moment or not all_met(fee.when, answers):
            continue
        rate = fee.amount.at(day)
        amount, working = _work_out(fee, rate.value, currency, answers, area_km2)
        yield FeeLine(
            f"services.{service.id}.{fee.id}", fee.name, amount, currency, working, rate.evidence,
            moment, fee.note or rate.note, rate.article, rate.source,
        )  # fmt: skip


def _work_out(
    fee: ServiceFee,
    rate: float | None,
    currency: str,
    answers: Mapping[str, Any],
    area_km2: float | None,
) -> tuple[int | None, Text]:
    if fee.basis == "quote":
        return None, say_all("fees.working-quote", {})
    if rate is None:
        return None, say_all("fees.working-unknown", {})
    unit: Any = fee.each or (fee.amount.unit or "/").partition("/")[2]
    told: dict[str, Any] = {"rate": rate, "currency": currency, "unit": unit}
    if fee.basis == "fixed":
        return round(rate), say_all("fees.working-fixed", told)
    counted = area_km2 if fee.basis == "per-km2" else answers.get(fee.field or "")
    if not isinstance(counted, (int, float)) or isinstance(counted, bool):
        return None, say_all("fees.working-not-counted", told)
    amount = round(counted * rate)
    return amount, say_all("fees.working-counted", told | {"counted": counted, "amount": amount})
