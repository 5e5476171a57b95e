"""How far each role sees, at large and inside a dossier, and what of a form is left."""

from __future__ import annotations

import dataclasses

import pytest

from cadastre.rules.permissions import (
    PUBLIC,
    Classification,
    Role,
    clearance,
    export_clearance,
    visible,
)
from tests.rules.permissions.test_matrix import ACTORS, COUNTER, DOSSIER, somebody

NONE, INSIDE, PERSONAL, ALL = Classification
AT_LARGE = {
    Role.APPLICANT: NONE, Role.CLERK: NONE, Role.AGENT: PERSONAL, Role.ADVISER: NONE,
    Role.DECIDER: ALL, Role.SUPERVISOR: ALL, Role.ANALYST: INSIDE, Role.AUDITOR: PERSONAL,
    Role.ADMINISTRATOR: NONE,
}  # fmt: skip
IN_A_DOSSIER = {
    Role.APPLICANT: ALL, Role.CLERK: NONE, Role.AGENT: ALL, Role.ADVISER: INSIDE,
    Role.DECIDER: ALL, Role.SUPERVISOR: ALL, Role.ANALYST: NONE, Role.AUDITOR: PERSONAL,
    Role.ADMINISTRATOR: NONE,
}  # fmt: skip
IN_A_FILE = {role: INSIDE for role, seen in AT_LARGE.items() if seen > NONE} | {
    Role.SUPERVISOR: PERSONAL, Role.AUDITOR: PERSONAL,
}  # fmt: skip
ANSWERS = {"substance": "or", "notes": "x", "phone": "+228", "process": "secret", "unknown": 1}
CLASSES = {"substance": NONE, "notes": INSIDE, "phone": PERSONAL, "process": ALL}


@pytest.mark.parametrize("role", list(Role))
def test_each_role_sees_so_far(role: Role) -> None:
    assert clearance(ACTORS[role]) is AT_LARGE[role]
    assert clearance(ACTORS[role], DOSSIER) is IN_A_DOSSIER[role]
    assert export_clearance(ACTORS[role]) is IN_A_FILE.get(role, NONE)


def test_the_public_and_strangers_see_what_is_published() -> None:
    assert clearance(PUBLIC) is clearance(PUBLIC, DOSSIER) is NONE
    unasked = dataclasses.replace(DOSSIER, asked_bodies=frozenset())
    assert clearance(ACTORS[Role.ADVISER], unasked) is NONE


def test_a_clerk_sees_what_they_wrote_down_for_somebody() -> None:
    assert clearance(ACTORS[Role.CLERK], COUNTER) is ALL


def test_a_regional_office_sees_figures_at_large_and_persons_in_its_dossiers() -> None:
    agent = somebody(Role.AGENT, areas=frozenset({"TG-C"}))
    assert clearance(agent) is INSIDE
    assert clearance(agent, DOSSIER) is ALL
    assert clearance(somebody(Role.AGENT, areas=frozenset({"TG-S"})), DOSSIER) is NONE


@pytest.mark.parametrize("seen", list(Classification))
def test_what_is_left_of_a_form_never_exceeds_the_clearance(seen: Classification) -> None:
    left = visible(ANSWERS, CLASSES, seen)
    assert all(CLASSES.get(name, ALL) <= seen for name in left)
    assert {name for name in CLASSES if CLASSES[name] <= seen} <= set(left)
    assert ("unknown" in left) is (seen is ALL)
