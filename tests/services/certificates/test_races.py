"""Many who ask at once are given one paper: signed once, the same bytes for all."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from cadastre.database import sqlalchemy_url
from cadastre.models import Certificate, JournalEntry
from cadastre.services.certificates.issuing import About, issue
from cadastre.services.certificates.money_sheets import PaidLine, PaymentSheet
from cadastre.vocabulary import CertificateKind

ASKERS = 4
SHEET = PaymentSheet(
    "Q-1", "F-1", "Mines du Mono SA", dt.datetime(2026, 11, 20, tzinfo=dt.UTC), "virement",
    (PaidLine("Droit fixe", Decimal(500)),), Decimal(500), "XOF",
)  # fmt: skip


def test_one_paper_is_signed_for_all_who_ask_at_once(fresh_database, office):
    engine = create_engine(sqlalchemy_url(fresh_database.app_url), pool_size=ASKERS)

    def ask(_: int) -> str:
        with Session(engine) as session, session.begin():
            made = issue(session, office, CertificateKind.PAYMENT, SHEET, "fr", About())
            return made.sha256

    with ThreadPoolExecutor(ASKERS) as pool:
        given = list(pool.map(ask, range(ASKERS)))
    assert len(set(given)) == 1
    assert office.signer.signed == 1
    with Session(engine) as session:
        assert len(session.scalars(select(Certificate)).all()) == 1
        issued = select(JournalEntry).where(JournalEntry.action == "certificate.issue")
        assert session.scalars(issued).one().facts["sha256"] == given[0]
    engine.dispose()
