"""Who may open, read, complete, lodge, examine and assign a dossier, and write in it."""

from __future__ import annotations

from cadastre.rules.permissions.actor import OFFICE_ROLES, Actor, Power, Role
from cadastre.rules.permissions.subjects import Audience, DossierRef


def acts_for(actor: Actor, dossier: DossierRef, power: Power) -> bool:
    """Tell whether an actor stands on the applicant's side with a power.

    Who opened a dossier for nobody but themselves needs no mandate; once it is a party's, the
    mandate counts, and leaving the company means leaving its dossiers.
    """
    if dossier.party_id is not None:
        return actor.may_for(dossier.party_id, power)
    return (
        actor.is_known and actor.account_id == dossier.opened_by and (not dossier.opened_at_counter)
    )


def is_applicant(actor: Actor, dossier: DossierRef) -> bool:
    """Tell whether an actor stands on the applicant's side with any power at all."""
    return any(acts_for(actor, dossier, power) for power in Power)


def is_clerk_of(actor: Actor, dossier: DossierRef) -> bool:
    """Tell whether an actor is the clerk who received this dossier at the counter."""
    return (
        actor.has(Role.CLERK)
        and dossier.opened_at_counter
        and (actor.account_id in (dossier.opened_by, dossier.clerk_id))
    )


def works_on(actor: Actor, dossier: DossierRef, *roles: Role) -> bool:
    """Tell whether an actor has a role and the dossier lies in its area and subject."""
    assigned = actor.is_known and actor.account_id == dossier.assigned_to
    return actor.has(*roles) and (assigned or actor.covers(dossier.areas, dossier.sector))


def can_open_dossier(actor: Actor, party_id: int | None) -> bool:
    """Tell whether an actor may begin a request, for themselves or for a party."""
    if party_id is None:
        return actor.has(Role.APPLICANT)
    return actor.may_for(party_id, Power.FILE)


def can_file_at_counter(actor: Actor) -> bool:
    """Tell whether an actor may file in the name of a person standing at the counter."""
    return actor.has(Role.CLERK)


def can_read_dossier(actor: Actor, dossier: DossierRef) -> bool:
    """Tell whether an actor may read a dossier; a draft belongs to those who write it."""
    if is_applicant(actor, dossier) or is_clerk_of(actor, dossier):
        return True
    if dossier.is_draft:
        return False
    return can_see_office(actor, dossier) or is_asked(actor, dossier) or actor.bears(Role.AUDITOR)


def can_see_office(actor: Actor, dossier: DossierRef) -> bool:
    """Tell whether an actor sees the office's side: notes, proposals, opinions on the way.

    Reading asks for no second factor: a decision maker reads before deciding.
    """
    assigned = actor.is_known and actor.account_id == dossier.assigned_to
    return actor.bears(*OFFICE_ROLES) and (assigned or actor.covers(dossier.areas, dossier.sector))


def can_open_at_desk(actor: Actor, dossier: DossierRef) -> bool:
    """Tell whether a dossier opens on the desk's own screen: to the office, and to auditors."""
    return can_see_office(actor, dossier) or actor.bears(Role.AUDITOR)


def can_hand_out(actor: Actor) -> bool:
    """Tell whether giving dossiers to colleagues is for this actor; each is judged by itself."""
    return actor.has(Role.AGENT, Role.SUPERVISOR)


def is_asked(actor: Actor, dossier: DossierRef) -> bool:
    """Tell whether the actor's body was asked for its opinion, on ground of the actor's area.

    A body may be many: of the communes, the one the ground lies in is asked, not its neighbours.
    """
    places = dossier.areas | dossier.units
    in_area = not actor.areas or bool(actor.areas & places)
    asked = actor.body is not None and actor.body in dossier.asked_bodies
    return actor.has(Role.ADVISER) and asked and in_area


def hears_opinions(
    actor: Actor, dossier: DossierRef, *, decided: bool, at_once: bool = False
) -> bool:
    """Tell whether an actor reads what bodies think: the office always, others once decided.

    A procedure may show opinions ``at_once``. A body reads its own in any case.
    """
    return decided or at_once or can_see_office(actor, dossier) or actor.bears(Role.AUDITOR)


def can_edit_dossier(actor: Actor, dossier: DossierRef) -> bool:
    """Tell whether an actor may write the form, the perimeter and the pieces."""
    return acts_for(actor, dossier, Power.FILE) or is_clerk_of(actor, dossier)


def can_lodge(actor: Actor, dossier: DossierRef) -> bool:
    """Tell whether an actor may lodge: what is lodged is signed for."""
    if dossier.party_id is None or is_clerk_of(actor, dossier):
        return can_edit_dossier(actor, dossier)
    return acts_for(actor, dossier, Power.SIGN)


def can_withdraw(actor: Actor, dossier: DossierRef) -> bool:
    """Tell whether an actor may take a request back: what was signed for is taken back so."""
    return acts_for(actor, dossier, Power.SIGN)


def can_examine(actor: Actor, dossier: DossierRef) -> bool:
    """Tell whether an actor may admit, ask for completion, ask for opinions, suspend, resume."""
    return works_on(actor, dossier, Role.AGENT)


def can_assign(actor: Actor, dossier: DossierRef) -> bool:
    """Tell whether an actor may give a dossier to somebody: supervisors, and agents to hand."""
    return works_on(actor, dossier, Role.SUPERVISOR, Role.AGENT)


def can_give_opinion(actor: Actor, dossier: DossierRef, body: str) -> bool:
    """Tell whether an actor may give the opinion of a body: only its own, only when asked."""
    return is_asked(actor, dossier) and actor.body == body


def can_object(actor: Actor, dossier: DossierRef) -> bool:
    """Tell whether an actor may object: anybody known who is not the applicant."""
    return actor.is_known and not is_applicant(actor, dossier)


def can_read_document(actor: Actor, dossier: DossierRef, audience: Audience) -> bool:
    """Tell whether an actor may open a document; those of the office stay in the office."""
    if audience is Audience.OFFICE:
        return can_see_office(actor, dossier) or actor.bears(Role.AUDITOR)
    return can_read_dossier(actor, dossier)


def can_add_document(actor: Actor, dossier: DossierRef) -> bool:
    """Tell whether an actor may add a document: the applicant's side, the office, a body asked."""
    return (
        can_edit_dossier(actor, dossier)
        or works_on(actor, dossier, Role.AGENT, Role.DECIDER)
        or is_asked(actor, dossier)
    )


def can_read_message(actor: Actor, dossier: DossierRef, audience: Audience) -> bool:
    """Tell whether an actor may read a message for that audience."""
    if audience is Audience.OFFICE:
        return can_see_office(actor, dossier) or actor.bears(Role.AUDITOR)
    return (
        is_applicant(actor, dossier)
        or is_clerk_of(actor, dossier)
        or (not dossier.is_draft and (can_see_office(actor, dossier) or actor.bears(Role.AUDITOR)))
    )


def can_write_message(actor: Actor, dossier: DossierRef, audience: Audience) -> bool:
    """Tell whether an actor may write a message to that audience; auditors only read."""
    office = works_on(actor, dossier, *OFFICE_ROLES)
    if audience is Audience.OFFICE:
        return office
    return office or is_applicant(actor, dossier) or is_clerk_of(actor, dossier)
