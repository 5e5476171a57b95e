"""Walk dossiers through procedures: one step a day, by the right people, under friendly facts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import cache
from typing import Any

from cadastre.config import ROOT
from cadastre.procedures.machine import (
    DossierFacts,
    Procedure,
    Standing,
    StepFact,
    ensure_possible,
    load_procedures,
    replay,
)

FOLDER = ROOT / "data" / "procedures"
NOTHING_LACKS = DossierFacts()
START = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
# One account for each role, so that an agent is never the decider by accident.
ACCOUNTS = {
    role: number
    for number, role in enumerate(
        ("applicant", "clerk", "agent", "adviser", "decider", "supervisor", "analyst", "auditor",
         "administrator", "public"), 1,
    )
}  # fmt: skip
ROLES = (*ACCOUNTS, "system")


@cache
def procedures() -> dict[str, Procedure]:
    return load_procedures(FOLDER)


def account(role: str) -> int | None:
    return ACCOUNTS.get(role)


def particulars(kind: str, at: dt.datetime, body: str | None = None) -> dict[str, Any]:
    """Give a step all that its kind could need."""
    facts: dict[str, Any] = {}
    if kind in ("request-opinion", "give-opinion"):
        facts["body"] = body
    if kind == "give-opinion":
        facts["opinion"] = "favourable"
    if kind == "name-taker":
        facts["party"] = 1
    if kind == "suspend":
        facts["until"] = (at + 10 * DAY).date().isoformat()
    return facts


def step(
    procedure: Procedure, kind: str, at: dt.datetime, *, role: str | None = None, **more: Any
) -> StepFact:
    """Make a step with everything it needs; by the first role that has it unless told."""
    role = role or procedure.step(kind).by[0]
    facts = particulars(kind, at) | more
    return StepFact(kind, at, account(role), role, facts, None, "parce que", 7)


def body_for(procedure: Procedure, standing: Standing, kind: str) -> str | None:
    """Choose a body to ask, or one that still owes its opinion."""
    if kind == "request-opinion":
        left = [body for body in procedure.bodies if body not in standing.opinions]
    else:
        left = [body for body, opinion in standing.opinions.items() if opinion.given_at is None]
    return left[0] if left else next(iter(procedure.bodies), None)


def walk(procedure: Procedure, kinds: Sequence[str], start: dt.datetime = START) -> list[StepFact]:
    """Take steps one a day, each proved possible before it is taken.

    ``+30`` lets thirty days pass; ``give-opinion@adviser`` names the role.
    """
    log: list[StepFact] = []
    at = start
    for word in kinds:
        at += dt.timedelta(days=int(word)) if word.startswith("+") else DAY
        standing = replay(procedure, log, now=at)
        for due in standing.unwritten:
            log.append(numbered(due, log))
        if word.startswith("+"):
            continue
        kind, _, role = word.partition("@")
        body = body_for(procedure, standing, kind)
        taken = numbered(step(procedure, kind, at, role=role or None, **given(kind, body)), log)
        ensure_possible(
            procedure, standing, taken, NOTHING_LACKS,
            roles={taken.role}, account_id=taken.account_id,
        )  # fmt: skip
        log.append(taken)
    return log


def given(kind: str, body: str | None) -> dict[str, Any]:
    return {"body": body} if kind in ("request-opinion", "give-opinion") else {}


def numbered(fact: StepFact, log: Sequence[StepFact]) -> StepFact:
    """Give a step the number it would get in the register."""
    return StepFact(
        fact.kind, fact.at, fact.account_id, fact.role, fact.facts, len(log) + 1, fact.reason,
        fact.document_id,
    )  # fmt: skip


def after(procedure: Procedure, kinds: Sequence[str]) -> tuple[Standing, dt.datetime]:
    """Give the standing an hour after the last step of a walk, and that instant."""
    log = walk(procedure, kinds)
    waits = sum(int(word) for word in kinds if word.startswith("+"))
    taken = sum(not word.startswith("+") for word in kinds)
    now = START + dt.timedelta(days=waits + taken, hours=1)
    return replay(procedure, log, now=now), now
