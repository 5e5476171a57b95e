"""Papers kept while there was no scanner are looked at once there is one."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from cadastre.errors import Blocked
from cadastre.models import Document, JournalEntry
from cadastre.services.dossiers.documents import Upload, attach, read_document, take_back
from cadastre.services.dossiers.rescan import scan_what_was_not
from tests.exchange.pieces.test_antivirus import MARK, scanner  # noqa: F401
from tests.services.dossiers import walking

SERVICE = "declaration-autoproduction"
SITE = {"geometry": {"type": "Point", "coordinates": [1.2, 6.2]}}
SICK = walking.PDF + MARK


def test_a_sick_piece_holds_the_lodgement_until_it_is_replaced(
    session: Session,
    scanner: str,  # noqa: F811
) -> None:
    who = walking.people(session)
    dossier = walking.opened(session, SERVICE, who)
    applicant = who.actor(session, who.applicant)
    piece = walking.CATALOGUE.service(SERVICE).pieces[0].id
    sick = attach(session, dossier, applicant, Upload("plan.pdf", SICK, piece))
    walking.fill(session, dossier, who, perimeter=SITE)
    assert scan_what_was_not(session, None) == 0
    assert "documents-unsafe" not in str(walking.possible_kinds(session, dossier, applicant))
    assert scan_what_was_not(session, scanner) == 1
    assert scan_what_was_not(session, scanner) == 0  # each is looked at once
    scans = session.scalars(select(Document.scan).where(Document.dossier_id == dossier.id))
    assert set(scans) == {"clean", "infected"}
    with pytest.raises(Blocked, match=re.escape("procedures.documents-unsafe")):
        walking.step(session, dossier, "lodge", applicant)
    with pytest.raises(Blocked, match=re.escape("pieces.held-back")):
        read_document(session, dossier, applicant, sick.id)
    noted = session.scalars(
        select(JournalEntry).where(JournalEntry.action == "dossier.found-infected")
    ).one()
    assert noted.facts == {"virus": "Essai-Virus"}
    take_back(session, dossier, applicant, sick.id)
    walking.fill(session, dossier, who)
    session.expire_all()
    walking.step(session, dossier, "lodge", applicant)
