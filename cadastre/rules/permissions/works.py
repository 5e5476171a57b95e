"""Who may enter and change energy works: agents of energy, and whoever acts for the operator."""

from __future__ import annotations

from cadastre.rules.permissions.actor import Actor, Power, Role

ENERGY = "energy"


def can_keep_works(actor: Actor) -> bool:
    """Tell whether an actor keeps every work: an agent whose subject is energy, or any."""
    return actor.has(Role.AGENT) and (not actor.subjects or ENERGY in actor.subjects)


def can_edit_work(actor: Actor, operator_id: int | None) -> bool:
    """Tell whether an actor may change a work, or enter one for this operator."""
    return can_keep_works(actor) or actor.may_for(operator_id, Power.FILE)
