"""Name the standards that are met; each class is proved in tests/api/ogc."""

from __future__ import annotations

OGC = "http://www.opengis.net/spec/"
FEATURES_1 = OGC + "ogcapi-features-1/1.0/conf/"
FEATURES_2 = OGC + "ogcapi-features-2/1.0/conf/"
FEATURES_3 = OGC + "ogcapi-features-3/1.0/conf/"
CQL2 = OGC + "cql2/1.0/conf/"
TILES = OGC + "ogcapi-tiles-1/1.0/conf/"
PAGES = FEATURES_1 + "html"  # only where pages are mounted

CONFORMANCE = (
    OGC + "ogcapi-common-1/1.0/conf/core",
    OGC + "ogcapi-common-2/1.0/conf/collections",
    *(FEATURES_1 + name for name in ("core", "geojson", "oas30")),
    FEATURES_2 + "crs",
    *(
        FEATURES_3 + name
        for name in ("filter", "features-filter", "queryables", "queryables-query-parameters")
    ),
    *(
        CQL2 + name
        for name in (
            "cql2-text", "cql2-json", "basic-cql2", "advanced-comparison-operators",
            "case-insensitive-comparison", "basic-spatial-functions", "temporal-functions",
            "array-functions", "property-property",
        )
    ),
    *(
        TILES + name
        for name in (
            "core", "tileset", "tilesets-list", "dataset-tilesets", "geodata-tilesets", "mvt",
        )
    ),
)  # fmt: skip
