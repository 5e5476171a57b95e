"""Who is acting, reduced to what permissions need: roles, powers, offices, second factor."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from enum import StrEnum


class Role(StrEnum):
    """What an account was entrusted with; the public has none."""

    APPLICANT = "applicant"
    CLERK = "clerk"  # receives people at the counter and files in their name
    AGENT = "agent"  # examines dossiers at the cadastre
    ADVISER = "adviser"  # gives the opinion of one body: environment, electricity, commune
    DECIDER = "decider"
    SUPERVISOR = "supervisor"
    ANALYST = "analyst"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


class Power(StrEnum):
    """What a mandate lets somebody do for a company or another person."""

    FILE = "file"
    PAY = "pay"
    FOLLOW = "follow"
    SIGN = "sign"
    MANAGE = "manage"  # gives and withdraws the mandates of others


# Works at the desk: reads dossiers of its area and subject, and the office's own notes.
OFFICE_ROLES = frozenset({Role.AGENT, Role.DECIDER, Role.SUPERVISOR})
# Acts only in a session that was opened with two factors.
SECOND_FACTOR_ROLES = frozenset({Role.DECIDER, Role.ADMINISTRATOR})


@dataclass(frozen=True, slots=True)
class Standing:
    """The powers of an actor for one party, from a first day to the day before the end."""

    party_id: int
    powers: frozenset[Power]
    starts_on: dt.date
    ends_on: dt.date | None = None

    def holds_on(self, day: dt.date) -> bool:
        """Tell whether the mandate counts on a day."""
        return self.starts_on <= day and (self.ends_on is None or day < self.ends_on)


@dataclass(frozen=True, slots=True)
class Actor:
    """An account at one instant, as permissions see it; without account it is the public.

    Parameters
    ----------
    areas
        Codes of the regions of the actor's office; none means the whole country.
    subjects
        Sectors the actor works on (``mines``, ``energy`` …); none means all.
    body
        The body an adviser speaks for.
    second_factor
        The session was opened with two factors.
    scopes
        What a program's key allows; None when a person is asking in a browser.
    day
        The day on the legal clock on which mandates are looked at.
    """

    account_id: int | None = None
    roles: frozenset[Role] = frozenset()
    standings: tuple[Standing, ...] = ()
    areas: frozenset[str] = frozenset()
    subjects: frozenset[str] = frozenset()
    body: str | None = None
    second_factor: bool = False
    scopes: frozenset[str] | None = None
    day: dt.date = field(default=dt.date.max)

    @property
    def is_known(self) -> bool:
        """Tell whether somebody is signed in."""
        return self.account_id is not None

    def has(self, *roles: Role) -> bool:
        """Tell whether the actor may act in one of these roles now.

        A role that wants a second factor counts only once it was given.
        """
        return any(
            role in self.roles and (self.second_factor or role not in SECOND_FACTOR_ROLES)
            for role in roles
        )

    def bears(self, *roles: Role) -> bool:
        """Tell whether the actor bears one of these roles, second factor or not: for reading."""
        return any(role in self.roles for role in roles)

    def may_for(self, party_id: int | None, power: Power) -> bool:
        """Tell whether the actor holds a power for a party today."""
        return party_id is not None and any(
            standing.party_id == party_id
            and power in standing.powers
            and standing.holds_on(self.day)
            for standing in self.standings
        )

    def parties(self, power: Power) -> tuple[int, ...]:
        """List the parties the actor holds a power for today, oldest mandate first."""
        held = (one for one in self.standings if power in one.powers and one.holds_on(self.day))
        return tuple(dict.fromkeys(standing.party_id for standing in held))

    def covers(self, areas: frozenset[str], sector: str | None) -> bool:
        """Tell whether something lies in the actor's area and subject.

        What lies in no region (``areas`` empty) belongs to those who work for the whole country.
        """
        in_area = not self.areas or bool(self.areas & areas)
        return in_area and (not self.subjects or sector in self.subjects)


PUBLIC = Actor()
