"""QGIS opens the project of the register: with its data, or layers of this site."""

from __future__ import annotations

import io
import sqlite3
import zipfile
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from cadastre.models import Parcel
from cadastre.rules.permissions import Role
from cadastre.sentences import say
from tests.api.ogc.conftest import FILL, Site, site  # noqa: F401
from tests.api.test_visibility import asking
from tests.exchange.qgis_runner import judged
from tests.factories import make_overlap

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
    assert (layers["works_linestring"]["read"], layers["base_map_point"]["read"]) == (1, 1)
    assert say("base-map.towns", "fr") in layers["base_map_point"]["labels"]
    assert "overlaps" not in layers


def test_the_office_also_takes_overlaps(
    client: FlaskClient, register: Session, tmp_path: Path
) -> None:
    """Who is of the office finds overlaps with their labels and the rights they join."""
    headers, _ = asking(register, Role.AGENT)
    parcels = register.scalars(select(Parcel).where(Parcel.title_id.is_not(None))).all()
    make_overlap(register, parcels[0], parcels[1])
    answer = client.get("/api/exports/project.qgz?data=inside&lang=en", headers=headers)
    with zipfile.ZipFile(io.BytesIO(answer.data)) as pack:
        assert "Une Personne Privée".encode() not in pack.read("cadastre.gpkg")
        pack.extractall(tmp_path)
    assert answer.headers["Cache-Control"] == "private, no-store"
    (told,) = judged(("project", str(tmp_path / "cadastre.qgz")))
    overlaps = told["layers"]["cadastre_overlaps"]
    assert (overlaps["valid"], overlaps["read"]) == (True, 1)
    assert say("cases.kind-title-title", "en") in overlaps["labels"]
    assert told["relations"]["overlaps_left_titles"]
    assert told["relations"]["overlaps_right_titles"]


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
    works = told["layers"]["cadastre_works_linestring"]
    assert works["valid"]
    assert all(one["valid"] for one in told["layers"].values()), told["layers"]
