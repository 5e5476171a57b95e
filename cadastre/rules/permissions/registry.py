"""Who may read the journal, see personal data, export it, train, watch and audit."""

from __future__ import annotations

from cadastre.rules.permissions.actor import OFFICE_ROLES, Actor, Role
from cadastre.rules.permissions.dossiers import can_see_office, is_applicant
from cadastre.rules.permissions.subjects import DossierRef


def can_see_desk(actor: Actor) -> bool:
    """Tell whether an actor has a desk: a queue of dossiers to work on."""
    return actor.bears(*OFFICE_ROLES, Role.ADVISER)


def can_open_office(actor: Actor) -> bool:
    """Tell whether an actor works at the office's own desk, with its queue and its overlaps."""
    return actor.bears(*OFFICE_ROLES, Role.ADMINISTRATOR)


def works_in_office(actor: Actor) -> bool:
    """Tell whether an actor examines, decides or supervises."""
    return actor.bears(*OFFICE_ROLES)


def can_ask_for_oneself(actor: Actor) -> bool:
    """Tell whether an actor asks for services in their own name."""
    return actor.bears(Role.APPLICANT)


def can_see_opinions(actor: Actor) -> bool:
    """Tell whether an actor is asked for opinions of a body."""
    return actor.bears(Role.ADVISER)


def can_receive_people(actor: Actor) -> bool:
    """Tell whether an actor works at the counter."""
    return actor.bears(Role.CLERK)


def can_keep_register(actor: Actor) -> bool:
    """Tell whether an actor keeps the register by hand: layers, old acts, pieces of remnants."""
    return actor.bears(Role.AGENT)


def can_watch_sector(actor: Actor) -> bool:
    """Tell whether an actor may see the supervision room: numbers, and never a person's name."""
    return actor.bears(*OFFICE_ROLES, Role.ADMINISTRATOR, Role.ANALYST)


def can_see_cases(actor: Actor) -> bool:
    """Tell whether an actor sees every overlap case."""
    return actor.bears(*OFFICE_ROLES, Role.ADMINISTRATOR, Role.AUDITOR)


def can_read_journal(actor: Actor) -> bool:
    """Tell whether an actor may read the journal of everything."""
    return actor.has(Role.AUDITOR, Role.SUPERVISOR)


def can_read_dossier_journal(actor: Actor, dossier: DossierRef) -> bool:
    """Tell whether an actor may read who did what on one dossier."""
    return can_see_office(actor, dossier) or can_read_journal(actor)


def can_see_personal(actor: Actor, dossier: DossierRef | None = None) -> bool:
    """Tell whether an actor may see names, addresses and numbers of persons.

    In a dossier: its applicant's side, the office in charge and auditors; a body that was asked
    sees the matter, not the person. In the register at large: agents, decision makers,
    supervisors and auditors of the whole country.
    """
    if dossier is not None:
        return (
            is_applicant(actor, dossier)
            or can_see_office(actor, dossier)
            or actor.bears(Role.AUDITOR)
        )
    return actor.bears(*OFFICE_ROLES, Role.AUDITOR) and not actor.areas


def can_export_personal(actor: Actor) -> bool:
    """Tell whether an actor may take personal fields out in a file."""
    return actor.has(Role.SUPERVISOR, Role.AUDITOR) and not actor.areas


def can_see_confidential(actor: Actor) -> bool:
    """Tell whether an actor may see what only named officers may: technical secrets, scans."""
    return actor.has(Role.DECIDER, Role.SUPERVISOR) and not actor.areas


def can_see_statistics(actor: Actor) -> bool:
    """Tell whether an actor may see figures that are not published: analysts and the office."""
    return actor.bears(Role.ANALYST, Role.AUDITOR, *OFFICE_ROLES)


def can_supervise(actor: Actor) -> bool:
    """Tell whether an actor may watch the work of others and lift a stop of granting."""
    return actor.has(Role.SUPERVISOR)


def can_audit(actor: Actor) -> bool:
    """Tell whether an actor may run and read the checks of the register."""
    return actor.has(Role.AUDITOR, Role.SUPERVISOR, Role.ADMINISTRATOR)


def can_train(actor: Actor) -> bool:
    """Tell whether an actor may use the exercises: everybody who works for the cadastre."""
    return actor.bears(*(role for role in Role if role is not Role.APPLICANT))
