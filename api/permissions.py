"""Every route says who may call it; what it says is what is enforced, and a test lists them all.

Here a route is open to whole roles. Which of their dossiers, areas and companies they may touch is
judged with the thing in hand by :mod:`cadastre.rules.permissions`.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any, TypeVar

from flask import Flask, current_app, request

from api.sign_in import current_actor, require_account
from cadastre.errors import NotAllowed
from cadastre.rules.permissions import (
    OFFICE_ROLES,
    SECOND_FACTOR_ROLES,
    Actor,
    Role,
    ensure_second_factor,
)

View = TypeVar("View", bound=Callable[..., Any])


class Access(StrEnum):
    """Who may call a route."""

    ANYBODY = "anybody"
    SIGNED_IN = "signed-in"
    PERSON = "person"  # signed in with a browser; no program's key opens it
    AGENT = "agent"  # who works at the cadastre's desks: agents, decision makers, supervisors
    EXAMINER = "examiner"
    COUNTER = "counter"
    ADVISER = "adviser"
    DECIDER = "decider"
    SUPERVISOR = "supervisor"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"
    OFFICIAL = "official"  # works for an administration, whichever


ROLES: dict[Access, frozenset[Role]] = {
    Access.AGENT: OFFICE_ROLES | {Role.ADMINISTRATOR},
    Access.EXAMINER: frozenset({Role.AGENT}),
    Access.COUNTER: frozenset({Role.CLERK}),
    Access.ADVISER: frozenset({Role.ADVISER}),
    Access.DECIDER: frozenset({Role.DECIDER}),
    Access.SUPERVISOR: frozenset({Role.SUPERVISOR}),
    Access.AUDITOR: frozenset({Role.AUDITOR, Role.SUPERVISOR}),
    Access.ADMINISTRATOR: frozenset({Role.ADMINISTRATOR}),
    Access.OFFICIAL: frozenset(Role) - {Role.APPLICANT},
}
REFUSALS = {Access.AGENT: "cases.desk-only"}
# What a program's key must have been made for to change something; any key reads.
SCOPES: dict[Access, tuple[str, ...]] = {
    Access.SIGNED_IN: ("file", "examine", "decide"),
    Access.PERSON: (),
    Access.AGENT: ("examine", "decide"),
    Access.EXAMINER: ("examine",),
    Access.COUNTER: ("file",),
    Access.ADVISER: ("examine",),
    Access.DECIDER: ("decide",),
    Access.SUPERVISOR: ("examine",),
    Access.AUDITOR: ("read",),
    Access.ADMINISTRATOR: (),  # never with a key
    Access.OFFICIAL: (),
}
OPEN = (None, Access.ANYBODY)
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
ATTRIBUTE = "__cadastre_access__"
FACTOR = "__cadastre_second_factor__"


def open_to(
    access: Access, *, second_factor: bool | None = None
) -> Callable[[View], View]:
    """Declare who may call a view; a view without it fails the test of all routes.

    Parameters
    ----------
    second_factor
        True refuses whoever came in with one factor; False lets deciding roles change something
        with one, as for their own password. Left out, deciding roles change nothing with one.
    """

    def declare(view: View) -> View:
        setattr(view, ATTRIBUTE, access)
        setattr(view, FACTOR, second_factor)
        return view

    return declare


def access_of(view: Callable[..., Any]) -> Access | None:
    """Give what a view declares, None when it declares nothing."""
    return getattr(view, ATTRIBUTE, None)


def wants_second_factor(view: Callable[..., Any], access: Access | None, actor: Actor) -> bool:
    """Tell whether this actor must have given two factors for this request to this view."""
    declared: bool | None = getattr(view, FACTOR, None)
    if declared is not None:
        return declared
    changes = request.method not in SAFE and access is not Access.ANYBODY
    return changes and actor.bears(*SECOND_FACTOR_ROLES)


def register_permissions(app: Flask) -> None:
    """Hold every request to what its view declares, before the view runs."""
    app.before_request(hold_to_declaration)


def hold_to_declaration() -> None:
    """Refuse whoever a view is not for.

    Raises
    ------
    NotSignedIn
        Nobody is signed in, and the view is not for anybody.
    NotAllowed
        The role, the CSRF token, the second factor or the scope of the key is missing.
    """
    view = current_app.view_functions.get(request.endpoint or "")
    if view is None or (request.method in SAFE and access_of(view) in OPEN):
        return
    access = access_of(view)
    if access not in OPEN:
        account = require_account()
        roles = ROLES.get(access)
        if roles is not None and not current_actor().bears(*roles):
            code = REFUSALS.get(access, "permissions.not-allowed")
            raise NotAllowed(code, where=account.display_name)
        _hold_to_scopes(access)
    if wants_second_factor(view, access, current_actor()):
        ensure_second_factor(current_actor())


def _hold_to_scopes(access: Access) -> None:
    scopes = current_actor().scopes
    if scopes is None or (request.method in SAFE and scopes and SCOPES[access]):
        return
    if not scopes.intersection(SCOPES[access]):
        scope = next(iter(SCOPES[access]), "—")
        raise NotAllowed("permissions.key-too-narrow", where="Authorization", scope=scope)
