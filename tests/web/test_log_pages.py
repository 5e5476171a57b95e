"""Prove what the public finds at /log/: pages in both languages, proofs the verifier accepts."""

from __future__ import annotations

import base64
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from cadastre.models import JournalEntry
from cadastre.sealing.keys import open_key
from cadastre.services.sealed_log import seal_once
from tests.api.conftest import app, client  # noqa: F401
from tests.factories import make_application, square

CODE = "TESTCODE22"


@pytest.fixture
def log(session: Session, tmp_path: Path) -> str:
    """Seal a filing and three other acts; give the public key, base64."""
    key = open_key(tmp_path / "log.pem", may_make=True)
    made = make_application(session, square(1.2, 8.2), number="DEM-2026-000009")
    session.add(
        JournalEntry(
            action="application.file", subject="application", subject_id=made.number,
            facts={"rank": made.rank}, reason="Une Personne Privée",
        )
    )  # fmt: skip
    seal_once(session, key, "togo")
    for number in range(3):
        session.add(JournalEntry(action="zone.redraw", subject="zone", subject_id=f"Z{number}"))
        session.flush()
        seal_once(session, key, "togo")
    return base64.b64encode(key.public_key).decode()


def verifier(content: bytes, tmp_path: Path, *options: str) -> tuple[int, str]:
    file = tmp_path / "given"
    file.write_bytes(content)
    done = subprocess.run(
        [sys.executable, "-I", str(tmp_path / "verifier.py"), str(file), *options],
        capture_output=True, text=True,
    )  # fmt: skip
    return done.returncode, done.stdout


@pytest.fixture
def downloaded(client: FlaskClient, tmp_path: Path) -> Path:  # noqa: F811
    """Download the verifier as a citizen does."""
    (tmp_path / "verifier.py").write_bytes(client.get("/log/verifier").data)
    return tmp_path


def test_the_verifier_is_one_short_file_of_the_standard_library(client):  # noqa: F811
    source = client.get("/log/verifier").text
    assert len(source.splitlines()) < 300
    imports = {line.split()[1] for line in source.splitlines() if line.startswith("import ")}
    assert imports == {"argparse", "base64", "hashlib", "json", "re", "sys", "zlib"}
    assert "from " not in {line[:5] for line in source.splitlines()}


@pytest.mark.parametrize(("language", "words"), [("fr", "Registre scellé"), ("en", "Sealed log")])
def test_a_citizen_reads_the_page_in_their_language(client, log, language, words):  # noqa: F811
    page = client.get(f"/log/?lang={language}")
    assert page.status_code == 200
    assert words in page.text
    assert log in page.text
    assert "Personne" not in page.text
    assert not re.search(r"\blog\.[a-z]+-", page.text)


def test_an_empty_log_says_so(client):  # noqa: F811
    assert client.get("/log/").status_code == 200
    assert client.get("/log/sheet").status_code == 404


def test_the_sheet_holds_the_head_as_text(client, log):  # noqa: F811
    page = client.get("/log/sheet?size=2&lang=en")
    assert "cadastre-log/1\ntogo\n2\n" in page.text
    assert f"key {log}" in page.text
    assert "<svg" in page.text


def test_everything_served_convinces_the_verifier(client, log, downloaded):  # noqa: F811
    for address in (
        "/log/export",
        "/log/proof/inclusion?index=0",
        "/log/proof/inclusion?index=0&size=4",
        "/log/proof/consistency?first=1&second=4",
        f"/applications/DEM-2026-000009/proof.json?code={CODE}",
    ):
        answer = client.get(address)
        assert answer.status_code == 200, answer.text
        code, words = verifier(answer.data, downloaded, "--key", log)
        assert code == 0, (address, words)
    assert len(client.get("/log/export").text.splitlines()) == 5


def test_a_receipt_that_says_more_than_the_log_is_refused(client, log, downloaded):  # noqa: F811
    proof = client.get(f"/applications/DEM-2026-000009/proof.json?code={CODE}").json
    proof["receipt"]["rank"] = 1 if proof["receipt"]["rank"] != 1 else 2
    code, words = verifier(json.dumps(proof).encode(), downloaded)
    assert code == 1
    assert "does not say what the receipt says" in words


def test_a_proof_is_given_only_to_who_may_read_the_receipt(client, log):  # noqa: F811
    assert client.get("/applications/DEM-2026-000009/proof.json").status_code in (401, 403)


def test_heads_and_entries_are_listed(client, log):  # noqa: F811
    heads = client.get("/log/heads.json").json
    assert [head["size"] for head in heads["heads"]] == [4, 3, 2, 1]
    assert heads["next_before"] is None
    older = client.get(f"/log/heads.json?before={heads['heads'][1]['number']}").json
    assert [head["size"] for head in older["heads"]] == [2, 1]
    entries = client.get("/log/entries?start=1&end=3").json["entries"]
    assert [entry["index"] for entry in entries] == [1, 2]


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/log/entries?start=-1", 422),
        ("/log/entries?start=99999999999999999999", 422),
        ("/log/entries?start=9223372036854775807", 200),
        ("/log/proof/inclusion", 422),
        ("/log/proof/inclusion?index=x", 422),
        ("/log/proof/inclusion?index=4", 404),
        ("/log/proof/inclusion?index=3&size=2", 404),
        ("/log/proof/consistency?first=3&second=2", 422),
        ("/log/proof/consistency?first=0&second=2", 422),
        ("/log/proof/consistency?first=1&second=9", 404),
        ("/log/heads.json?before=é", 422),
        ("/log/sheet?size=77", 404),
    ],
)
def test_what_cannot_be_asked_is_refused_in_a_sentence(client, log, address, status):  # noqa: F811
    assert client.get(address).status_code == status


def test_the_receipt_links_to_its_proof(client, log):  # noqa: F811
    page = client.get(f"/applications/DEM-2026-000009/receipt?code={CODE}&lang=en")
    assert page.status_code == 200, page.text
    assert f"/applications/DEM-2026-000009/proof.json?code={CODE}" in page.text
    assert "Sealed log, entry 0" in page.text
