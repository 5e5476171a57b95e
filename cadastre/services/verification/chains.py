"""Detect what went round the procedures: titles nobody decided, steps no office took so."""

from __future__ import annotations

from sqlalchemy.orm import Session

from cadastre.queries import chains as stored
from cadastre.rules.ruleset import Ruleset
from cadastre.services.verification.expected import Expected
from cadastre.services.verification.proof import Proof, Said, told


def titles(session: Session, expected: Expected) -> Proof:
    """List titles without the decision, or the filing, that makes a title."""
    missing = [
        Said("verify.no-origin", {"title": number})
        for number in stored.titles_without_origin(session, expected.origins, expected.loaded_by)
    ]
    for earlier, later in expected.order:
        missing += [
            Said("verify.no-step", {"title": number, "step": later, "needs": earlier})
            for number in stored.titles_without(session, later, earlier, expected.loaded_by)
        ]
    return told("verify.chains", missing)


def order(session: Session, expected: Expected) -> Proof:
    """List steps that happened before the step they must follow."""
    return told(
        "verify.order",
        (
            Said(
                "verify.out-of-order",
                {"dossier": dossier, "step": step, "earlier": earlier, "later": later},
            )
            for earlier, later in expected.order
            for dossier, step in stored.steps_out_of_order(session, earlier, later)
        ),
    )


def two_people(session: Session, expected: Expected) -> Proof:
    """List decisions that one person took alone where two are due."""
    found = stored.steps_by_one_person(session, expected.two_people)
    return told(
        "verify.two-people",
        (
            Said("verify.one-person", {"dossier": dossier, "kind": kind, "step": step})
            for dossier, kind, step in found
        ),
    )


def speed(session: Session, expected: Expected) -> Proof:
    """List decisions taken faster than a dossier can be read."""
    return told(
        "verify.too-fast",
        (
            Said(
                "verify.fast-step",
                {"dossier": dossier, "step": step, "later": later, "seconds": round(took)},
            )
            for earlier, later, shortest_s in expected.too_fast
            for dossier, step, took in stored.steps_too_fast(session, earlier, later, shortest_s)
        ),
    )


def night(session: Session, expected: Expected, ruleset: Ruleset) -> Proof:
    """List decisions taken outside the hours of work, on the legal clock."""
    found = stored.steps_at_night(
        session, expected.two_people, ruleset.time_zone, expected.opens, expected.closes
    )
    return told(
        "verify.at-night",
        (
            Said("verify.night-step", {"dossier": dossier, "step": step, "moment": moment})
            for dossier, step, moment in found
        ),
    )
