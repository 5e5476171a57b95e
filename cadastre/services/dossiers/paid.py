"""Let a payment move its dossier, however and whenever the money arrived."""

from __future__ import annotations

from sqlalchemy.orm import Session

from cadastre.models import Dossier, Invoice
from cadastre.rules.ruleset import Ruleset
from cadastre.services.dossiers.move import BY_MONEY, take_by_rule
from cadastre.services.money.settled import ON_PAID

NAME = "dossier"


def move_dossiers_when_paid(ruleset: Ruleset) -> None:
    """Make paid invoices of dossiers become steps, from now on in this process."""

    def move(session: Session, invoice: Invoice) -> None:
        if invoice.dossier_id is None:
            return
        dossier = session.get_one(Dossier, invoice.dossier_id)
        if dossier.catalogue_sha256 is not None:
            told = {"invoice": invoice.number, "moment": invoice.moment}
            take_by_rule(session, ruleset, dossier, BY_MONEY, told)

    ON_PAID[NAME] = move
