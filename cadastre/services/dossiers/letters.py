"""Letters to applicants: templates kept as data, filled from the dossier, edited, then sent."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any

import yaml
from sqlalchemy.orm import Session

from cadastre.errors import InvalidRuleset, NotFound
from cadastre.models import Dossier, Party
from cadastre.procedures.machine import Standing
from cadastre.rules.ruleset import Text
from cadastre.sentences import write_day
from cadastre.services.certificates.dossiers import ways_of_appeal
from cadastre.services.dossiers.catalogue import rules_of

# What a template may name; what a dossier does not have yet is left as a gap to fill.
FIELDS = frozenset(
    {
        "number", "service", "applicant", "lodged_on", "state", "reason", "due_on", "until",
        "grounds", "appeal", "act", "outcome", "title", "office", "today",
    }
)  # fmt: skip
GAP = "[…]"


@dataclass(frozen=True, slots=True)
class Letter:
    """A template; ``steps`` are those it goes with, ``outcome`` the decision it speaks of."""

    id: str
    title: Text
    text: Text
    steps: tuple[str, ...] = ()
    outcome: str | None = None


@cache
def load_letters(folder: Path) -> Mapping[str, Letter]:
    """Read every template of a deployment.

    Raises
    ------
    InvalidRuleset
        ``letters.unusable``: a file lacks a part, or names a field there is not.
    """
    letters = (_read(path) for path in sorted(folder.glob("*.yaml")))
    return {letter.id: letter for letter in letters}


def _read(path: Path) -> Letter:
    try:
        raw = yaml.safe_load(path.read_text("utf-8"))
        letter = Letter(
            raw["id"], raw["title"], raw["text"], tuple(raw["with"]), raw.get("outcome")
        )
        for language in ("fr", "en"):
            named = {name for _, name, _, _ in Formatter().parse(letter.text[language]) if name}
            if named - FIELDS or not letter.title[language]:
                raise ValueError(", ".join(sorted(named - FIELDS)))
    except (KeyError, TypeError, ValueError, yaml.YAMLError) as fault:
        raise InvalidRuleset("letters.unusable", where=path.name, reason=str(fault)) from fault
    return letter


def letter_named(letters: Mapping[str, Letter], name: str) -> Letter:
    """Give a template.

    Raises
    ------
    NotFound
        ``letters.none``.
    """
    if name not in letters:
        raise NotFound("letters.none", where=name[:60])
    return letters[name]


def letter_for(letters: Mapping[str, Letter], step: str, outcome: str | None) -> Letter | None:
    """Give the letter that goes with a step, None where none does."""
    fits = (one for one in letters.values() if step in one.steps and one.outcome in (None, outcome))
    return next(fits, None)


def filled(
    session: Session,
    letter: Letter,
    dossier: Dossier,
    standing: Standing,
    said: Mapping[str, Any],
) -> str:
    """Fill a template in the language of the dossier; what is not known yet shows as a gap.

    Parameters
    ----------
    standing
        Where the dossier stands, or would after the step the letter goes with.
    said
        What comes with that step: ``reason``, ``until``, ``act``, ``title``.
    """
    language = dossier.language
    rules = rules_of(session, dossier)
    party = None if dossier.party_id is None else session.get(Party, dossier.party_id)
    lodged = standing.happened_at("lodge")
    values = {
        "number": dossier.number,
        "service": rules.service.title[language],
        "applicant": party.name if party else None,
        "lodged_on": lodged and write_day(rules.procedure.calendar.day(lodged), language),
        "state": rules.procedure.state_names[standing.state][language] if standing.state else None,
        "due_on": _day(_due_of_applicant(standing), language),
        "grounds": _grounds(standing),
        "appeal": "\n".join(_ways_of_appeal(language)),
        "outcome": rules.service.outcome.name[language],
        "office": rules.service.authority[0].name[language],
        "today": write_day(rules.procedure.calendar.day(standing.at), language),
        **{name: _day(value, language) for name, value in said.items()},
    }
    return letter.text[language].format_map({name: values.get(name) or GAP for name in FIELDS})


def _ways_of_appeal(language: str) -> list[str]:
    words = [one.words for one in ways_of_appeal()]
    return [f"– {one if isinstance(one, str) else one[language]}" for one in words]


def _day(value: Any, language: str) -> Any:
    """Write a day in words; leave anything else as it is."""
    if isinstance(value, str):
        try:
            value = dt.date.fromisoformat(value)
        except ValueError:
            return value
    return write_day(value, language) if isinstance(value, dt.date) else value


def _due_of_applicant(standing: Standing) -> dt.date | None:
    dues = (one.due for one in standing.awaits if one.who == "applicant" and one.due)
    return next(dues, None)


def _grounds(standing: Standing) -> str | None:
    reasons = [
        step.reason
        for step in standing.steps
        if step.kind in ("propose-refusal", "propose-grant") and step.reason
    ]
    return reasons[-1] if reasons else None
