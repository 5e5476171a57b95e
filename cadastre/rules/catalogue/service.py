"""What a service asks and gives: the entry of the catalogue that forms, pages and fees follow.

A service holds everything its files need, so that a dossier keeps the words, fields and thresholds
it started under whatever is changed in ``data/services`` afterwards.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cadastre.errors import NotFound
from cadastre.rules.catalogue.conditions import When, all_met
from cadastre.rules.ruleset import Parameter, Text
from cadastre.vocabulary import Evidence, PartyKind


@dataclass(frozen=True, slots=True)
class Statement:
    """Something said of a service, with what it stands on."""

    text: Text
    evidence: Evidence
    source: str | None = None
    article: str | None = None


@dataclass(frozen=True, slots=True)
class Authority:
    """A body that receives, examines or decides."""

    id: str
    name: Text
    short: str | None = None


@dataclass(frozen=True, slots=True)
class Term:
    """A word of the trade, explained in two lines."""

    id: str
    word: Text
    meaning: Text


@dataclass(frozen=True, slots=True)
class Piece:
    """A document of the checklist; ``when`` says for which answers it is asked.

    ``accepts`` are the types of :data:`cadastre.rules.catalogue.pieces.MEDIA_TYPES`.
    """

    id: str
    name: Text
    evidence: Evidence
    required: bool = True
    help: Text | None = None
    accepts: tuple[str, ...] = ("pdf",)
    when: When = ()
    source: str | None = None
    classification: str = "internal"


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the answers a field offers."""

    value: str
    label: Text
    help: Text | None = None


@dataclass(frozen=True, slots=True)
class FormField:
    """One question of a form.

    ``minimum`` and ``maximum`` bound a number (in ``unit``), or a date (ISO, or ``today``), or the
    number of choices; ``longest`` the characters of a text; ``kinds`` the kinds of title to choose
    among; ``classification`` is public, internal, personal or confidential; ``gives`` names the
    particular of an act on a title that the answer is.
    """

    id: str
    type: str
    label: Text
    help: Text | None = None
    example: Any = None
    required: bool = True
    unit: str | None = None
    choices: tuple[Choice, ...] = ()
    minimum: float | str | None = None
    maximum: float | str | None = None
    longest: int | None = None
    whole: bool = False
    kinds: tuple[str, ...] = ()
    shown_when: When = ()
    classification: str = "internal"
    evidence: Evidence = Evidence.UNCONFIRMED
    gives: str | None = None


@dataclass(frozen=True, slots=True)
class FormPage:
    """A page of the form: one subject, one to four questions."""

    id: str
    title: Text
    fields: tuple[FormField, ...]
    help: Text | None = None


@dataclass(frozen=True, slots=True)
class ServiceFee:
    """An amount due for a service itself, beside those of a kind of title.

    ``basis`` is fixed, per-km2, per-unit (of the number in ``field``) or quote (set by the body
    after a visit); ``moment`` is lodgement, decision, issue or yearly; ``each`` says the unit
    counted where it is a word.
    """

    id: str
    name: Text
    moment: str
    basis: str
    amount: Parameter
    field: str | None = None
    when: When = ()
    note: Text | None = None
    each: Text | None = None


@dataclass(frozen=True, slots=True)
class Scope:
    """Up to where a service applies, and which service takes over beyond.

    ``least`` and ``most`` are thresholds on the number in ``field``; ``least_excluded`` and
    ``most_excluded`` say that the bound itself belongs to the other regime. ``less`` and ``more``
    are ids of services, None where nothing is asked there (``less_text``, ``more_text`` say what).
    """

    field: str
    when: When = ()
    least: Parameter | None = None
    most: Parameter | None = None
    least_excluded: bool = False
    most_excluded: bool = False
    less: str | None = None
    more: str | None = None
    less_text: Text | None = None
    more_text: Text | None = None


@dataclass(frozen=True, slots=True)
class Delay:
    """How long an answer takes, as the sources say; days where they give a number."""

    text: Text
    evidence: Evidence
    least_days: int | None = None
    most_days: int | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Validity:
    """How long the outcome is good for; ``conflicts`` are sources that say otherwise.

    The duration of a title is a value of the ruleset: ``years`` is for everything else.
    """

    text: Text
    evidence: Evidence
    years: float | None = None
    source: str | None = None
    conflicts: tuple[Statement, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the service gives at its end.

    ``type`` is title (of ``kind``), act (on a title of ``title_kinds``) or certificate (of the
    sort in ``certificate``: certificate, authorisation, approval, connection, receipt, data,
    report). ``acts`` chooses the act by the answer to ``act_field``. ``co_holders`` is the piece by
    which the other holders of a title agree, or give a mandate; without it one holder asks alone.
    """

    type: str
    name: Text
    kind: str | None = None
    act: str | None = None
    act_field: str | None = None
    acts: Mapping[str, str] = field(default_factory=dict)
    title_kinds: tuple[str, ...] = ()
    certificate: str | None = None
    co_holders: str | None = None

    def act_for(self, answers: Mapping[str, Any]) -> str | None:
        """Give the act that answers ask for; None where the service is not about one."""
        if self.act_field is None:
            return self.act
        return self.acts.get(str(answers.get(self.act_field)))


@dataclass(frozen=True, slots=True)
class Service:
    """A service of the ministry, whole: who may ask, for what, with what, and what it gives.

    ``drafts`` limits what one account keeps in preparation: ``most_open``, ``most_megabytes``.
    """

    id: str
    version: str
    sector: str
    evidence: Evidence
    title: Text
    summary: Text
    authority: tuple[Authority, ...]
    applicants: tuple[PartyKind, ...]
    procedure: str
    perimeter: str
    outcome: Outcome
    delay: Delay
    validity: Validity
    pieces: tuple[Piece, ...]
    form: tuple[FormPage, ...]
    sector_name: Text = field(default_factory=dict)
    evidence_note: Text | None = None
    source: str | None = None
    applicants_note: Text | None = None
    conditions: tuple[Statement, ...] = ()
    legal_basis: tuple[Statement, ...] = ()
    notes: tuple[Statement, ...] = ()
    fees: tuple[ServiceFee, ...] = ()
    scope: tuple[Scope, ...] = ()
    moratoria: tuple[str, ...] = ()
    perimeter_when: When = ()
    pieces_note: Text | None = None
    terms: tuple[Term, ...] = ()
    phone: Mapping[str, Any] = field(default_factory=dict)
    drafts: Mapping[str, Parameter] = field(default_factory=dict)
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def fields(self) -> tuple[FormField, ...]:
        """List every question of the form, in order."""
        return tuple(one for page in self.form for one in page.fields)

    def perimeter_for(self, answers: Mapping[str, Any]) -> str:
        """Tell what ground answers (normalised) call for: none, a point or an area."""
        return self.perimeter if all_met(self.perimeter_when, answers) else "none"

    def page(self, page_id: str) -> FormPage:
        """Give a page of the form.

        Raises
        ------
        NotFound
            ``services.unknown-page``, listing the pages there are.
        """
        for page in self.form:
            if page.id == page_id:
                return page
        known = [page.id for page in self.form]
        raise NotFound("services.unknown-page", where=page_id, given=page_id, known=known)

    def piece(self, piece_id: str) -> Piece:
        """Give a piece of the checklist.

        Raises
        ------
        NotFound
            ``services.unknown-piece``, listing the pieces there are.
        """
        for piece in self.pieces:
            if piece.id == piece_id:
                return piece
        known = [piece.id for piece in self.pieces]
        raise NotFound("services.unknown-piece", where=piece_id, given=piece_id, known=known)
