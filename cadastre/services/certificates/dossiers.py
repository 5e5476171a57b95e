"""Give the papers of a dossier: receipt of lodgement, refusal, outcome of a service, slip.

Each is made when it is first asked for and is then the same bytes for ever.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

import yaml
from sqlalchemy import select
from sqlalchemy.orm import Session

from cadastre.config import read_settings
from cadastre.errors import NotFound
from cadastre.models import Account, Certificate, Document, Dossier, Party, StoredFile
from cadastre.procedures.machine import Standing, State, StepFact
from cadastre.procedures.terms import add_years
from cadastre.queries.certificates import newest_entry
from cadastre.rules.catalogue import FormField, Service
from cadastre.services.certificates.issuing import About, Office, issue
from cadastre.services.certificates.paper import render_slip
from cadastre.services.certificates.sheets import (
    Answer,
    LodgementSheet,
    PieceLine,
    Reference,
    RefusalSheet,
    ServiceSheet,
    SlipSheet,
    Words,
)
from cadastre.services.dossiers.catalogue import rules_of
from cadastre.services.dossiers.standing import standing_of
from cadastre.vocabulary import CertificateKind, Evidence

KIND_OF_OUTCOME: Mapping[str, CertificateKind] = {
    "authorisation": CertificateKind.AUTHORISATION,
    "approval": CertificateKind.AGREEMENT,
    "connection": CertificateKind.CONNECTION,
    "receipt": CertificateKind.ACKNOWLEDGEMENT,
}
PRINTED = frozenset({"public", "internal"})  # what a person gave of themselves stays inside
DECIDING = ("confirm", "propose-refusal", "issue")


def dossier_certificate(
    session: Session, office: Office, dossier: Dossier, language: str, account_id: int | None
) -> Certificate:
    """Give what a dossier ended with: the outcome of its service, or its refusal.

    A dossier that ends with a title has the certificate of that title
    (:func:`cadastre.services.certificates.titles.title_certificate`).

    Raises
    ------
    NotFound
        ``certificates.nothing-issued``: it has not ended so, or with a title or an act.
    NotAvailable
        ``certificates.not-sealed-yet``.
    """
    standing = standing_of(session, dossier)
    if standing.state is State.REFUSED:
        sheet: RefusalSheet | ServiceSheet = refusal_sheet(session, office, dossier, standing)
        kind = CertificateKind.REFUSAL
    else:
        outcome = rules_of(session, dossier).service.outcome
        if standing.state is not State.ISSUED or outcome.type != "certificate":
            raise NotFound("certificates.nothing-issued", where=dossier.number)
        sheet = outcome_sheet(session, office, dossier, standing)
        kind = KIND_OF_OUTCOME.get(outcome.certificate or "", CertificateKind.DECISION)
    about = _about(session, dossier, account_id, "dossier.issue", "dossier.confirm")
    return issue(session, office, kind, sheet, language, about)


def is_title(session: Session, dossier: Dossier) -> bool:
    """Tell whether a dossier ended with a title, or with an act on one."""
    standing, outcome = standing_of(session, dossier), rules_of(session, dossier).service.outcome
    ended = standing.state is State.ISSUED and outcome.type != "certificate"
    return ended and dossier.title_id is not None


def lodgement_certificate(
    session: Session, office: Office, dossier: Dossier, language: str, account_id: int | None
) -> Certificate:
    """Give the receipt of lodgement; at once, its proof follows on the verification page.

    Raises
    ------
    NotFound
        ``certificates.not-lodged``.
    """
    sheet = lodgement_sheet(session, office, dossier)
    about = _about(session, dossier, account_id, "dossier.lodge")
    return issue(session, office, CertificateKind.LODGEMENT, sheet, language, about)


def follow_up_slip(session: Session, office: Office, dossier: Dossier, language: str) -> bytes:
    """Give the slip for somebody with no equipment, lodged already or not."""
    service, standing = rules_of(session, dossier).service, standing_of(session, dossier)
    sheet = SlipSheet(
        number=dossier.number,
        service=dict(service.title),
        applicant=_party(session, dossier),
        follow_up_code=dossier.follow_up_code or "—",
        follow_up_address=_follow(office, dossier, with_code=True),
        lodged_at=_legal(office, standing.happened_at("lodge")),
        is_demonstration=dossier.is_demonstration,
    )
    return render_slip(sheet, language)


def lodgement_sheet(session: Session, office: Office, dossier: Dossier) -> LodgementSheet:
    """Gather what was lodged, as the step remembers it.

    Raises
    ------
    NotFound
        ``certificates.not-lodged``.
    """
    service, lodged = rules_of(session, dossier).service, _last(session, dossier, "lodge")
    if lodged is None:
        raise NotFound("certificates.not-lodged", where=dossier.number)
    clerk = None if dossier.clerk_id is None else session.get(Account, dossier.clerk_id)
    return LodgementSheet(
        number=dossier.number,
        service=dict(service.title),
        applicant=_party(session, dossier),
        lodged_at=lodged.at.astimezone(ZoneInfo(office.time_zone)),
        pieces=tuple(_pieces(session, service, lodged.facts.get("pieces", ()), office)),
        follow_up_code=dossier.follow_up_code or "—",
        follow_up_address=_follow(office, dossier, with_code=False),
        rank=lodged.facts.get("rank"),
        filed_by=None if clerk is None else clerk.display_name,
        answers_sha256=_fingerprint(lodged.facts.get("form", {})),
        is_demonstration=dossier.is_demonstration,
    )


def refusal_sheet(
    session: Session, office: Office, dossier: Dossier, standing: Standing
) -> RefusalSheet:
    """Gather a refusal: who decided when, on which grounds, and how to appeal."""
    service = rules_of(session, dossier).service
    proposed = _last(session, dossier, "propose-refusal")
    return RefusalSheet(
        number=dossier.number,
        service=dict(service.title),
        applicant=_party(session, dossier),
        lodged_on=_day(office, standing.happened_at("lodge")),
        decided_on=_decided_on(office, standing),
        authority=_authority(service),
        grounds=(Reference((proposed.reason if proposed else None) or "—"),),
        appeal=ways_of_appeal(),
        basis=_basis(service),
        is_demonstration=dossier.is_demonstration,
    )


def outcome_sheet(
    session: Session, office: Office, dossier: Dossier, standing: Standing
) -> ServiceSheet:
    """Gather what a service without a title gave, from the answers that were lodged."""
    service, lodged = rules_of(session, dossier).service, _last(session, dossier, "lodge")
    decided = _decided_on(office, standing)
    years = service.validity.years
    answers = (lodged.facts.get("form") if lodged else None) or dossier.form
    return ServiceSheet(
        number=dossier.number,
        service=dict(service.title),
        beneficiary=_party(session, dossier),
        decided_on=decided,
        authority=_authority(service),
        answers=tuple(_answers(service.fields, answers)),
        valid_from=decided,
        valid_until=None if years is None else add_years(decided, years),
        conditions=tuple(dict(one.text) for one in service.conditions),
        basis=_basis(service),
        outcome=dict(service.outcome.name),
        is_demonstration=dossier.is_demonstration,
    )


@cache
def ways_of_appeal() -> tuple[Reference, ...]:
    """Read the ways of appeal of this deployment's country; none where none are written down."""
    settings = read_settings()
    path = Path(settings.data) / "appeals" / f"{settings.ruleset}.yaml"
    if not path.exists():
        return ()
    return tuple(
        Reference(one["words"], one.get("article"), Evidence(one["evidence"]))
        for one in yaml.safe_load(path.read_text("utf-8"))
    )


def _about(
    session: Session, dossier: Dossier, account_id: int | None, *actions: str
) -> About:
    return About(
        dossier_id=dossier.id,
        account_id=account_id,
        entry=newest_entry(session, "dossier", dossier.number, *actions),
    )


def _last(session: Session, dossier: Dossier, kind: str) -> StepFact | None:
    steps = [step for step in standing_of(session, dossier).steps if step.kind == kind]
    return steps[-1] if steps else None


def _party(session: Session, dossier: Dossier) -> str:
    party = None if dossier.party_id is None else session.get(Party, dossier.party_id)
    return "—" if party is None else party.name


def _authority(service: Service) -> Words:
    languages = service.title.keys()
    return {
        language: ", ".join(one.name[language] for one in service.authority)
        for language in languages
    }


def _basis(service: Service) -> tuple[Reference, ...]:
    return tuple(
        Reference(dict(one.text), one.article, one.evidence) for one in service.legal_basis
    )


def _pieces(
    session: Session, service: Service, lodged: Iterable[Mapping[str, Any]], office: Office
) -> Iterable[PieceLine]:
    names = {piece.id: piece.name for piece in service.pieces}
    for one in lodged:
        document = session.get_one(Document, one["document"])
        size = session.scalar(select(StoredFile.size).where(StoredFile.sha256 == one["sha256"]))
        received = document.recorded_at.astimezone(ZoneInfo(office.time_zone))
        name = dict(names.get(one["piece"], {})) or document.title
        yield PieceLine(name, one["filename"] or "—", size or 0, one["sha256"], received)


def _answers(fields: Iterable[FormField], answers: Mapping[str, Any]) -> Iterable[Answer]:
    for question in fields:
        value = answers.get(question.id)
        if value in (None, "", []) or question.classification not in PRINTED:
            continue
        label = dict(question.label)
        if question.unit:
            label = {language: f"{words} ({question.unit})" for language, words in label.items()}
        yield Answer(label, _said(question, value))


def _said(question: FormField, value: Any) -> Any:
    """Say a choice by its label, a day as a day; the rest as it was answered."""
    labels = {choice.value: dict(choice.label) for choice in question.choices}
    if isinstance(value, list):
        return [labels.get(str(one), one) for one in value]
    if question.type == "date":
        return dt.date.fromisoformat(str(value))
    return labels.get(str(value), value)


def _decided_on(office: Office, standing: Standing) -> dt.date:
    instants = [at for at in map(standing.happened_at, DECIDING) if at is not None]
    day = _day(office, max(instants, default=standing.since or standing.at))
    assert day is not None
    return day


def _legal(office: Office, instant: dt.datetime | None) -> dt.datetime | None:
    return None if instant is None else instant.astimezone(ZoneInfo(office.time_zone))


def _day(office: Office, instant: dt.datetime | None) -> dt.date | None:
    legal = _legal(office, instant)
    return None if legal is None else legal.date()


def _follow(office: Office, dossier: Dossier, *, with_code: bool) -> str:
    address = f"{office.address}/follow?number={quote(dossier.number, safe='')}"
    return f"{address}&code={dossier.follow_up_code}" if with_code else address


def _fingerprint(answers: Mapping[str, Any]) -> str:
    told = json.dumps(answers, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(told.encode()).hexdigest()
