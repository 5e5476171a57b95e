"""Prove that a filter finds what it says, and can say nothing else."""

from __future__ import annotations

import contextlib
import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cadastre.errors import UnusableInput
from cadastre.queries.asof import as_of
from cadastre.queries.catalogue import relation_of
from cadastre.queries.filters import filtered
from cadastre.queries.relation import find_features
from tests.factories import make_party, make_title, square

AT = as_of(dt.date(2026, 6, 1))


def found(session, text):
    relation = filtered(relation_of("titles", AT), text)
    return [row.number for row in find_features(session, relation, limit=100)]


@pytest.fixture
def register(session):
    make_title(
        session,
        square(0.5, 8.0),
        number="T1",
        name="Bassar",
        substances=("or", "fer"),
        holder=make_party(session, "Mines du Mono SA"),
    )
    make_title(
        session,
        square(0.8, 8.0, 0.01),
        number="T2",
        name=None,
        kind="permis-exploitation",
        substances=("sable",),
        starts_on=dt.date(2025, 1, 1),
        group="construction",
    )
    return session


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("", ["T1", "T2"]),
        ("kind = 'permis-recherche'", ["T1"]),
        ("kind <> 'permis-recherche'", ["T2"]),
        ("area_ha > 1000", ["T1"]),
        ("1000 > area_ha", ["T2"]),
        ("area_ha BETWEEN 1 AND 1000", ["T2"]),
        ("name LIKE 'Bas%'", ["T1"]),
        ("name LIKE 'bas%'", []),
        ("CASEI(name) LIKE CASEI('bas%')", ["T1"]),
        ("name IS NULL", ["T2"]),
        ("name IS NOT NULL AND NOT (kind = 'x')", ["T1"]),
        ("substances = 'fer'", ["T1"]),
        ("substances IN ('sable', 'argent')", ["T2"]),
        ("starts_on >= DATE('2024-06-01')", ["T2"]),
        ("starts_on = '2025-01-01'", ["T2"]),
        ("status = 'in-force' AND holder LIKE '%Mono%'", ["T1", "T2"]),
        ("S_INTERSECTS(geometry, BBOX(0.45, 7.9, 0.55, 8.05))", ["T1"]),
        ("S_WITHIN(geometry, POLYGON((0.7 7.9, 0.9 7.9, 0.9 8.2, 0.7 8.2, 0.7 7.9)))", ["T2"]),
        ("kind IN ('a', 'b')", []),
        ("name = 'x; DROP TABLE title; --'", []),
    ],
)
def test_a_filter_finds_what_it_says(register, text, numbers):
    assert found(register, text) == numbers


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("kind =", "filter.not-cql2"),
        ("1; DROP TABLE title", "filter.not-cql2"),
        ("password_hash = 'x'", "filter.unknown-name"),
        ("doubts = 'x'", "filter.unknown-name"),
        ("area_ha > 'much'", "filter.wrong-type"),
        ("kind = 5", "filter.wrong-type"),
        ("starts_on > 'yesterday'", "filter.wrong-type"),
        ("pg_sleep(5) = 1", "filter.not-supported"),
        ("lower(name) = 'x'", "filter.not-supported"),
        ("S_INTERSECTS(geometry, BBOX(1, 2))", "http.not-a-box"),
        ("x" * 3000, "filter.too-long"),
        ("(" * 400 + "kind = 'a'" + ")" * 400, "filter.too-long"),
    ],
)
def test_anything_else_is_refused(session, text, code):
    with pytest.raises(UnusableInput) as refusal:
        found(session, text)
    assert refusal.value.code == code


@given(st.text(max_size=80) | st.from_regex(r"[a-z_]{1,10} ?[=<>]{1,2} ?['0-9a-z]{0,8}"))
def test_any_text_is_a_filter_or_a_sentence(text):
    relation = relation_of("titles", AT)
    with contextlib.suppress(UnusableInput):
        filtered(relation, text)
