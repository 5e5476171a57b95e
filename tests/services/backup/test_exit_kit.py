"""The exit kit holds everything in open formats, and nothing the public may not see."""

from __future__ import annotations

import csv
import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

from cadastre.errors import UnusableInput
from cadastre.exchange.layers import list_layers
from cadastre.models import Base
from cadastre.rules.ruleset import Ruleset
from cadastre.services.exit_kit import make_exit_kit
from cadastre.services.exit_kit.tables import ALL, PUBLIC, SECRETS
from tests.databases import TestUrls
from tests.services.backup.conftest import LETTER, WriteSettings

PERSONAL = ("Fulano", "fulano@example.org", "Rue inconnue", "TESTCODE22")


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_the_public_kit_is_whole_and_holds_no_person(
    register: TestUrls, settings_for: WriteSettings, togo: Ruleset, tmp_path: Path
) -> None:
    done = make_exit_kit(settings_for(register), togo, tmp_path / "kit")
    assert done.titles == 2
    for path in done.folder.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert not [word for word in PERSONAL if word.encode() in content], path
    assert not (done.folder / "documents").exists()
    assert [row["number"] for row in read(done.folder / "tables" / "title.csv")] == ["PR-1", "PR-2"]
    names = {row["kind"]: row["name"] for row in read(done.folder / "tables" / "party.csv")}
    assert names == {"company": "Mines du Mono SA", "person": ""}
    assert read(done.folder / "tables" / "parcel.csv")[0]["geom"].startswith("MULTIPOLYGON(((")
    (layer,) = list_layers(done.folder / "collections" / "titles.gpkg")
    assert layer.features == 2
    features = json.loads((done.folder / "collections" / "titles.geojson").read_text("utf-8"))
    assert len(features["features"]) == 2


def test_the_full_kit_holds_persons_and_documents_and_still_no_secret(
    register: TestUrls, settings_for: WriteSettings, togo: Ruleset, tmp_path: Path
) -> None:
    done = make_exit_kit(settings_for(register), togo, tmp_path / "kit", full=True)
    written = {path.stem for path in (done.folder / "tables").iterdir()}
    withheld = {table for table, columns in SECRETS.items() if ALL in columns}
    assert written == set(Base.metadata.tables) - withheld
    assert "Fulano de Tal" in {row["name"] for row in read(done.folder / "tables" / "party.csv")}
    digest = hashlib.sha256(LETTER).hexdigest()
    assert (done.folder / "documents" / digest).read_bytes() == LETTER
    for path in (done.folder / "tables").iterdir():
        assert b"TESTCODE22" not in path.read_bytes()
        assert b"password_hash" not in path.read_bytes()
    # The site stays that of the public.
    for path in (done.folder / "site").rglob("*.html"):
        assert "Fulano" not in path.read_text("utf-8")


def test_what_is_public_is_named_and_exists() -> None:
    for table, columns in {**PUBLIC, **SECRETS}.items():
        known = set(Base.metadata.tables[table].columns.keys())
        assert set(columns) - {ALL} <= known, table


def test_every_file_is_in_the_manifest_and_the_dictionary_describes_every_column(
    register: TestUrls, settings_for: WriteSettings, togo: Ruleset, tmp_path: Path
) -> None:
    folder = make_exit_kit(settings_for(register), togo, tmp_path / "kit").folder
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    listed = {piece["path"]: piece["sha256"] for piece in manifest["pieces"]}
    found = {p.relative_to(folder).as_posix(): p for p in folder.rglob("*") if p.is_file()}
    assert set(listed) == set(found) - {"manifest.json"}
    for name, digest in listed.items():
        assert hashlib.sha256(found[name].read_bytes()).hexdigest() == digest
    described = {(row["table"], row["column"]) for row in read(folder / "dictionary.csv")}
    for path in (folder / "tables").iterdir():
        with path.open(encoding="utf-8", newline="") as stream:
            for column in next(csv.reader(stream)):
                assert (path.stem, column) in described
    meanings = [row["meaning"] for row in read(folder / "dictionary.csv") if not row["column"]]
    assert all(meanings)
    for name in ("README.md", "DECISIONS.md", "LICENSE", "rulesets/togo/kinds.yaml"):
        assert (folder / "documentation" / name).is_file()


def test_the_verifier_in_the_kit_runs_alone(
    register: TestUrls, settings_for: WriteSettings, togo: Ruleset, tmp_path: Path
) -> None:
    folder = make_exit_kit(settings_for(register), togo, tmp_path / "kit").folder
    help_ = subprocess.run(
        [sys.executable, "-I", "verify_register.py", "--help"], cwd=folder / "log",
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert help_.returncode == 0
    with pytest.raises(UnusableInput, match=r"backup\.folder-taken"):
        make_exit_kit(settings_for(register), togo, folder)
