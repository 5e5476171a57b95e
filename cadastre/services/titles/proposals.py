"""Propose an act, then let another person confirm it: four eyes over two sign-ins.

A proposal is tried when it is made and undone at once, so that only what is possible is proposed
and its author sees what it would give. Nothing of the register moves before the second person
confirms; then everything is judged again, as of that instant.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar
from uuid import uuid4

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, aliased

from cadastre.errors import Blocked, NotFound, UnusableInput
from cadastre.models import Account, Application, Dossier, JournalEntry, Step, Title
from cadastre.procedures.acts import act_named
from cadastre.rules.ruleset import Ruleset
from cadastre.services.titles.decision import (
    SHORTEST_REASON,
    Decision,
    dossier_of,
    ensure_may_confirm,
    ensure_may_propose,
    ensure_two_people,
    instant_of,
)
from cadastre.services.titles.grant import Grant, application_named, grant
from cadastre.services.titles.pending import answer_renewal, hold_for_renewal
from cadastre.services.titles.perform import Act, Particulars, grant_terms, perform

PROPOSED, CONFIRMED, REJECTED = "act-proposed", "act-confirmed", "act-rejected"
GRANT, RENEW = "grant", "renew"
MOST_LISTED = 200
Seen = TypeVar("Seen")


@dataclass(frozen=True, slots=True)
class Wish:
    """An act somebody wants done, on a title or (grant) on an application."""

    act: str
    said: Particulars
    reason: str
    document_id: int | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an act gave, or would give: the titles that carry the right, and its facts."""

    titles: tuple[str, ...]
    facts: dict[str, Any]


class _Undone(Exception):
    """Thrown to leave a trial's savepoint without keeping anything."""


def propose(
    session: Session, ruleset: Ruleset, subject: Title | Application, wish: Wish, account: Account
) -> tuple[Step, Outcome]:
    """Write a proposal down after having tried it; give it with what it would do.

    Raises
    ------
    NotAllowed
        The account is neither agent nor decision maker.
    Blocked, UnusableInput
        The act is not possible today.
    """
    ensure_may_propose(account)
    ensure_free_of_procedure(session, subject)
    if len(wish.reason.strip()) < SHORTEST_REASON:
        raise UnusableInput("titles.no-reason", where="reason")
    if wish.act != GRANT:
        act_named(wish.act)
    outcome = try_act(session, ruleset, subject, wish, account, lambda given: given)
    dossier = (
        dossier_of(session, ruleset, subject) if isinstance(subject, Title) else subject.dossier_id
    )
    step = Step(
        dossier_id=dossier,
        kind=PROPOSED,
        happened_at=instant_of(session, None),
        account_id=account.id,
        title_id=subject.id if isinstance(subject, Title) else None,
        reason=wish.reason,
        document_id=wish.document_id,
        facts={"act": wish.act, "number": subject.number, "said": wish.said.given()},
    )
    session.add(step)
    _journal(session, PROPOSED, step, account, wish.reason)
    if wish.act == RENEW and isinstance(subject, Title):
        hold_for_renewal(session, ruleset, subject, _named(step), step.happened_at)
    return step, outcome


def try_act(
    session: Session,
    ruleset: Ruleset,
    subject: Title | Application,
    wish: Wish,
    account: Account,
    look: Callable[[Outcome], Seen],
) -> Seen:
    """Do an act inside a savepoint, with a second person who never existed, and undo it all.

    ``look`` sees the register as the act would leave it, before it is undone.
    """
    seen: list[Seen] = []
    try:
        with session.begin_nested():
            stand_in = Account(email=f"trial-{uuid4()}", display_name="", roles=["decider"])
            session.add(stand_in)
            session.flush()
            decision = Decision(account, stand_in, wish.reason, wish.document_id)
            seen.append(look(_do(session, ruleset, subject, wish, decision)))
            raise _Undone
    except _Undone:
        session.expire_all()
    return seen[0]


def confirm(session: Session, ruleset: Ruleset, proposal_id: int, account: Account) -> Outcome:
    """Do what another person proposed.

    Raises
    ------
    NotAllowed
        ``titles.same-person`` or ``titles.not-decider``.
    Blocked
        ``titles.proposal-closed``, or the act became impossible since.
    """
    step = _open_proposal(session, proposal_id)
    author = session.get_one(Account, step.account_id)
    decision = Decision(author, account, step.reason or "", step.document_id)
    ensure_two_people(decision)
    outcome = _do(session, ruleset, subject_of(session, step), wish_of(step), decision)
    _close(session, step, CONFIRMED, account, {"titles": list(outcome.titles)})
    return outcome


def reject(session: Session, proposal_id: int, account: Account, reason: str) -> Step:
    """Set a proposal aside, by a decision maker or by its author."""
    step = _open_proposal(session, proposal_id)
    if step.account_id != account.id:
        ensure_may_confirm(account)
    closed = _close(session, step, REJECTED, account, {"reason": reason})
    if step.facts["act"] == RENEW and step.title_id is not None:
        title = session.get_one(Title, step.title_id)
        answer_renewal(session, title, _named(step), "refused", instant_of(session, None))
    return closed


def _named(step: Step) -> str:
    """Name a proposal as the one who asked for a renewal."""
    return f"proposal {step.id}"


def open_proposals(session: Session, title: Title) -> Sequence[Step]:
    """List what is proposed on a title and waits for a second person, oldest first."""
    steps = session.scalars(
        select(Step)
        .where(Step.title_id == title.id, Step.kind.in_((PROPOSED, CONFIRMED, REJECTED)))
        .order_by(Step.id)
    ).all()
    closed = {step.facts.get("proposal") for step in steps if step.kind != PROPOSED}
    return [step for step in steps if step.kind == PROPOSED and step.id not in closed]


def all_open_proposals(session: Session) -> Sequence[Step]:
    """List what waits for a second person in the whole register, oldest first."""
    end = aliased(Step)
    closed = exists().where(
        end.dossier_id == Step.dossier_id,
        end.kind.in_((CONFIRMED, REJECTED)),
        end.facts["proposal"].as_integer() == Step.id,
    )
    query = select(Step).where(Step.kind == PROPOSED, ~closed).order_by(Step.id)
    return session.scalars(query.limit(MOST_LISTED)).all()


def proposal_step(session: Session, proposal_id: int) -> tuple[Step, Step | None]:
    """Give a proposal, and the step that confirmed it or set it aside.

    Raises
    ------
    NotFound
        ``titles.unknown-proposal``.
    """
    step = session.get(Step, proposal_id)
    if step is None or step.kind != PROPOSED:
        raise NotFound("titles.unknown-proposal", where=str(proposal_id))
    closing = session.scalar(
        select(Step).where(
            Step.dossier_id == step.dossier_id,
            Step.kind.in_((CONFIRMED, REJECTED)),
            Step.facts["proposal"].as_integer() == proposal_id,
        )
    )
    return step, closing


def wish_of(step: Step) -> Wish:
    """Read what a proposal wants done."""
    said = Particulars.from_json(step.facts["said"])
    return Wish(step.facts["act"], said, step.reason or "", step.document_id)


def _do(
    session: Session,
    ruleset: Ruleset,
    subject: Title | Application,
    wish: Wish,
    decision: Decision,
) -> Outcome:
    ensure_free_of_procedure(session, subject)
    if wish.said.application:
        ensure_free_of_procedure(session, application_named(session, wish.said.application))
    if isinstance(subject, Application):
        title = grant(session, ruleset, subject, decision, _terms(session, ruleset, wish, decision))
        told = {"starts_on": title.starts_on, "expires_on": title.expires_on}
        return Outcome((title.number,), told)
    numbers = perform(session, ruleset, subject, wish.act, wish.said, decision)
    last = session.scalar(
        select(Step)
        .where(Step.title_id == subject.id, Step.kind != PROPOSED)
        .order_by(Step.id.desc())
        .limit(1)
    )
    return Outcome(tuple(numbers), {} if last is None else dict(last.facts))


def ensure_free_of_procedure(session: Session, subject: Title | Application) -> None:
    """Refuse to grant past the steps of a service: what it wants heard, paid and confirmed counts.

    The procedure of a dossier grants by its own step ``issue``, which does not come through here.

    Raises
    ------
    Blocked
        ``dossiers.grant-by-procedure``, ``where`` the number of the dossier.
    """
    if isinstance(subject, Title):
        return
    dossier = session.get_one(Dossier, subject.dossier_id)
    if dossier.catalogue_sha256 is not None:
        raise Blocked("dossiers.grant-by-procedure", where=dossier.number, number=subject.number)


def _terms(session: Session, ruleset: Ruleset, wish: Wish, decision: Decision) -> Grant:
    return grant_terms(Act(session, ruleset, Title(), replace(wish.said), decision))


def subject_of(session: Session, step: Step) -> Title | Application:
    """Give what a proposal is about: a title, or the application to be granted."""
    if step.title_id is not None:
        return session.get_one(Title, step.title_id)
    return application_named(session, step.facts["number"])


def _open_proposal(session: Session, proposal_id: int) -> Step:
    step, _ = proposal_step(session, proposal_id)
    # Two people who confirm at once meet here: the second sees what the first did.
    session.execute(select(Dossier.id).where(Dossier.id == step.dossier_id).with_for_update())
    if proposal_step(session, proposal_id)[1] is not None:
        raise Blocked("titles.proposal-closed", where=str(proposal_id))
    return step


def _close(
    session: Session, proposal: Step, kind: str, account: Account, facts: dict[str, Any]
) -> Step:
    step = Step(
        dossier_id=proposal.dossier_id,
        kind=kind,
        happened_at=instant_of(session, None),
        account_id=account.id,
        title_id=proposal.title_id,
        facts={**facts, "proposal": proposal.id},
    )
    session.add(step)
    _journal(session, kind, proposal, account, facts.get("reason"))
    return step


def _journal(
    session: Session, action: str, proposal: Step, account: Account, reason: str | None
) -> None:
    session.flush()
    session.add(
        JournalEntry(
            action=action,
            subject="step",
            subject_id=str(proposal.id),
            account_id=account.id,
            reason=reason,
            facts={"act": proposal.facts["act"], "number": proposal.facts["number"]},
        )
    )
    session.flush()
