"""Who is handed the certificate of a title: its holders, and those who keep the register."""

from __future__ import annotations

from sqlalchemy.orm import Session

from cadastre.models import Title
from cadastre.rules.permissions import Actor, can_see_certificates
from cadastre.services.titles.facts import holders_of


def may_have_certificate(session: Session, title: Title, actor: Actor) -> bool:
    """Tell whether an actor may have the certificate of a title on their day."""
    if can_see_certificates(actor):
        return True
    holders = holders_of(session, title, actor.day)
    return any(
        standing.party_id in holders and standing.holds_on(actor.day)
        for standing in actor.standings
    )
