"""Read the catalogues of the project, and copy one to where a test may change it."""

from __future__ import annotations

import datetime as dt
import shutil
from functools import cache
from pathlib import Path
from typing import Any

from cadastre.config import ROOT
from cadastre.rules.catalogue import Catalogue, FormField, Service, load_catalogue, references_of
from cadastre.rules.load import load_ruleset
from cadastre.rules.ruleset import Ruleset

DAY = dt.date(2026, 11, 24)
SERVICES = ROOT / "data" / "services"


@cache
def catalogue(country: str = "togo") -> Catalogue:
    return load_catalogue(SERVICES / country)


@cache
def ruleset(country: str = "togo") -> Ruleset:
    return load_ruleset(ROOT / "data" / "rulesets" / country)


def copied(tmp_path: Path) -> Path:
    shutil.copytree(SERVICES / "schema", tmp_path / "schema")
    return Path(shutil.copytree(SERVICES / "togo", tmp_path / "togo"))


def every_service() -> list[tuple[str, str]]:
    return [(country, one.id) for country in ("togo", "rdc") for one in catalogue(country)]


def examples(service: Service) -> dict[str, Any]:
    return {question.id: question.example for question in service.fields}


def showing(service: Service, question: FormField) -> dict[str, Any]:
    """Give the examples, changed so that a question is asked."""
    answers = examples(service)
    pending = list(question.shown_when)
    while pending:
        condition = pending.pop()
        assert condition.among, "only choices lead to questions so far"
        asked = next(one for one in service.fields if one.id == condition.field)
        value = condition.among[0]
        answers[condition.field] = [value] if asked.type == "choices" else value
        pending += asked.shown_when
    return answers


def known(country: str) -> dict[str, Any]:
    return dict(references_of(ruleset(country)))
