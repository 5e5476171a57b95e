"""Alter one thing at a time and require that verification names it, and that granting stops.

Each fault is made on a committed copy as its owner would make it: with the guard switched off, the
change made, the guard switched on again.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, select, text
from sqlalchemy.orm import Session

from cadastre.config import ROOT
from cadastre.database import sqlalchemy_url
from cadastre.errors import Blocked
from cadastre.models import Account, Document, JournalEntry, Step, StoredFile, Title
from cadastre.rules.load import load_ruleset
from cadastre.sealing.keys import open_key
from cadastre.sentences import say
from cadastre.services.granting import ensure_granting_open, lift_stops
from cadastre.services.sealed_log import seal_once
from cadastre.services.verification import Proof, stop_on_faults, verify
from tests.factories import make_application, make_title, square

RULESET = load_ruleset(ROOT / "data" / "rulesets" / "togo")
DAY = dt.date(2026, 6, 1)
WATCHED = {"verify.too-fast", "verify.at-night", "verify.known-overlaps", "verify.unwritten"}


@pytest.fixture
def engine(fresh_database) -> Iterator[Engine]:
    engine = create_engine(sqlalchemy_url(fresh_database.owner_url))
    yield engine
    engine.dispose()


@pytest.fixture
def register(engine: Engine, tmp_path: Path) -> Engine:
    """Commit a sound register: an application granted by two people, a document, a sealed log."""
    with Session(engine) as session, session.begin():
        first, second = (
            Account(email=f"{name}@example.org", display_name=name, roles=["supervisor"])
            for name in ("one", "two")
        )
        content = b"decree"
        file = StoredFile(
            sha256=hashlib.sha256(content).hexdigest(), size=len(content), content=content
        )
        session.add_all([first, second, file])
        session.flush()
        document = Document(kind="decree", title="Decree", sha256=file.sha256)
        session.add(document)
        session.flush()
        application = make_application(session, square(1.2, 8.2), number="A1")
        title = make_title(
            session, square(0.5, 8.0), number="T1", dossier_id=application.dossier_id
        )
        filed = dt.datetime(2026, 3, 2, 9, 30, tzinfo=dt.UTC)
        session.add_all(
            [
                Step(dossier_id=application.dossier_id, kind="file", happened_at=filed),
                Step(
                    dossier_id=application.dossier_id, kind="grant", title_id=title.id,
                    happened_at=filed + dt.timedelta(days=30), account_id=first.id,
                    second_account_id=second.id,
                ),
                entry("application.file", "application", "A1"),
                entry("title.grant", "title", "T1", document_id=document.id, reason="Decided"),
            ]
        )  # fmt: skip
    key = open_key(tmp_path / "log.pem", may_make=True)
    for _ in range(2):
        with Session(engine) as session, session.begin():
            session.add(entry("zone.redraw", "zone", "Z1", reason="Decree 12"))
            session.flush()
            seal_once(session, key, "togo")
    return engine


def entry(action: str, subject: str, subject_id: str, **columns) -> JournalEntry:
    return JournalEntry(action=action, subject=subject, subject_id=subject_id, **columns)


def proofs_of(engine: Engine) -> list[Proof]:
    with Session(engine) as session, session.begin():
        return verify(session, RULESET, DAY)


def faults(engine: Engine) -> dict[str, str]:
    return {
        proof.code: " ".join(
            [*proof.found, *(say(each.code, "en", **each.values) for each in proof.said)]
        )
        for proof in proofs_of(engine)
        if not proof.passed
    }


def as_owner(engine: Engine, *statements: str) -> None:
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


def behind(table: str, trigger: str, statement: str) -> tuple[str, str, str]:
    """Switch a guard off, act, and switch it on again, so that it tells nothing itself."""
    return (
        f"ALTER TABLE {table} DISABLE TRIGGER {trigger}",
        statement,
        f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {trigger}",
    )


def test_a_sound_register_passes(register):
    assert faults(register) == {}
    assert all(proof.seconds >= 0 for proof in proofs_of(register))


ALTERED = {
    "a word of a reason": (
        behind("journal_entry", "append_only",
               "UPDATE journal_entry SET reason = 'Decided.' WHERE subject_id = 'T1'"),
        "verify.journal", "Journal row",
    ),
    "an instant of the journal": (
        behind("journal_entry", "append_only", "UPDATE journal_entry SET recorded_at = "
               "recorded_at + interval '1 microsecond' WHERE subject_id = 'A1'"),
        "verify.journal", "entry 0",
    ),
    "the document of an act": (
        ("UPDATE document SET sha256 = NULL",), "verify.journal", "document of journal row",
    ),
    "a stored file": (
        ("UPDATE stored_file SET content = 'Decree'",), "verify.files",
        hashlib.sha256(b"decree").hexdigest(),
    ),
    "an entry of the log": (
        behind("log_leaf", "append_only", "UPDATE log_leaf SET content = "
               "replace(content, 'Z1', 'Z2') WHERE position = 2"),
        "verify.log", "Entry 2 of the sealed log was altered.",
    ),
    "an entry and its hash": (
        behind("log_leaf", "append_only", "UPDATE log_leaf SET content = "
               "replace(content, 'Z1', 'Z2'), leaf_hash = sha256(('\\x00'::bytea || "
               "convert_to(replace(content, 'Z1', 'Z2'), 'UTF8'))) WHERE position = 2"),
        "verify.log", "The head of 3 entries",
    ),
    "a subtree": (
        behind("log_node", "append_only", "UPDATE log_node SET hash = '\\x00' WHERE level = 2"),
        "verify.log", "Subtree 0 of level 2",
    ),
    "a head": (
        behind("log_head", "append_only", "UPDATE log_head SET size = 2 WHERE size = 3"),
        "verify.log", "has a wrong signature",
    ),
    "a missing entry": (
        behind("log_leaf", "append_only", "DELETE FROM log_leaf WHERE position = 2"),
        "verify.log", "Entry 2 of the sealed log is missing.",
    ),
    "a title": (
        behind("title", "keep_past", "UPDATE title SET expires_on = '2035-01-01'"),
        "verify.states", "Table title, row",
    ),
    "a holder's share": (
        behind("share", "keep_past", "DELETE FROM share"), "verify.states", "Table share, row",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", list(ALTERED))
def test_one_changed_thing_is_named(register, name):
    statements, code, place = ALTERED[name]
    as_owner(register, *statements)
    found = faults(register)
    assert code in found, found
    assert place in found[code]


def test_a_corner_moved_behind_the_triggers_is_named(register):
    moved = "UPDATE {} SET geom = ST_Translate(geom, 1e-9, 0) WHERE {}"
    title = "(SELECT p.id FROM parcel p JOIN title t ON t.id = p.title_id)"
    as_owner(
        register,
        *behind("parcel", "keep_past", moved.format("parcel", f"id = {title}")),
        *behind("occupation", "keep_past", moved.format("occupation", f"parcel_id = {title}")),
    )
    found = faults(register)
    assert set(found) == {"verify.states"}
    assert "Table parcel" in found["verify.states"]


def test_a_change_with_its_past_but_without_an_act_is_listed_for_a_look(register):
    as_owner(register, "UPDATE title SET expires_on = '2035-01-01'")
    proofs = {proof.code: proof for proof in proofs_of(register)}
    assert proofs["verify.unwritten"].watched
    assert proofs["verify.unwritten"].found[0].startswith("title ")
    assert all(proof.passed for proof in proofs.values())


GUARDS = {
    "a trigger switched off": (
        "ALTER TABLE occupation DISABLE TRIGGER guard_occupation", "verify.guard",
        "guard_occupation of table occupation is not always enabled"),
    "a trigger a replica skips": (
        "ALTER TABLE log_leaf ENABLE TRIGGER append_only", "verify.guard", "append_only"),
    "a trigger removed": (
        "DROP TRIGGER keep_past ON title", "verify.guard", "keep_past is missing on table title"),
    "a tolerance widened": (
        "CREATE OR REPLACE FUNCTION technical_width_m() RETURNS double precision LANGUAGE sql "
        "IMMUTABLE PARALLEL SAFE RETURN 50", "verify.functions", "technical_width_m"),
    "a guard emptied": (
        "CREATE OR REPLACE FUNCTION guard_occupation() RETURNS trigger LANGUAGE plpgsql AS "
        "'BEGIN RETURN NULL; END'", "verify.functions", "guard_occupation"),
    "a function added": (
        "CREATE FUNCTION backdoor() RETURNS int LANGUAGE sql SECURITY DEFINER RETURN 1",
        "verify.functions", "backdoor comes from no file"),
    "a constraint dropped": (
        "ALTER TABLE title DROP CONSTRAINT ck_title_term", "verify.constraints", "ck_title_term"),
    "a right given": (
        "GRANT DELETE ON title TO cadastre_app", "verify.privileges", "may DELETE on title"),
    "a right given to everybody": (
        "GRANT UPDATE (reason) ON step TO PUBLIC", "verify.privileges", "UPDATE on step.reason"),
    "a right taken": (
        "REVOKE INSERT ON step FROM cadastre_app", "verify.privileges", "no longer INSERT on step"),
    "objects made": (
        "GRANT CREATE ON SCHEMA public TO cadastre_app", "verify.role", "CREATE in public"),
}  # fmt: skip


@pytest.mark.parametrize("name", list(GUARDS))
def test_a_weakened_guard_is_named(register, name):
    statement, code, place = GUARDS[name]
    as_owner(register, statement)
    found = faults(register)
    assert set(found) == {code}
    assert place in found[code]


def planted_overlap(engine: Engine) -> None:
    as_owner(engine, "ALTER TABLE occupation DISABLE TRIGGER guard_occupation")
    with Session(engine) as session, session.begin():
        make_title(session, square(0.55, 8.0), number="T2")
        session.add(entry("legacy.import", "legacy-register", "x"))
    as_owner(engine, "ALTER TABLE occupation ENABLE ALWAYS TRIGGER guard_occupation")


def test_a_planted_overlap_is_named_and_stops_granting_until_a_person_acts(register):
    planted_overlap(register)
    proofs = proofs_of(register)
    failed = [proof for proof in proofs if not proof.passed]
    assert [proof.code for proof in failed] == ["verify.overlaps"]
    values = failed[0].said[0].values
    assert {values["one"], values["other"]} == {"T1", "T2"}
    with Session(register) as session, session.begin():
        ensure_granting_open(session)
        stop_on_faults(session, proofs)
        stop_on_faults(session, proofs)  # the same fault found again stops it once
        with pytest.raises(Blocked) as stop:
            ensure_granting_open(session)
        assert stop.value.code == "granting.stopped"
        words = say(stop.value.code, "fr", **stop.value.values)
        assert "1 faute(s) : verify.overlaps" in words
        account = session.scalars(select(Account)).first()
        assert lift_stops(session, account, "Looked at with the surveyor") == 1
        ensure_granting_open(session)


def granted(session: Session, number: str, **changes) -> Title:
    """Grant a title on free ground as the register does, but for what a test changes."""
    place = session.query(Title).count()
    application = make_application(session, square(1.4 + place, 9.0), number=f"A-{number}")
    title = make_title(
        session, square(1.4 + place, 8.0), number=number, dossier_id=application.dossier_id
    )
    one, two = session.scalars(select(Account.id).order_by(Account.id)).all()
    filed = dt.datetime(2026, 4, 1, 10, tzinfo=dt.UTC)
    steps = {
        "file": Step(dossier_id=application.dossier_id, kind="file", happened_at=filed),
        "grant": Step(
            dossier_id=application.dossier_id, kind="grant", title_id=title.id, account_id=one,
            second_account_id=two, happened_at=filed + dt.timedelta(days=9),
            recorded_at=dt.datetime(2026, 4, 10, 10, tzinfo=dt.UTC),
        ),
    }  # fmt: skip
    for name, value in changes.items():
        if name in steps:
            steps.pop(name)
        else:
            setattr(steps["grant"], name, value)
    session.add_all([*steps.values(), entry("title.grant", "title", number)])
    session.flush()
    return title


BYPASSES: dict[str, tuple[dict, str, str]] = {
    "no decision": ({"grant": None}, "verify.chains", "Title X was made by no decision"),
    "no filing": ({"file": None}, "verify.chains", "without the step “file”"),
    "granted before it was filed": (
        {"happened_at": dt.datetime(2026, 3, 1, tzinfo=dt.UTC)}, "verify.order", "A-X"),
    "no second person": ({"second_account_id": None}, "verify.two-people", "A-X"),
    "one person twice": ({"second_account_id": 1}, "verify.two-people", "A-X"),
    "absurd speed": (
        {"happened_at": dt.datetime(2026, 4, 1, 10, 0, 3, tzinfo=dt.UTC)}, "verify.too-fast",
        "after 3 s"),
    "at night": (
        {"recorded_at": dt.datetime(2026, 4, 10, 2, 15, tzinfo=dt.UTC)}, "verify.at-night",
        "2026-04-10 02:15"),
}  # fmt: skip


@pytest.mark.parametrize("name", list(BYPASSES))
def test_what_went_round_the_procedure_is_named(register, name):
    changes, code, place = BYPASSES[name]
    with Session(register) as session, session.begin():
        if changes.get("second_account_id") == 1:
            changes = {"second_account_id": session.scalars(select(Account.id)).first()}
        granted(session, "X", **changes)
    proof = next(proof for proof in proofs_of(register) if proof.code == code)
    said = " ".join(say(each.code, "en", **each.values) for each in proof.said)
    assert place in said
    assert proof.watched if code in WATCHED else not proof.passed


def test_a_title_of_the_whole_chain_is_not_named(register):
    with Session(register) as session, session.begin():
        granted(session, "X")
    assert faults(register) == {}


def test_a_title_slipped_in_without_any_trace_is_named(register):
    with Session(register) as session, session.begin():
        make_title(session, square(1.4, 8.0), number="SLIPPED")
    assert "SLIPPED" in faults(register)["verify.chains"]


def test_overlaps_of_an_older_register_are_known(register):
    with Session(register) as session, session.begin():
        make_title(session, square(0.55, 8.0), number="OLD", standing="legacy")
        session.add(entry("legacy.import", "legacy-register", "x"))
    proofs = {proof.code: proof for proof in proofs_of(register)}
    assert all(proof.passed for proof in proofs.values())
    assert proofs["verify.known-overlaps"].found == ("OLD",)


Late = Callable[[Session], None]


def test_a_log_that_is_late_stops_granting_and_opens_again_once_sealed(register, tmp_path):
    with Session(register) as session, session.begin():
        old = entry("title.grant", "title", "T1")
        session.add(old)
        session.flush()
        ensure_granting_open(session)
    as_owner(
        register,
        *behind("journal_entry", "append_only", "UPDATE journal_entry SET recorded_at = now() - "
                "interval '5 hours' WHERE id = (SELECT max(id) FROM journal_entry)"),
    )  # fmt: skip
    with Session(register) as session, session.begin():
        with pytest.raises(Blocked) as late:
            ensure_granting_open(session)
        assert late.value.code == "granting.log-late"
        assert "verify.late" in faults(register)
        seal_once(session, open_key(tmp_path / "log.pem", may_make=True), "togo")
        ensure_granting_open(session)


def test_heads_that_are_late_stop_granting(register):
    as_owner(
        register,
        *behind("log_head", "append_only",
                "UPDATE log_head SET signed_at = signed_at - interval '29 hours'"),
    )  # fmt: skip
    with Session(register) as session, pytest.raises(Blocked, match=r"granting\.log-late"):
        ensure_granting_open(session)
