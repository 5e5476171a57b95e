"""Load the demonstration into the register, leave it alone when it is there, take it out again."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from cadastre.config import Settings
from cadastre.errors import NotAllowed
from cadastre.models import JournalEntry
from cadastre.rules.load import load_ruleset
from cadastre.services.demonstration.accounts import clear_accounts, load_accounts
from cadastre.services.demonstration.clearing import clear_ground, clear_register
from cadastre.services.demonstration.dossiers import load_dossiers
from cadastre.services.demonstration.frame import clear_frame, load_frame
from cadastre.services.demonstration.ground import PREFIX, load_works, load_zones
from cadastre.services.demonstration.plan import Plan
from cadastre.services.demonstration.planned import plan_register
from cadastre.services.demonstration.rasters import clear_rasters, load_rasters
from cadastre.services.demonstration.register import load_register
from cadastre.services.demonstration.sources import digest

LOAD, CLEAR = "demonstration.load", "demonstration.clear"


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a loading did: rows by table; ``changed`` is False when everything was there."""

    changed: bool
    counts: dict[str, int] = field(default_factory=dict)


def load_demonstration(session: Session, settings: Settings) -> Loaded:
    """Load the demonstration; the same demonstration loaded twice changes nothing.

    An older demonstration is taken out first. Needs the owner's session: the register holds
    overlaps on purpose, which no request may record.

    Raises
    ------
    NotAllowed
        ``demonstration.refused``: this is a production environment.
    """
    refuse_in_production(settings)
    folder = demonstration_folder(settings)
    current = digest(folder, Path(__file__).parent)
    if loaded_digest(session) == current:
        return Loaded(changed=False)
    if loaded_digest(session) is not None:
        clear_demonstration(session, settings)
    counts = load_frame(session, folder)
    counts["zones"] = load_zones(session, folder)
    counts["works"] = load_works(session, folder)
    ruleset = load_ruleset(settings.data / "rulesets" / settings.ruleset)
    plan = plan_register(folder, ruleset)
    written = load_register(session, plan, ruleset)
    counts |= written.counts
    counts["accounts"] = load_accounts(session, folder)
    counts["dossiers"] = load_dossiers(session, settings, ruleset)
    counts["rasters"] = load_rasters(session, settings, folder)
    session.add(_entry(current, plan, written.numbers))
    session.flush()
    return Loaded(changed=True, counts=counts)


def clear_demonstration(session: Session, settings: Settings) -> dict[str, int]:
    """Take the demonstration out, with what its accounts filed; returns the rights removed.

    The journal stays: history is never removed.
    """
    refuse_in_production(settings)
    clear_accounts(session)  # mandates first: they name companies
    counts = clear_register(session)
    clear_ground(session, PREFIX)
    clear_frame(session, demonstration_folder(settings))
    clear_rasters(session, settings)
    session.add(JournalEntry(action=CLEAR, subject="demonstration", subject_id="", by_rule=True))
    session.flush()
    return counts


def list_cases(session: Session) -> list[dict[str, str]]:
    """List the overlaps put there on purpose: sort, and the two that overlap, by number or code."""
    last = _last_entry(session)
    if last is None or last.action != LOAD:
        return []
    cases: list[dict[str, str]] = last.facts["overlaps"]
    return cases


def loaded_digest(session: Session) -> str | None:
    """Give the digest of the demonstration in the register, None when there is none."""
    last = _last_entry(session)
    return last.subject_id if last is not None and last.action == LOAD else None


def _last_entry(session: Session) -> JournalEntry | None:
    return session.scalars(
        select(JournalEntry)
        .where(JournalEntry.action.in_((LOAD, CLEAR)))
        .order_by(JournalEntry.id.desc())
        .limit(1)
    ).first()


def demonstration_folder(settings: Settings) -> Path:
    """Give the folder that describes the demonstration."""
    return settings.data / "demonstration"


def refuse_in_production(settings: Settings) -> None:
    """Raise NotAllowed where fictitious rights must never stand beside real ones."""
    if not settings.is_demo:
        raise NotAllowed("demonstration.refused", where="CADASTRE_ENV")


def _entry(current: str, plan: Plan, numbers: dict[str, str]) -> JournalEntry:
    cases = [
        {
            "sort": case.sort,
            "first": numbers.get(case.first, case.first),
            "second": numbers.get(case.second, case.second),
        }
        for case in plan.cases
    ]
    return JournalEntry(
        action=LOAD, subject="demonstration", subject_id=current, by_rule=True,
        facts={"overlaps": cases},
    )  # fmt: skip
