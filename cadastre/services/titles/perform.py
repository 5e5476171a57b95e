"""Do an act by its name, from particulars as plain data, for the API, the command and proposals."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any

from shapely.geometry.base import BaseGeometry
from sqlalchemy.orm import Session

from cadastre.errors import UnusableInput
from cadastre.models import Title
from cadastre.procedures.acts import CHARGE_OF_ACT, act_named
from cadastre.procedures.shares import read_share
from cadastre.rules.ruleset import Ruleset
from cadastre.services.readings import read_geometry
from cadastre.services.titles.burdens import Burden, register_charge, release_charge
from cadastre.services.titles.decision import Decision
from cadastre.services.titles.facts import title_named
from cadastre.services.titles.grant import Grant, application_named, convert
from cadastre.services.titles.holders import party_named, transfer
from cadastre.services.titles.reduce import renounce, renounce_part, withdraw
from cadastre.services.titles.renew import renew
from cadastre.services.titles.reshape import extend, merge, split
from cadastre.services.titles.suspend import FORCE_MAJEURE, resume, suspend


@dataclass(frozen=True, slots=True)
class Particulars:
    """What an act says beyond its reason; each act uses the few it needs.

    Geometries are GeoJSON in longitude and latitude; dates ISO 8601; shares ``1/3``.
    """

    geometry: Mapping[str, Any] | None = None
    geometries: tuple[Mapping[str, Any], ...] = ()
    numbers: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()
    number: str | None = None
    application: str | None = None
    years: float | None = None
    until: str | None = None
    expires_on: str | None = None
    instrument: str | None = None
    from_party_id: int | None = None
    to_party_id: int | None = None
    share: str | None = None
    charge: str | None = None
    charge_id: int | None = None
    amount: str | None = None
    currency: str | None = None
    terms: str | None = None
    creditors_agree: bool = False

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Particulars:
        """Read particulars that were kept with a proposal."""
        known = {field.name for field in fields(cls)}
        return cls(**{name: _frozen(value) for name, value in raw.items() if name in known})

    def given(self) -> dict[str, Any]:
        """Give what was said, as plain data."""
        told = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: value for name, value in told.items() if value}


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


@dataclass(frozen=True, slots=True)
class Act:
    """An act about to be done: where, on what, as decided by whom."""

    session: Session
    ruleset: Ruleset
    title: Title
    said: Particulars
    decision: Decision

    def need(self, name: str) -> Any:
        """Give a particular without which the act means nothing."""
        value = getattr(self.said, name)
        if value in (None, ()):
            raise UnusableInput("titles.missing", where=name, name=name)
        return value

    def ground(self, raw: Mapping[str, Any]) -> BaseGeometry:
        """Read a perimeter as any filing is read, caps included."""
        perimeter = read_geometry(self.ruleset, raw).perimeter
        if perimeter is None:
            raise UnusableInput("titles.missing", where="geometry", name="geometry")
        return perimeter

    def day(self, name: str) -> dt.date | None:
        """Read a date."""
        text = getattr(self.said, name)
        try:
            return None if text is None else dt.date.fromisoformat(text)
        except ValueError:
            raise UnusableInput("http.not-a-date", where=name, given=text) from None


def perform(
    session: Session,
    ruleset: Ruleset,
    title: Title,
    name: str,
    said: Particulars,
    decision: Decision,
) -> list[str]:
    """Do an act; give the numbers of the titles that carry the right afterwards.

    Raises
    ------
    NotFound
        No act of that name.
    UnusableInput
        A particular is missing or cannot be read.
    Blocked
        The act is impossible; see each act.
    """
    act_named(name)
    return _DOERS[name](Act(session, ruleset, title, said, decision))


def _renew(act: Act) -> list[str]:
    kept = None if act.said.geometry is None else act.ground(act.said.geometry)
    renew(act.session, act.ruleset, act.title, act.decision, kept=kept, years=act.said.years)
    return [act.title.number]


def _transfer(act: Act) -> list[str]:
    giver = party_named(act.session, act.need("from_party_id"))
    taker = party_named(act.session, act.need("to_party_id"))
    share = None if act.said.share is None else read_share(act.said.share)
    transfer(act.session, act.ruleset, act.title, giver, taker, act.decision, share=share)
    return [act.title.number]


def _burden(kind: str | None) -> Callable[[Act], list[str]]:
    def do(act: Act) -> list[str]:
        party = act.said.to_party_id
        burden = Burden(
            kind or act.need("charge"),
            None if party is None else party_named(act.session, party).id,
            _amount(act.said.amount),
            act.said.currency,
            act.said.terms,
            act.day("until"),
        )
        register_charge(act.session, act.ruleset, act.title, burden, act.decision)
        return [act.title.number]

    return do


def _amount(text: str | None) -> Decimal | None:
    if text is None:
        return None
    if not text.replace(".", "", 1).isdecimal() or len(text) > 18:
        raise UnusableInput("titles.missing", where="amount", name="amount")
    return Decimal(text)


def _release(act: Act) -> list[str]:
    release_charge(act.session, act.ruleset, act.title, act.need("charge_id"), act.decision)
    return [act.title.number]


def _renounce_part(act: Act) -> list[str]:
    kept = act.ground(act.need("geometry"))
    agreed = act.said.creditors_agree
    renounce_part(act.session, act.ruleset, act.title, kept, act.decision, creditors_agree=agreed)
    return [act.title.number]


def _renounce(act: Act) -> list[str]:
    agreed = act.said.creditors_agree
    renounce(act.session, act.ruleset, act.title, act.decision, creditors_agree=agreed)
    return []


def _withdraw(act: Act) -> list[str]:
    withdraw(act.session, act.ruleset, act.title, act.decision)
    return []


def _extend(act: Act) -> list[str]:
    extend(act.session, act.ruleset, act.title, act.ground(act.need("geometry")), act.decision)
    return [act.title.number]


def _split(act: Act) -> list[str]:
    pieces = [act.ground(raw) for raw in act.need("geometries")]
    children = split(
        act.session, act.ruleset, act.title, pieces, act.decision, numbers=act.said.numbers
    )
    return [child.number for child in children]


def _merge(act: Act) -> list[str]:
    others = [title_named(act.session, number) for number in act.need("titles")]
    child = merge(
        act.session,
        act.ruleset,
        [act.title, *others],
        act.need("number"),
        act.decision,
        creditors_agree=act.said.creditors_agree,
    )
    return [child.number]


def _convert(act: Act) -> list[str]:
    application = application_named(act.session, act.need("application"))
    child = convert(
        act.session, act.ruleset, act.title, application, act.decision, grant_terms(act)
    )
    return [child.number]


def grant_terms(act: Act) -> Grant:
    """Read what an act of grant says beyond the application."""
    return Grant(act.said.number, act.day("expires_on"), act.said.instrument)


def _suspend(act: Act) -> list[str]:
    return _rest(act, force_majeure=False)


def _force_majeure(act: Act) -> list[str]:
    return _rest(act, force_majeure=True)


def _rest(act: Act, *, force_majeure: bool) -> list[str]:
    act.need("until")
    until = act.day("until")
    assert until is not None
    suspend(act.session, act.ruleset, act.title, until, act.decision, force_majeure=force_majeure)
    return [act.title.number]


def _resume(act: Act) -> list[str]:
    resume(act.session, act.ruleset, act.title, act.decision)
    return [act.title.number]


_DOERS: Mapping[str, Callable[[Act], list[str]]] = {
    "renew": _renew,
    "transfer": _transfer,
    "lease": _burden(CHARGE_OF_ACT["lease"]),
    "mortgage": _burden(CHARGE_OF_ACT["mortgage"]),
    "charge": _burden(None),
    "release": _release,
    "renounce-part": _renounce_part,
    "renounce": _renounce,
    "extend": _extend,
    "merge": _merge,
    "split": _split,
    "convert": _convert,
    "suspend": _suspend,
    FORCE_MAJEURE: _force_majeure,
    "resume": _resume,
    "withdraw": _withdraw,
}
