"""Tell an opening to the public: enough to file in time, and to redo its draw."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy.orm import Session

from cadastre.models import Application, Opening, Party, SealedFiling
from cadastre.procedures.window import Mode
from cadastre.rules.ruleset import Ruleset
from cadastre.services.openings.comparing import comparison_told, criteria_evidence, criteria_for
from cadastre.services.openings.sealed import phase_of, window_of
from cadastre.services.openings.settle import RECIPE, filings_of
from cadastre.vocabulary import PartyKind


def opening_told(
    session: Session, ruleset: Ruleset, opening: Opening, at: dt.datetime
) -> dict[str, Any]:
    """Gather what anybody may know of an opening at an instant.

    Who filed, and with which seal, is told after closing only: before it, even the number of
    filings could help somebody.
    """
    times = window_of(ruleset, opening)
    closed = at >= times.closes_at
    is_compared = opening.mode == Mode.COMPARISON.value
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
            _entry(session, filing)
            for filing in (filings_of(session, opening) if closed else ())
        ],
        "criteria": [
            {"id": one.id, "name": dict(one.name), "most": float(one.most)}
            for one in (criteria_for(ruleset, opening) if is_compared else ())
        ],
        "criteria_evidence": criteria_evidence(ruleset, opening) if is_compared else None,
        "comparison": comparison_told(session, opening) if is_compared and closed else None,
        "recipe": RECIPE,
    }


def _entry(session: Session, filing: SealedFiling) -> dict[str, Any]:
    """Tell one sealed filing; persons are not named to everybody, companies are."""
    party = session.get_one(Party, filing.party_id)
    application = (
        None
        if filing.application_id is None
        else session.get_one(Application, filing.application_id)
    )
    return {
        "party": filing.party_id,
        "name": None if party.kind == PartyKind.PERSON.value else party.name,
        "seal": filing.seal,
        "revealed": bool(filing.content),
        "place": filing.place,
        "application": None if application is None else application.number,
    }
