"""Write the tables as CSV with a dictionary: public columns, or all but secrets in full."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Column, Table
from sqlalchemy.orm import Session

from cadastre.models import Base
from cadastre.sentences import say

FOLDER, DICTIONARY = "tables", "dictionary.csv"
ALL = "*"
# What everybody may read. A table or column that is not named here stays in the office.
PUBLIC: dict[str, tuple[str, ...]] = {
    "title": (
        "id", "number", "name", "kind", "substances", "exclusivity_group", "ruleset",
        "applied_on", "granted_on", "starts_on", "expires_on", "ended_on", "end_reason",
        "suspended_from", "suspended_until", "instrument", "published_area_m2", "source",
        "is_demonstration", "recorded_at",
    ),
    "title_relation": (ALL,),
    "share": (ALL,),
    "party": ("id", "kind", "name", "country", "is_demonstration"),
    "parcel": (ALL,),
    "occupation": (ALL,),
    "grid": (ALL,),
    "grid_kind": (ALL,),
    "cell_run": (ALL,),
    "application": (
        "id", "number", "name", "kind", "substances", "exclusivity_group", "ruleset",
        "ruleset_version", "applicant_id", "filed_at", "rank", "closed_at", "outcome",
        "is_demonstration",
    ),
    "zone": (ALL,),
    "work": (ALL,),
    "administrative_unit": (ALL,),
    "base_map_feature": (ALL,),
    "certificate": (
        "id", "kind", "number", "language", "sha256", "signer_sha256", "issued_at", "state",
        "state_changed_at", "log_position", "is_demonstration",
    ),
    "log_head": (ALL,),
    "log_key": (ALL,),
}  # fmt: skip
# Never written, whoever asks: they open doors, or would let hashes be guessed.
SECRETS: dict[str, tuple[str, ...]] = {
    "account": ("password_hash", "session_key", "passkey_handle", "totp_secret", "totp_counter"),
    "api_token": (ALL,),
    "passkey": (ALL,),
    "recovery_code": (ALL,),
    "sign_in_failure": (ALL,),
    "identity": (ALL,),
    "counter_confirmation": (ALL,),
    "dossier": ("follow_up_code",),
    "idempotency_key": (ALL,),
    "draft": (ALL,),
    "log_leaf": ("salt",),
    "application": ("follow_up_code",),
    "application_past": ("follow_up_code",),
    "stored_file": ("content",),  # written as files
}
# A person's name is personal data; the number still tells that two shares are one holder's.
MASKED = {("party", "name"): "CASE WHEN kind = 'person' THEN NULL ELSE name END"}


def write_tables(session: Session, folder: Path, *, full: bool, language: str) -> dict[str, int]:
    """Write each table and the dictionary; returns the rows written of each table."""
    target = folder / FOLDER
    target.mkdir()
    counts = {}
    for table in Base.metadata.sorted_tables:
        columns = chosen_columns(table, full=full)
        if columns:
            counts[table.name] = _write(session, table, columns, target, full=full)
    _write_dictionary(folder / DICTIONARY, full=full, language=language)
    return counts


def chosen_columns(table: Table, *, full: bool) -> list[str]:
    """List the columns of a table that may be written."""
    secret = SECRETS.get(table.name, ())
    if ALL in secret:
        return []
    public = PUBLIC.get(table.name, ())
    return [
        column.name
        for column in table.columns
        if column.name not in secret and (full or ALL in public or column.name in public)
    ]


def _write(
    session: Session, table: Table, columns: list[str], target: Path, *, full: bool
) -> int:
    written = ", ".join(
        f"{_expression(table, table.columns[name], full=full)} AS {name}" for name in columns
    )
    order = ", ".join(column.name for column in table.primary_key.columns) or "1"
    rows = f"SELECT {written} FROM {table.name} ORDER BY {order}"
    query = f"COPY ({rows}) TO STDOUT (FORMAT csv, HEADER)"
    cursor = session.connection().connection.cursor()
    with (target / f"{table.name}.csv").open("w", encoding="utf-8", newline="") as stream:
        cursor.copy_expert(query, stream)
    return max(int(cursor.rowcount), 0)


def _expression(table: Table, column: Column[object], *, full: bool) -> str:
    """Write geometry as WKT in degrees, bytes in hexadecimal, the rest as the database does."""
    masked = MASKED.get((table.name, column.name))
    if masked is not None and not full:
        return masked
    if type(column.type).__name__ == "Geometry":
        return f"ST_AsText({column.name}, 15)"
    if type(column.type).__name__ == "LargeBinary":
        return f"encode({column.name}, 'hex')"
    return f'"{column.name}"'


def _write_dictionary(path: Path, *, full: bool, language: str) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["table", "column", "type", "refers_to", "label", "meaning"])
        for row in _described(full=full, language=language):
            writer.writerow(row)


def _described(*, full: bool, language: str) -> Iterator[tuple[str, ...]]:
    """Say of each table what it is (from the model itself) and of each column its type and aim."""
    documents = {
        mapper.local_table.name: " ".join((mapper.class_.__doc__ or "").split())
        for mapper in Base.registry.mappers
        if isinstance(mapper.local_table, Table)
    }
    for table in Base.metadata.sorted_tables:
        columns = chosen_columns(table, full=full)
        if not columns:
            continue
        meaning = documents.get(table.name, "Earlier versions of the rows of the table it names.")
        yield table.name, "", "", "", "", meaning
        for name in columns:
            column = table.columns[name]
            aims = ", ".join(sorted(key.target_fullname for key in column.foreign_keys))
            label = say(f"field.{name}", language)
            known = "" if label == f"field.{name}" else label
            yield table.name, name, str(column.type), aims, known, ""
