"""Run every proof, each spared by the faults of the others, and stop granting where one fails."""

from __future__ import annotations

import dataclasses
import datetime as dt
import time
from collections.abc import Callable, Iterator

import psycopg2
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from cadastre.config import read_settings
from cadastre.models import GrantingStop
from cadastre.rules.ruleset import Ruleset
from cadastre.services import granting
from cadastre.services.verification import chains, dossiers, ground, guards, log
from cadastre.services.verification.expected import Expected, read_expected
from cadastre.services.verification.proof import Proof

FILE = "verification.yaml"


def verify(
    session: Session, ruleset: Ruleset, day: dt.date, expected: Expected | None = None
) -> list[Proof]:
    """Recount everything; a fault in one proof does not spare the others.

    The session must be the owner's: the application's role may not look at everything. Nothing is
    changed. ``expected`` is read from ``data/verification.yaml`` when not given.
    """
    expected = expected or read_expected(read_settings().data / FILE)
    checks: tuple[Callable[[], Proof | tuple[Proof, ...]], ...] = (
        lambda: guards.schema(session),
        lambda: ground.overlaps(session, ruleset, day),
        lambda: ground.cells(session, ruleset),
        lambda: ground.known_overlaps(session),
        lambda: guards.triggers(session),
        lambda: guards.functions(session),
        lambda: guards.constraints(session),
        lambda: guards.role(session),
        lambda: guards.privileges(session, expected.privileges),
        lambda: ground.geometries(session),
        lambda: ground.parcels(session),
        lambda: ground.ground_of_titles(session),
        lambda: chains.titles(session, expected),
        lambda: chains.order(session, expected),
        lambda: chains.two_people(session, expected),
        lambda: chains.speed(session, expected),
        lambda: chains.night(session, expected, ruleset),
        lambda: dossiers.standings(session),
        lambda: log.tree(session),
        lambda: log.rows(session),
        lambda: log.states(session),
        lambda: log.files(session),
        lambda: log.certificates(session),
        lambda: log.late(session),
    )
    found = [proof for check in checks for proof in _run(session, check)]
    return [_judged(proof, expected) for proof in found]


def stop_on_faults(session: Session, proofs: list[Proof]) -> GrantingStop | None:
    """Stop granting until a person acts when a proof failed; None when all is well."""
    codes = [proof.code for proof in proofs if not proof.passed]
    if not codes:
        return None
    return granting.stop_granting(session, granting.FAULTS + ", ".join(codes))


def _run(session: Session, check: Callable[[], Proof | tuple[Proof, ...]]) -> Iterator[Proof]:
    """Time a check; one that the database cannot answer is itself a fault."""
    started = time.perf_counter()
    savepoint = session.begin_nested()
    try:
        proofs = check()
    except (DBAPIError, psycopg2.Error) as fault:  # the latter: asked past SQLAlchemy
        reason = str(getattr(fault, "orig", fault)).strip().partition("\n")[0]
        proofs = Proof("verify.cannot-check", False, {"reason": reason})
    finally:
        savepoint.rollback()
    seconds = time.perf_counter() - started
    for proof in proofs if isinstance(proofs, tuple) else (proofs,):
        yield dataclasses.replace(proof, seconds=seconds)


def _judged(proof: Proof, expected: Expected) -> Proof:
    """Let what only needs a look stop nothing."""
    if proof.code not in expected.watched_only:
        return proof
    return dataclasses.replace(proof, watched=not proof.passed, passed=True)
