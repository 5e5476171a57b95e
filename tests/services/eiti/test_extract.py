"""The EITI extract holds what the register holds, says what it does not, and names no person."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import json
import zipfile

import openpyxl
import pytest
from sqlalchemy.orm import Session

from cadastre.config import ROOT
from cadastre.models import Share, Title
from cadastre.queries.asof import as_of
from cadastre.queries.visibility import ANYBODY, Classification, Viewer
from cadastre.rules.load import load_ruleset
from cadastre.services.eiti.columns import JUDGED
from cadastre.services.eiti.extract import make_extract
from cadastre.services.eiti.files import write_extract
from tests.factories import make_application, make_party, make_title, make_unit, square

AT = as_of(dt.date(2026, 6, 1), "Africa/Lome")
PERSON = "Une Personne Privée"


@pytest.fixture
def ruleset():
    return load_ruleset(ROOT / "data" / "rulesets" / "togo")


@pytest.fixture
def register(session: Session) -> Session:
    make_unit(session, square(0.4, 7.9, 1.0), code="TG-C", name="Centrale", level=1)
    make_unit(session, square(0.4, 7.9, 0.4), code="TG-C-1", name="Blitta", level=2)
    company, person = make_party(session, "Or SA"), make_party(session, PERSON, kind="person")
    make_title(session, square(0.5, 8.0), number="T1", holder=company,
               applied_on=dt.date(2023, 5, 1), granted_on=dt.date(2023, 12, 1))  # fmt: skip
    make_title(session, square(1.0, 8.0), number="T2", holder=person, expires_on=None,
               granted_on=None)  # fmt: skip
    ended = make_title(session, square(1.2, 8.0), number="T3", expires_on=dt.date(2025, 1, 1))
    assert ended.expires_on < AT.day
    bare = Title(number="T4", kind="permis-recherche", substances=["or"], ruleset="togo",
                 exclusivity_group="none", starts_on=dt.date(2024, 1, 1))  # fmt: skip
    session.add(bare)
    session.flush()
    session.add(Share(title_id=bare.id, party_id=company.id, starts_on=bare.starts_on))
    asked = make_application(session, square(1.3, 8.5), number="A1", applicant=company)
    granted = make_title(session, square(1.3, 8.5), number="T5", holder=company,
                         group="none", starts_on=dt.date(2026, 4, 1),
                         granted_on=dt.date(2026, 4, 1))  # fmt: skip
    granted.dossier_id = asked.dossier_id
    first = session.query(Share).filter_by(title_id=granted.id).one()
    moved = dt.date(2026, 5, 2)
    first.ends_on = moved
    session.add(Share(title_id=granted.id, party_id=person.id, numerator=1, denominator=2,
                      starts_on=moved))  # fmt: skip
    session.add(Share(title_id=granted.id, party_id=company.id, numerator=1, denominator=2,
                      starts_on=moved))  # fmt: skip
    session.flush()
    return session


def rows(made, table: str) -> dict[str, dict]:
    return {row["number"]: row for row in made.tables[table]}


def test_the_licences_in_force_with_what_is_held_of_each(register: Session) -> None:
    made = make_extract(register, AT)
    found = rows(made, "licences")
    assert list(found) == ["T1", "T2", "T4", "T5"]
    first = found["T1"]
    title = register.query(Title).filter_by(number="T1").one()
    assert (first["applied_on"], first["granted_on"]) == ("2023-05-01", "2023-12-01")
    assert first["years"] == pytest.approx((title.expires_on - title.starts_on).days / 365.2425,
                                           abs=0.01)  # fmt: skip
    assert (first["region"], first["prefecture"]) == ("Centrale", "Blitta")
    assert found["T2"]["years"] is None
    assert (found["T4"]["holder"], found["T4"]["coordinates"]) == ("Or SA", None)
    assert {first["impact_report"], first["impact_report_link"]} == {None}
    corners = [row for row in made.tables["corners"] if row["number"] == "T1"]
    assert {(row["longitude"], row["latitude"]) for row in corners} == {
        (0.5, 8.0), (0.6, 8.0), (0.6, 8.1), (0.5, 8.1)
    }  # fmt: skip


def test_awards_and_transfers_of_the_year(register: Session) -> None:
    made = make_extract(register, AT)
    grant, transfer = made.tables["allocations"]
    assert (grant["event"], grant["number"], grant["way"]) == ("grant", "T5", "first-come")
    assert grant["holder"] == "Or SA"
    assert (transfer["event"], transfer["day"]) == ("transfer", "2026-05-02")
    assert (transfer["holder"], transfer["former_holder"]) == ("Or SA", "Or SA")
    assert transfer["withheld"] == ["holder"]
    assert transfer["way"] is None
    assert len(make_extract(register, AT, 2023).tables["allocations"]) == 1


@pytest.mark.parametrize(
    ("viewer", "is_named"), [(ANYBODY, False), (Viewer(Classification.PERSONAL), True)]
)
def test_persons_are_named_only_to_who_may_see_them(
    register: Session, ruleset, viewer: Viewer, is_named: bool
) -> None:
    made = make_extract(register, AT, viewer=viewer)
    for format in ("json", "csv", "xlsx"):
        content = b"".join(write_extract(made, ruleset, format, "fr").content)
        text = content.decode() if format == "json" else unpacked(content)
        assert (PERSON in text) is is_named, format
        assert ("nom non publié" in text or '"holder"' in text) or is_named
    held = rows(made, "licences")["T2"]
    assert held["withheld"] == ([] if is_named else ["holder"])
    holders = [one for one in made.scores if (one.table, one.field) == ("licences", "holder")]
    assert {one.score for one in holders} == {1.0}


def unpacked(content: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(content)) as pack:
        return "".join(pack.read(name).decode("utf-8", "replace") for name in pack.namelist())


def test_scores_are_what_the_rows_say_by_region(register: Session) -> None:
    made = make_extract(register, AT)
    for sheet in JUDGED:
        for one in (one for one in made.scores if one.table == sheet.id):
            region_of = {r["number"]: r["region"] for r in made.tables["licences"]}
            chosen = [
                row for row in made.tables[sheet.id]
                if not one.region or (region_of.get(row["number"]) or "?") == one.region
            ]  # fmt: skip
            told = sum(bool(row[one.field]) or one.field in row["withheld"] for row in chosen)
            assert (one.rows, one.held + one.withheld) == (len(chosen), told)
            if not one.held_by_register:
                assert one.held == one.withheld == 0
    whole = {(o.table, o.field): o.score for o in made.scores if o.region == ""}
    assert whole["licences", "granted_on"] == 0.5
    assert whole["licences", "coordinates"] == 0.75
    assert whole["owners", "beneficial_owner"] == 0.0


def test_the_hash_is_of_the_tables_and_of_nothing_else(register: Session, ruleset) -> None:
    made = make_extract(register, AT)
    told = json.loads(b"".join(write_extract(made, ruleset, "json", "en").content))
    sealed = {name: told[name] for name in ("day", "year", "tables")}
    text = json.dumps(sealed, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert told["sha256"] == hashlib.sha256(text.encode()).hexdigest()
    assert make_extract(register, AT).sha256() == told["sha256"]
    register.query(Title).filter_by(number="T1").one().granted_on = dt.date(2023, 12, 2)
    register.flush()
    assert make_extract(register, AT).sha256() != told["sha256"]


def test_a_sheet_for_each_table_and_no_formula(register: Session, ruleset) -> None:
    register.query(Title).filter_by(number="T1").one().number = "=1+1"
    register.flush()
    made = make_extract(register, AT)
    book = openpyxl.load_workbook(
        io.BytesIO(b"".join(write_extract(made, ruleset, "xlsx", "fr").content))
    )
    assert book.sheetnames == [
        "Extrait", "2.3 Licences", "2.2 Octrois", "2.5 Propriété", "2.3 Sommets", "Complétude"
    ]  # fmt: skip
    cell = book["2.3 Licences"]["A2"]
    assert (cell.value, cell.data_type) == ("=1+1", "s")
    assert made.sha256() in [cell.value for row in book["Extrait"].rows for cell in row]
    one = b"".join(write_extract(made, ruleset, "csv", "fr", "licences").content)
    assert "'=1+1" in one.decode("utf-8-sig")
