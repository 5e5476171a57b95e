"""Recount what the register promises: no double occupation, guards and rights in place."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from cadastre.config import APP_ROLE
from cadastre.database import migration_files
from cadastre.queries.pairs import Pair, conflicting_occupations
from cadastre.queries.soundness import (
    guard_is_always_enabled,
    invalid_grounds,
    owned_by,
    parcels_apart_from_their_occupation,
    schema_revision,
    unvalidated_constraints,
)
from cadastre.rules.ruleset import Ruleset
from cadastre.services.pairs import measure

MOST_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Proof:
    """One promise recounted: kept or not, with what was found."""

    code: str
    passed: bool
    values: dict[str, Any] = field(default_factory=dict)
    found: tuple[str, ...] = ()


def verify(session: Session, ruleset: Ruleset, day: dt.date) -> list[Proof]:
    """Recount everything; a fault in one proof does not spare the others.

    The session must be the owner's: the application's role may not look at everything.
    """
    proofs: tuple[Callable[[], Proof], ...] = (
        lambda: _schema(session),
        lambda: _overlaps(session, ruleset, day),
        lambda: _guard(session),
        lambda: _listed("verify.constraints", unvalidated_constraints(session)),
        lambda: _listed("verify.role", owned_by(session, APP_ROLE)),
        lambda: _listed("verify.invalid", invalid_grounds(session)),
        lambda: _listed(
            "verify.parcels", [str(one) for one in parcels_apart_from_their_occupation(session)]
        ),
    )
    return [proof() for proof in proofs]


def _schema(session: Session) -> Proof:
    expected = migration_files()[-1].name.partition("_")[0]
    found = schema_revision(session)
    return Proof("verify.schema", found == expected, {"found": found, "expected": expected})


def _overlaps(session: Session, ruleset: Ruleset, day: dt.date) -> Proof:
    """Count pairs of exclusive occupations beyond the technical width."""
    real = []
    for conflict in conflicting_occupations(session):
        pair = Pair(str(conflict.one), str(conflict.other), conflict.shared)
        measured = measure(pair, ruleset, day)
        if not measured.technical:
            real.append(f"{pair.one} × {pair.other} ({conflict.group}): {measured.area_m2:.1f} m²")
    return _listed("verify.overlaps", real)


def _guard(session: Session) -> Proof:
    stands = guard_is_always_enabled(session)
    return Proof("verify.guard", stands, {"found": stands})


def _listed(code: str, found: list[str]) -> Proof:
    return Proof(code, not found, {"count": len(found)}, tuple(found[:MOST_SHOWN]))
