"""Who may propose and confirm a decision, and handle its money."""

from __future__ import annotations

from cadastre.rules.permissions.actor import OFFICE_ROLES, Actor, Power, Role
from cadastre.rules.permissions.dossiers import (
    acts_for,
    can_read_dossier,
    is_applicant,
    works_on,
)
from cadastre.rules.permissions.subjects import DossierRef


def can_propose_decision(actor: Actor, dossier: DossierRef) -> bool:
    """Tell whether an actor may propose to grant or refuse; never on a request of their own."""
    return works_on(actor, dossier, Role.AGENT, Role.DECIDER) and (not is_applicant(actor, dossier))


def can_confirm_decision(actor: Actor, dossier: DossierRef) -> bool:
    """Tell whether an actor may confirm what another person proposed.

    The second pair of eyes: a decision maker, with a second factor, who is neither the person who
    proposed nor on the applicant's side.
    """
    return (
        actor.second_factor
        and works_on(actor, dossier, Role.DECIDER)
        and dossier.proposed_by is not None
        and dossier.proposed_by != actor.account_id
        and not is_applicant(actor, dossier)
    )


def can_sign_act(actor: Actor, dossier: DossierRef) -> bool:
    """Tell whether an actor may record that the decree or order was taken."""
    return actor.second_factor and works_on(actor, dossier, Role.DECIDER)


def can_issue(actor: Actor, dossier: DossierRef) -> bool:
    """Tell whether an actor may hand over the title or certificate once decided and paid."""
    return works_on(actor, dossier, Role.AGENT, Role.DECIDER)


def can_pay(actor: Actor, dossier: DossierRef) -> bool:
    """Tell whether an actor may pay the invoices of a dossier."""
    return acts_for(actor, dossier, Power.PAY)


def can_read_invoice(actor: Actor, dossier: DossierRef) -> bool:
    """Tell whether an actor may see what is due and what was paid."""
    return can_read_dossier(actor, dossier)


def can_record_payment(actor: Actor) -> bool:
    """Tell whether an actor may record a treasury receipt or bank transfer."""
    return actor.has(Role.AGENT, Role.CLERK)


def can_reconcile(actor: Actor) -> bool:
    """Tell whether an actor may match what the bank or provider says with invoices."""
    return actor.has(Role.AGENT)


def can_see_certificates(actor: Actor) -> bool:
    """Tell whether an actor finds every paper issued: the counter, the office, auditors."""
    return actor.bears(Role.CLERK, *OFFICE_ROLES, Role.AUDITOR)


def can_end_certificate(actor: Actor) -> bool:
    """Tell whether an actor may revoke or replace a paper that was issued."""
    return actor.has(Role.DECIDER)


def can_see_money(actor: Actor) -> bool:
    """Tell whether an actor sees every order of payment."""
    return actor.bears(Role.CLERK, *OFFICE_ROLES, Role.AUDITOR, Role.ADMINISTRATOR)


def can_cancel_invoice(actor: Actor) -> bool:
    """Tell whether an actor may say that an order of payment is not due."""
    return actor.has(Role.AGENT, Role.SUPERVISOR)


def can_propose_acts(actor: Actor) -> bool:
    """Tell whether an actor may propose acts on titles and ways out of overlaps."""
    return actor.bears(Role.AGENT, Role.DECIDER)


def can_confirm_acts(actor: Actor) -> bool:
    """Tell whether confirming what another proposed is for this actor, second factor to come."""
    return actor.bears(Role.DECIDER)
