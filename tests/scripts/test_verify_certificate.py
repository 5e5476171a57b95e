"""A certificate convinces the stand-alone verifier offline; a changed byte does not."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import zlib
from pathlib import Path

import pytest

from cadastre.config import ROOT
from cadastre.queries.certificates import signed_bytes
from cadastre.services.certificates.checking import issue_proof
from tests.services.certificates.conftest import (  # noqa: F401
    certified,
    identity,
    office,
    seal,
    title,
    togo,
)

VERIFIER = ROOT / "scripts" / "verify_register.py"


@pytest.fixture
def given(session, certified, seal, tmp_path: Path):  # noqa: F811
    """Write a certificate and the proof of its issue, as anybody downloads them."""
    certificate = certified()
    seal()
    paper, proof = tmp_path / "paper.pdf", tmp_path / "proof.json"
    paper.write_bytes(signed_bytes(session, certificate))
    proof.write_text(json.dumps(issue_proof(session, certificate)), "utf-8")
    return paper, proof


def verifier(*arguments: object) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-I", str(VERIFIER), *map(str, arguments)], capture_output=True, text=True
    )
    assert done.stderr == ""
    return done.returncode, done.stdout


def test_it_convinces_alone_and_with_the_proof_of_its_issue(given):
    paper, proof = given
    key = json.loads(proof.read_text("utf-8"))["head"]["public_key"]
    code, words = verifier(paper, "--key", key)
    assert code == 0, words
    assert "title.grant title PR-2026-000041" in words
    assert "bytes not compared" in words
    code, words = verifier(paper, "--key", key, "--issued", proof)
    assert code == 0, words
    assert "certificate.issue" in words


def test_one_changed_byte_is_told(given):
    paper, proof = given
    content = bytearray(paper.read_bytes())
    content[len(content) // 2] ^= 1
    paper.write_bytes(content)
    code, words = verifier(paper, "--issued", proof)
    assert code == 1
    assert "one byte at least differs" in words


def test_another_key_or_another_perimeter_is_told(given):
    paper, _ = given
    foreign = base64.b64encode(bytes(32)).decode()
    code, words = verifier(paper, "--key", foreign)
    assert (code, "another key" in words) == (1, True)
    content = paper.read_bytes()
    told = _embedded(content)
    told["certificate"]["fingerprints"] = ["00" * 32]
    forged = zlib.compress(json.dumps(told).encode())
    header = b"%%PDF-1.7\n<</Type /EmbeddedFile/Length %d>>\nstream\n" % len(forged)
    paper.write_bytes(header + forged + b"\nendstream")
    code, words = verifier(paper)
    assert (code, "what the certificate says" in words) == (1, True)


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"%PDF-1.7\n", 1), (b"%PDF-1.7 /EmbeddedFile/Length 9>>stream\nxx", 2)],
)
def test_a_pdf_without_a_readable_proof_is_told(tmp_path: Path, content: bytes, code: int):
    paper = tmp_path / "paper.pdf"
    paper.write_bytes(content)
    assert verifier(paper)[0] == code


def _embedded(pdf: bytes) -> dict:
    from tests.services.certificates.papers import attached

    return attached(pdf)["proof.json"]
