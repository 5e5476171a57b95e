"""See an account as permissions do: roles, powers and offices at one instant."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from cadastre.models import Account
from cadastre.rules.permissions import PUBLIC, Actor, Power, Role, Standing

# What a mandate gives when it tells no powers apart: a person for their own company.
ALL_POWERS = tuple(power.value for power in Power)
ACTIVE = ("active", None)  # None: made in this transaction, its default not read back yet


def actor_of(
    account: Account | None,
    *,
    day: dt.date,
    second_factor: bool = False,
    scopes: Iterable[str] | None = None,
) -> Actor:
    """Give the actor an account is on a day; no account is the public.

    Parameters
    ----------
    day
        Day on the legal clock on which mandates are looked at.
    second_factor
        The session was opened with two factors, or the key was made for deciding.
    scopes
        What the key allows when a program is asking.
    """
    if account is None or not account.is_active:
        return PUBLIC
    return Actor(
        account_id=account.id,
        roles=frozenset(Role(role) for role in account.roles if role in set(Role)),
        standings=tuple(_standings(account, day)),
        areas=frozenset(account.areas or ()),
        subjects=frozenset(account.subjects or ()),
        body=account.body,
        second_factor=second_factor,
        scopes=None if scopes is None else frozenset(scopes),
        day=day,
    )


def bearer_of(account: Account | None) -> Actor:
    """See an account by its roles alone, for questions that ask about nothing else.

    Roles that want a second factor count as borne, never as given.
    """
    if account is None or account.is_active is False:  # None: not read back yet
        return PUBLIC
    roles = frozenset(Role(role) for role in account.roles if role in set(Role))
    return Actor(account_id=account.id, roles=roles)


def _standings(account: Account, day: dt.date) -> Iterable[Standing]:
    for mandate in account.mandates:
        if mandate.state in ACTIVE:
            powers = frozenset(Power(power) for power in mandate.powers if power in set(Power))
            party_id = mandate.party_id or mandate.party.id
            yield Standing(party_id, powers, mandate.starts_on or day, mandate.ends_on)
