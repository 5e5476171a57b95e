"""How far each piece of the register may travel, and how far somebody may see."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from typing import TypeVar

from cadastre.rules.permissions.actor import Actor
from cadastre.rules.permissions.dossiers import (
    can_see_office,
    is_applicant,
    is_asked,
    is_clerk_of,
)
from cadastre.rules.permissions.registry import (
    can_export_personal,
    can_see_confidential,
    can_see_personal,
    can_see_statistics,
)
from cadastre.rules.permissions.subjects import DossierRef

Value = TypeVar("Value")


class Classification(IntEnum):
    """How far a piece of the register may travel, from everybody to named officers."""

    PUBLIC = 0
    INTERNAL = 1
    PERSONAL = 2
    CONFIDENTIAL = 3


def classification_named(name: str) -> Classification:
    """Give the class a file calls public, internal, personal or confidential."""
    return Classification[name.upper()]


def clearance(actor: Actor, dossier: DossierRef | None = None) -> Classification:
    """Tell up to which class somebody may see, in the register at large or inside a dossier.

    The applicant's side sees what it gave and the office what it examines, whatever the class;
    auditors see persons and no secrets, a body that was asked sees the matter. What the office
    keeps to itself is kept apart by audience, not by class.
    """
    if dossier is not None:
        return _inside(actor, dossier)
    if can_see_confidential(actor):
        return Classification.CONFIDENTIAL
    if can_see_personal(actor):
        return Classification.PERSONAL
    return Classification.INTERNAL if can_see_statistics(actor) else Classification.PUBLIC


def export_clearance(actor: Actor) -> Classification:
    """Tell up to which class somebody may take fields out in a file."""
    if can_export_personal(actor):
        return min(clearance(actor), Classification.PERSONAL)
    return min(clearance(actor), Classification.INTERNAL)


def visible(
    values: Mapping[str, Value], classes: Mapping[str, Classification], seen: Classification
) -> dict[str, Value]:
    """Keep the values somebody may see; one without a class counts as confidential."""
    return {
        name: value
        for name, value in values.items()
        if classes.get(name, Classification.CONFIDENTIAL) <= seen
    }


def _inside(actor: Actor, dossier: DossierRef) -> Classification:
    if (
        is_applicant(actor, dossier)
        or is_clerk_of(actor, dossier)
        or can_see_office(actor, dossier)
    ):
        return Classification.CONFIDENTIAL
    if can_see_personal(actor, dossier):
        return Classification.PERSONAL
    return Classification.INTERNAL if is_asked(actor, dossier) else Classification.PUBLIC
