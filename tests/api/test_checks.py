"""Prove the check over HTTP: one answer with everything, and clear refusals in both languages."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.factories import square


def asked(ground=None, **more):
    geometry = (ground or square(0.55, 8.05)).__geo_interface__
    return {"geometry": geometry, "kind": "permis-recherche", "at": "2026-06-01", **more}


def test_everything_is_said_at_once(client, register):
    answer = client.post("/api/checks?lang=en", json=asked(substances=["fer"])).json
    (title,) = [o for o in answer["overlaps"] if o["collection"] == "titles"]
    assert title["id"] == "PR/2024/0001"
    assert title["blocking"]
    assert title["share"] == pytest.approx(0.25, rel=0.01)
    assert title["area_m2"] == pytest.approx(0.25 * answer["area"]["geodesic_ha"] * 1e4, rel=0.01)
    assert [u["code"] for u in answer["administrative_units"]] == ["TG-C"]
    assert {o["id"] for o in answer["overlaps"] if o["collection"] == "works"} == {"W-1"}
    for finding in answer["findings"]:
        assert finding["message"] == finding["messages"]["en"]
        assert "{" not in finding["message"], finding


def test_another_substance_does_not_block(client, register):
    answer = client.post("/api/checks", json=asked(substances=["or"])).json
    assert not any(o["blocking"] for o in answer["overlaps"] if o["collection"] == "titles")


def test_corners_and_geometry_give_the_same_answer(client, register):
    text = "\n".join(
        f"{label} {lon} E {lat} N"
        for label, (lon, lat) in zip("ABCD", square(0.55, 8.05).exterior.coords[:4], strict=True)
    )
    body = {name: value for name, value in asked().items() if name != "geometry"}
    typed = client.post("/api/checks", json={**body, "corners": text, "crs": "EPSG:4326"})
    drawn = client.post("/api/checks", json=asked())
    assert typed.status_code == 200, typed.text
    assert typed.json["area"]["geodesic_ha"] == pytest.approx(drawn.json["area"]["geodesic_ha"])
    assert [o["id"] for o in typed.json["overlaps"]] == [o["id"] for o in drawn.json["overlaps"]]


def test_without_the_register_nothing_is_said_of_neighbours(client, register):
    answer = client.post("/api/checks", json=asked(register=False)).json
    assert answer["overlaps"] == []
    assert "register.not-consulted" in {f["code"] for f in answer["findings"]}


def test_an_own_number_is_not_its_neighbour(client, register):
    body = asked(square(1.2, 8.2), exclude=["DEM-2026-000001"])
    assert client.post("/api/checks", json=body).json["overlaps"] == []


DEEP = "[" * 50 + "]" * 50
REFUSED = [
    (b"", "exchange.not-json"),
    (b"\xff\xfe", "http.not-json"),
    (b"[1, 2]", "http.not-an-object"),
    (b'{"geometry": null}', "http.one-of"),
    (b'{"kind": 5, "geometry": {}}', "http.invalid-field"),
    (b'{"gemoetry": {}}', "http.invalid-field"),
    (f'{{"geometry": {DEEP}}}'.encode(), "exchange.too-deep"),
    (b'{"geometry": {"type": "Point", "coordinates": [0, 0]}}', "exchange.points-only"),
    (b'{"geometry": {"type": "Polygon", "coordinates": [[[0,0],[1,NaN],[1,1]]]}}',
     "exchange.not-finite"),
    (b'{"corners": "A 1 2\\nB 3"}', None),
    (json.dumps(asked(kind="permis-de-conduire")).encode(), "ruleset.unknown-kind"),
    (json.dumps(asked(crs="EPSG:999999")).encode(), "crs.unknown"),
    (json.dumps(asked(at="2026-02-30")).encode(), "http.invalid-field"),
    (json.dumps({"geometry": {"type": "Polygon", "coordinates": [
        [[0.5 + i / 1e4, 8.0 + (i % 2) / 1e3] for i in range(700)]]}}).encode(), None),
]  # fmt: skip


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize(("body", "code"), REFUSED)
def test_bad_input_is_a_sentence(client, register, body, code, language):
    answer = client.post(f"/api/checks?lang={language}", data=body, content_type="application/json")
    assert 400 <= answer.status_code < 500, answer.text
    assert answer.content_type == "application/problem+json"
    problem = answer.json
    assert code is None or problem["code"] == code
    assert problem["detail"] != problem["code"], "the code has no sentence"
    assert "{" not in problem["detail"]


def test_more_bytes_than_a_perimeter_needs_are_refused(client):
    answer = client.post("/api/checks", data=b" " * 2_300_000, content_type="application/json")
    assert answer.status_code == 413
    answer = client.post("/api/readings", data=b"x" * 13_000_000, content_type="application/json")
    assert answer.status_code == 413


def test_an_inside_fault_tells_nothing_of_the_inside(client, app, monkeypatch):
    monkeypatch.setattr("api.health.is_ready", lambda _engine: 1 / 0)
    answer = client.get("/healthz")
    assert answer.status_code == 500
    assert answer.json["code"] == "http.internal"
    assert "ZeroDivision" not in answer.text


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(text=st.text(max_size=40) | st.from_regex(r"(-?\d{1,3}(\.\d)?,){3}-?\d{1,3}"))
def test_any_box_is_a_box_or_a_sentence(client, text):
    answer = client.get("/ogc/collections/zones/items", query_string={"bbox": text})
    assert answer.status_code in (200, 400)
