"""A command that lost a race for the same rows tries again, as a request does."""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

from cadastre.models import Account
from tests.cli.conftest import Run

SUPERVISOR = "chef@example.org"


@pytest.fixture
def commands(register: str, tmp_path: Path) -> dict[str, list[str]]:
    """Prepare what each command needs."""
    engine = create_engine(register)
    with Session(engine) as session, session.begin():
        session.add(Account(email=SUPERVISOR, display_name="Chef", roles=["supervisor"]))
        session.execute(text("INSERT INTO granting_stop (reason) VALUES ('essai')"))
    engine.dispose()
    place = [[0.1, 7.1], [0.2, 7.1], [0.2, 7.2], [0.1, 7.2], [0.1, 7.1]]
    feature = {
        "type": "Feature", "properties": {"code": "L-1", "kind": "PR", "substance": "or"},
        "geometry": {"type": "Polygon", "coordinates": [place]},
    }  # fmt: skip
    rows, mapping = tmp_path / "old.geojson", tmp_path / "map.yaml"
    rows.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), "utf-8")
    mapping.write_text(
        "crs: EPSG:4326\nfields: {number: code, kind: kind, substances: substance}\n"
        "kinds: {PR: permis-recherche}\n",
        "utf-8",
    )
    return {
        "lift": ["granting", "lift", "--account", SUPERVISOR, "--reason", "vu avec le géomètre"],
        "legacy": ["legacy", str(rows), "--mapping", str(mapping)],
    }


def losing(times: int, real: Callable[..., Any], code: str) -> Callable[..., Any]:
    """Let the database refuse a work's first tries after they wrote, as when two decisions meet."""
    tries: list[int] = []

    def work(session: Session, *given: Any, **named: Any) -> Any:
        done = real(session, *given, **named)
        tries.append(1)
        if len(tries) <= times:
            session.execute(
                text(f"DO $$ BEGIN RAISE EXCEPTION 'met' USING ERRCODE = '{code}'; END $$")
            )
        return done

    return work


@pytest.mark.parametrize("code", ["40001", "40P01"])
@pytest.mark.parametrize(
    ("name", "module", "service", "counted"),
    [
        ("lift", "granting", "lift_stops", "granting_stop WHERE lifted_at IS NOT NULL"),
        ("legacy", "legacy", "load_legacy", "title WHERE number = 'L-1'"),
    ],
)
def test_it_is_done_once_however_often_it_met_another(
    run: Run, register: str, commands, monkeypatch: pytest.MonkeyPatch,
    name: str, module: str, service: str, counted: str, code: str,
):  # fmt: skip
    room = importlib.import_module(f"cadastre.cli.{module}")
    monkeypatch.setattr(room, service, losing(2, getattr(room, service), code))
    done = run(*commands[name])
    assert done.code == 0, done.err
    assert count(register, counted) == 1


def test_who_always_loses_is_told_in_a_sentence_and_leaves_nothing(
    run: Run, register: str, commands, monkeypatch: pytest.MonkeyPatch
):
    """Control: five lost races end, with nothing written."""
    room = importlib.import_module("cadastre.cli.granting")
    monkeypatch.setattr(room, "lift_stops", losing(99, room.lift_stops, "40001"))
    done = run(*commands["lift"])
    assert done.code != 0
    assert "Traceback" not in done.err
    assert count(register, "granting_stop WHERE lifted_at IS NOT NULL") == 0


def count(url: str, what: str) -> int:
    engine = create_engine(url)
    with engine.connect() as connection:
        found = connection.scalar(text(f"SELECT count(*) FROM {what}"))
    engine.dispose()
    return int(found or 0)
