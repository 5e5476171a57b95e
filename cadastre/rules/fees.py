"""Compute what is due on a day, with a working that a person can redo by hand."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator

from cadastre.rules.case import Case, once
from cadastre.rules.finding import Fee, Finding
from cadastre.rules.registry import finds
from cadastre.rules.ruleset import FeeRule, Text
from cadastre.rules.weight import standing
from cadastre.sentences import say_all
from cadastre.units import M2_PER_KM2
from cadastre.vocabulary import Severity

# A perimeter drawn for 198 km² and measured 198.000001 must not pay for 199.
SLACK_KM2 = 1e-4


@once
def compute_fees(case: Case) -> tuple[Fee, ...]:
    """Give every fee of the kind of title, in the order of the ruleset; none without a kind."""
    if case.kind is None:
        return ()
    rules = case.ruleset.fees.values()
    return tuple(_fee(case, rule) for rule in rules if case.kind.id in rule.kinds)


def _fee(case: Case, rule: FeeRule) -> Fee:
    rate = rule.amount.at(case.at)
    area_km2, currency = case.planar_m2 / M2_PER_KM2, case.ruleset.currency
    amount, working = work_out(rule, area_km2, case.at, currency)
    values = {
        "name": rule.name,
        "when": rule.when,
        "note": rule.note,
        "rate": rate.value,
        "area_km2": round(area_km2, 4),
        "standing": standing(rate.evidence),
    }
    code = f"fees.{rule.id}"
    return Fee(
        code, amount, currency, working, values, rate.article, rate.evidence, rule.name, rule.when
    )


def work_out(
    rule: FeeRule, area_km2: float | None, day: dt.date, currency: str
) -> tuple[int | None, Text]:
    """Give an amount on a day and its working; None when the amount or the area is not known."""
    rate = rule.amount.at(day).value
    if rate is None:
        return None, say_all("fees.working-unknown", {})
    told: dict[str, object] = {"rate": float(rate), "currency": currency, "unit": "km²"}
    if rule.basis == "fixed":
        return int(rate), say_all("fees.working-fixed", told)
    if area_km2 is None:
        return None, say_all("fees.working-no-area", told)
    counted = area_km2
    told |= {"area": round(area_km2, 4)}
    code = "fees.working-area"
    if rule.rounding is not None and rule.rounding.at(day).value == "up":
        counted, code = math.ceil(area_km2 - SLACK_KM2), "fees.working-area-up"
    amount = round(counted * rate)
    return amount, say_all(code, told | {"counted": counted, "amount": amount})


@finds("fees", "fees.unknown-amount", "fees.rounding", needs_kind=True)
def check_fees(case: Case) -> Iterator[Finding]:
    """Say what about money is not known: amounts not found, rounding not stated."""
    for fee, rule in zip(compute_fees(case), _rules(case), strict=True):
        if fee.amount is None:
            values = {"fee": rule.name, "kind": case.kind.name if case.kind else ""}
            yield Finding("fees.unknown-amount", Severity.INFO, values, None, fee.evidence)
            continue
        rounding = rule.rounding.at(case.at) if rule.rounding else None
        if rounding is not None and rounding.evidence != "confirmed":
            area, rate = case.planar_m2 / M2_PER_KM2, float(rule.amount.at(case.at).value)
            told = {
                "fee": rule.name,
                "up": round(math.ceil(area - SLACK_KM2) * rate),
                "exact": round(area * rate),
                "currency": fee.currency,
            }
            yield Finding("fees.rounding", Severity.INFO, told, None, rounding.evidence)


def _rules(case: Case) -> list[FeeRule]:
    return [r for r in case.ruleset.fees.values() if case.kind and case.kind.id in r.kinds]
