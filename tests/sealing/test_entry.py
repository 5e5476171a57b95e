"""Prove that entries are canonical, bind everything, and name nobody."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from cadastre.sealing.entry import Act, canonical, entry_content, public_facts

ROW = {
    "id": 7, "recorded_at": dt.datetime(2026, 3, 2, 9, 30, tzinfo=dt.UTC), "account_id": 3,
    "on_behalf_of_id": 5, "by_rule": False, "action": "title.grant", "subject": "title",
    "subject_id": "PR/2026/0001", "reason": "Avis favorable de Kofi Exemple", "document_id": None,
    "facts": {"rank": 4, "holder": "Kofi Exemple", "area_m2": 0.1, "note": "x"},
}  # fmt: skip
SALT = b"s" * 16


def act(**changes):
    return Act({**ROW, **changes}, None, {9: "ab" * 32}, {("title", 1): "{}"})


def test_an_entry_names_nobody():
    content = entry_content(act(), SALT)
    assert "Kofi" not in content
    told = json.loads(content)
    assert told["by"] == "account 3"
    assert told["facts"] == {"rank": 4, "area_m2": "0.1"}
    assert told["ground"] == [[9, "ab" * 32]]


@pytest.mark.parametrize("column", list(ROW))
def test_every_column_is_bound(column):
    changed = {"rank": 5} if column == "facts" else ROW[column]
    if column == "recorded_at":
        changed = ROW[column] + dt.timedelta(microseconds=1)
    elif column != "facts":
        changed = f"{ROW[column]}x"
    assert entry_content(act(**{column: changed}), SALT) != entry_content(act(), SALT)


def test_the_zone_of_a_session_changes_nothing():
    elsewhere = ROW["recorded_at"].astimezone(dt.timezone(dt.timedelta(hours=5)))
    assert entry_content(act(recorded_at=elsewhere), SALT) == entry_content(act(), SALT)


def test_the_order_of_keys_changes_nothing():
    expected = '{"a":"é","b":1}'.encode()
    assert canonical({"b": 1, "a": "é"}) == canonical({"a": "é", "b": 1}) == expected


def test_only_codes_and_numbers_of_harmless_facts_are_public():
    facts = {"kind": "permis-recherche", "number": "Jean Exemple", "titles": ["A", "B c"]}
    assert public_facts(facts) == {"kind": "permis-recherche"}
