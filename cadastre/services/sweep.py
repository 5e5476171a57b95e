"""Do everything the clock decided since the last sweep; run it as often as one likes."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy.orm import Session

from cadastre.rules.ruleset import Ruleset
from cadastre.services.openings.sealed import server_now
from cadastre.services.remnants import choose_by_rule
from cadastre.services.titles.expire import expire_titles
from cadastre.services.titles.pending import Waiting, spared_by_the_clock


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep did: numbers of titles opened and of applications whose remnant was chosen.

    ``spared`` are titles the clock would have opened, were a renewal not asked in time.
    """

    titles: tuple[str, ...]
    remnants: tuple[str, ...]
    spared: tuple[Waiting, ...] = ()


def sweep(session: Session, ruleset: Ruleset, *, at: dt.datetime | None = None) -> Swept:
    """Publish ground that fell free by the clock, and choose remnants nobody chose in time."""
    now = at or server_now(session)
    titles = expire_titles(session, ruleset, now)
    remnants = choose_by_rule(session, ruleset, now)
    return Swept(tuple(titles), tuple(remnants), tuple(spared_by_the_clock(session, now)))
