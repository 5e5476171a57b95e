"""A backup is whole or absent, names what was altered, and comes back with its guards awake."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
from dataclasses import replace
from pathlib import Path

import psycopg2
import pytest
from psycopg2 import sql

from cadastre.cluster.roles import connect
from cadastre.errors import Blocked, NotAvailable, UnusableInput
from cadastre.rules.ruleset import Ruleset
from cadastre.services.backup import make_backup, read_manifest, restore_backup
from cadastre.services.backup.manifest import write_manifest
from cadastre.services.backup.rasters import bring_rasters_back
from cadastre.services.rasters import rasters_folder
from tests.databases import HOME, TestServer, TestUrls
from tests.rasters import add_heights
from tests.services.backup.conftest import LETTER, WriteSettings

DAY = dt.date(2026, 11, 24)
# The very ground of PR-1, asked for again by a raw statement.
PLANTED = """
INSERT INTO occupation (parcel_id, occupant, exclusivity_group, period, geom)
SELECT parcel_id, occupant, exclusivity_group, period, geom FROM occupation ORDER BY id LIMIT 1
"""


def test_a_drill_brings_everything_back_and_proves_it(
    register: TestUrls, other_database: TestUrls, settings_for: WriteSettings, togo: Ruleset,
    tmp_path: Path,
) -> None:  # fmt: skip
    done = make_backup(settings_for(register), togo, tmp_path / "copy")
    assert {piece.path for piece in done.manifest.pieces} == {
        "database.dump", "log.ndjson", "keys.json",
        f"documents/{hashlib.sha256(LETTER).hexdigest()}",
    }  # fmt: skip
    back = restore_backup(settings_for(other_database), togo, done.folder, day=DAY)
    assert back.is_sound, [proof for proof in back.proofs if not proof.passed]
    assert back.proofs[0].values["rows"] > 10
    with psycopg2.connect(other_database.app_url) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT number FROM title ORDER BY 1")
        assert cursor.fetchall() == [("PR-1",), ("PR-2",)]
    connection.close()


def test_the_guard_and_the_rights_survive_restoring(
    register: TestUrls, other_database: TestUrls, settings_for: WriteSettings, togo: Ruleset,
    tmp_path: Path,
) -> None:  # fmt: skip
    done = make_backup(settings_for(register), togo, tmp_path / "copy")
    restore_backup(settings_for(other_database), togo, done.folder, day=DAY)
    for statement, refusal in (
        (PLANTED, psycopg2.errors.ExclusionViolation),
        ("DELETE FROM title_past", psycopg2.errors.InsufficientPrivilege),
        ("DROP TRIGGER guard_occupation ON occupation", psycopg2.errors.InsufficientPrivilege),
    ):
        connection = psycopg2.connect(other_database.app_url)
        with pytest.raises(refusal), connection.cursor() as cursor:
            cursor.execute(statement)
        connection.close()
    # The control: without its trigger the same copy takes the same overlap.
    with psycopg2.connect(other_database.owner_url) as connection, connection.cursor() as cursor:
        cursor.execute("ALTER TABLE occupation DISABLE TRIGGER guard_occupation")
        cursor.execute(PLANTED)
        assert cursor.rowcount == 1
    connection.close()


def test_a_row_that_is_not_the_one_copied_is_told_by_its_table(
    register: TestUrls, other_database: TestUrls, settings_for: WriteSettings, togo: Ruleset,
    tmp_path: Path,
) -> None:  # fmt: skip
    folder = make_backup(settings_for(register), togo, tmp_path / "copy").folder
    manifest = read_manifest(folder)
    share = replace(manifest.tables["share"], digest="0")
    write_manifest(folder, replace(manifest, tables={**manifest.tables, "share": share}))
    back = restore_backup(settings_for(other_database), togo, folder, day=DAY)
    assert not back.is_sound
    assert back.proofs[0].found == ("share",)


@pytest.mark.parametrize("piece", ["database.dump", "log.ndjson", "documents/*", "keys.json"])
def test_a_byte_changed_or_a_piece_missing_is_named_before_anything_is_restored(
    register: TestUrls, other_database: TestUrls, settings_for: WriteSettings, togo: Ruleset,
    tmp_path: Path, piece: str,
) -> None:  # fmt: skip
    folder = make_backup(settings_for(register), togo, tmp_path / "copy").folder
    (path,) = folder.glob(piece)
    whole = path.read_bytes()
    for content in (bytes([whole[0] ^ 1]) + whole[1:] if whole else b"x", None):
        path.write_bytes(content) if content is not None else path.unlink()
        with pytest.raises(UnusableInput) as refused:
            restore_backup(settings_for(other_database), togo, folder, day=DAY)
        assert refused.value.code == "backup.altered"
        assert refused.value.where == path.relative_to(folder).as_posix()


def test_nothing_is_ever_written_over(
    register: TestUrls, settings_for: WriteSettings, togo: Ruleset, tmp_path: Path
) -> None:
    settings = settings_for(register)
    folder = make_backup(settings, togo, tmp_path / "copy").folder
    with pytest.raises(UnusableInput, match=r"backup\.folder-taken"):
        make_backup(settings, togo, folder)
    with pytest.raises(Blocked, match=r"backup\.register-not-empty"):
        restore_backup(settings, togo, folder, day=DAY)


def test_a_backup_cut_short_leaves_no_folder(
    register: TestUrls, settings_for: WriteSettings, togo: Ruleset, tmp_path: Path
) -> None:
    with psycopg2.connect(register.superuser_url) as connection, connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("UPDATE stored_file SET content = '\\x00'")
    connection.close()
    with pytest.raises(NotAvailable, match=r"backup\.document-altered"):
        make_backup(settings_for(register), togo, tmp_path / "copy")
    assert not [path for path in tmp_path.iterdir() if "copy" in path.name]
    with pytest.raises(UnusableInput, match=r"backup\.no-manifest"):
        read_manifest(tmp_path / "copy")


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"tables": 3}', '{"format": 99}', "\x00"])
def test_a_manifest_that_says_nothing_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(UnusableInput):
        read_manifest(tmp_path)


def test_a_drill_into_a_new_database(
    cluster: TestServer, register: TestUrls, settings_for: WriteSettings, togo: Ruleset,
    tmp_path: Path,
) -> None:  # fmt: skip
    folder = make_backup(settings_for(register), togo, tmp_path / "copy").folder
    settings = settings_for(cluster.urls("postgres"))
    if cluster.given is None:
        settings = replace(settings, home=HOME, database_url=None, app_database_url=None)
    name = f"test_{os.getpid()}_drill"
    try:
        back = restore_backup(settings, togo, folder, day=DAY, into=name)
        assert back.is_sound, [proof for proof in back.proofs if not proof.passed]
        with pytest.raises(Blocked, match=r"backup\.register-not-empty"):
            restore_backup(settings, togo, folder, day=DAY, into=name)
    finally:
        with connect(cluster.urls("postgres").superuser_url) as server, server.cursor() as cursor:
            cursor.execute(
                sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name))
            )
    with pytest.raises(UnusableInput, match=r"backup\.bad-name"):
        restore_backup(settings, togo, folder, day=DAY, into="x; drop database cadastre")


def test_the_manifest_is_plain_json_anybody_can_check(
    register: TestUrls, settings_for: WriteSettings, togo: Ruleset, tmp_path: Path
) -> None:
    folder = make_backup(settings_for(register), togo, tmp_path / "copy").folder
    told = json.loads((folder / "manifest.json").read_text("utf-8"))
    assert told["tables"]["title"]["rows"] == 2
    for piece in told["pieces"]:
        content = (folder / piece["path"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == piece["sha256"]


def test_rasters_are_copied_and_brought_back(
    register: TestUrls, settings_for: WriteSettings, togo: Ruleset, tmp_path: Path
) -> None:
    settings = settings_for(register)
    add_heights(settings)
    (kept,) = rasters_folder(settings).glob("*.tif")
    make_backup(settings, togo, tmp_path / "copy")
    elsewhere = replace(settings, home=tmp_path / "elsewhere")
    bring_rasters_back(tmp_path / "copy", elsewhere)
    assert (rasters_folder(elsewhere) / kept.name).read_bytes() == kept.read_bytes()
    kept.write_bytes(b"another")
    with pytest.raises(NotAvailable) as refusal:
        make_backup(settings, togo, tmp_path / "second")
    assert refusal.value.code == "backup.raster-altered"
