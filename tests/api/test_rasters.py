"""Rasters over HTTP: listed, painted, cached by who may see them, and part of every check."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from cadastre.models import Raster
from cadastre.services.rasters import add_raster
from tests.api.test_checks import asked
from tests.factories import square
from tests.rasters import request_of, write_raster

TILE = "/api/rasters/altitude/{}/7/60/64"


@pytest.fixture
def heights(
    app: Flask, session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Raster:
    """Register heights, with a home of the test's own."""
    found = app.extensions["cadastre"]
    monkeypatch.setitem(
        app.extensions, "cadastre", replace(found, settings=replace(found.settings, home=tmp_path))
    )
    values = np.arange(400, dtype="int16").reshape(20, 20)
    source = write_raster(tmp_path / "h.tif", values, north=10.0)
    return add_raster(session, found.settings and replace(found.settings, home=tmp_path),
                      request_of(source))  # fmt: skip


def test_a_raster_is_listed_painted_and_kept(client: FlaskClient, heights: Raster) -> None:
    (told,) = client.get("/api/rasters?lang=en").json["rasters"]
    assert told["name"] == "Elevation"
    assert told["legend"]["range"] == [0, 399]
    address = TILE.format(heights.sha256[:12])
    assert told["tiles"].endswith(address.replace("/7/60/64", "/{z}/{y}/{x}"))
    painted = client.get(address)
    assert painted.data.startswith(b"\x89PNG")
    assert painted.cache_control.public
    assert painted.cache_control.immutable
    again = client.get(address, headers={"If-None-Match": painted.headers["ETag"]})
    assert again.status_code == 304
    for wrong in (TILE.format("0" * 12), address.replace("/7/", "/40/"), "/api/rasters/x/y/1/0/0"):
        assert client.get(wrong).status_code == 404, wrong


def test_an_internal_raster_is_nowhere_for_others(
    client: FlaskClient, session: Session, heights: Raster
) -> None:
    heights.classification = "internal"
    session.flush()
    assert client.get("/api/rasters").json["rasters"] == []
    assert client.get(TILE.format(heights.sha256[:12])).status_code == 404
    assert client.post("/api/checks", json=asked()).json["rasters"] == []


def test_a_check_tells_what_rasters_hold(client: FlaskClient, heights: Raster) -> None:
    body = asked(square(0.55, 8.05))
    (told,) = client.post("/api/checks?lang=en", json=body).json["rasters"]
    assert told["name"] == "Elevation"
    assert told["minimum"] == 365
    assert told["covered_share"] == pytest.approx(1)
    assert sum(one["area_m2"] for one in told["histogram"]) > 1e8
    assert client.post("/api/checks", json={**body, "rasters": False}).json["rasters"] == []
