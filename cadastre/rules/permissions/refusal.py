"""Say no in words: who nobody is signs in, who lacks the second factor gives it, else no."""

from __future__ import annotations

from cadastre.errors import NotAllowed, NotSignedIn
from cadastre.rules.permissions.actor import SECOND_FACTOR_ROLES, Actor


def ensure(
    allowed: bool, actor: Actor, code: str = "permissions.not-allowed", where: str | None = None
) -> None:
    """Refuse an act that is not allowed, with the way out that would help.

    Raises
    ------
    NotSignedIn
        ``accounts.sign-in-first``: nobody is signed in.
    NotAllowed
        ``permissions.second-factor``: the actor's role waits for it; else the code given.
    """
    if allowed:
        return
    if not actor.is_known:
        raise NotSignedIn("accounts.sign-in-first")
    if not actor.second_factor and actor.bears(*SECOND_FACTOR_ROLES):
        raise NotAllowed("permissions.second-factor", where=where)
    raise NotAllowed(code, where=where)


def ensure_second_factor(actor: Actor) -> None:
    """Refuse an act that wants two factors when the session has one.

    Raises
    ------
    NotSignedIn
        ``accounts.sign-in-first``.
    NotAllowed
        ``permissions.second-factor``.
    """
    if not actor.is_known:
        raise NotSignedIn("accounts.sign-in-first")
    if not actor.second_factor:
        raise NotAllowed("permissions.second-factor")
