"""What the machine is told: the steps that were taken, and the facts its guards look at."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cadastre.procedures.facts import Refusal

PUBLIC = "public"  # the role of anybody who is not on the applicant's side
SYSTEM = "system"  # the role of the clock, and of whoever writes down what it decided


@dataclass(frozen=True, slots=True)
class StepFact:
    """A step as it was taken: what, when, by whom and in which role.

    Parameters
    ----------
    at
        When it happened, with its zone; steps count in the order of happening.
    facts
        What its kind needs: ``body``, ``opinion``, ``until`` (a day), ``days``, ``corrects``
        (id of the step that was wrong).
    """

    kind: str
    at: dt.datetime
    account_id: int | None = None
    role: str = SYSTEM
    facts: Mapping[str, Any] = field(default_factory=dict)
    id: int | None = None
    reason: str | None = None
    document_id: int | None = None

    @property
    def body(self) -> str | None:
        """Give the body the step speaks of, if it names one."""
        body = self.facts.get("body")
        return body if isinstance(body, str) else None


@dataclass(frozen=True, slots=True)
class DossierFacts:
    """The dossier, its form, its ground and its money, as guards see them now.

    Whatever is empty stands in nobody's way. Names are shown to people: texts, or
    ``{fr:, en:}``.

    Parameters
    ----------
    pieces_missing, form_faults, unsafe_documents
        Names of what lacks, of fields to correct, of documents a scan refused.
    blocking_findings
        Codes or sentences of findings that block.
    open_cases
        Numbers of overlap cases nobody settled.
    unpaid
        Moments whose fees are not paid: ``lodgement``, ``decision``, ``issue``.
    counter_unconfirmed
        A clerk typed the dossier and the person has not confirmed it yet.
    suspended_by_rule
        Name of the moratorium that stops this kind of request, if one does.
    title_refusals
        Why the act asked for is impossible on its title.
    taker_unknown
        Nobody has said yet which party takes the title.
    """

    pieces_missing: tuple[Any, ...] = ()
    form_faults: tuple[Any, ...] = ()
    unsafe_documents: tuple[Any, ...] = ()
    perimeter_missing: bool = False
    blocking_findings: tuple[Any, ...] = ()
    open_cases: tuple[str, ...] = ()
    unpaid: frozenset[str] = frozenset()
    counter_unconfirmed: bool = False
    suspended_by_rule: Any = None
    title_refusals: tuple[Refusal, ...] = ()
    taker_unknown: bool = False


@dataclass(frozen=True, slots=True)
class Opinion:
    """An opinion asked of a body, and its answer once given.

    ``opinion`` is ``favourable``, ``reserved`` or ``unfavourable``.
    """

    body: str
    asked_at: dt.datetime
    due_on: dt.date | None = None
    given_at: dt.datetime | None = None
    opinion: str | None = None
    overdue: bool = False


@dataclass(frozen=True, slots=True)
class Proposal:
    """A decision proposed, by whom, and the other person who confirmed it."""

    outcome: str  # grant or refusal
    account_id: int | None
    at: dt.datetime
    confirmed_by: int | None = None
    confirmed_at: dt.datetime | None = None
