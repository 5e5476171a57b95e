"""``cadastre import`` and ``cadastre demo``: reports, codes, and words in place of traces."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Run
from tests.databases import TestUrls

ROWS = (
    'nom,type,acte,WKT\n'
    'A,ramsar,Décret 1,"POLYGON((1 8,1.1 8,1.1 8.1,1 8))"\n'
    'B,inconnu,Décret 2,"POLYGON((1 8,1.1 8,1.1 8.1,1 8))"\n'
)  # fmt: skip


def zones(folder: Path) -> Path:
    path = folder / "zones.csv"
    path.write_text(ROWS, "utf-8")
    return path


def test_report_per_row_and_code_1(run: Run, register: str, tmp_path: Path) -> None:
    report = tmp_path / "rapport.json"
    done = run("import", str(zones(tmp_path)), "--as", "zones", "--crs", "4326",
               "--report", str(report))  # fmt: skip
    assert done.code == 1
    assert "Row 2" in done.out
    assert "2 rows read, 1 created" in done.err
    body = json.loads(report.read_text("utf-8"))
    assert body["outcomes"] == {"created": 1, "updated": 0, "unchanged": 0, "refused": 1}
    assert body["findings"][0]["messages"]["fr"].startswith("Ligne 2")

    again = run("import", str(zones(tmp_path)), "--as", "zones", "--crs", "4326",
                "--format", "json")  # fmt: skip
    assert again.json["outcomes"]["unchanged"] == 1


def test_dry_run(run: Run, register: str, tmp_path: Path) -> None:
    arguments = ("import", str(zones(tmp_path)), "--as", "zones", "--crs", "4326", "--dry-run")
    assert "Dry run" in run(*arguments).err
    assert "1 created" in run(*arguments).err


def test_unusable_input_is_one_sentence(run: Run, register: str, tmp_path: Path) -> None:
    missing = run("import", str(tmp_path / "rien.gpkg"), "--as", "zones")
    assert missing.code == 2
    assert "Traceback" not in missing.err
    assert len(missing.err.strip().splitlines()) == 1
    assert run("import", str(zones(tmp_path)), "--as", "zones").code == 2  # no CRS
    assert run("import", str(zones(tmp_path)), "--as", "rien", "--crs", "4326").code == 2


def test_a_report_that_cannot_be_written_stops_the_import(
    run: Run, register: str, tmp_path: Path
) -> None:
    arguments = ("import", str(zones(tmp_path)), "--as", "zones", "--crs", "4326")
    assert run(*arguments, "--report", str(tmp_path / "no" / "report.json")).code == 2
    assert "1 created" in run(*arguments).err


def test_suggestion_of_a_mapping(run: Run, tmp_path: Path) -> None:
    printed = run("import", str(zones(tmp_path)), "--as", "zones", "--suggest").out
    assert "name: nom" in printed
    assert "kind: type" in printed
    assert "act: acte" in printed


def test_demo_load_twice_overlaps_clear(
    run: Run, fresh_database: TestUrls, monkeypatch
) -> None:
    monkeypatch.setenv("CADASTRE_DATABASE_URL", fresh_database.owner_url)
    monkeypatch.setenv("CADASTRE_ENV", "demo")
    first = run("demo", "load")
    assert first.json["rows"]["titles"] == 302
    assert not run("demo", "load").json["changed"]
    assert {case["sort"] for case in run("demo", "overlaps").json} >= {"duplicate", "remnant"}
    assert run("demo", "clear").json["removed"] == {"titles": 302, "applications": 40}

    monkeypatch.setenv("CADASTRE_ENV", "production")
    refused = run("demo", "load")
    assert refused.code == 3
    assert "production" in refused.err
