"""Open a dossier: for oneself, for a company, or at the counter for the person standing there."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cadastre.errors import NotFound, UnusableInput
from cadastre.models import Account, Dossier, Mandate, Party, Title
from cadastre.models.dossier import NUMBER_SEQUENCE
from cadastre.procedures.terms import day_of
from cadastre.rules.permissions import (
    Actor,
    Power,
    Standing,
    can_file_at_counter,
    can_open_dossier,
    ensure,
)
from cadastre.rules.ruleset import Ruleset
from cadastre.services.dossiers.catalogue import Rules, keep_rules
from cadastre.services.dossiers.draft_limits import ensure_may_open
from cadastre.services.dossiers.move import Said, take_step
from cadastre.services.filing import follow_up_code
from cadastre.services.titles.facts import title_named
from cadastre.vocabulary import PartyKind

OWN_POWERS = tuple(power.value for power in Power)


@dataclass(frozen=True, slots=True)
class Person:
    """Who stands at the counter: the name and how to reach them."""

    name: str
    kind: PartyKind = PartyKind.PERSON
    email: str | None = None
    address: str | None = None


@dataclass(frozen=True, slots=True)
class Opening:
    """For whom a dossier is opened, on which title, in which language.

    ``party_id`` None means for oneself; ``person`` means at the counter.
    """

    party_id: int | None = None
    person: Person | None = None
    title: str | None = None
    language: str = "fr"


def open_dossier(
    session: Session, ruleset: Ruleset, rules: Rules, actor: Actor, opening: Opening
) -> Dossier:
    """Open a dossier under the rules as they stand today.

    Raises
    ------
    NotSignedIn, NotAllowed
        Nobody is signed in; no mandate for the party; not a clerk.
    UnusableInput
        ``dossiers.not-for-them``: the service is not for companies, or not for persons.
    Blocked
        ``dossiers.too-many-drafts``: the account keeps the most in preparation already.
    """
    party = _party(session, actor, opening)
    if opening.person is None and opening.party_id is None:
        actor = _themselves(actor, party)
    allowed = rules.service.applicants
    if allowed and PartyKind(party.kind) not in allowed:
        raise UnusableInput(
            "dossiers.not-for-them", where="party_id", kind=party.kind, service=rules.service.id
        )
    if opening.person is None:
        ensure_may_open(session, rules.service, actor)
    title = None if opening.title is None else title_named(session, opening.title)
    account = session.get_one(Account, actor.account_id)
    dossier = Dossier(
        number=_number(session, ruleset),
        service=rules.service.id,
        procedure=rules.procedure.id,
        procedure_version=rules.procedure.version,
        catalogue_sha256=keep_rules(session, ruleset, rules),
        party_id=party.id,
        account_id=actor.account_id,
        clerk_id=actor.account_id if opening.person is not None else None,
        title_id=None if title is None else title.id,
        form=_known(rules, title),
        follow_up_code=follow_up_code(),
        sector=rules.service.sector,
        language=opening.language,
        is_demonstration=account.is_demonstration,
    )
    session.add(dossier)
    session.flush()
    take_step(session, ruleset, dossier, "open", actor, Said())
    return dossier


def _party(session: Session, actor: Actor, opening: Opening) -> Party:
    if opening.person is not None:
        ensure(can_file_at_counter(actor), actor, "counter.not-a-clerk")
        return _person_at_counter(session, opening.person)
    ensure(can_open_dossier(actor, opening.party_id), actor, "accounts.no-mandate", "party_id")
    if opening.party_id is None:
        return own_party(session, session.get_one(Account, actor.account_id))
    party = session.get(Party, opening.party_id)
    if party is None:
        raise NotFound("accounts.no-mandate", where="party_id")
    return party


def _themselves(actor: Actor, party: Party) -> Actor:
    """See an actor as who they are by themselves, whose first request makes that party."""
    if actor.may_for(party.id, Power.FILE):
        return actor
    own = Standing(party.id, frozenset(Power), actor.day)
    return replace(actor, standings=(*actor.standings, own))


def _person_at_counter(session: Session, person: Person) -> Party:
    name = " ".join(person.name.split())
    if not name:
        raise UnusableInput("counter.no-name", where="name")
    party = Party(
        kind=person.kind.value, name=name, email=person.email, address=person.address
    )
    session.add(party)
    session.flush()
    return party


def own_party(session: Session, account: Account) -> Party:
    """Give the party an account is by itself: the person, with every power over their requests."""
    found = session.scalar(
        select(Party)
        .join(Mandate, Mandate.party_id == Party.id)
        .where(
            Mandate.account_id == account.id,
            Party.kind == PartyKind.PERSON.value,
            Party.email == account.email,
        )
        .order_by(Party.id)
        .limit(1)
    )
    if found is None:
        found = Party(
            kind=PartyKind.PERSON.value,
            name=account.display_name,
            email=account.email,
            is_demonstration=account.is_demonstration,
        )
        session.add(found)
        session.flush()
        session.add(
            Mandate(account_id=account.id, party_id=found.id, powers=list(OWN_POWERS))
        )
        session.flush()
        session.expire(account, ["mandates"])
    return found


def _number(session: Session, ruleset: Ruleset) -> str:
    now, serial = session.execute(
        select(func.clock_timestamp(), NUMBER_SEQUENCE.next_value())
    ).one()
    return f"DOS-{day_of(now, ruleset.time_zone).year}-{serial:06d}"


def _known(rules: Rules, title: Title | None) -> dict[str, object]:
    """Answer what is known already, so that nothing is asked twice (WCAG 3.3.7)."""
    if title is None:
        return {}
    known: dict[str, object] = {}
    for question in rules.service.fields:
        if question.type == "title":
            known[question.id] = title.number
        elif question.type == "substances":
            known[question.id] = list(title.substances)
    return known
