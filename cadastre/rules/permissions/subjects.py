"""What is acted upon, reduced to the facts permissions need."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Audience(StrEnum):
    """Who a message of a dossier is for."""

    APPLICANT = "applicant"  # the applicant's side and the office
    OFFICE = "office"  # notes between those who examine


@dataclass(frozen=True, slots=True)
class DossierRef:
    """A dossier: for whom, by whom, where, about what, who is asked and who has proposed.

    Parameters
    ----------
    opened_by
        Account that opened it; a person without a party follows it by this.
    opened_at_counter
        A clerk opened it in somebody's name: the clerk is not an applicant.
    clerk_id
        The clerk who received it at the counter.
    assigned_to
        Account that carries it at the desk, wherever it lies.
    areas
        Codes of the regions its ground touches, or of the office it was filed at.
    asked_bodies
        Bodies whose opinion was asked.
    units
        Codes of every region, prefecture and commune it lies in.
    proposed_by
        Account that proposed the decision now waiting, if any.
    """

    party_id: int | None = None
    opened_by: int | None = None
    opened_at_counter: bool = False
    clerk_id: int | None = None
    assigned_to: int | None = None
    areas: frozenset[str] = frozenset()
    sector: str | None = None
    asked_bodies: frozenset[str] = frozenset()
    units: frozenset[str] = frozenset()
    proposed_by: int | None = None
    is_draft: bool = False


@dataclass(frozen=True, slots=True)
class AccountRef:
    """An account that is administered: whose it is and what it may do."""

    account_id: int
    roles: frozenset[str] = frozenset()
