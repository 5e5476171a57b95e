"""Say what each kind of certificate states, as plain data in every language.

Words are ``{fr:, en:}`` or, where they are the same in both (a name, a number), plain text. The
same sheet prints in French and in English.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Protocol

import shapely
from shapely.geometry import MultiPolygon
from shapely.geometry.base import BaseGeometry

from cadastre.vocabulary import Evidence

Words = Mapping[str, str] | str
Summary = tuple[tuple[str, Any], ...]  # code of the label, value


class Sheet(Protocol):
    """What every kind of certificate has in common."""

    @property
    def number(self) -> str:
        """Give the number of the title, dossier or payment it is about."""

    @property
    def is_demonstration(self) -> bool:
        """Tell whether what it states is fictitious."""

    def summary(self) -> Summary:
        """Give what the verification page shows to whoever holds the paper."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A ground, a legal basis or a way of appeal, with what it stands on."""

    words: Words
    article: str | None = None
    evidence: Evidence | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """A label with what was answered: words, a number, a day, yes or no."""

    label: Words
    value: Any


@dataclass(frozen=True, slots=True)
class HolderLine:
    """A holder with their exact share (``1`` is the whole)."""

    name: str
    share: str
    registration: str | None = None

    def told(self) -> str:
        """Give the name, with the share where it is not the whole."""
        return self.name if self.share == "1" else f"{self.name} ({self.share})"


@dataclass(frozen=True, slots=True)
class ChargeLine:
    """A charge that weighs on a title; ``kind`` is its code (mortgage, lease…)."""

    kind: str
    rank: int
    beneficiary: str | None
    starts_on: dt.date
    ends_on: dt.date | None = None


CornerPlace = tuple[str, float, float]  # label, longitude, latitude (degrees, WGS 84)


@dataclass(frozen=True, slots=True)
class TitleSheet:
    """A title as it stands: the right, its holders, its ground and what weighs on it.

    ``perimeter`` is EPSG:4326, longitude first; ``fingerprint`` the SHA-256 of its canonical bytes
    as the sealed log tells it; areas are square metres; ``rivers`` and ``neighbours`` only dress
    the plan, ``country`` the sketch of where it lies.
    """

    number: str
    kind: Words
    name: str | None
    substances: tuple[Words, ...]
    holders: tuple[HolderLine, ...]
    status: str
    granted_on: dt.date | None
    starts_on: dt.date
    expires_on: dt.date | None
    suspended_until: dt.date | None
    instrument: str | None
    charges: tuple[ChargeLine, ...]
    basis: tuple[Reference, ...]
    doubts: tuple[str, ...]
    parents: tuple[str, ...]
    perimeter: MultiPolygon
    rings: tuple[tuple[CornerPlace, ...], ...]
    fingerprint: str
    legal_crs: str
    planar_area_m2: float
    geodesic_area_m2: float
    edge_model: str
    law: Words
    is_demonstration: bool
    rivers: BaseGeometry | None = None
    neighbours: tuple[BaseGeometry, ...] = ()
    country: BaseGeometry | None = None

    def summary(self) -> Summary:
        """Give what the verification page shows."""
        return (
            ("certificates.right", self.kind),
            ("certificates.name", self.name),
            ("certificates.holders", [one.told() for one in self.holders]),
            ("certificates.substances", list(self.substances)),
            ("certificates.starts", self.starts_on),
            ("certificates.expires", self.expires_on),
            ("certificates.planar-ha", round(self.planar_area_m2 / 10_000, 4)),
            ("certificates.geodesic-ha", round(self.geodesic_area_m2 / 10_000, 4)),
            ("certificates.fingerprint", self.fingerprint),
        )


@dataclass(frozen=True, slots=True)
class RefusalSheet:
    """A refusal with its grounds and the ways of appeal."""

    number: str
    service: Words
    applicant: str
    lodged_on: dt.date | None
    decided_on: dt.date
    authority: Words
    grounds: tuple[Reference, ...]
    appeal: tuple[Reference, ...]
    basis: tuple[Reference, ...] = ()
    is_demonstration: bool = False

    def summary(self) -> Summary:
        """Give what the verification page shows."""
        return (
            ("certificates.service", self.service),
            ("certificates.applicant", self.applicant),
            ("certificates.decided", self.decided_on),
            ("certificates.authority", self.authority),
        )


@dataclass(frozen=True, slots=True)
class ServiceSheet:
    """The outcome of a service without a title, from the answers of its form."""

    number: str
    service: Words
    beneficiary: str
    decided_on: dt.date
    authority: Words
    answers: tuple[Answer, ...]
    valid_from: dt.date | None = None
    valid_until: dt.date | None = None
    conditions: tuple[Words, ...] = ()
    basis: tuple[Reference, ...] = ()
    outcome: Words | None = None  # its own name, where it has a better one than its kind
    is_demonstration: bool = False

    def summary(self) -> Summary:
        """Give what the verification page shows."""
        return (
            ("certificates.service", self.service),
            ("certificates.beneficiary", self.beneficiary),
            ("certificates.decided", self.decided_on),
            ("certificates.authority", self.authority),
            ("certificates.valid-from", self.valid_from),
            ("certificates.valid-until", self.valid_until),
        )


@dataclass(frozen=True, slots=True)
class PieceLine:
    """A piece as it was received; the SHA-256 lets anybody show which file it was."""

    name: Words
    filename: str
    size: int
    sha256: str
    received_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class LodgementSheet:
    """The receipt of a complete dossier; instants are on the legal clock.

    ``filed_by`` names the clerk who filed at the counter for the applicant; ``answers_sha256`` the
    fingerprint of the form as lodged.
    """

    number: str
    service: Words
    applicant: str
    lodged_at: dt.datetime
    pieces: tuple[PieceLine, ...]
    follow_up_code: str
    follow_up_address: str
    rank: int | None = None
    filed_by: str | None = None
    due_on: dt.date | None = None
    answers_sha256: str | None = None
    is_demonstration: bool = False

    def summary(self) -> Summary:
        """Give what the verification page shows; never the follow-up code."""
        return (
            ("certificates.service", self.service),
            ("certificates.applicant", self.applicant),
            ("certificates.lodged-at", self.lodged_at),
            ("certificates.rank", self.rank),
            ("certificates.pieces-count", len(self.pieces)),
        )


@dataclass(frozen=True, slots=True)
class SlipSheet:
    """A slip handed over at the counter to somebody with no equipment; it is not signed."""

    number: str
    service: Words
    applicant: str
    follow_up_code: str
    follow_up_address: str
    lodged_at: dt.datetime | None = None
    due_on: dt.date | None = None
    office: str | None = None
    is_demonstration: bool = False


def version_of(sheet: Any) -> str:
    """Give the fingerprint of all that a sheet states: equal sheets, equal fingerprints."""
    told = json.dumps(_plain(sheet), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(told.encode()).hexdigest()


def _plain(value: Any) -> Any:
    if hasattr(value, "__dataclass_fields__"):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, BaseGeometry):
        return shapely.to_wkb(value, hex=True)
    if isinstance(value, Mapping):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    return value if value is None or isinstance(value, (bool, int, float)) else str(value)
