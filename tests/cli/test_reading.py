"""Prove ``cadastre read`` and the manners of the command."""

from __future__ import annotations

import subprocess
import sys

import pytest

TABLE = (
    "Sommet\tLongitude\tLatitude\n"
    "A\t0°57'55,1\" E\t9°08'28,5\" N\n"
    "B\t1°06'58,7\" E\t9°08'31,5\" N\n"
    "C\t1°07'00,7\" E\t9°02'04,2\" N\n"
    "D\t0°57'57,2\" E\t9°02'01,3\" N\n"
)


def test_a_table_becomes_geojson(run, tmp_path):
    file = tmp_path / "corners.txt"
    file.write_text(TABLE, "utf-8")
    outcome = run("read", str(file), "--crs", "EPSG:4326")
    assert outcome.code == 0, outcome.err
    (feature,) = outcome.json["features"]
    assert feature["geometry"]["type"] == "Polygon"
    assert len(feature["geometry"]["coordinates"][0]) == 5


def test_stdin_is_read_and_other_forms_are_written(run):
    outcome = run("read", "-", "--crs", "EPSG:4326", "--format", "json", stdin=TABLE.encode())
    (reading,) = outcome.json["readings"]
    assert [c["label"] for c in reading["rings"][0]["corners"]] == ["A", "B", "C", "D"]
    text = run("read", "-", "--crs", "EPSG:4326", "--format", "text", stdin=TABLE.encode()).out
    again = run("read", "-", "--crs", "EPSG:4326", "--format", "json", stdin=text.encode())
    corners = again.json["readings"][0]["rings"][0]["corners"]
    assert corners[0]["lon"] == pytest.approx(reading["rings"][0]["corners"][0]["lon"], abs=1e-9)


def test_an_open_question_is_asked_with_its_likely_answers(run):
    outcome = run("read", "-", stdin=TABLE.encode())
    assert "--crs EPSG:4326" in outcome.err
    (feature,) = outcome.json["features"]
    assert [q["code"] for q in feature["properties"]["questions"]] == ["corners.crs"]


def test_a_likely_answer_is_checked_while_the_question_is_told(run):
    outcome = run("check", "-", "--no-register", stdin=TABLE.encode())
    assert outcome.code == 0
    assert "--crs EPSG:4326" in outcome.err
    assert "ha (planar, EPSG:32631)" in outcome.out


@pytest.mark.parametrize(
    ("arguments", "stdin", "words"),
    [
        (("read", "/no/such/file"), b"", "cannot be opened"),
        (("read", "/"), b"", "cannot be opened"),
        (("read", "-"), b"", "empty"),
        (("read", "-"), b"nothing of use", ""),
        (("read", "-", "--answer", "novalue"), TABLE.encode(), "CODE=VALUE"),
        (("check", "-", "--at", "hier", "--no-register", "--crs", "EPSG:4326"), TABLE.encode(),
         "hier"),
        (("nosuchverb",), b"", "No such command"),
        (("export", "titles"), b"", "output"),
    ],
)  # fmt: skip
def test_a_mistake_is_one_sentence_and_code_two(run, arguments, stdin, words):
    outcome = run(*arguments, stdin=stdin)
    assert outcome.code == 2
    assert words in outcome.err
    assert "Traceback" not in outcome.err
    assert outcome.out == ""


def test_errors_speak_the_language_asked_for(run):
    assert "ne peut pas être ouvert" in run("read", "/no/such/file", "--lang", "fr").err


@pytest.mark.parametrize(
    "verb", ["read", "check", "export", "overlaps", "verify", "migrate", "cluster"]
)
def test_every_verb_explains_itself(run, verb):
    outcome = run(verb, "--help")
    assert outcome.code == 0
    assert outcome.out.startswith("Usage: cadastre")


def test_the_overview_imports_nothing_heavy():
    program = (
        "import sys, cadastre.cli\n"
        "try: cadastre.cli.main(['--help'])\n"
        "except SystemExit: pass\n"
        "heavy = {'sqlalchemy', 'shapely', 'pyproj', 'numpy', 'flask'} & set(sys.modules)\n"
        "sys.exit(f'imported: {heavy}' if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_a_check_without_the_register_needs_no_database(run, monkeypatch):
    monkeypatch.setenv("CADASTRE_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    outcome = run(
        "check", "-", "--crs", "EPSG:4326", "--no-register", "--kind", "permis-recherche",
        "--substance", "or", "--at", "2018-01-10", "--format", "json", stdin=TABLE.encode(),
    )  # fmt: skip
    assert outcome.code == 0, outcome.err
    assert outcome.json["area"]["planar_ha"] == pytest.approx(19755, rel=0.001)


def test_a_database_that_does_not_answer_is_code_four(run, monkeypatch):
    monkeypatch.setenv("CADASTRE_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    outcome = run("check", "-", "--crs", "EPSG:4326", stdin=TABLE.encode())
    assert outcome.code == 4
    assert "Traceback" not in outcome.err
