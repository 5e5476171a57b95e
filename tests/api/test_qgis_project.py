"""QGIS opens the project of the register: with its data, or layers of this site."""

from __future__ import annotations

import io
import sqlite3
import zipfile
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from cadastre.sentences import say
from tests.api.ogc.conftest import FILL, Site, site  # noqa: F401
from tests.exchange.qgis_runner import judged

KINDS = "permis de recherche"


def test_a_project_with_the_data_inside(
    client: FlaskClient, register: Session, tmp_path: Path
) -> None:
    answer = client.get("/api/exports/project.qgz?data=inside&lang=fr")
    with zipfile.ZipFile(io.BytesIO(answer.data)) as pack:
        assert set(pack.namelist()) == {"cadastre.qgz", "cadastre.gpkg"}
        assert "Une Personne Privée".encode() not in pack.read("cadastre.gpkg")
        pack.extractall(tmp_path)
    with sqlite3.connect(tmp_path / "cadastre.gpkg") as base:
        styled = {name for (name,) in base.execute("SELECT f_table_name FROM layer_styles")}
    assert {"titles", "applications", "zones"} <= styled
    (told,) = judged(("project", str(tmp_path / "cadastre.qgz")))
    assert told["valid"]
    layers = {name.removeprefix("cadastre_"): one for name, one in told["layers"].items()}
    assert {name for name, one in layers.items() if one["valid"]} == set(layers)
    assert (layers["titles"]["title"], layers["titles"]["read"]) == ("Titres", 2)
    assert KINDS in [label.lower() for label in layers["titles"]["labels"]]
    assert say("field.holder", "fr") in layers["titles"]["aliases"]
    assert told["relations"] == {"occupations_titles": True, "occupations_applications": True}


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_project_over_the_network(site: Site, tmp_path: Path, language: str) -> None:  # noqa: F811
    for statement in FILL.split(";")[:2]:
        site.run(statement, count=40)
    answer = site.app.test_client().get(
        f"/api/exports/project.qgz?lang={language}", base_url=site.url
    )
    assert answer.mimetype == "application/x-qgis-project"
    path = tmp_path / "cadastre.qgz"
    path.write_bytes(answer.data)
    (told,) = judged(("project", str(path)))
    titles = told["layers"]["cadastre_titles"]
    assert titles["valid"]
    assert titles["title"] == say("collection.titles", language)
    assert titles["read"] == 40
