"""Say which party takes a title: by its register number, or because an agent chose it.

A name is borne by several and chosen by whoever registers it: alone it never says who takes a
title. The number of the register does, when the name beside it agrees; whatever is less sure waits
for an agent, who chooses among the candidates or enters a new party, with grounds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from cadastre.errors import Blocked, UnusableInput
from cadastre.models import Dossier, Party
from cadastre.rules.catalogue import Service
from cadastre.services.dossiers.catalogue import rules_of
from cadastre.vocabulary import PartyKind

TO_PARTY, TO_REGISTER = "to_party", "to_register"
NAME_TAKER = "name-taker"
TAKER, ASKED = "taker", "taker_asked"  # what a step remembers
NEW = {f"new-{kind.value}": kind for kind in PartyKind}
MOST_CANDIDATES = 20


@dataclass(frozen=True, slots=True)
class AskedTaker:
    """Who is to take the title, as the form says it: a name, and a register number or none."""

    name: str
    number: str | None = None

    def as_json(self) -> dict[str, str | None]:
        """Give what a step remembers of it, to tell later whether the form still says it."""
        return {"name": self.name, "number": self.number}


def asked_taker(service: Service, values: Mapping[str, Any]) -> AskedTaker | None:
    """Read who is to take the title; None where the service, or this request, names nobody."""
    given = {question.gives: values.get(question.id) for question in service.fields}
    name, number = given.get(TO_PARTY), given.get(TO_REGISTER)
    return None if not name else AskedTaker(str(name), None if not number else str(number))


def identified(session: Session, asked: AskedTaker) -> Party | None:
    """Give the one party that the register number names, when the name beside it agrees."""
    number = _plain(asked.number or asked.name)
    found = session.scalars(_organisations().where(_number() == number).limit(2)).all()
    if len(found) != 1:
        return None
    agrees = asked.number is None or _plain(asked.name) == number
    return found[0] if agrees or _called(session, found[0], asked.name) else None


def candidates(session: Session, asked: AskedTaker) -> Sequence[Party]:
    """List who may be meant, by number or by name, those with the number first."""
    numbers = {_plain(text) for text in (asked.number, asked.name) if text}
    by_number = Party.registration_number.is_not(None) & _number().in_(numbers)
    by_name = func.searchable(Party.name) == func.searchable(asked.name)
    query = select(Party).where(or_(by_number, by_name))
    return session.scalars(
        query.order_by(by_number.desc(), Party.id).limit(MOST_CANDIDATES)
    ).all()


def taker_of(session: Session, dossier: Dossier, asked: AskedTaker) -> Party | None:
    """Give the party that was found at lodgement, or chosen since, for what the form says now."""
    told = asked.as_json()
    for step in reversed(dossier.steps):
        if step.facts.get(ASKED) == told and step.facts.get(TAKER) is not None:
            return session.get(Party, int(step.facts[TAKER]))
    return None


def taker_needed(session: Session, dossier: Dossier, asked: AskedTaker | None) -> Party:
    """Give the party that takes the title.

    Raises
    ------
    Blocked
        ``procedures.taker-unknown``: nobody has said yet which party it is.
    """
    found = None if asked is None else taker_of(session, dossier, asked)
    if found is None and asked is not None:
        found = _as_before(session, dossier, asked)
    if found is None:
        raise Blocked("procedures.taker-unknown", where=dossier.number)
    return found


def snapshot_of(session: Session, asked: AskedTaker | None) -> dict[str, Any]:
    """Give what a lodgement remembers of the taker: the party its number names, or nobody."""
    if asked is None:
        return {}
    found = identified(session, asked)
    return {ASKED: asked.as_json(), TAKER: None if found is None else found.id}


def choose_taker(
    session: Session, dossier: Dossier, asked: AskedTaker | None, party: object
) -> dict[str, Any]:
    """Take an agent's choice: the id of a candidate, or ``new-company``, ``new-person``….

    Raises
    ------
    UnusableInput
        ``dossiers.no-taker``: this request names nobody; ``dossiers.taker-not-candidate``;
        ``dossiers.taker-is-holder``; ``dossiers.taker-known``: a new party whose number is in the
        register.
    """
    if asked is None:
        raise UnusableInput("dossiers.no-taker", where=dossier.number)
    kind = NEW.get(str(party))
    if kind is not None:
        found = _entered(session, dossier, asked, kind)
    else:
        known = {one.id: one for one in candidates(session, asked)}
        if party not in known:
            raise UnusableInput("dossiers.taker-not-candidate", where="party", given=str(party))
        found = known[int(str(party))]
    if found.id == dossier.party_id:
        raise UnusableInput("dossiers.taker-is-holder", where="party", name=found.name)
    number = found.registration_number
    named = found.name if number is None else f"{found.name} ({number})"
    return {ASKED: asked.as_json(), TAKER: found.id, "taker_name": named}


def told_taker(
    session: Session, dossier: Dossier, values: Mapping[str, Any]
) -> dict[str, Any] | None:
    """Represent for the office who takes the title and who may be meant; None: nobody is named."""
    asked = asked_taker(rules_of(session, dossier).service, values)
    if asked is None:
        return None
    found = taker_of(session, dossier, asked)
    return {
        "asked": asked.as_json(),
        "party": None if found is None else party_json(found),
        "candidates": [party_json(one) for one in candidates(session, asked)],
    }


def party_json(party: Party) -> dict[str, Any]:
    """Represent a party by what tells namesakes apart."""
    return {
        "id": party.id,
        "kind": party.kind,
        "name": party.name,
        "registration_number": party.registration_number,
        "country": party.country,
        "address": party.address,
    }


def _entered(session: Session, dossier: Dossier, asked: AskedTaker, kind: PartyKind) -> Party:
    """Enter a party that the register does not know, under the name and number of the form."""
    number = None if asked.number is None else _plain(asked.number)
    if kind is PartyKind.PERSON:
        number = None
    held = session.scalar(select(Party.name).where(_number() == number)) if number else None
    if held is not None:
        raise UnusableInput("dossiers.taker-known", where="party", number=number, name=held)
    party = Party(
        kind=kind.value, name=asked.name, registration_number=number,
        is_demonstration=dossier.is_demonstration,
    )  # fmt: skip
    session.add(party)
    session.flush()
    return party


def _as_before(session: Session, dossier: Dossier, asked: AskedTaker) -> Party | None:
    """Find the taker of a dossier whose procedure knows no choice: the only one of that name."""
    if NAME_TAKER in rules_of(session, dossier).procedure.steps:
        return None
    found = [one for one in candidates(session, asked) if one.kind != PartyKind.PERSON.value]
    if not found:
        return _entered(session, dossier, asked, PartyKind.COMPANY)
    return found[0] if len(found) == 1 else None


def _called(session: Session, party: Party, name: str) -> bool:
    same = select(func.searchable(party.name) == func.searchable(name))
    return bool(session.scalar(same))


def _organisations() -> Any:
    """Select those who have a register number; a person's name is nobody's proof."""
    return select(Party).where(Party.kind != PartyKind.PERSON.value)


def _number() -> Any:
    return func.upper(func.regexp_replace(Party.registration_number, r"\s", "", "g"))


def _plain(number: str) -> str:
    return "".join(number.split()).upper()
