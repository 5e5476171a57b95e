"""Gather what the guards of a procedure look at: form, pieces, ground, cases, money, title.

Only what the guards at hand ask for is gathered: a message never waits for a check of ground.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from cadastre.errors import CadastreError
from cadastre.models import Application, Dossier, OverlapCase, Parcel, Title
from cadastre.procedures.acts import act_named
from cadastre.procedures.facts import Refusal
from cadastre.procedures.machine import DossierFacts
from cadastre.procedures.terms import day_of
from cadastre.rules.catalogue import Answers, Service, pieces_missing, suspension
from cadastre.rules.ruleset import Ruleset
from cadastre.services.dossiers.answers import read_answers
from cadastre.services.dossiers.catalogue import rules_of
from cadastre.services.dossiers.counter import is_confirmed
from cadastre.services.dossiers.documents import pieces_given
from cadastre.services.dossiers.fees import unpaid_moments
from cadastre.services.dossiers.ground import (
    AREA,
    POINT,
    check_of,
    point_of,
    reading_of,
    substances_of,
)
from cadastre.services.dossiers.rescan import unsafe_documents
from cadastre.services.dossiers.taker import asked_taker, taker_of
from cadastre.services.titles.facts import facts_of
from cadastre.services.titles.grant import reasons_against_grant
from cadastre.vocabulary import Severity


@dataclass
class Circumstances:
    """A dossier at an instant, looked into piece by piece as guards ask."""

    session: Session
    ruleset: Ruleset
    dossier: Dossier
    at: dt.datetime

    @cached_property
    def day(self) -> dt.date:
        """Give the day on the clock of the law."""
        return day_of(self.at, self.ruleset.time_zone)

    @cached_property
    def answers(self) -> Answers:
        """Read the form."""
        rules = rules_of(self.session, self.dossier)
        return read_answers(self.session, self.ruleset, rules, self.dossier, self.day)

    @cached_property
    def application(self) -> Application | None:
        """Give the application that the dossier lodged, if it did."""
        return application_of(self.session, self.dossier)

    @cached_property
    def title(self) -> Title | None:
        """Give the title the dossier is about: the one it was opened on, or that the form names."""
        if self.dossier.title_id is not None:
            return self.session.get(Title, self.dossier.title_id)
        service = rules_of(self.session, self.dossier).service
        for question in service.fields:
            if question.type == "title" and question.id in self.answers.values:
                number = str(self.answers.values[question.id])
                return self.session.scalar(select(Title).where(Title.number == number))
        return None

    def facts(self, guards: Iterable[str]) -> DossierFacts:
        """Gather what these guards look at."""
        wanted = {_GATHERED[guard] for guard in guards if guard in _GATHERED}
        return DossierFacts(**{name: gather(self) for name, gather in wanted})


def application_of(session: Session, dossier: Dossier) -> Application | None:
    """Give the application of a dossier, None when it lodged none."""
    return session.scalar(
        select(Application)
        .where(Application.dossier_id == dossier.id)
        .order_by(Application.id)
        .limit(1)
    )


def _form_faults(about: Circumstances) -> tuple[Any, ...]:
    return tuple(
        finding.values.get("field", finding.where)
        for finding in about.answers.findings
        if finding.severity is Severity.BLOCK
    )


def _pieces_missing(about: Circumstances) -> tuple[Any, ...]:
    service = rules_of(about.session, about.dossier).service
    given = pieces_given(about.dossier)
    return tuple(piece.name for piece in pieces_missing(service, about.answers.values, given))


def _perimeter_missing(about: Circumstances) -> bool:
    service = rules_of(about.session, about.dossier).service
    asked = service.perimeter_for(about.answers.values)
    if about.application is not None or asked not in (AREA, POINT):
        return False
    if asked == POINT:
        return point_of(about.dossier) is None
    reading = _reading(about)
    return reading is None or reading.perimeter is None or bool(reading.questions)


def _reading(about: Circumstances) -> Any:
    try:
        return reading_of(about.ruleset, about.dossier)
    except CadastreError:
        return None


def _blocking_findings(about: Circumstances) -> tuple[Any, ...]:
    service = rules_of(about.session, about.dossier).service
    if service.outcome.type != "title":
        return ()
    if about.application is not None:
        reasons = reasons_against_grant(
            about.session, about.ruleset, about.application, about.at
        )
        return tuple(_said(reason) for reason in reasons)
    reading = _reading(about)
    if reading is None or reading.perimeter is None:
        return ()
    substances = substances_of(service, about.answers.values)
    report = check_of(
        about.session, about.ruleset, service, about.dossier, reading, about.day, substances
    )
    found = (one.code for one in report.findings if one.severity is Severity.BLOCK)
    return tuple(dict.fromkeys(found))


def _said(reason: CadastreError) -> str:
    codes = reason.values.get("codes")
    return str(codes) if codes else reason.code


def _open_cases(about: Circumstances) -> tuple[str, ...]:
    if about.application is None:
        return ()
    parcels = select(Parcel.id).where(Parcel.application_id == about.application.id)
    query = select(OverlapCase.number).where(
        OverlapCase.closed_at.is_(None),
        or_(
            OverlapCase.left_parcel_id.in_(parcels), OverlapCase.right_parcel_id.in_(parcels)
        ),
    )
    return tuple(about.session.scalars(query.order_by(OverlapCase.number)))


def _unpaid(about: Circumstances) -> frozenset[str]:
    return unpaid_moments(about.session, about.ruleset, about.dossier, about.day)


def _frozen(about: Circumstances) -> Any:
    service = rules_of(about.session, about.dossier).service
    substances = substances_of(service, about.answers.values)
    found = suspension(service, about.ruleset, about.day, substances)
    return None if found is None or found.applies is False else found.moratorium.name


def _title_refusals(about: Circumstances) -> tuple[Refusal, ...]:
    service = rules_of(about.session, about.dossier).service
    act = service.outcome.act_for(about.answers.values)
    if act is None:
        return ()
    if about.title is None:
        return (Refusal("dossiers.which-title"),)
    facts = facts_of(about.session, about.ruleset, about.title, about.at)
    refusals = act_named(act).reasons_against(facts, about.ruleset)
    if about.dossier.party_id not in facts.holders:
        refusals += (Refusal("dossiers.not-the-holder", {"number": about.title.number}),)
    return refusals + _co_holders_against(about, service, len(facts.holders))


def _co_holders_against(
    about: Circumstances, service: Service, holders: int
) -> tuple[Refusal, ...]:
    """Refuse that one holder alone decides, where the service wants the others' agreement."""
    agreement = service.outcome.co_holders
    if agreement is None or holders < 2 or agreement in pieces_given(about.dossier):
        return ()
    told = {"piece": service.piece(agreement).name, "count": holders}
    return (Refusal("dossiers.co-holders-agree", told),)


def _taker_unknown(about: Circumstances) -> bool:
    asked = asked_taker(rules_of(about.session, about.dossier).service, about.answers.values)
    return asked is not None and taker_of(about.session, about.dossier, asked) is None


Gather = Callable[[Circumstances], Any]
_GATHERED: dict[str, tuple[str, Gather]] = {
    "form-complete": ("form_faults", _form_faults),
    "pieces-complete": ("pieces_missing", _pieces_missing),
    "documents-safe": ("unsafe_documents", lambda about: unsafe_documents(about.dossier)),
    "perimeter-drawn": ("perimeter_missing", _perimeter_missing),
    "nothing-blocks": ("blocking_findings", _blocking_findings),
    "cases-settled": ("open_cases", _open_cases),
    "lodgement-paid": ("unpaid", _unpaid),
    "decision-paid": ("unpaid", _unpaid),
    "issue-paid": ("unpaid", _unpaid),
    "counter-confirmed": (
        "counter_unconfirmed",
        lambda about: not is_confirmed(about.session, about.dossier),
    ),
    "not-frozen": ("suspended_by_rule", _frozen),
    "title-allows": ("title_refusals", _title_refusals),
    "taker-known": ("taker_unknown", _taker_unknown),
}


EVERY_GUARD = tuple(_GATHERED)
