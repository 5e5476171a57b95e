"""Write small older registers as files, the way a colleague would send them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from shapely.geometry import mapping as as_geojson
from shapely.geometry.base import BaseGeometry
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from cadastre.config import ROOT
from cadastre.database import sqlalchemy_url
from cadastre.rules.load import load_ruleset
from cadastre.rules.ruleset import Ruleset
from tests.databases import TestUrls

WriteRegister = Callable[..., Path]


@pytest.fixture(scope="session")
def togo() -> Ruleset:
    return load_ruleset(ROOT / "data" / "rulesets" / "togo")


@pytest.fixture
def write_register(tmp_path: Path) -> WriteRegister:
    def write(*rows: tuple[dict[str, Any], BaseGeometry | None], name: str = "old") -> Path:
        features = [
            {
                "type": "Feature",
                "properties": facts,
                "geometry": None if ground is None else as_geojson(ground),
            }
            for facts, ground in rows
        ]
        path = tmp_path / f"{name}.geojson"
        path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
        return path

    return write


@pytest.fixture
def owner(fresh_database: TestUrls) -> Iterator[Session]:
    """Open a database of one's own as its owner, to commit in."""
    engine = create_engine(sqlalchemy_url(fresh_database.owner_url))
    with Session(engine, expire_on_commit=False) as session:
        yield session
    engine.dispose()
