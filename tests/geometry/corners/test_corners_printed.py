"""Tables printed by gazettes of several countries, each pasted as it stands."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from cadastre.geometry.corners import read_corners
from tests.geometry.corners.helpers import asked, corners_of, note_codes

CASES: dict[str, dict[str, Any]] = yaml.safe_load(
    (Path(__file__).resolve().parents[2] / "cases" / "corners.yaml").read_text("utf-8")
)


@pytest.mark.parametrize("name", CASES)
def test_printed_table(name: str) -> None:
    case = CASES[name]
    reading = read_corners(case["text"])
    found = {corner.label: corner for corner in corners_of(reading)}
    labels = case.get("labels") or [str(at + 1) for at in range(case["count"])]
    assert list(found) == labels
    for label, (x, y) in case["corners"].items():
        assert (found[label].x, found[label].y) == pytest.approx((x, y), abs=1e-6)
    assert (reading.crs, reading.crs_stated) == (case["crs"], case["stated"])
    assert reading.published_area_ha == pytest.approx(case.get("area_ha"))
    assert asked(reading) == set(case.get("questions", []))
    assert note_codes(reading) >= set(case.get("notes", []))
    if "name" in case:
        assert reading.name == case["name"]


def test_every_note_question_and_reason_has_its_sentence() -> None:
    from cadastre.config import read_settings
    from cadastre.sentences import load_sentences

    said = load_sentences(read_settings().data / "sentences")
    for case in CASES.values():
        reading = read_corners(case["text"])
        codes = note_codes(reading) | asked(reading)
        codes |= {
            option.reason_code for question in reading.questions for option in question.options
        }
        assert codes <= set(said)
