"""Prove each conformance class that is declared; a class without a proof here must not be."""

from __future__ import annotations

import json
from urllib.parse import urlencode

import pytest
import shapely
from pyproj import Transformer
from shapely.geometry import shape

from api.ogc.conformance import CONFORMANCE, CQL2, FEATURES_1, FEATURES_2, FEATURES_3, OGC, TILES
from api.ogc.systems import CRS84, EPSG
from tests.factories import make_title, square

ITEMS = "/ogc/collections/titles/items"
UTM, LAT_LON = EPSG.format(32631), EPSG.format(4326)
PROVED = {
    OGC + "ogcapi-common-1/1.0/conf/core", OGC + "ogcapi-common-2/1.0/conf/collections",
    *(FEATURES_1 + name for name in ("core", "geojson", "oas30")), FEATURES_2 + "crs",
    *(FEATURES_3 + name for name in ("filter", "features-filter", "queryables",
                                     "queryables-query-parameters")),
    # tests/queries/test_cql2.py proves the language itself.
    *(CQL2 + name for name in ("cql2-text", "cql2-json", "basic-cql2",
                               "advanced-comparison-operators", "case-insensitive-comparison",
                               "basic-spatial-functions", "temporal-functions", "array-functions",
                               "property-property")),
    *(TILES + name for name in ("core", "tileset", "tilesets-list", "dataset-tilesets",
                                "geodata-tilesets", "mvt")),
}  # fmt: skip


DASHED = {name: name.replace("_", "-") for name in ("bbox_crs", "filter_crs", "filter_lang")}


def items(client, **asked):
    names = {DASHED.get(name, name): value for name, value in asked.items()}
    answer = client.get(f"{ITEMS}?{urlencode(names)}")
    assert answer.status_code == 200, answer.text
    return answer


def ids(client, **asked):
    return [feature["id"] for feature in items(client, **asked).json["features"]]


def test_nothing_is_declared_that_is_not_proved(client):
    declared = client.get("/ogc/conformance?f=json").json["conformsTo"]
    assert set(declared) == PROVED | {FEATURES_1 + "html"} == {*CONFORMANCE, FEATURES_1 + "html"}


def test_people_get_pages_and_programs_get_json(client, register):
    browser = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    for path in ("/ogc/", "/ogc/conformance", "/ogc/collections", "/ogc/collections/titles",
                 "/ogc/collections/titles/queryables", "/ogc/collections/titles/sortables", ITEMS,
                 f"{ITEMS}/PR/2024/0001", "/ogc/tiles", "/ogc/tileMatrixSets"):  # fmt: skip
        page = client.get(path, headers=browser)
        assert page.status_code == 200
        assert page.content_type.startswith("text/html"), path
        assert "<main" in page.text
        body = client.get(path)
        assert "json" in body.content_type, path
        alternates = [link for link in body.json["links"] if link["rel"] == "alternate"]
        assert "f=html" in alternates[0]["href"]
        assert client.get(path + "?f=html").content_type.startswith("text/html")
    assert "Bassar Centre" in client.get(ITEMS, headers=browser).text
    assert "Personne Privée" not in client.get(ITEMS, headers=browser).text
    assert client.get("/ogc/?f=pdf").status_code == 400


def test_the_description_is_openapi_3_0_and_covers_every_ogc_path(client, app):
    answer = client.get("/ogc/api")
    assert answer.content_type == "application/vnd.oai.openapi+json;version=3.0"
    told = answer.json
    assert told["openapi"].startswith("3.0")
    rules = {rule.rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/ogc")}
    assert len(told["paths"]) == len(rules)
    assert "examples" not in json.dumps(told)
    (limit,) = [p for p in told["paths"]["/ogc/collections/{collection}/items"]["get"]
                ["parameters"] if p["name"] == "limit"]  # fmt: skip
    assert limit["schema"]["maximum"] == 10_000


@pytest.mark.parametrize("crs", [CRS84, LAT_LON, UTM, EPSG.format(3857)])
def test_features_in_each_system_agree_with_proj(client, register, crs):
    answer = items(client, crs=crs, number="PR/2024/0001")
    assert answer.headers["Content-Crs"] == f"<{crs}>"
    (feature,) = answer.json["features"]
    code = "OGC:CRS84" if crs == CRS84 else f"EPSG:{crs.rpartition('/')[2]}"
    # Without always_xy PROJ keeps the order of axes that the authority gives.
    move = Transformer.from_crs("OGC:CRS84", code).transform
    ground = shapely.MultiPolygon([square(0.5, 8.0)])
    expected = shapely.transform(ground, lambda xy: list(zip(*move(*xy.T), strict=True)))
    assert shapely.equals_exact(
        shape(feature["geometry"]).normalize(), expected.normalize(), tolerance=1e-3
    )
    one = client.get(f"{ITEMS}/PR/2024/0001?{urlencode({'crs': crs})}")
    assert one.headers["Content-Crs"] == f"<{crs}>"
    assert shapely.equals_exact(
        shape(one.json["geometry"]).normalize(), shape(feature["geometry"]).normalize(), 1e-6
    )


def test_boxes_and_filters_may_be_in_another_system(client, register):
    assert ids(client, bbox="7.9,0.4,8.2,0.7", bbox_crs=LAT_LON) == ["PR/2024/0001"]
    assert ids(client, bbox="0.4,7.9,0.7,8.2", bbox_crs=CRS84) == ["PR/2024/0001"]
    assert ids(client, bbox="220000,880000,230000,890000", bbox_crs=UTM) == ["PR/2024/0001"]
    inside = "S_INTERSECTS(geometry, POINT({}))"
    assert ids(client, filter=inside.format("0.55 8.05")) == ["PR/2024/0001"]
    assert ids(client, filter=inside.format("8.05 0.55"), filter_crs=LAT_LON) == ["PR/2024/0001"]
    assert ids(client, filter=inside.format("225500 890600"), filter_crs=UTM) == ["PR/2024/0001"]


def test_every_collection_lists_its_systems_and_the_stored_one(client, register):
    for one in client.get("/ogc/collections").json["collections"]:
        assert {CRS84, LAT_LON, UTM} <= set(one["crs"])
        assert one["storageCrs"] == CRS84


@pytest.mark.parametrize(
    "asked",
    [{"crs": "EPSG:99999"}, {"crs": EPSG.format(2154)}, {"bbox-crs": "x", "bbox": "0,0,1,1"},
     {"bbox": "0,0,1,1,nan"}, {"sortby": "geometry"}, {"sortby": "substances"},
     {"properties": "doubts"}, {"after": "x"}, {"after": "W10"}, {"after": "é" * 40},
     {"filter": "{", "filter-lang": "cql2-json"}, {"colour": "red"}, {"is_demonstration": "maybe"},
     {"doubts": "x"}, {"filter": "number = 'a'", "filter-crs": "x"}, {"f": "xml"}],
)  # fmt: skip
def test_what_is_not_understood_is_a_400_in_a_sentence(client, register, asked):
    answer = client.get(f"{ITEMS}?{urlencode(asked)}")
    assert answer.status_code == 400, answer.text
    assert answer.content_type == "application/problem+json"
    assert answer.json["detail"] != answer.json["code"]


def test_queryables_stand_in_filters_and_as_parameters(client, register):
    told = client.get("/ogc/collections/titles/queryables").json
    assert "doubts" not in told["properties"]
    assert ids(client, number="PR/2024/0002") == ["PR/2024/0002"]
    assert ids(client, substances="fer") == ["PR/2024/0001"]
    assert ids(client, is_demonstration="true") == ids(client, filter="is_demonstration = TRUE")
    for name, schema in told["properties"].items():
        if schema.get("type") == "string" and "format" not in schema:
            assert ids(client, filter=f"{name} = 'x' OR {name} IS NULL OR {name} <> 'x'"), name


def test_a_filter_in_json_finds_what_the_text_finds(client, register):
    tree = {"op": "like", "args": [{"property": "name"}, "Bassar%"]}
    found = ids(client, filter=json.dumps(tree), filter_lang="cql2-json")
    assert found == ids(client, filter="name LIKE 'Bassar%'") == ["PR/2024/0001"]


def test_properties_and_order_are_chosen(client, register):
    (first, *_) = items(client, properties="number,kind", limit=1).json["features"]
    assert list(first["properties"]) == ["number", "kind"]
    assert ids(client, sortby="-number") == ["PR/2024/0002", "PR/2024/0001"]
    assert ids(client, sortby="name,-number") == ["PR/2024/0001", "PR/2024/0002"]


@pytest.mark.parametrize("sortby", ["", "name", "-name", "granted_on,-starts_on", "-area_ha,name"])
@pytest.mark.parametrize("limit", [1, 3, 7])
def test_pages_hold_the_whole_once_in_order(client, session, sortby, limit):
    for number in range(17):
        make_title(
            session, square(0.3 + number * 0.02, 8.0, 0.01), number=f"T{number * 7 % 17:02d}",
            name=None if number % 4 == 0 else f"Nom {number % 3}",
        )  # fmt: skip
    session.flush()
    asked = {"limit": 100, **({"sortby": sortby} if sortby else {})}
    whole = ids(client, **asked)
    assert len(set(whole)) == 17
    seen, following = [], f"{ITEMS}?{urlencode({**asked, 'limit': limit})}"
    while following:
        page = client.get(following).json
        seen += [feature["id"] for feature in page["features"]]
        links = [link["href"] for link in page["links"] if link["rel"] == "next"]
        following = links[0].removeprefix("http://localhost") if links else None
    assert seen == whole


def test_an_unchanged_page_is_asked_for_once(client, register):
    first = items(client)
    assert first.cache_control.public
    assert {"Accept", "Accept-Language"} <= set(first.vary.as_set(preserve_casing=True))
    again = client.get(ITEMS, headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    make_title(register, square(1.5, 8.0), number="PR/2024/0003")
    register.flush()
    assert items(client).headers["ETag"] != first.headers["ETag"]


def test_tile_sets_say_what_the_tiles_hold(client, register):
    listed = client.get("/ogc/collections/titles/tiles").json["tilesets"]
    (whole,) = [link["href"] for link in listed[0]["links"] if link["rel"] == "self"]
    told = client.get(whole.removeprefix("http://localhost")).json
    (template,) = [link["href"] for link in told["links"] if link["rel"] == "item"]
    path = template.removeprefix("http://localhost").format(tileMatrix=6, tileRow=30, tileCol=32)
    tile = client.get(path)
    assert tile.content_type == "application/vnd.mapbox-vector-tile"
    assert {layer["id"] for layer in told["layers"]} == {"titles"}
    for name, schema in told["layers"][0]["propertiesSchema"]["properties"].items():
        is_far = int(schema.get("x-from-tile-matrix", 0)) <= 6
        assert (name.encode() in tile.data) == is_far, name
    (scheme,) = [link["href"] for link in told["links"] if "tiling-scheme" in link["rel"]]
    matrices = client.get(scheme.removeprefix("http://localhost")).json["tileMatrices"]
    assert matrices[3]["matrixWidth"] == 8
    assert client.get("/ogc/tiles/Other").status_code == 404
    assert client.get("/ogc/collections/nothing/tiles").status_code == 404


def test_far_tiles_draw_one_right_of_those_too_small_to_tell_apart(client, session):
    make_title(session, square(0.5, 8.0, 0.5), number="WIDE")
    for number in range(6):  # a hundred metres each, side by side within a pixel of zoom 6
        make_title(session, square(1.2 + number * 0.001, 8.0, 0.001), number=f"SMALL{number}")
    make_title(session, square(1.2, 8.0, 0.002), number="LARGEST", group="none")
    session.flush()
    path = "/ogc/collections/titles/tiles/WebMercatorQuad"
    far, near = client.get(f"{path}/6/30/32").data, client.get(f"{path}/10/489/515").data
    assert b"WIDE" in far
    assert b"LARGEST" in far
    assert b"SMALL" not in far
    assert near.count(b"SMALL") == 6


def test_tilejson_lists_every_layer_of_the_map(client, register):
    told = client.get("/ogc/tiles/WebMercatorQuad?f=tilejson").json
    assert told["tilejson"] == "3.0.0"
    layers = {layer["id"]: layer for layer in told["vector_layers"]}
    assert {"titles", "applications", "zones", "works", "countries"} <= set(layers)
    assert "holder" in layers["titles"]["fields"]
    path = told["tiles"][0].removeprefix("http://localhost").format(z=6, y=30, x=32)
    assert b"titles" in client.get(path).data
