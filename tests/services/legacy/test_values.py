"""Cells of older registers are read as their clerks wrote them."""

from __future__ import annotations

import contextlib
import datetime as dt
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cadastre.services.legacy.suggestion import suggest_mapping
from cadastre.services.legacy.values import (
    names_several,
    party_kind,
    read_area,
    read_date,
    text_of,
)

DAY = dt.date(2013, 3, 8)


@pytest.mark.parametrize(
    "written",
    [
        DAY, dt.datetime(2013, 3, 8, 12, tzinfo=dt.UTC), "2013-03-08", "2013/03/08", "08/03/2013",
        "8-3-2013",
        "8 mars 2013", "08-MAR-2013", "March 8, 2013", "8 de marzo de 2013", "8th Mar 2013",
        "08/03/13", "8-mar-13", "20130308", 20130308,
        "2013-03-08T00:00:00Z", 41341, 1362700800000, "08.03.2013 00:00",
    ],
)  # fmt: skip
def test_a_day_is_read_in_every_usual_writing(written: Any) -> None:
    assert read_date(written) == DAY


def test_months_before_days_are_read_when_told_or_when_nothing_else_fits() -> None:
    assert read_date("03/08/2013", day_first=False) == DAY
    assert read_date("03/28/2013") == dt.date(2013, 3, 28)
    assert read_date("1998") == dt.date(1998, 1, 1)


@pytest.mark.parametrize(
    "written",
    ["en trámite", "31/02/2013", "31 février 2013", "mardi 8", "99999999", math.inf, "12/2013", -4],
)
def test_what_is_no_day_is_refused(written: Any) -> None:
    with pytest.raises((ValueError, OverflowError)):
        read_date(written)


@pytest.mark.parametrize("written", [None, "", " - ", "S/D", "null", math.nan])
def test_an_empty_cell_says_nothing(written: Any) -> None:
    assert read_date(written) is None
    assert read_area(written) is None
    assert text_of(written) is None


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("298,2633 ha", (298.2633, "ha")),
        ("1.234,5 has", (1234.5, "ha")),
        ("1,234.5 Km²", (1234.5, "km2")),
        ("2 500 hectares", (2500.0, "ha")),
        (12.5, (12.5, None)),
        ("1.234.567 m2", (1234567.0, "m2")),
    ],
)
def test_an_area_is_read_with_its_unit(written: Any, read: tuple[float, str | None]) -> None:
    assert read_area(written) == read


@pytest.mark.parametrize("written", ["n.c.", "-3 ha", "ha", "0,0", math.inf])
def test_what_is_no_area_is_refused(written: Any) -> None:
    with pytest.raises(ValueError, match="area"):
        read_area(written)


@given(st.text(max_size=60))
def test_no_text_breaks_the_readers_otherwise(written: str) -> None:
    for read in (read_date, read_area):
        with contextlib.suppress(ValueError, OverflowError):
            read(written)
    assert text_of(written) is None or "\x00" not in str(text_of(written))
    assert party_kind(written) in {"company", "person", "administration"}


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Minera del Altiplano S.A.", "company"),
        ("Société des carrières SARL", "company"),
        ("Provincia de Salta", "administration"),
        ("Republic Gold Ltd", "company"),
        ("Fulano de Tal", "person"),
    ],
)
def test_whoever_is_not_plainly_a_company_is_protected_as_a_person(name: str, kind: str) -> None:
    assert party_kind(name) == kind


def test_several_holders_in_a_cell_are_noticed() -> None:
    assert names_several("Fulano y otros")
    assert names_several("A SARL / B SARL")
    assert not names_several("Minera Potosí S.A.")


@pytest.mark.parametrize(
    ("columns", "meaning"),
    [
        (
            ["OBJECTID", "NUM_TITRE", "TYPE_TITRE", "TITULAIRE_", "SUBSTANCES", "DATE_OCTRO",
             "DATE_EXPIR", "SUPERFICIE", "STATUT", "NOM"],
            {"number": "NUM_TITRE", "kind": "TYPE_TITRE", "holder": "TITULAIRE_",
             "substances": "SUBSTANCES", "granted_on": "DATE_OCTRO", "expires_on": "DATE_EXPIR",
             "area": "SUPERFICIE", "status": "STATUT", "name": "NOM"},
        ),
        (
            ["fid", "License No", "Type", "Parties", "Commodity", "Date Granted", "Date Expires",
             "Area Ha", "Status"],
            {"number": "License No", "kind": "Type", "holder": "Parties",
             "substances": "Commodity", "granted_on": "Date Granted",
             "expires_on": "Date Expires", "area": "Area Ha", "status": "Status"},
        ),
        (
            ["PROCESSO", "FASE", "NOME", "SUBS", "AREA_HA", "ULT_EVENTO"],
            {"number": "PROCESSO", "kind": "FASE", "name": "NOME", "substances": "SUBS",
             "area": "AREA_HA"},
        ),
    ],
)  # fmt: skip
def test_columns_are_understood_in_four_languages(
    columns: list[str], meaning: dict[str, str]
) -> None:
    found = suggest_mapping(columns)
    assert {role: found.get(role) for role in meaning} == meaning
