"""Every column has a class, and what is shown of it never shows more than that."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import Column
from sqlalchemy.sql import visitors

from cadastre.errors import NotFound
from cadastre.models import Base
from cadastre.models.classification import FIELDS, PAST, TABLES, class_of
from cadastre.queries.asof import AsOf
from cadastre.queries.catalogue import class_of_collection, relation_of
from cadastre.queries.visibility import ANYBODY, Classification, Viewer
from cadastre.services.exit_kit.tables import chosen_columns

AT = AsOf(dt.datetime(2026, 11, 24, tzinfo=dt.UTC), dt.date(2026, 11, 24))
COLLECTIONS = ("titles", "applications", "zones", "works", "administrative-units", "occupations",
               "overlaps")  # fmt: skip
# Made of more than they show: names of persons are masked in the expression itself, the grade of a
# record is published though the doubts behind it are not, a status is a word for a replay.
SHOWS_LESS = {("titles", "holder"), ("applications", "holder"), ("works", "operator"),
              ("titles", "grade")}  # fmt: skip


def test_every_table_has_a_class_and_no_line_is_of_another_time() -> None:
    tables = {name.removesuffix(PAST) for name in Base.metadata.tables}
    assert tables == set(TABLES)
    unknown = [key for key in FIELDS if key[1] not in Base.metadata.tables[key[0]].columns]
    assert unknown == []


def test_what_has_no_line_is_shown_to_nobody() -> None:
    assert class_of("a_table_of_tomorrow", "name") is Classification.CONFIDENTIAL


def test_history_is_as_guarded_as_what_it_remembers() -> None:
    for name, table in Base.metadata.tables.items():
        if name.endswith(PAST):
            for column in table.columns:
                assert class_of(name, column.name) is class_of(name[: -len(PAST)], column.name)


SECRETS = ("password_hash", "totp_secret", "session_key", "code_hash", "token_hash",
           "follow_up_code", "passkey_handle", "credential_id")  # fmt: skip


def test_not_even_a_full_copy_of_the_register_holds_what_opens_doors() -> None:
    written = {
        (name, column)
        for name, table in Base.metadata.tables.items()
        for column in chosen_columns(table, full=True)
    }
    assert ("account", "email") in written  # the control: a full copy names people
    assert {key for key in written if key[1] in SECRETS} == set()


@pytest.mark.parametrize("secret", SECRETS)
def test_secrets_are_confidential_wherever_they_stand(secret: str) -> None:
    found = [
        (name, class_of(name, secret))
        for name, table in Base.metadata.tables.items()
        if secret in table.columns and name != "log_key"
    ]
    assert found
    assert {each for _, each in found} == {Classification.CONFIDENTIAL}


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_no_field_of_the_read_model_shows_more_than_its_columns_allow(collection: str) -> None:
    everything = relation_of(collection, AT, Viewer(Classification.CONFIDENTIAL)).fields
    for name, field in everything.items():
        if (collection, name) in SHOWS_LESS:
            continue
        for part in visitors.iterate(field.expression.__clause_element__()
                                     if hasattr(field.expression, "__clause_element__")
                                     else field.expression):  # fmt: skip
            table = getattr(getattr(part, "table", None), "name", None)
            if isinstance(part, Column) and table in TABLES:
                assert class_of(table, part.name) <= field.classification, (name, part)


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_a_higher_clearance_only_adds_fields(collection: str) -> None:
    seen: set[str] = set()
    for clearance in Classification:
        if clearance < class_of_collection(collection):
            with pytest.raises(NotFound):
                relation_of(collection, AT, Viewer(clearance))
            continue
        fields = set(relation_of(collection, AT, Viewer(clearance)).fields)
        assert seen <= fields
        seen = fields
    assert "doubts" not in relation_of("titles", AT, ANYBODY).fields
