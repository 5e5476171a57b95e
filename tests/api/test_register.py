"""Prove what the public is shown: search, details, items, tiles, exports."""

from __future__ import annotations

import json

import pytest

TILE = "/ogc/tiles/WebMercatorQuad/6/30/32"


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("PR/2024/0001", "PR/2024/0001"),
        ("bassar", "PR/2024/0001"),
        ("Societe des Mine du Mno", "PR/2024/0001"),  # holder, misspelt, no accents
        ("fer", "PR/2024/0001"),  # substance
        ("DEM-2026-000001", "DEM-2026-000001"),
        ("Fasao", "Z-FAZAO"),
        ("ligne kara", "W-1"),
        ("centrale", "TG-C"),
    ],
)
def test_search_finds(client, register, words, first):
    results = client.get("/api/search", query_string={"q": words}).json["results"]
    assert results, words
    assert results[0]["id"] == first


def test_search_finds_places_of_the_base_map(client, register):
    results = client.get("/api/search?q=Kara").json["results"]
    assert ("base-map", "Kara") in {(r["collection"], r["name"]) for r in results}


@pytest.mark.parametrize("words", ["", "   ", "%", "_" * 500, "'; DROP TABLE title; --", "\\"])
def test_search_of_nothing_or_worse_finds_nothing(client, register, words):
    answer = client.get("/api/search", query_string={"q": words})
    assert answer.status_code == 200
    assert answer.json["results"] == []


def test_a_person_is_neither_found_nor_named(client, register):
    assert client.get("/api/search?q=Une Personne Privée").json["results"] == []
    for path in (
        "/api/titles/PR/2024/0002",
        "/ogc/collections/titles/items?filter=number = 'PR/2024/0002'",
        "/api/exports/titles?format=csv",
    ):
        answer = client.get(path)
        assert answer.status_code == 200
        assert "PR/2024/0002" in answer.text
        assert "Personne Privée" not in answer.text


def test_details_are_labelled_in_both_languages(client, register):
    french = client.get("/api/titles/PR/2024/0001?lang=fr").json["properties"]["facts"]
    english = client.get("/api/titles/PR/2024/0001?lang=en").json["properties"]["facts"]
    assert {f["name"]: f["label"] for f in french}["holder"] == "Titulaire"
    assert {f["name"]: f["label"] for f in english}["holder"] == "Holder"
    assert {f["name"]: f["value"] for f in french}["status"] == "en vigueur"


def test_a_title_shows_its_status_of_the_day(client, register):
    properties = client.get("/api/titles/PR/2024/0001?at=2040-01-01").json["properties"]
    assert properties["status"] == "expired"


def test_items_page_through_everything_once(client, register):
    first = client.get("/ogc/collections/titles/items?limit=1").json
    (following,) = [link["href"] for link in first["links"] if link["rel"] == "next"]
    second = client.get(following.removeprefix("http://localhost")).json
    numbers = [f["id"] for f in first["features"] + second["features"]]
    assert numbers == ["PR/2024/0001", "PR/2024/0002"]
    assert first["numberMatched"] == 2
    assert not [link for link in second["links"] if link["rel"] == "next"]


@pytest.mark.parametrize(
    ("question", "count"),
    [
        ("bbox=0.4,7.9,0.7,8.2", 1),
        ("bbox=5,5,6,6", 0),
        ("datetime=2023-01-01T00:00:00Z", 0),
        ("datetime=2023-01-01T00:00:00Z/..", 2),
        ("at=2023-01-01", 0),
        ("filter=substances = 'fer'", 1),
    ],
)
def test_items_are_narrowed(client, register, question, count):
    answer = client.get(f"/ogc/collections/titles/items?{question}")
    assert answer.json["numberReturned"] == count


@pytest.mark.parametrize(
    "question", ["fliter=x", "bbox=1,2,3", "bbox=0,10,1,5", "limit=-1", "filter=kind =",
                 "datetime=soon", "filter-lang=cql-json", "at=2026-13-01"]
)  # fmt: skip
def test_items_refuse_what_they_do_not_understand(client, register, question):
    answer = client.get(f"/ogc/collections/titles/items?{question}")
    assert answer.status_code == 400
    assert answer.content_type == "application/problem+json"


def test_a_tile_holds_its_layers_and_is_asked_for_once(client, register):
    answer = client.get(TILE)
    assert answer.content_type == "application/vnd.mapbox-vector-tile"
    for layer in (b"titles", b"regions", b"works"):
        assert layer in answer.data
    assert client.get(TILE, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    assert b"works" not in client.get(f"{TILE}?layers=titles").data
    zipped = client.get(TILE, headers={"Accept-Encoding": "gzip"})
    assert zipped.headers.get("Content-Encoding") == "gzip" or len(answer.data) < 400


def test_names_of_persons_are_not_in_near_tiles(client, register):
    tile = client.get("/ogc/tiles/WebMercatorQuad/10/486/514?layers=titles").data
    assert b"PR/2024/0002" in tile
    assert b"Priv" not in tile


@pytest.mark.parametrize("address", ["23/0/0", "3/8/0", "3/0/8"])
def test_tiles_outside_the_world_are_refused(client, address):
    assert client.get(f"/ogc/tiles/WebMercatorQuad/{address}").status_code == 404


def test_an_export_is_an_attachment_of_the_part_asked_for(client, register):
    answer = client.get("/api/exports/titles?format=geojson&where=substances = 'fer'")
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="titles-')
    features = json.loads(answer.data)["features"]
    assert [f["properties"]["number"] for f in features] == ["PR/2024/0001"]


@pytest.mark.parametrize("form", ["geojson", "shapefile"])
@pytest.mark.parametrize("collection", ["titles", "applications", "zones", "works"])
def test_every_collection_is_exported(client, register, collection, form):
    answer = client.get(f"/api/exports/{collection}?format={form}")
    assert answer.status_code == 200, answer.text
    assert len(answer.data) > 100
