"""Who may change accounts, mandates and keys."""

from __future__ import annotations

from collections.abc import Iterable

from cadastre.rules.permissions.actor import Actor, Power, Role
from cadastre.rules.permissions.subjects import AccountRef

# What a key may be made for; a role stands before the scopes it needs.
SCOPES: dict[str, frozenset[Role]] = {
    "read": frozenset(Role),
    "file": frozenset({Role.APPLICANT, Role.CLERK}),
    "examine": frozenset({Role.AGENT, Role.ADVISER, Role.CLERK, Role.SUPERVISOR}),
    "decide": frozenset({Role.DECIDER}),
}


def can_administer_accounts(actor: Actor) -> bool:
    """Tell whether an actor may change roles, areas and subjects, and close accounts."""
    return actor.has(Role.ADMINISTRATOR)


def can_change_account(actor: Actor, account: AccountRef) -> bool:
    """Tell whether an administrator may change this account: nobody raises their own rights."""
    return can_administer_accounts(actor) and actor.account_id != account.account_id


def can_manage_mandates(actor: Actor, party_id: int) -> bool:
    """Tell whether an actor may give and withdraw mandates of a party."""
    return actor.may_for(party_id, Power.MANAGE)


def can_confirm_mandate(actor: Actor) -> bool:
    """Tell whether an actor may confirm that somebody speaks for a company, papers in hand."""
    return actor.has(Role.AGENT, Role.CLERK)


def can_make_token(actor: Actor, scope: str) -> bool:
    """Tell whether an actor may make a key of that scope: never with a key, never above itself."""
    return actor.is_known and actor.scopes is None and scope in SCOPES and actor.has(*SCOPES[scope])


def allows(actor: Actor, scope: str) -> bool:
    """Tell whether the way the actor came in allows acts of that scope."""
    return actor.scopes is None or scope in actor.scopes


def is_private(roles: Iterable[str]) -> bool:
    """Tell whether an account is a person's own, and not that of an officer."""
    return not set(roles) - {Role.APPLICANT.value}
