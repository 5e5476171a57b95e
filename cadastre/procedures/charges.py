"""Follow what weighs on titles: ranks, and what becomes of a charge when its title changes.

A charge is never lost by an act on ground. It goes with every title that carries ground it weighed
on; where titles merge, all of theirs are kept and ranked again. It ends only by its own term, by
release, or with the last title it weighs on.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

MORTGAGE, LEASE = "mortgage", "lease"
KINDS = (MORTGAGE, LEASE, "pledge", "seizure", "royalty", "easement", "condition")
# What secures somebody's money: nobody may empty it without them.
SECURITIES = (MORTGAGE, "pledge", "seizure")


@dataclass(frozen=True, slots=True)
class ChargeFact:
    """A charge as the rules see it; ``id`` of what exists, None of what is to be written.

    ``continues`` is the charge it carries on, ``root`` the one first registered: the same debt,
    however often its title was split. ``starts_on`` never changes when a charge is carried:
    seniority is kept.
    """

    id: int | None
    kind: str
    rank: int
    starts_on: dt.date
    ends_on: dt.date | None = None
    continues: int | None = None
    root: int | None = None

    def weighs(self, day: dt.date) -> bool:
        """Tell whether it still weighs on a day."""
        return self.ends_on is None or day < self.ends_on


def next_rank(charges: Iterable[ChargeFact]) -> int:
    """Give the rank of a charge registered now: behind all others, also behind released ones."""
    return max((charge.rank for charge in charges), default=0) + 1


def carried(charges: Sequence[ChargeFact], day: dt.date) -> tuple[ChargeFact, ...]:
    """Give the charges of a title made from another: all that weigh, ranks as they were."""
    weighing = sorted((c for c in charges if c.weighs(day)), key=lambda c: c.rank)
    return tuple(replace(charge, id=None, continues=charge.id) for charge in weighing)


def merged(titles: Sequence[Sequence[ChargeFact]], day: dt.date) -> tuple[ChargeFact, ...]:
    """Give the charges of a title made from several: all of theirs, ranked anew.

    Older registration goes first; on one day the former rank decides, then the order in which they
    entered the register. Charges of one title never change places among themselves, unless their
    dates already contradicted their ranks. One debt that a split had put on several of the titles
    weighs once on the whole again.
    """
    weighing = [charge for charges in titles for charge in charges if charge.weighs(day)]
    ordered = sorted(weighing, key=lambda c: (c.starts_on, c.rank, c.id or 0))
    debts = {charge.root or charge.id: charge for charge in reversed(ordered)}
    ordered = [charge for charge in ordered if debts[charge.root or charge.id] is charge]
    return tuple(
        replace(charge, id=None, rank=place, continues=charge.id)
        for place, charge in enumerate(ordered, 1)
    )


def securities(charges: Iterable[ChargeFact], day: dt.date) -> tuple[ChargeFact, ...]:
    """List the charges whose creditors must agree before their security is reduced."""
    return tuple(c for c in charges if c.weighs(day) and c.kind in SECURITIES)
