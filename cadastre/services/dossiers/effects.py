"""What steps do outside their dossier: rank, title, act, certificate, end of a request.

A procedure names its effects; each is one function here. It runs inside the transaction of its
step, so that dossier and register never disagree.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import shapely
from geoalchemy2.shape import to_shape
from sqlalchemy import select
from sqlalchemy.orm import Session

from cadastre.errors import Blocked, UnusableInput
from cadastre.models import Account, Application, Document, Dossier, Parcel, Party, Title
from cadastre.procedures.machine import Standing, StepFact
from cadastre.queries.occupations import lock_ground
from cadastre.rules.permissions import Actor
from cadastre.rules.ruleset import Ruleset
from cadastre.services.cases.ground import end_application
from cadastre.services.dossiers.access import UNITS
from cadastre.services.dossiers.catalogue import rules_of
from cadastre.services.dossiers.circumstances import Circumstances
from cadastre.services.dossiers.documents import pieces_given
from cadastre.services.dossiers.ground import (
    office_of,
    reading_of,
    substances_of,
    units_of,
)
from cadastre.services.dossiers.particulars import particulars_of
from cadastre.services.dossiers.taker import asked_taker, choose_taker, snapshot_of
from cadastre.services.filing import Filing, file_application
from cadastre.services.remnants import file_clipped
from cadastre.services.titles.decision import Decision
from cadastre.services.titles.facts import holders_of
from cadastre.services.titles.grant import Grant, convert, grant
from cadastre.services.titles.ground import open_parcels
from cadastre.services.titles.pending import answer_renewal, hold_for_renewal
from cadastre.services.titles.perform import perform

TELLS_ALL = ("lodge", "complete")


@dataclass(frozen=True, slots=True)
class Move:
    """A step being taken: on which dossier, where it stood, what was said, by whom.

    ``actor`` is None for what the clock decides.
    """

    session: Session
    ruleset: Ruleset
    dossier: Dossier
    standing: Standing
    step: StepFact
    actor: Actor | None
    about: Circumstances


Effect = Callable[[Move], dict[str, Any]]


def retell(move: Move) -> dict[str, Any]:
    """Give what a step remembers of the dossier: a lodgement names every answer and piece."""
    if move.step.kind not in TELLS_ALL:
        return {}
    service, values = rules_of(move.session, move.dossier).service, move.about.answers.values
    office = office_of(move.session, service, move.dossier, values, move.about.day)
    move.dossier.office = office or move.dossier.office
    units = units_of(move.session, service, move.dossier, values, move.about.day)
    return {
        UNITS: list(units),
        **snapshot_of(move.session, asked_taker(service, values)),
        "form": dict(values),
        "pieces": [
            {
                "piece": piece,
                "document": document.id,
                "sha256": document.sha256,
                "filename": document.filename,
            }
            for piece, documents in sorted(pieces_given(move.dossier).items())
            for document in documents
        ],
    }


def lodge_ground(move: Move) -> dict[str, Any]:
    """Take the rank: the application enters the register with its ground, or nothing does."""
    dossier, session = move.dossier, move.session
    service = rules_of(session, dossier).service
    reading = reading_of(move.ruleset, dossier)
    if reading is None or service.outcome.kind is None:
        raise UnusableInput("filing.no-perimeter", where="perimeter")
    given = dossier.perimeter or {}
    substances = substances_of(service, move.about.answers.values)
    filing = Filing(service.outcome.kind, substances, reading, given.get("name"))
    enter = file_clipped if given.get("clip") else file_application
    application = enter(
        session,
        move.ruleset,
        filing,
        account=session.get_one(Account, move.step.account_id),
        applicant=session.get_one(Party, dossier.party_id),
        dossier=dossier,
    )
    return {"application": application.number, "rank": application.rank}


def issue_title(move: Move) -> dict[str, Any]:
    """Make the title of the application, or turn the research it follows into exploitation."""
    application = _application(move)
    decision = decision_of(move)
    terms = Grant(expires_on=_expiry(move), instrument=_instrument(move))
    research = _own_research(move, application)
    if research is None:
        title = grant(move.session, move.ruleset, application, decision, terms)
    else:
        title = convert(move.session, move.ruleset, research, application, decision, terms)
    move.dossier.title_id = title.id
    return {"title": title.number}


def _expiry(move: Move) -> dt.date | None:
    """Read the end of the term that the act states; None leaves it to the law.

    Raises
    ------
    UnusableInput
        ``http.not-a-date``.
    """
    stated = move.step.facts.get("expires_on")
    try:
        return None if stated is None else dt.date.fromisoformat(str(stated))
    except ValueError:
        raise UnusableInput("http.not-a-date", where="expires_on", given=stated) from None


def _application(move: Move) -> Application:
    application = move.about.application
    if application is None:
        raise Blocked("dossiers.nothing-lodged", where=move.dossier.number)
    return application


def _own_research(move: Move, application: Application) -> Title | None:
    """Find the applicant's research title whose ground this exploitation takes over."""
    if move.about.title is not None:
        return move.about.title
    follows = move.ruleset.kind(application.kind).follows
    if not follows:
        return None
    asked = select(Parcel.geom).where(Parcel.application_id == application.id).limit(1)
    query = (
        select(Title)
        .join(Parcel, Parcel.title_id == Title.id)
        .where(
            Title.kind.in_(follows),
            Title.ended_on.is_(None),
            Parcel.period.op("@>")(move.step.at),
            Parcel.geom.op("&&")(asked.scalar_subquery()),
            Parcel.geom.ST_Relate(asked.scalar_subquery(), "2********"),
        )
        .order_by(Title.id)
    )
    for title in move.session.scalars(query):
        if application.applicant_id in holders_of(move.session, title, move.about.day):
            return title
    return None


def register_act(move: Move) -> dict[str, Any]:
    """Do the act that was asked for on a title."""
    service = rules_of(move.session, move.dossier).service
    act = service.outcome.act_for(move.about.answers.values)
    title = move.about.title
    if act is None or title is None:
        raise Blocked("dossiers.which-title", where=move.dossier.number)
    said = particulars_of(move.session, move.ruleset, move.dossier, move.about, act)
    if "years" in move.step.facts:
        said = replace(said, years=float(move.step.facts["years"]))
    numbers = perform(move.session, move.ruleset, title, act, said, decision_of(move))
    move.dossier.title_id = title.id
    return {"act": act, "title": title.number, "titles": numbers}


def decision_of(move: Move) -> Decision:
    """Give the decision of the dossier: who proposed, who confirmed, why, from which act.

    Raises
    ------
    Blocked
        ``dossiers.not-decided``: two people have not decided yet; ``dossiers.no-grounds``: the
        proposal says no reason.
    """
    proposal = move.standing.proposal
    if proposal is None or proposal.account_id is None or proposal.confirmed_by is None:
        raise Blocked("dossiers.not-decided", where=move.dossier.number)
    proposed = [step for step in move.standing.steps if step.kind == "propose-grant"]
    reason = (proposed[-1].reason or "").strip() if proposed else ""
    if not reason:
        raise Blocked("dossiers.no-grounds", where=move.dossier.number)
    return Decision(
        move.session.get_one(Account, proposal.account_id),
        move.session.get_one(Account, proposal.confirmed_by),
        reason,
        _act_document(move),
    )


def _act_document(move: Move) -> int | None:
    signed = [s.document_id for s in move.standing.steps if s.kind == "sign-act"]
    return signed[-1] if signed else None


def _instrument(move: Move) -> str | None:
    """Name the act the title stands on, as whoever signed it named the document."""
    document_id = _act_document(move)
    if document_id is None:
        return None
    document = move.session.get_one(Document, document_id)
    return document.reference or document.title


def close_application(move: Move) -> dict[str, Any]:
    """End the application of a request that is refused, taken back or lapsed; free its ground."""
    application = move.about.application
    if application is None or application.closed_at is not None:
        return {}
    parcels = open_parcels(move.session, application, move.step.at)
    if parcels:
        lock_ground(move.session, shapely.union_all([to_shape(one.geom) for one in parcels]))
    outcome = "withdrawn" if move.step.kind == "withdraw" else "refused"
    end_application(move.session, application, parcels, move.step.at, outcome)
    return {"application": application.number}


def hold_title(move: Move) -> dict[str, Any]:
    """Let a renewal asked in time hold its ground until the answer; other acts hold nothing."""
    title = move.about.title
    if title is None or not _asks_renewal(move):
        return {}
    step = hold_for_renewal(move.session, move.ruleset, title, move.dossier.number, move.step.at)
    return {} if step is None else {"held": title.number}


def let_title_go(move: Move) -> dict[str, Any]:
    """End the wait of a renewal that is refused, taken back or lapsed."""
    title = move.about.title
    if title is not None and _asks_renewal(move):
        outcome = "withdrawn" if move.step.kind == "withdraw" else "refused"
        answer_renewal(move.session, title, move.dossier.number, outcome, move.step.at)
    return {}


def _asks_renewal(move: Move) -> bool:
    service = rules_of(move.session, move.dossier).service
    return service.outcome.act_for(move.about.answers.values) == "renew"


def name_taker(move: Move) -> dict[str, Any]:
    """Remember which party takes the title, as the agent chose it."""
    service = rules_of(move.session, move.dossier).service
    asked = asked_taker(service, move.about.answers.values)
    return choose_taker(move.session, move.dossier, asked, move.step.facts.get("party"))


def issue_certificate(move: Move) -> dict[str, Any]:
    """Mark that the paper may be made: it is typeset and signed when it is first asked for."""
    service = rules_of(move.session, move.dossier).service
    return {"certificate": service.outcome.certificate}


EFFECTS: Mapping[str, Effect] = {
    "file-application": lodge_ground,
    "grant-title": issue_title,
    "act": register_act,
    "hold-title": hold_title,
    "let-title-go": let_title_go,
    "close-application": close_application,
    "name-taker": name_taker,
    "issue-certificate": issue_certificate,
}
