"""Say how much a rule may weigh, given how well it is attested."""

from __future__ import annotations

from collections.abc import Mapping

from cadastre.rules.ruleset import DatedValue
from cadastre.vocabulary import Evidence, Severity

_BY_EFFECT = {
    "block": Severity.BLOCK,
    "warn": Severity.WARN,
    "condition": Severity.WARN,
    "info": Severity.INFO,
}

STANDING: Mapping[Evidence, Mapping[str, str]] = {
    Evidence.CONFIRMED: {"fr": "texte publié", "en": "published text"},
    Evidence.INFERRED: {
        "fr": "déduit de documents, à confirmer",
        "en": "deduced from documents, to be confirmed",
    },
    Evidence.UNCONFIRMED: {
        "fr": "usage non confirmé, n'a pas valeur de règle",
        "en": "unconfirmed practice, not a rule of law",
    },
}


def weigh(effect: str | None, evidence: Evidence) -> Severity:
    """Turn an effect into a severity: what is not confirmed by any text never blocks."""
    severity = _BY_EFFECT[effect or "info"]
    if severity is Severity.BLOCK and evidence is Evidence.UNCONFIRMED:
        return Severity.WARN
    return severity


def weigh_limit(limit: DatedValue) -> Severity:
    """Weigh a limit that is passed: published text blocks, anything else warns.

    A ruleset may say otherwise with ``effect``; an unconfirmed limit still never blocks.
    """
    usual = "block" if limit.evidence is Evidence.CONFIRMED else "warn"
    return weigh(limit.effect or usual, limit.evidence)


def standing(evidence: Evidence) -> Mapping[str, str]:
    """Give the words that tell a reader how well a value is attested."""
    return STANDING[evidence]
