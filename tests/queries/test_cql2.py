"""CQL2 as the standard says it: order of words, text and JSON alike, time and space by oracles."""

from __future__ import annotations

import contextlib
import datetime as dt
import json

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from cadastre.errors import UnusableInput
from cadastre.queries.asof import as_of
from cadastre.queries.catalogue import relation_of
from cadastre.queries.cql2 import CQL2_JSON, CQL2_TEXT, parse_json, parse_text
from cadastre.queries.filters import filtered
from cadastre.queries.relation import find_features
from tests.factories import make_title, square

AT = as_of(dt.date(2026, 6, 1))
SQUARES = {"T1": square(0.5, 8.0), "T2": square(0.6, 8.0), "T3": square(1.5, 8.0, 0.3)}
STARTS = {"T1": dt.date(2024, 1, 1), "T2": dt.date(2025, 1, 1), "T3": dt.date(2025, 6, 1)}
ENDS = {"T1": dt.date(2030, 1, 1), "T2": dt.date(2034, 1, 1), "T3": None}


def found(session, text, language=CQL2_TEXT, crs="EPSG:4326"):
    relation = filtered(relation_of("titles", AT), text, language, crs)
    return [row.number for row in find_features(session, relation, limit=100)]


@pytest.fixture
def register(session):
    for number, ground in SQUARES.items():
        make_title(
            session, ground, number=number, name=f"L'or n° {number}", starts_on=STARTS[number],
            expires_on=ENDS[number], substances=("or",) if number == "T1" else ("or", "fer"),
        )  # fmt: skip
    return session


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        # AND binds closer than OR, NOT closest.
        ("number = 'T1' OR number = 'T2' AND area_ha < 0", ["T1"]),
        ("(number = 'T1' OR number = 'T2') AND area_ha < 0", []),
        ("NOT number = 'T1' AND number <> 'T3'", ["T2"]),
        ("NOT (number = 'T1' OR number = 'T3')", ["T2"]),
        ("name = 'L''or n° T1'", ["T1"]),
        ("\"number\" in ('T1','T3')", ["T1", "T3"]),
        ("number NOT IN ('T1','T3')", ["T2"]),
        ("number NOT LIKE 'T_'", []),
        ("area_ha > -1.5e3 AND area_ha NOT BETWEEN 0 AND 20000", ["T3"]),
        ("is_demonstration = FALSE", ["T1", "T2", "T3"]),
        ("NOT is_demonstration", ["T1", "T2", "T3"]),
        ("TRUE", ["T1", "T2", "T3"]),
        ("starts_on < expires_on", ["T1", "T2"]),
        ("A_CONTAINS(substances, ('fer', 'or'))", ["T2", "T3"]),
        ("A_EQUALS(substances, ('or'))", ["T1"]),
        ("A_OVERLAPS(substances, ('fer', 'sable'))", ["T2", "T3"]),
        ("T_AFTER(starts_on, DATE('2025-01-01'))", ["T3"]),
        ("T_BEFORE(starts_on, TIMESTAMP('2025-01-01T00:00:01Z'))", ["T1", "T2"]),
        ("T_DURING(starts_on, INTERVAL('2024-06-01', '..'))", ["T2", "T3"]),
        ("T_INTERSECTS(INTERVAL(starts_on, expires_on), INTERVAL('2033-01-01','2040-01-01'))",
         ["T2", "T3"]),
    ],
)  # fmt: skip
def test_text(register, text, numbers):
    assert found(register, text) == numbers


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("number = 'T1' OR number = 'T2' AND area_ha < 0",
         {"op": "or", "args": [
             {"op": "=", "args": [{"property": "number"}, "T1"]},
             {"op": "and", "args": [{"op": "=", "args": [{"property": "number"}, "T2"]},
                                    {"op": "<", "args": [{"property": "area_ha"}, 0]}]}]}),
        ("name IS NOT NULL",
         {"op": "not", "args": [{"op": "isNull", "args": [{"property": "name"}]}]}),
        ("S_INTERSECTS(geometry, POINT(0.55 8.05))",
         {"op": "s_intersects", "args": [{"property": "geometry"},
                                         {"type": "Point", "coordinates": [0.55, 8.05]}]}),
        ("CASEI(name) LIKE CASEI('l''OR%')",
         {"op": "like", "args": [{"op": "casei", "args": [{"property": "name"}]},
                                 {"op": "casei", "args": ["l'OR%"]}]}),
        ("T_DURING(starts_on, INTERVAL('2024-06-01', '..'))",
         {"op": "t_during", "args": [{"property": "starts_on"},
                                     {"interval": ["2024-06-01", ".."]}]}),
        ("number IN ('T1', 'T2')", {"op": "in", "args": [{"property": "number"}, ["T1", "T2"]]}),
    ],
)  # fmt: skip
def test_text_and_json_are_one_tree(register, text, tree):
    written = json.dumps(tree)
    assert parse_text(text) == tree == parse_json(written)
    assert found(register, text) == found(register, written, CQL2_JSON)


SHAPES = [
    "POLYGON((0.55 8.05, 0.65 8.05, 0.65 8.08, 0.55 8.05))", "POINT(0.6 8.05)",
    "LINESTRING(0.4 8.05, 0.8 8.05)", "POLYGON((0.4 7, 1 7, 1 9, 0.4 9, 0.4 7))",
    "POLYGON((0.6 8, 0.7 8, 0.7 8.1, 0.6 8.1, 0.6 8))", "MULTIPOINT((0.55 8.05), (1.6 8.1))",
]  # fmt: skip
ORACLES = [
    "intersects", "equals", "disjoint", "touches", "within", "overlaps", "crosses", "contains",
]  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("relation", ORACLES)
def test_space_agrees_with_shapely(register, relation, shape):
    given_shape = shapely.from_wkt(shape)
    judge = getattr(shapely, relation)
    expected = [number for number, ground in SQUARES.items() if judge(ground, given_shape)]
    assert found(register, f"S_{relation.upper()}(geometry, {shape})") == expected
    turned = [number for number, ground in SQUARES.items() if judge(given_shape, ground)]
    assert found(register, f"S_{relation.upper()}({shape}, geometry)") == turned


LIMITS = ["2023-01-01", "2024-01-01", "2025-01-01", "2026-01-01", "2030-01-01", "2034-01-01"]
ALLEN = {
    "AFTER": lambda a, b, c, d: a > d, "BEFORE": lambda a, b, c, d: b < c,
    "CONTAINS": lambda a, b, c, d: a < c and b > d, "DURING": lambda a, b, c, d: a > c and b < d,
    "DISJOINT": lambda a, b, c, d: b < c or a > d,
    "INTERSECTS": lambda a, b, c, d: not (b < c or a > d),
    "EQUALS": lambda a, b, c, d: (a, b) == (c, d), "MEETS": lambda a, b, c, d: b == c,
    "METBY": lambda a, b, c, d: a == d, "OVERLAPS": lambda a, b, c, d: a < c < b < d,
    "OVERLAPPEDBY": lambda a, b, c, d: c < a < d < b,
    "STARTS": lambda a, b, c, d: a == c and b < d,
    "STARTEDBY": lambda a, b, c, d: a == c and b > d,
    "FINISHES": lambda a, b, c, d: a > c and b == d,
    "FINISHEDBY": lambda a, b, c, d: a < c and b == d,
}  # fmt: skip


@pytest.mark.parametrize("name", ALLEN)
def test_time_agrees_with_allen(register, name):
    for number, start in enumerate(LIMITS):
        for end in LIMITS[number + 1 :]:
            expected = [
                key for key in SQUARES
                if ALLEN[name](STARTS[key], ENDS[key] or dt.date.max,
                               dt.date.fromisoformat(start), dt.date.fromisoformat(end))
            ]  # fmt: skip
            text = f"T_{name}(INTERVAL(starts_on, expires_on), INTERVAL('{start}', '{end}'))"
            assert found(register, text) == expected, text


def test_shapes_may_be_in_another_system(register):
    text = "S_INTERSECTS(geometry, POINT(225500 890600))"
    assert found(register, text, crs="EPSG:32631") == ["T1"]
    assert found(register, "S_INTERSECTS(geometry, POINT(0 0))", crs="EPSG:32631") == []


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("number = 'T1' OR", "filter.not-cql2"), ("'T1' = 'T1'", "filter.not-supported"),
        ("number = 'T1", "filter.not-cql2"), ("number LIKE", "filter.not-cql2"),
        ("number", "filter.wrong-type"), ("area_ha + 1 > 2", "filter.not-cql2"),
        ("area_ha > substances", "filter.wrong-type"), ("(" * 60 + "TRUE", "filter.too-long"),
        ("NOT " * 60 + "TRUE", "filter.too-long"), ("name = name OR \x00", "filter.not-cql2"),
        ("T_AFTER(name, DATE('2020-01-01'))", "filter.wrong-type"),
        ("T_AFTER(starts_on, 5)", "filter.not-supported"),
        ("S_INTERSECTS(geometry, geometry)", "filter.not-supported"),
        ("S_INTERSECTS(name, POINT(1 1))", "filter.not-supported"),
        ("S_WITHIN(geometry, POLYGON((0 0, 1 1, 0 1, 1 0, 0 0)))", "filter.not-sound"),
        ("S_WITHIN(geometry, POINT EMPTY)", "filter.not-sound"),
        ("S_WITHIN(geometry, POLYGON((0 0, 1 1)))", "filter.not-cql2"),
        ("S_TOUCHES(geometry, GEOMETRYCOLLECTION(POINT(1 1)))", "filter.not-supported"),
        ("area_ha = 1e400", "filter.wrong-type"), ("starts_on = DATE('2026-13-01')",
                                                   "filter.wrong-type"),
    ],
)  # fmt: skip
def test_refusals_of_text(session, text, code):
    with pytest.raises(UnusableInput) as refusal:
        found(session, text)
    assert refusal.value.code == code


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", '{"op": 5}', '{"op": "=", "args": [1]}', "[" * 9000, "NaN",
     '{"op": "and", "args": [true]}', '{"op": "exec", "args": []}', '{"args": []}',
     '{"op": "in", "args": [{"property": "number"}, "T1"]}', '{"property": ["a"]}',
     '{"op": "s_within", "args": [{"property": "geometry"}, {"type": "Polygon"}]}',
     '{"op": "s_within", "args": [{"property": "geometry"}, {"type": "Point",'
     ' "coordinates": ["a", 1]}]}',
     '{"op": "like", "args": [{"property": "name"}, {"property": "name"}]}'],
)  # fmt: skip
def test_refusals_of_json(session, text):
    if text == "":
        assert filtered(relation_of("titles", AT), text, CQL2_JSON).where
        return
    with pytest.raises(UnusableInput):
        found(session, text, CQL2_JSON)


def test_another_language_is_refused(session):
    with pytest.raises(UnusableInput, match=r"ogc\.filter-lang"):
        found(session, "TRUE", "ecql")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
    | st.sampled_from(["and", "=", "s_within", "t_during", "number", "geometry"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["op", "args", "property", "date", "interval", "bbox",
                                       "type", "coordinates"]), inner, max_size=3),
    max_leaves=12,
)  # fmt: skip


@given(json_values)
def test_any_json_is_a_filter_or_a_sentence(value):
    with contextlib.suppress(UnusableInput):
        filtered(relation_of("titles", AT), json.dumps(value), CQL2_JSON)
