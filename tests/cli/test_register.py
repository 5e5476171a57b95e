"""Prove the verbs that ask the register."""

from __future__ import annotations

import csv
import io
import json

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

from cadastre.models import Account
from cadastre.services.granting import stop_granting
from tests.factories import square

GROUND = json.dumps(square(0.55, 8.05).__geo_interface__).encode()


def test_a_check_blocks_with_code_one_and_says_what_post_says(run, register):
    outcome = run("check", "-", "--kind", "permis-recherche", "--substance", "fer",
                  "--at", "2026-06-01", "--format", "json", stdin=GROUND)  # fmt: skip
    assert outcome.code == 1, outcome.err
    assert {o["id"] for o in outcome.json["overlaps"]} == {"T1", "T2", "W1"}
    assert outcome.json["blocks"] is True
    readable = run("check", "-", "--kind", "permis-recherche", "--substance", "fer", stdin=GROUND)
    assert "T1" in readable.out
    assert "BLOCKS" in readable.out


def test_a_check_may_ask_what_was_known_by_then(run, register):
    asked = ("check", "-", "--kind", "permis-recherche", "--substance", "fer", "--at",
             "2026-06-01", "--format", "json", "--known")  # fmt: skip
    before = run(*asked, "2026-01-01", stdin=GROUND)
    assert before.err == ""
    assert {o["id"] for o in before.json["overlaps"]} & {"T1", "T2"} == set()
    since = run(*asked, "2100-01-01", stdin=GROUND)
    assert {o["id"] for o in since.json["overlaps"]} >= {"T1", "T2"}
    wrong = run(*asked, "yesterday", stdin=GROUND)
    assert wrong.code == 2
    assert "yesterday" in wrong.err


@pytest.mark.parametrize("engine", ["fastest", "postgis", "memory", "dask"])
def test_all_pairs_are_listed_with_their_area(run, register, engine):
    outcome = run("overlaps", "--engine", engine)
    assert outcome.code == 0, outcome.err
    (pair,) = csv.DictReader(io.StringIO(outcome.out))
    assert (pair["one"], pair["other"], pair["technical"]) == ("T1", "T2", "False")
    assert float(pair["area_m2"]) == pytest.approx(0.01 * 0.1 * 111_195 * 110_100, rel=0.01)
    assert "1 pairs" in outcome.err


def test_pairs_are_written_to_a_file(run, register, tmp_path):
    file = tmp_path / "pairs.geojson"
    assert run("overlaps", "-o", str(file)).code == 0
    (feature,) = json.loads(file.read_text("utf-8"))["features"]
    assert feature["properties"]["one"] == "T1"


def test_an_export_is_narrowed_and_named_by_its_ending(run, register, tmp_path):
    file = tmp_path / "titles.geojson"
    outcome = run("export", "titles", "-o", str(file), "--where", "number = 'T2'",
                  "--bbox", "0,7,2,9")  # fmt: skip
    assert outcome.code == 0, outcome.err
    features = json.loads(file.read_text("utf-8"))["features"]
    assert [f["properties"]["number"] for f in features] == ["T2"]
    assert run("export", "titles", "-o", str(tmp_path / "x.foo")).code == 2
    assert run("export", "nothing", "-o", str(file)).code == 2
    assert run("export", "titles", "-o", str(tmp_path / "no" / "x.csv")).code == 2


def test_verify_passes_on_a_sound_register_and_fails_on_a_broken_one(run, register):
    sound = run("verify", "--format", "json")
    assert sound.code == 0, sound.out
    assert all(proof["passed"] for proof in sound.json["proofs"])
    engine = create_engine(register)
    with engine.begin() as connection:
        # The control: with the guard away, the double occupation that it forbids.
        connection.execute(text("ALTER TABLE occupation DISABLE TRIGGER guard_occupation"))
        connection.execute(text("UPDATE occupation SET standing = 'exclusive'"))
    engine.dispose()
    broken = run("verify", "--format", "json")
    assert broken.code == 1
    failed = {proof["code"] for proof in broken.json["proofs"] if not proof["passed"]}
    assert failed == {"verify.overlaps", "verify.guard"}
    stopped = run("granting", "status")
    assert stopped.code == 1
    assert "verify.guard" in stopped.out
    assert run("granting", "lift", "--account", "nobody@example.org", "--reason", "x").code == 2


def test_sealing_signs_a_head_and_a_supervisor_lifts_a_stop(run, register, tmp_path, monkeypatch):
    monkeypatch.setenv("CADASTRE_HOME", str(tmp_path))
    sealed = run("seal")
    assert sealed.code == 0, sealed.err
    assert "1 entries sealed" in sealed.err
    assert (tmp_path / "keys" / "log.pem").stat().st_mode & 0o077 == 0
    engine = create_engine(register)
    with Session(engine) as session, session.begin():
        stop_granting(session, "A surveyor asked for it.")
        session.add(Account(email="s@example.org", display_name="S", roles=["supervisor"]))
        session.add(Account(email="a@example.org", display_name="A", roles=["agent"]))
    engine.dispose()
    assert "A surveyor asked for it." in run("granting", "status").out
    asked = ("granting", "lift", "--reason", "Looked at on the ground", "--account")
    assert run(*asked, "a@example.org").code == 3
    assert run(*asked, "s@example.org").code == 0
    assert run("granting", "status").code == 0


def test_production_signs_with_the_key_it_was_given_only(run, register, tmp_path, monkeypatch):
    monkeypatch.setenv("CADASTRE_HOME", str(tmp_path))
    monkeypatch.setenv("CADASTRE_ENV", "production")
    refused = run("seal")
    assert refused.code == 4
    assert "CADASTRE_LOG_KEY" in refused.err


def test_migrate_says_where_the_database_is(run, register):
    outcome = run("migrate")
    assert outcome.code == 0, outcome.err
    assert "revision" in outcome.err
    assert run("migrate", "--down").code == 2


def test_an_export_has_its_metadata_beside_it_and_looks_back(run, register, tmp_path):
    file = tmp_path / "titles.fgb"
    assert run("export", "titles", "-o", str(file)).code == 0
    told = json.loads((tmp_path / "titles.fgb.meta.json").read_text("utf-8"))
    assert (told["features"], told["byte_size"]) == (2, file.stat().st_size)
    before = tmp_path / "before.csv"
    assert run("export", "titles", "-o", str(before), "--known", "2001-01-01").code == 0
    assert len(before.read_text("utf-8-sig").splitlines()) == 1
    assert run("export", "titles", "-o", str(before), "--known", "hier").code == 2
