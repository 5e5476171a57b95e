"""Tell an opening to the public: enough to file in time, and to redo its draw."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy.orm import Session

from cadastre.models import Opening
from cadastre.rules.ruleset import Ruleset
from cadastre.services.openings.sealed import phase_of, window_of
from cadastre.services.openings.settle import RECIPE, filings_of


def opening_told(
    session: Session, ruleset: Ruleset, opening: Opening, at: dt.datetime
) -> dict[str, Any]:
    """Gather what anybody may know of an opening at an instant.

    Who filed, and with which seal, is told after closing only: before it, even the number of
    filings could help somebody.
    """
    times = window_of(ruleset, opening)
    closed = at >= times.closes_at
    return {
        "number": opening.number,
        "group": opening.exclusivity_group,
        "mode": opening.mode,
        "phase": phase_of(ruleset, opening, at).value,
        "published_at": opening.published_at,
        "opens_at": times.opens_at,
        "closes_at": times.closes_at,
        "reveal_ends_at": times.reveal_ends_at,
        "seed_source": opening.seed_source,
        "seed": opening.seed,
        "entries": [
            {
                "party": filing.party_id,
                "seal": filing.seal,
                "revealed": bool(filing.content),
                "place": filing.place,
            }
            for filing in (filings_of(session, opening) if closed else ())
        ],
        "recipe": RECIPE,
    }
