"""Say the truth about a certificate in words, for the page and for programs alike."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from cadastre.sentences import say, write_instant
from cadastre.services.certificates.checking import Comparison, Truth, Verdict
from cadastre.vocabulary import CertificateState

UNKNOWN_ACT = "other"
OWN_CODES = "certificates."  # a reason of ours; a person's own words begin otherwise


def told(truth: Truth, language: str, zone: str) -> dict[str, Any]:
    """Give what anybody who holds the code may know; instants are on the legal clock."""
    certificate, clock = truth.certificate, ZoneInfo(zone)
    return {
        "code": certificate.code,
        "kind": certificate.kind,
        "number": certificate.number,
        "language": certificate.language,
        "issued_at": certificate.issued_at.astimezone(clock),
        "state": truth.state.value,
        "title": say(f"certificates.state-{truth.state.value}", language),
        "message": _message(truth, language, clock),
        "changed_at": truth.changed_at and truth.changed_at.astimezone(clock),
        "facts": [{"label": label, "value": value} for label, value in certificate.facts[language]],
        "title_number": truth.title_number,
        "title_status": truth.title_status and truth.title_status.value,
        "sha256": certificate.sha256,
        "as_of": truth.as_of.astimezone(clock),
        "log_position": truth.position,
        "is_demonstration": certificate.is_demonstration,
    }


def told_comparison(found: Comparison, language: str) -> dict[str, Any]:
    """Give what a file is; never the code of a certificate that was not asked about."""
    return {
        "verdict": found.verdict.value,
        "is_intact": found.verdict is Verdict.IDENTICAL,
        "message": say(f"certificates.verdict-{found.verdict.value}", language),
        "faults": [{"code": code, "message": say(code, language)} for code in found.faults],
        "sha256": found.sha256,
    }


def _message(truth: Truth, language: str, clock: ZoneInfo) -> str:
    if truth.state is CertificateState.VALID:
        return say("certificates.valid-words", language)
    changed = truth.changed_at
    since = "—" if changed is None else write_instant(changed.astimezone(clock), language)
    if truth.state is CertificateState.REVOKED:
        reason = truth.reason or "—"
        return say("certificates.revoked-words", language, since=since, reason=reason)
    why = why_superseded(truth.reason, language)
    if changed is None:  # nobody wrote it down: the title moved without an act
        return say("certificates.moved-words", language, why=why)
    return say("certificates.superseded-words", language, since=since, why=why)


def why_superseded(reason: str | None, language: str) -> str:
    """Word why a paper is of the past: the act by name, or what a person wrote."""
    reason = reason or UNKNOWN_ACT
    code = reason if reason.startswith(OWN_CODES) else f"titles.act.{reason}"
    words = say(code, language)
    return reason if words == code else words
