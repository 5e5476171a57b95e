"""Who acts for a company: asked for and confirmed at the cadastre, then passed on by its people."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, selectinload

from cadastre.errors import Blocked, NotFound, UnusableInput
from cadastre.models import Account, JournalEntry, Mandate, MandateInvitation, Party
from cadastre.rules.permissions import (
    Actor,
    Power,
    can_confirm_mandate,
    can_manage_mandates,
    ensure,
)
from cadastre.services.actors import ALL_POWERS
from cadastre.services.registration import ensure_address
from cadastre.vocabulary import PartyKind

LONGEST_NAME = 200
INVITATION_DAYS = 14


def ask_for_company(
    session: Session,
    account: Account,
    *,
    name: str,
    registration_number: str,
    country: str | None,
    day: dt.date,
) -> Mandate:
    """Register a company and ask to act for it; nothing may be filed before somebody confirms it.

    A company that is known by its number is not made twice, and nothing of it is shown before.

    Raises
    ------
    UnusableInput
        ``mandates.no-company``: the name or the registration number is missing or too long.
    Blocked
        ``mandates.asked-already``: this account has asked, or acts for it already.
    """
    name, number = " ".join(name.split()), "".join(registration_number.split()).upper()
    if not name or not number or max(len(name), len(number)) > LONGEST_NAME:
        raise UnusableInput("mandates.no-company", where="registration_number")
    party = session.scalar(select(Party).where(Party.registration_number == number))
    if party is None:
        party = Party(
            kind=PartyKind.COMPANY, name=name, registration_number=number, country=country
        )
        session.add(party)
        session.flush()
    elif any(one.party_id == party.id and one.state in ("pending", "active")
             for one in account.mandates):  # fmt: skip
        raise Blocked("mandates.asked-already", where=name)
    mandate = Mandate(
        account=account, party=party, powers=list(ALL_POWERS), starts_on=day, state="pending",
        reason=name,
    )  # fmt: skip
    session.add(mandate)
    session.flush()
    _journal(session, "mandate.ask", mandate, by=account.id)
    return mandate


def waiting_mandates(session: Session) -> Sequence[Mandate]:
    """List the mandates that wait for somebody to see the company's papers, oldest first."""
    query = select(Mandate).where(Mandate.state == "pending").order_by(Mandate.id)
    return session.scalars(
        query.options(selectinload(Mandate.account), selectinload(Mandate.party))
    ).all()


def count_waiting(session: Session) -> int:
    """Count the mandates that wait for somebody to see the company's papers."""
    return session.scalar(select(func.count()).where(Mandate.state == "pending")) or 0


def decide_mandate(
    session: Session, actor: Actor, mandate_id: int, *, confirm: bool, reason: str
) -> Mandate:
    """Confirm or refuse that somebody speaks for a company, having seen its papers.

    Raises
    ------
    NotAllowed
        The actor is neither agent nor clerk, or asks for themselves.
    NotFound
        ``mandates.none``: nothing of that number waits.
    UnusableInput
        ``mandates.no-reason``: what was seen, or why not, is not said.
    """
    ensure(can_confirm_mandate(actor), actor)
    mandate = session.scalar(
        select(Mandate).where(Mandate.id == mandate_id, Mandate.state == "pending")
        .with_for_update()
    )  # fmt: skip
    if mandate is None:
        raise NotFound("mandates.none", where=str(mandate_id))
    ensure(mandate.account_id != actor.account_id, actor, "mandates.not-ones-own")
    if len(reason.strip()) < 3:
        raise UnusableInput("mandates.no-reason", where="reason")
    mandate.state = "active" if confirm else "refused"
    mandate.decided_by_id, mandate.decided_at = actor.account_id, session.scalar(select(func.now()))
    mandate.reason = reason.strip()
    act = "mandate.confirm" if confirm else "mandate.refuse"
    _journal(session, act, mandate, by=actor.account_id, reason=mandate.reason)
    return mandate


def invite(
    session: Session,
    actor: Actor,
    party_id: int,
    *,
    email: str,
    powers: Iterable[str],
    ends_on: dt.date | None,
) -> MandateInvitation:
    """Offer a mandate to whoever reads an address; nothing is said of whether it has an account.

    Raises
    ------
    NotAllowed
        The actor does not manage that company's people, or passes on more than they hold.
    UnusableInput
        ``mandates.no-powers`` or ``mandates.ends-before``: no power chosen, or already over.
    """
    ensure(can_manage_mandates(actor, party_id), actor, "mandates.not-manager")
    wanted = [power for power in Power if power.value in set(powers)]
    if not wanted:
        raise UnusableInput("mandates.no-powers", where="powers")
    ensure(all(actor.may_for(party_id, one) for one in wanted), actor, "mandates.beyond-own")
    if ends_on is not None and ends_on <= actor.day:
        raise UnusableInput("mandates.ends-before", where="ends_on")
    assert actor.account_id is not None
    invitation = MandateInvitation(
        party_id=party_id,
        invited_by_id=actor.account_id,
        email=ensure_address(email),
        powers=[power.value for power in wanted],
        ends_on=ends_on,
    )
    session.add(invitation)
    session.flush()
    facts = {"powers": invitation.powers, "ends_on": None if ends_on is None else str(ends_on)}
    _note(session, "mandate.invite", str(invitation.id), party_id, actor.account_id, None, facts)
    return invitation


def open_invitations(
    session: Session, *, email: str | None = None, party_ids: Iterable[int] = ()
) -> Sequence[MandateInvitation]:
    """List the offers that can still be accepted: to an address, or made for some companies."""
    since = func.now() - dt.timedelta(days=INVITATION_DAYS)
    query = (
        select(MandateInvitation)
        .where(
            MandateInvitation.accepted_at.is_(None),
            MandateInvitation.withdrawn_at.is_(None),
            MandateInvitation.recorded_at > since,
            or_(MandateInvitation.ends_on.is_(None),
                MandateInvitation.ends_on > func.current_date()),
        )
        .order_by(MandateInvitation.id)
        .options(
            selectinload(MandateInvitation.party), selectinload(MandateInvitation.invited_by)
        )
    )  # fmt: skip
    if email is not None:
        query = query.where(MandateInvitation.email == email)
    else:
        query = query.where(MandateInvitation.party_id.in_(list(party_ids)))
    return session.scalars(query).all()


def accept_invitation(
    session: Session, account: Account, invitation_id: int, *, day: dt.date
) -> Mandate:
    """Take up a mandate offered to the account's own confirmed address.

    Raises
    ------
    NotFound
        ``mandates.none``: not offered to this address, over, taken back or taken up already.
    """
    offers = {one.id: one for one in open_invitations(session, email=account.email)}
    offer = offers.get(invitation_id)
    if offer is None or account.confirmed_at is None:
        raise NotFound("mandates.none", where=str(invitation_id))
    mandate = Mandate(
        account=account, party=offer.party, powers=list(offer.powers), starts_on=day,
        ends_on=offer.ends_on, granted_by_id=offer.invited_by_id,
    )  # fmt: skip
    session.add(mandate)
    session.flush()
    offer.accepted_at, offer.mandate_id = session.scalar(select(func.now())), mandate.id
    _journal(session, "mandate.accept", mandate, by=account.id)
    return mandate


def withdraw_invitation(session: Session, actor: Actor, invitation_id: int) -> None:
    """Take an offer back before it is taken up.

    Raises
    ------
    NotFound
        ``mandates.none``.
    NotAllowed
        The actor does not manage that company's people.
    """
    offer = session.get(MandateInvitation, invitation_id, with_for_update=True)
    if offer is None or offer.accepted_at is not None or offer.withdrawn_at is not None:
        raise NotFound("mandates.none", where=str(invitation_id))
    ensure(can_manage_mandates(actor, offer.party_id), actor, "mandates.not-manager")
    offer.withdrawn_at = session.scalar(select(func.now()))
    _note(session, "mandate.uninvite", str(offer.id), offer.party_id, actor.account_id, None, {})


def people_of(session: Session, party_ids: Iterable[int], *, day: dt.date) -> Sequence[Mandate]:
    """List who acts for some companies on a day or later, oldest mandate first."""
    query = (
        select(Mandate)
        .where(
            Mandate.party_id.in_(list(party_ids)),
            Mandate.state.in_(("active", "pending")),
            or_(Mandate.ends_on.is_(None), Mandate.ends_on > day),
        )
        .order_by(Mandate.party_id, Mandate.id)
        .options(selectinload(Mandate.account), selectinload(Mandate.party))
    )
    return session.scalars(query).all()


def revoke(session: Session, actor: Actor, mandate_id: int, *, reason: str) -> Mandate:
    """End a mandate today: by who manages the company's people, or by its own bearer.

    Raises
    ------
    NotFound
        ``mandates.none``.
    NotAllowed
        ``mandates.not-manager``.
    Blocked
        ``mandates.last-manager``: nobody would be left to manage the company's people.
    """
    mandate = session.get(Mandate, mandate_id, with_for_update=True)
    if mandate is None or mandate.state != "active":
        raise NotFound("mandates.none", where=str(mandate_id))
    is_own = mandate.account_id == actor.account_id
    ensure(
        is_own or can_manage_mandates(actor, mandate.party_id), actor, "mandates.not-manager"
    )
    others = (
        one
        for one in people_of(session, [mandate.party_id], day=actor.day)
        if one.id != mandate.id and one.state == "active" and one.ends_on is None
    )
    if Power.MANAGE in mandate.powers and not any(Power.MANAGE in one.powers for one in others):
        raise Blocked("mandates.last-manager", where=mandate.party.name)
    mandate.state, mandate.ends_on = "revoked", actor.day
    mandate.decided_by_id, mandate.decided_at = actor.account_id, session.scalar(select(func.now()))
    mandate.reason = reason.strip() or None
    _journal(session, "mandate.revoke", mandate, by=actor.account_id, reason=mandate.reason)
    return mandate


def _journal(
    session: Session, action: str, mandate: Mandate, *, by: int | None, reason: str | None = None
) -> None:
    facts = {"account": mandate.account_id, "powers": list(mandate.powers)}
    _note(session, action, str(mandate.id), mandate.party_id, by, reason, facts)


def _note(
    session: Session, action: str, key: str, party_id: int, by: int | None, reason: str | None,
    facts: Mapping[str, object],
) -> None:  # fmt: skip
    session.add(
        JournalEntry(
            account_id=by, on_behalf_of_id=party_id, action=action, subject="mandate",
            subject_id=key, reason=reason, facts=dict(facts),
        )
    )  # fmt: skip
