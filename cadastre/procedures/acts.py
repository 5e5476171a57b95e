"""The acts on a title: dated verbs, each with the guard that says why it is impossible.

Guards read like the statute: ``can_renew(title, ruleset)`` gives every reason against, none when
the act may be done. They know nothing of ground: whether pieces fit is told by
:mod:`cadastre.procedures.ground` when the act is tried.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from cadastre.errors import Blocked, NotFound
from cadastre.procedures.charges import LEASE, MORTGAGE, securities
from cadastre.procedures.facts import Refusal, TitleFacts, act_value, in_grace
from cadastre.rules.ruleset import Ruleset
from cadastre.vocabulary import TitleStatus

Refusals = tuple[Refusal, ...]
Guard = Callable[[TitleFacts, Ruleset], Refusals]
ALIVE = (TitleStatus.IN_FORCE, TitleStatus.SUSPENDED)


@dataclass(frozen=True, slots=True)
class Act:
    """A verb on a title: its guard, and whether two different persons are due."""

    name: str
    guard: Guard
    needs_two: bool = True

    def reasons_against(self, title: TitleFacts, ruleset: Ruleset) -> Refusals:
        """Give every reason why the act cannot be done now."""
        return self.guard(title, ruleset)


def _status(title: TitleFacts, *allowed: TitleStatus) -> Refusals:
    if title.status in allowed:
        return ()
    return (Refusal(f"titles.is-{title.status.value}", {"number": title.number}),)


def _alive(title: TitleFacts) -> Refusals:
    ground = () if title.holds_ground else (Refusal("titles.no-ground", {"number": title.number}),)
    return _status(title, *ALIVE) + ground


def _in_force(title: TitleFacts) -> Refusals:
    return _status(title, TitleStatus.IN_FORCE)


def _out_of_quarantine(title: TitleFacts) -> Refusals:
    if not title.in_quarantine:
        return ()
    return (Refusal("titles.in-quarantine", {"number": title.number}),)


def _allowed(title: TitleFacts, ruleset: Ruleset, rule: str) -> Refusals:
    if act_value(ruleset, rule, title.day):
        return ()
    return (Refusal("titles.not-allowed-by-law", {"rule": rule.replace("_", "-")}),)


def can_renew(title: TitleFacts, ruleset: Ruleset) -> Refusals:
    """Renew a right in force, or one whose holder still has the priority of the grace period."""
    found: list[Refusal] = []
    if not in_grace(title, ruleset):
        found += _alive(title)
    most = ruleset.kind(title.kind).at("renewals_max", title.day)
    if most is not None and most.value is not None and title.renewals >= most.value:
        found.append(Refusal("titles.renewed-enough", {"most": most.value}))
    if title.expires_on is None:
        found.append(Refusal("titles.no-term", {"number": title.number}))
    return tuple(found)


def can_transfer(title: TitleFacts, ruleset: Ruleset) -> Refusals:
    """Hand a right in force, or shares of it, to another party."""
    allowed = _allowed(title, ruleset, "transfer_allowed")
    return _in_force(title) + _out_of_quarantine(title) + allowed


def can_lease(title: TitleFacts, ruleset: Ruleset) -> Refusals:
    """Let somebody else work a right in force."""
    allowed = _allowed(title, ruleset, "lease_allowed")
    if any(charge.kind == LEASE and charge.weighs(title.day) for charge in title.charges):
        allowed += (Refusal("titles.leased-already", {"number": title.number}),)
    return _in_force(title) + _out_of_quarantine(title) + allowed


def can_mortgage(title: TitleFacts, ruleset: Ruleset) -> Refusals:
    """Secure a debt on a right in force."""
    allowed = _allowed(title, ruleset, "mortgage_allowed")
    return _in_force(title) + _out_of_quarantine(title) + allowed


def can_charge(title: TitleFacts, ruleset: Ruleset) -> Refusals:
    """Register another burden on a right that is alive."""
    return _alive(title)


def can_release(title: TitleFacts, ruleset: Ruleset) -> Refusals:
    """Release a charge, whatever became of the title, as long as one weighs on it."""
    if any(charge.weighs(title.day) for charge in title.charges):
        return ()
    return (Refusal("titles.no-charge", {"number": title.number}),)


def can_renounce(title: TitleFacts, ruleset: Ruleset) -> Refusals:
    """Give a right up, in part or in whole; creditors are heard by :func:`creditors_against`."""
    return _alive(title)


def can_extend(title: TitleFacts, ruleset: Ruleset) -> Refusals:
    """Add neighbouring free ground to a right in force."""
    return _in_force(title) + _alive(title)[1:] + _out_of_quarantine(title)


def can_reshape(title: TitleFacts, ruleset: Ruleset) -> Refusals:
    """Split a right in force, or merge it with its neighbours."""
    return can_extend(title, ruleset)


def can_convert(title: TitleFacts, ruleset: Ruleset) -> Refusals:
    """Turn research into exploitation while the holder's priority runs."""
    found = () if in_grace(title, ruleset) else _alive(title)
    if not any(title.kind in kind.follows for kind in ruleset.kinds.values()):
        found += (Refusal("titles.nothing-follows", {"kind": ruleset.kind(title.kind).name}),)
    return found + _out_of_quarantine(title)


def can_suspend(title: TitleFacts, ruleset: Ruleset) -> Refusals:
    """Suspend a right in force until a day."""
    return _in_force(title)


def can_resume(title: TitleFacts, ruleset: Ruleset) -> Refusals:
    """End a suspension before its day."""
    return _status(title, TitleStatus.SUSPENDED)


def can_withdraw(title: TitleFacts, ruleset: Ruleset) -> Refusals:
    """Take a right back."""
    return _status(title, *ALIVE)


def creditors_against(title: TitleFacts, ruleset: Ruleset, *, agreed: bool) -> Refusals:
    """Name the creditors without whom a security may not be given up."""
    owed = securities(title.charges, title.day)
    if agreed or not owed or not act_value(ruleset, "creditors_must_agree", title.day):
        return ()
    return (Refusal("titles.creditors-must-agree", {"count": len(owed)}),)


ACTS: Mapping[str, Act] = {
    act.name: act
    for act in (
        Act("renew", can_renew),
        Act("transfer", can_transfer),
        Act("lease", can_lease),
        Act("mortgage", can_mortgage),
        Act("charge", can_charge),
        Act("release", can_release),
        Act("renounce-part", can_renounce),
        Act("renounce", can_renounce),
        Act("extend", can_extend),
        Act("merge", can_reshape),
        Act("split", can_reshape),
        Act("convert", can_convert),
        Act("suspend", can_suspend),
        Act("force-majeure", can_suspend),
        Act("resume", can_resume),
        Act("withdraw", can_withdraw),
    )
}
CHARGE_OF_ACT = {"lease": LEASE, "mortgage": MORTGAGE}


def act_named(name: str) -> Act:
    """Give an act.

    Raises
    ------
    NotFound
        ``titles.unknown-act``, listing those there are.
    """
    found = ACTS.get(name)
    if found is None:
        raise NotFound("titles.unknown-act", where="act", given=name, known=", ".join(ACTS))
    return found


def ensure(refusals: Refusals, number: str) -> None:
    """Stop an act for which there is a reason against.

    Raises
    ------
    Blocked
        The first reason, with all of them in ``refusals``.
    """
    if refusals:
        first = refusals[0]
        raise Blocked(first.code, where=number, refusals=refusals, **first.values)


def possible_acts(title: TitleFacts, ruleset: Ruleset) -> dict[str, Refusals]:
    """Give every act with the reasons against it: those without a reason are possible now."""
    return {name: act.reasons_against(title, ruleset) for name, act in ACTS.items()}
