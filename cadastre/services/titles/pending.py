"""Hold the ground of a right whose renewal was asked in time, until somebody answers.

Whoever asked while the ground was still theirs must not lose it to a slow office: neither the clock
nor another filing takes it. From then on the ground is held without an end; the answer gives it its
end back, and the clock does the rest. Whoever takes a request (an act proposed, a dossier lodged)
names it by a reference of its own, so that only its own answer ends the wait.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cadastre.models import JournalEntry, OutboxEvent, Parcel, Step, Title
from cadastre.procedures.facts import act_value
from cadastre.procedures.terms import day_of, grace_ends_on, midnight
from cadastre.rules.ruleset import Ruleset
from cadastre.services.titles.decision import dossier_of
from cadastre.services.titles.facts import ANSWERED, ASKED, pending_renewals
from cadastre.services.titles.ground import lock_titles, open_parcels, prolong_ground


@dataclass(frozen=True, slots=True)
class Waiting:
    """A title that the clock leaves alone, since when its ground would be free, and who asked."""

    number: str
    free_since: dt.datetime
    asked_by: str


def hold_for_renewal(
    session: Session, ruleset: Ruleset, title: Title, asked_by: str, at: dt.datetime
) -> Step | None:
    """Hold the ground from a request on; None where the law does not hold it, or nothing ends.

    The caller has seen that the renewal may be asked (:func:`cadastre.procedures.acts.can_renew`).

    Raises
    ------
    Blocked
        ``register.ground-occupied``: another right already begins there when the grace ends.
    """
    day = day_of(at, ruleset.time_zone)
    if not act_value(ruleset, "renewal_holds_ground", day) or title.expires_on is None:
        return None
    lock_titles(session, [title])
    parcels = open_parcels(session, title, at)
    if not parcels:
        return None
    dossier_of(session, ruleset, title)
    prolong_ground(session, parcels, None)
    facts = {
        "asked_by": asked_by,
        "grace_days": int(act_value(ruleset, "grace_days", day) or 0),
        "time_zone": ruleset.time_zone,
    }
    return _write(session, title, ASKED, at, facts)


def answer_renewal(
    session: Session, title: Title, asked_by: str, outcome: str, at: dt.datetime
) -> None:
    """End the wait for one request; refused and nobody else waiting, the ground ends again.

    It ends with the term and its grace, or now when these have passed; the next sweep opens it, and
    until then no filing may take it (:mod:`cadastre.services.openings.reserved`).
    """
    asked = {step.facts["asked_by"]: step for step in pending_renewals(session, title)}
    step = asked.pop(asked_by, None)
    if step is None:
        return
    lock_titles(session, [title])
    _write(session, title, ANSWERED, at, {"asked_by": asked_by, "outcome": outcome})
    if not asked and title.ended_on is None and outcome != "granted":
        ends = _free_from(title, step)
        prolong_ground(session, open_parcels(session, title, at), max(ends, at))


def answer_all(session: Session, title: Title, outcome: str, at: dt.datetime) -> None:
    """End every wait at once: the right was renewed, and its ground has a new end."""
    for step in pending_renewals(session, title):
        facts = {"asked_by": step.facts["asked_by"], "outcome": outcome}
        _write(session, title, ANSWERED, at, facts)


def spared_by_the_clock(session: Session, at: dt.datetime) -> list[Waiting]:
    """List titles whose term and grace have passed and whose ground a request still holds."""
    held = session.scalars(
        select(Title)
        .join(Step, Step.title_id == Title.id)
        .join(Parcel, Parcel.title_id == Title.id)
        .where(
            Step.kind == ASKED, Title.ended_on.is_(None), func.upper_inf(Parcel.period),
            Title.expires_on < at.date() + dt.timedelta(days=1),
        )
        .distinct()
        .order_by(Title.id)
    )  # fmt: skip
    found = []
    for title in held:
        steps = pending_renewals(session, title)
        if steps and (free_since := _free_from(title, steps[0])) <= at:
            found.append(Waiting(title.number, free_since, steps[0].facts["asked_by"]))
    return found


def _free_from(title: Title, asked: Step) -> dt.datetime:
    day = grace_ends_on(title.expires_on, asked.facts["grace_days"])
    assert day is not None  # only a right with a term is renewed
    return midnight(day, asked.facts["time_zone"])


def _write(
    session: Session, title: Title, kind: str, at: dt.datetime, facts: dict[str, object]
) -> Step:
    step = Step(
        dossier_id=title.dossier_id, kind=kind, happened_at=at, title_id=title.id, facts=facts
    )
    entry = JournalEntry(
        action=f"title.{kind}", subject="title", subject_id=title.number, by_rule=True, facts=facts
    )
    event = OutboxEvent(topic=f"title.{kind}", subject_id=title.number, facts={})
    session.add_all([step, entry, event])
    session.flush()
    return step
