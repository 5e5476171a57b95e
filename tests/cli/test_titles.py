"""``cadastre title``: acts by two persons, told in a sentence when they are refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from shapely.geometry import box, mapping
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from tests.cli.conftest import Run
from tests.factories import make_title
from tests.services.titles.people import account

GROUND = box(0.9, 7.9, 1.0, 8.0)


@pytest.fixture
def people(register: str) -> tuple[str, ...]:
    """Commit a title and two people who may decide; give their options."""
    engine = create_engine(register)
    with Session(engine) as session, session.begin():
        make_title(session, GROUND, number="PR-CLI")
        by, confirmed = account(session, "agent").email, account(session, "decider").email
    engine.dispose()
    return ("--by", by, "--confirmed-by", confirmed, "--reason", "essai")


def written(folder: Path, west: float, east: float) -> str:
    path = folder / f"{west}.geojson"
    feature = {"type": "Feature", "properties": {}, "geometry": mapping(box(west, 7.9, east, 8.0))}
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), "utf-8")
    return str(path)


def test_a_title_is_split_and_its_life_told(run: Run, people: tuple[str, ...], tmp_path: Path):
    pieces = [written(tmp_path, 0.9, 0.95), written(tmp_path, 0.95, 1.0)]
    done = run("title", "split", "PR-CLI", "--piece", pieces[0], "--piece", pieces[1], *people)
    assert (done.code, done.json) == (0, {"titles": ["PR-CLI-A", "PR-CLI-B"]}), done.err
    life = run("title", "show", "PR-CLI").json
    assert life["status"] == "ended"
    assert [edge["child"] for edge in life["family"]] == ["PR-CLI-A", "PR-CLI-B"]
    assert "has ended" in life["possible"]["renew"][0]
    assert life["acts"][-1]["reason"] == "essai"


def test_a_refusal_is_one_sentence_and_leaves_nothing(
    run: Run, people: tuple[str, ...], tmp_path: Path
):
    kept = written(tmp_path, 0.9, 0.99)
    refused = run("title", "renew", "PR-CLI", "--geometry", kept, *people)
    assert refused.code == 1
    assert "the law wants 50" in refused.err
    alone = run(
        "title", "withdraw", "PR-CLI", "--by", people[1], "--confirmed-by", people[1],
        "--reason", "seul",
    )  # fmt: skip
    assert alone.code == 3
    assert run("title", "show", "PR-CLI").json["acts"] == []


def test_a_sweep_finds_nothing_to_do(run: Run, people: tuple[str, ...]):
    assert run("title", "sweep").json == {"titles": [], "remnants": [], "held": []}
