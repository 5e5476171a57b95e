"""The questions an act asks, a page each where they are long, and how their answers are read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import request
from sqlalchemy.orm import Session

from cadastre.errors import NotFound, UnusableInput
from cadastre.models import Title
from cadastre.procedures.charges import KINDS, LEASE, MORTGAGE
from cadastre.procedures.facts import TitleFacts
from cadastre.procedures.ground import SIDES, cut_towards
from cadastre.procedures.shares import read_share
from cadastre.rules.ruleset import Ruleset
from cadastre.services.representation import geometry_json
from cadastre.services.titles.candidates import parties_called
from cadastre.services.titles.ground import held, measure_of, open_parcels
from web.views.ground_form import GroundRead, read_ground

ACT_PAGES: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "renew": (("kept",), ("years",)),
    "transfer": (("from_party_id",), ("to_party_id",), ("share",)),
    "lease": (("to_party_id",), ("until", "amount", "terms")),
    "mortgage": (("to_party_id",), ("amount", "until", "terms")),
    "charge": (("charge",), ("to_party_id",), ("amount", "until", "terms")),
    "release": (("charge_id",),),
    "renounce-part": (("kept",), ("creditors_agree",)),
    "renounce": (("creditors_agree",),),
    "extend": (("whole",),),
    "split": (("pieces",), ("numbers",)),
    "merge": (("titles",), ("number", "creditors_agree")),
    "convert": (("application",), ("number", "expires_on", "instrument")),
    "suspend": (("until",),),
    "force-majeure": (("until",),),
    "resume": (),
    "withdraw": (),
}
WHY = ("reason", "source")
UNTIL_IS_DUE = ("suspend", "force-majeure")
OTHER_CHARGES = tuple(kind for kind in KINDS if kind not in (MORTGAGE, LEASE))
LONGEST_TEXT = 5000
MOST_TITLES = 20
SHORTEST_REASON, LONGEST_REASON = 3, 2000


def pages_of(act: str) -> tuple[tuple[str, ...], ...]:
    """List the pages of an act's form: its own questions, then why."""
    return (*ACT_PAGES[act], WHY)


@dataclass(frozen=True, slots=True)
class Asking:
    """Everything the reading of an answer looks at."""

    session: Session
    ruleset: Ruleset
    title: Title
    facts: TitleFacts
    act: str
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class AskAgain:
    """The page must be shown once more: which party is meant, or what the reader asks."""

    parties: tuple[tuple[int, str], ...] = ()
    ground: GroundRead | None = None


@dataclass(slots=True)
class Said:
    """What was answered so far: particulars of the act, and the form's own words."""

    particulars: dict[str, Any] = field(default_factory=dict)
    raw: dict[str, str] = field(default_factory=dict)


def read_page(asking: Asking, fields: tuple[str, ...], said: Said) -> AskAgain | None:
    """Read the answers of one page into what was said; None when all is understood.

    Raises
    ------
    CadastreError
        An answer is missing or cannot be read; ``where`` is its field.
    """
    for name in fields:
        answer = _READERS[name](asking, said)
        if isinstance(answer, AskAgain):
            return answer
        for key in _KEYS.get(name, (name,)):
            said.particulars.pop(key, None)
        said.particulars |= {key: value for key, value in answer.items() if value not in (None, "")}
    return None


def text_of(name: str, most: int = LONGEST_TEXT) -> str:
    """Give an answer as it was written, without what surrounds it."""
    return request.form.get(name, "").strip()[:most]


def _need(name: str, code: str = "acts.answer-needed") -> str:
    text = text_of(name)
    if not text:
        raise UnusableInput(code, where=name)
    return text


def _plain(name: str) -> Callable[[Asking, Said], dict[str, Any]]:
    return lambda asking, said: {name: text_of(name)}


def _day(name: str) -> Callable[[Asking, Said], dict[str, Any]]:
    def read(asking: Asking, said: Said) -> dict[str, Any]:
        text = text_of(name)
        if not text and name == "until" and asking.act in UNTIL_IS_DUE:
            raise UnusableInput("acts.answer-needed", where=name)
        try:
            return {name: dt.date.fromisoformat(text).isoformat() if text else None}
        except ValueError:
            raise UnusableInput("http.not-a-date", where=name, given=text[:40]) from None

    return read


def _whole_number(name: str) -> Callable[[Asking, Said], dict[str, Any]]:
    def read(asking: Asking, said: Said) -> dict[str, Any]:
        text = _need(name)
        if not (text.isascii() and text.isdigit() and len(text) <= 18):
            raise UnusableInput("acts.answer-needed", where=name)
        return {name: int(text)}

    return read


def _kept(asking: Asking, said: Said) -> dict[str, Any] | AskAgain:
    """Read which ground is kept: all, what one line leaves, or a perimeter that is given."""
    way = _need("way")
    if way == "all":
        return {}
    if way in SIDES:
        share = _percent("part") / 100
        ground = _ground_now(asking)
        measure = measure_of(asking.ruleset, ground, asking.facts.day)
        _, kept = cut_towards(ground, way, share, measure)
        return {"geometry": geometry_json(kept)}
    return _written(asking)


def _whole(asking: Asking, said: Said) -> dict[str, Any] | AskAgain:
    return _written(asking)


def _written(asking: Asking) -> dict[str, Any] | AskAgain:
    read = read_ground(asking.ruleset)
    if read.questions:
        return AskAgain(ground=read)
    if len(read.perimeters) > 1:
        raise UnusableInput("readings.not-one", where="corners", count=len(read.perimeters))
    return {"geometry": geometry_json(read.perimeters[0])}


def _pieces(asking: Asking, said: Said) -> dict[str, Any] | AskAgain:
    """Read how a title is divided: by one line, or into perimeters that are given."""
    way = _need("way")
    if way in SIDES:
        ground = _ground_now(asking)
        measure = measure_of(asking.ruleset, ground, asking.facts.day)
        pieces = cut_towards(ground, way, _percent("part") / 100, measure)
        return {"geometries": [geometry_json(piece) for piece in pieces]}
    read = read_ground(asking.ruleset)
    if read.questions:
        return AskAgain(ground=read)
    return {"geometries": [geometry_json(piece) for piece in read.perimeters]}


def _ground_now(asking: Asking) -> Any:
    return held(open_parcels(asking.session, asking.title, asking.at)).ground


def _percent(name: str) -> float:
    text = _need(name).replace(",", ".").replace("%", "").strip()
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < 100:
        raise UnusableInput("acts.not-a-percentage", where=name, given=text[:20])
    return value


def _years(asking: Asking, said: Said) -> dict[str, Any]:
    text = text_of("years").replace(",", ".")
    try:
        years = float(text) if text else None
    except ValueError:
        years = -1.0
    if years is not None and not 0 < years < 100:
        raise UnusableInput("acts.not-years", where="years", given=text[:20])
    return {"years": years}


def _party(asking: Asking, said: Said) -> dict[str, Any] | AskAgain:
    """Read a party: chosen among those found, or found by its name."""
    chosen = text_of("to_party_id")
    words = text_of("to_party_name", 100)
    if chosen.isascii() and chosen.isdigit() and words == said.raw.get("to_party_asked", words):
        return {"to_party_id": int(chosen[:18])}
    if not words:
        if asking.act == "charge":
            return {}
        raise UnusableInput("acts.answer-needed", where="to_party_name")
    found = parties_called(asking.session, words)
    if not found:
        raise NotFound("acts.no-such-party", where="to_party_name", given=words)
    alike = [party for party in found if party.name.casefold() == words.casefold()]
    if len(alike) == 1:
        return {"to_party_id": alike[0].id}
    return AskAgain(parties=tuple((party.id, party.name) for party in found))


def _share(asking: Asking, said: Said) -> dict[str, Any]:
    if _need("how_much") == "all":
        return {}
    share = _need("share")
    read_share(share)
    return {"share": share}


def _charge(asking: Asking, said: Said) -> dict[str, Any]:
    kind = _need("charge")
    if kind not in OTHER_CHARGES:
        raise UnusableInput("acts.answer-needed", where="charge")
    return {"charge": kind}


def _agreed(asking: Asking, said: Said) -> dict[str, Any]:
    return {"creditors_agree": True if text_of("creditors_agree") == "yes" else None}


def _numbers(asking: Asking, said: Said) -> dict[str, Any]:
    listed = [line.strip() for line in text_of("numbers").replace(",", "\n").splitlines()]
    return {"numbers": [number for number in listed if number] or None}


def _titles(asking: Asking, said: Said) -> dict[str, Any]:
    ticked = [number for number in request.form.getlist("titles") if number]
    more = [n.strip() for n in text_of("other_titles").replace(",", "\n").splitlines()]
    numbers = list(dict.fromkeys([*ticked, *filter(None, more)]))
    if not numbers:
        raise UnusableInput("acts.answer-needed", where="other_titles")
    return {"titles": numbers[:MOST_TITLES]}


def _merged_number(asking: Asking, said: Said) -> dict[str, Any]:
    return {"number": _need("number") if asking.act == "merge" else text_of("number", 60)}


def _application(asking: Asking, said: Said) -> dict[str, Any]:
    chosen = text_of("application", 60)
    number = text_of("other_application", 60) if chosen in ("", "other") else chosen
    if not number:
        raise UnusableInput("acts.answer-needed", where="other_application")
    return {"application": number}


def _reason(asking: Asking, said: Said) -> dict[str, Any]:
    reason = text_of("reason", LONGEST_REASON)
    if len(reason) < SHORTEST_REASON:
        raise UnusableInput("titles.no-reason", where="reason")
    return {"reason": reason}


def _source(asking: Asking, said: Said) -> dict[str, Any]:
    return {"source": _need("source", "acts.no-source")[:300]}


def _amount(asking: Asking, said: Said) -> dict[str, Any]:
    plain = "".join(text_of("amount").split()).replace(",", ".")
    if plain and not plain.replace(".", "", 1).isdecimal():
        raise UnusableInput("acts.not-an-amount", where="amount", given=plain[:20])
    return {"amount": plain}


_KEYS: Mapping[str, tuple[str, ...]] = {
    "kept": ("geometry",),
    "whole": ("geometry",),
    "pieces": ("geometries",),
}
_READERS: Mapping[str, Callable[[Asking, Said], dict[str, Any] | AskAgain]] = {
    "kept": _kept,
    "whole": _whole,
    "pieces": _pieces,
    "years": _years,
    "from_party_id": _whole_number("from_party_id"),
    "to_party_id": _party,
    "share": _share,
    "charge": _charge,
    "charge_id": _whole_number("charge_id"),
    "amount": _amount,
    "until": _day("until"),
    "terms": _plain("terms"),
    "creditors_agree": _agreed,
    "numbers": _numbers,
    "titles": _titles,
    "number": _merged_number,
    "application": _application,
    "expires_on": _day("expires_on"),
    "instrument": _plain("instrument"),
    "reason": _reason,
    "source": _source,
}


def law_of_renewal(ruleset: Ruleset, facts: TitleFacts) -> dict[str, float | None]:
    """Give what the law says of renewals of a kind: share to give up in percent, years."""
    kind = ruleset.kind(facts.kind)
    share, years = (kind.at(name, facts.day) for name in ("relinquishment_share", "renewal_years"))
    due = None if share is None or share.value is None else _short(100 * float(share.value))
    term = None if years is None or years.value is None else _short(float(years.value))
    return {"due": due, "years": term}


def _short(value: float) -> float:
    """Write a whole number without its decimals."""
    return int(value) if value == int(value) else round(value, 4)
