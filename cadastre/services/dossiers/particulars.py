"""Read what an act on a title says from the answers of a form.

A field of the catalogue says which particular of the act it gives (``gives: to_party``); ground
comes from the perimeter of the dossier. No service is known by name here.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from shapely.geometry import mapping
from sqlalchemy.orm import Session

from cadastre.models import Dossier
from cadastre.rules.catalogue import Service
from cadastre.rules.ruleset import Ruleset
from cadastre.services.dossiers.catalogue import rules_of
from cadastre.services.dossiers.circumstances import Circumstances
from cadastre.services.dossiers.ground import reading_of
from cadastre.services.dossiers.taker import TO_PARTY, TO_REGISTER, asked_taker, taker_needed
from cadastre.services.titles.perform import Particulars

SHARE_PERCENT = "share_percent"
# Acts that speak of a part of the ground; the perimeter of others is only shown.
WITH_GROUND = frozenset({"renew", "renounce-part", "extend"})


def particulars_of(
    session: Session, ruleset: Ruleset, dossier: Dossier, about: Circumstances, act: str
) -> Particulars:
    """Give the particulars of an act from the answers and the perimeter of a dossier."""
    service = rules_of(session, dossier).service
    said = _answered(session, service, dossier, about)
    if act in WITH_GROUND:
        reading = reading_of(ruleset, dossier)
        if reading is not None and reading.perimeter is not None:
            said["geometry"] = mapping(reading.perimeter)
    if act == "transfer":
        said["from_party_id"] = dossier.party_id
    return Particulars.from_json(said)


def _answered(
    session: Session, service: Service, dossier: Dossier, about: Circumstances
) -> dict[str, Any]:
    said: dict[str, Any] = {}
    for question in service.fields:
        value = about.answers.values.get(question.id)
        if question.gives in (None, TO_REGISTER) or value is None:
            continue
        if question.gives == TO_PARTY:
            asked = asked_taker(service, about.answers.values)
            said["to_party_id"] = taker_needed(session, dossier, asked).id
        elif question.gives == SHARE_PERCENT:
            share = Fraction(str(value)) / 100
            said["share"] = f"{share.numerator}/{share.denominator}"
        else:
            said[question.gives] = value if isinstance(value, bool) else str(value)
    if "years" in said:
        said["years"] = float(said["years"])
    return said
