"""Read what an act on a title says from the answers of a form.

A field of the catalogue says which particular of the act it gives (``gives: to_party``); ground
comes from the perimeter of the dossier. No service is known by name here.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from shapely.geometry import mapping
from sqlalchemy.orm import Session

from cadastre.errors import UnusableInput
from cadastre.models import Dossier, Party
from cadastre.rules.catalogue import Service
from cadastre.rules.ruleset import Ruleset
from cadastre.services.dossiers.answers import companies_called
from cadastre.services.dossiers.catalogue import rules_of
from cadastre.services.dossiers.circumstances import Circumstances
from cadastre.services.dossiers.ground import reading_of
from cadastre.services.titles.perform import Particulars
from cadastre.vocabulary import PartyKind

TO_PARTY, SHARE_PERCENT = "to_party", "share_percent"
# Acts that speak of a part of the ground; the perimeter of others is only shown.
WITH_GROUND = frozenset({"renew", "renounce-part", "extend"})


def particulars_of(
    session: Session, ruleset: Ruleset, dossier: Dossier, about: Circumstances, act: str
) -> Particulars:
    """Give the particulars of an act from the answers and the perimeter of a dossier."""
    service = rules_of(session, dossier).service
    said = _answered(session, service, about)
    if act in WITH_GROUND:
        reading = reading_of(ruleset, dossier)
        if reading is not None and reading.perimeter is not None:
            said["geometry"] = mapping(reading.perimeter)
    if act == "transfer":
        said["from_party_id"] = dossier.party_id
    return Particulars.from_json(said)


def _answered(session: Session, service: Service, about: Circumstances) -> dict[str, Any]:
    said: dict[str, Any] = {}
    for question in service.fields:
        value = about.answers.values.get(question.id)
        if question.gives is None or value is None:
            continue
        if question.gives == TO_PARTY:
            said["to_party_id"] = party_called(session, str(value)).id
        elif question.gives == SHARE_PERCENT:
            share = Fraction(str(value)) / 100
            said["share"] = f"{share.numerator}/{share.denominator}"
        else:
            said[question.gives] = value if isinstance(value, bool) else str(value)
    if "years" in said:
        said["years"] = float(said["years"])
    return said


def party_called(session: Session, name: str) -> Party:
    """Find the company of a name or number, or enter one under it; never a person of that name.

    Raises
    ------
    UnusableInput
        ``dossiers.several-parties``: the name is borne by several; a person must choose.
    """
    found = session.scalars(companies_called(name).limit(2)).all()
    if len(found) > 1:
        raise UnusableInput("dossiers.several-parties", where=name)
    if found:
        return found[0]
    party = Party(kind=PartyKind.COMPANY.value, name=name)
    session.add(party)
    session.flush()
    return party
