"""Prove the sealed log: gapless, append-only, sealed once, checked by the citizen's verifier."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import create_engine, select, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from cadastre.config import ROOT
from cadastre.database import sqlalchemy_url
from cadastre.errors import NotFound, UnusableInput
from cadastre.models import JournalEntry, LogLeaf
from cadastre.sealing.keys import SigningKey, open_key
from cadastre.services.sealed_log import (
    consistency_proof,
    export_log,
    filing_proof,
    inclusion_proof,
    seal_once,
    seal_pending,
)
from tests.factories import make_application, make_title, square

VERIFIER = ROOT / "scripts" / "verify_register.py"
TABLES = {
    "journal_entry": "reason", "log_leaf": "content", "log_node": "hash", "log_head": "key_id",
    "log_key": "origin",
}  # fmt: skip
VERBS = ("UPDATE {0} SET {1} = {1}", "DELETE FROM {0}", "TRUNCATE {0} CASCADE")


@pytest.fixture
def key(tmp_path) -> SigningKey:
    return open_key(tmp_path / "log.pem", may_make=True)


def note(session: Session, count: int = 1, **columns) -> None:
    for number in range(count):
        told = {"action": "title.grant", "subject": "title", "subject_id": f"T{number}"}
        session.add(JournalEntry(**told | columns))
    session.flush()


def verifier(*arguments: object) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-I", str(VERIFIER), *map(str, arguments)], capture_output=True, text=True
    )
    assert done.stderr == ""
    return done.returncode, done.stdout


def written(path: Path, *values: object) -> Path:
    path.write_text("".join(json.dumps(value) + "\n" for value in values), "utf-8")
    return path


def test_what_concerns_the_register_is_sealed_once_and_the_rest_is_not(session, key):
    note(session, 3)
    note(session, 2, subject="account")
    assert seal_pending(session) == 3
    assert seal_pending(session) == 0
    assert session.scalars(select(LogLeaf.position).order_by(LogLeaf.position)).all() == [0, 1, 2]


def test_a_head_is_signed_when_something_was_added_or_a_day_has_passed(session, key):
    note(session)
    assert seal_once(session, key, "togo").head is not None
    quiet = seal_once(session, key, "togo")
    assert (quiet.entries, quiet.head) == (0, None)
    assert seal_once(session, key, "togo", always_sign=True).head is not None


def test_a_proof_convinces_the_verifier_and_a_changed_byte_does_not(session, key, tmp_path):
    note(session, 11)
    seal_once(session, key, "togo")
    note(session, 6)
    head = seal_once(session, key, "togo").head
    public = head.json()["public_key"]
    for position in (0, 10, 11, 16):
        proof = written(tmp_path / "proof.json", inclusion_proof(session, position))
        assert verifier(proof, "--key", public)[0] == 0
    forged = inclusion_proof(session, 12)
    forged["entry"] = forged["entry"].replace("T1", "T2")
    code, words = verifier(written(tmp_path / "forged.json", forged))
    assert code == 1
    assert "entry 12" in words
    code, words = verifier(proof, "--key", "A" * 43 + "=")
    assert (code, "another key" in words) == (1, True)


def test_consistency_is_proved_between_signed_sizes_only(session, key, tmp_path):
    for count in (1, 6, 1, 9):
        note(session, count)
        seal_once(session, key, "togo")
    for first, second in ((1, 7), (7, 8), (8, 17), (1, 17), (17, 17)):
        proof = consistency_proof(session, first, second)
        assert verifier(written(tmp_path / "proof.json", proof))[0] == 0
        proof["path"] = proof["path"][1:] or ["AAAA"]
        assert verifier(written(tmp_path / "proof.json", proof))[0] == 1
    with pytest.raises(NotFound):
        consistency_proof(session, 2, 17)
    with pytest.raises(UnusableInput):
        consistency_proof(session, 8, 7)
    with pytest.raises(NotFound):
        inclusion_proof(session, 17)


def test_an_export_is_checked_offline_and_the_altered_entry_is_named(session, key, tmp_path):
    note(session, 5)
    first = seal_once(session, key, "togo").head
    note(session, 8)
    seal_once(session, key, "togo")
    note(session, 1)  # not sealed: not exported
    lines = list(export_log(session))
    saved = written(tmp_path / "saved.json", first.json())
    whole = written(tmp_path / "log.ndjson", *lines)
    assert verifier(whole, "--head", saved)[0] == 0
    altered = [*lines]
    altered[9] = {**lines[9], "entry": lines[9]["entry"].replace("grant", "grunt")}
    code, words = verifier(written(tmp_path / "altered.ndjson", *altered))
    assert code == 1
    assert "entry 8: its content was altered" in words
    code, words = verifier(written(tmp_path / "short.ndjson", *lines[:9], *lines[10:]))
    assert (code, "entry 8: missing" in words) == (1, True)
    code, words = verifier(written(tmp_path / "cut.ndjson", *lines[:-1]))
    assert (code, "entry 12: missing" in words) == (1, True)


def test_a_log_written_anew_does_not_agree_with_a_head_kept_earlier(session, key, tmp_path):
    note(session, 5)
    kept = seal_once(session, key, "togo").head
    forged = list(export_log(session))
    other = open_key(tmp_path / "other.pem", may_make=True)
    saved = kept.json()
    again = {**forged[0], "heads": [resigned(saved, other)]}
    code, words = verifier(
        written(tmp_path / "log.ndjson", again, *forged[1:]), "--head",
        written(tmp_path / "saved.json", saved),
    )  # fmt: skip
    assert code == 1
    assert "no longer the one you kept" in words


def resigned(head: dict, key: SigningKey) -> dict:
    root = base64.b64encode(b"r" * 32).decode()
    told = head["text"].replace(head["root"], root)
    return {
        **head, "text": told, "root": root,
        "public_key": base64.b64encode(key.public_key).decode(),
        "signature": base64.b64encode(key.sign(told.encode())).decode(),
    }  # fmt: skip


@pytest.mark.parametrize("content", ["", "[]", "{", "12", '{"form": "cadastre-proof/1"}', "\x00"])
def test_what_is_no_proof_ends_in_a_sentence(tmp_path, content):
    (tmp_path / "x.json").write_text(content)
    code, words = verifier(tmp_path / "x.json")
    assert code == 2
    assert "UNREADABLE" in words


def test_a_filing_is_proved_with_the_fingerprint_of_its_ground(session, key):
    made = make_application(session, square(1.2, 8.2))
    assert filing_proof(session, made.number) is None
    note(session, action="application.file", subject="application", subject_id=made.number)
    seal_once(session, key, "togo")
    entry = json.loads(filing_proof(session, made.number)["entry"])
    parcel = session.execute(
        text(
            "SELECT id, encode(sha256(ST_AsBinary(geom)), 'hex') FROM parcel "
            "WHERE application_id = :id"
        ),
        {"id": made.id},
    ).one()
    assert entry["ground"] == [list(parcel)]
    assert {state[0] for state in entry["states"]} == {"application", "parcel"}


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("verb", VERBS)
def test_the_log_is_append_only_for_its_owner_too(session, key, table, verb):
    note(session)
    seal_once(session, key, "togo")
    with pytest.raises(ProgrammingError, match="never changed or removed"):
        session.execute(text(verb.format(table, TABLES[table])))


def test_not_even_a_replica_session_rewrites_the_log(fresh_database):
    engine = create_engine(sqlalchemy_url(fresh_database.superuser_url))
    for table, column in TABLES.items():
        for verb in VERBS:
            with engine.connect() as connection:
                connection.execute(text("SET session_replication_role = replica"))
                with pytest.raises(ProgrammingError, match="never changed or removed"):
                    connection.execute(text(verb.format(table, column)))
    engine.dispose()


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO log_leaf (position, journal_entry_id, content, leaf_hash, salt)"
        " VALUES (0, 1, '', '', '')",
        "INSERT INTO log_node VALUES (1, 0, '')",
        "INSERT INTO log_key (key_id, origin, public_key) VALUES ('x', 'x', '')",
        "INSERT INTO log_head (size, root_hash, signed_at, key_id, signature)"
        " VALUES (0, '', now(), 'x', '')",
        "SELECT salt FROM log_leaf",
        "UPDATE journal_entry SET reason = 'x'",
        "DELETE FROM log_leaf",
    ],
)
def test_the_application_reads_the_log_and_no_more(app_session, statement):
    assert app_session.scalars(select(LogLeaf)).all() == []
    with pytest.raises(ProgrammingError, match="permission denied"):
        app_session.execute(text(statement))


def test_sealers_that_meet_leave_no_gap_and_seal_nothing_twice(fresh_database, key):
    engine = create_engine(sqlalchemy_url(fresh_database.owner_url), pool_size=8)
    with Session(engine) as session, session.begin():
        note(session, 60)

    def turn(_: int) -> int:
        with Session(engine) as session, session.begin():
            note(session, 3)
            session.flush()
            return seal_pending(session, most=7)

    with ThreadPoolExecutor(6) as pool:
        total = sum(pool.map(turn, range(24)))
    with Session(engine) as session, session.begin():
        total += seal_pending(session, most=1000)
        positions = session.scalars(select(LogLeaf.position).order_by(LogLeaf.position)).all()
        sealed = session.scalars(select(LogLeaf.journal_entry_id)).all()
        seal_once(session, key, "togo")
    engine.dispose()
    assert total == 60 + 24 * 3
    assert positions == list(range(total))
    assert len(set(sealed)) == total


def test_a_title_is_sealed_with_its_shares_and_ground(session, key):
    title = make_title(session, square(0.5, 8.0))
    note(session, subject_id=title.number)
    seal_once(session, key, "togo")
    entry = json.loads(inclusion_proof(session, 0)["entry"])
    assert [state[0] for state in entry["states"]] == ["parcel", "share", "title"]
