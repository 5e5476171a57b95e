"""Make the links that OGC clients follow, absolute as GDAL and QGIS expect them."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode

from flask import request

JSON = "application/json"
GEOJSON = "application/geo+json"
HTML = "text/html"
SCHEMA = "application/schema+json"
OPENAPI_3_0 = "application/vnd.oai.openapi+json;version=3.0"
OPENAPI = "application/vnd.oai.openapi+json;version=3.1"
MVT = "application/vnd.mapbox-vector-tile"


def link(path: str, rel: str, media_type: str = JSON, title: str | None = None) -> dict[str, Any]:
    """Make one link to a path of this host; ``{…}`` of templates stay as they are."""
    made = {"href": base() + quote(path, safe="/{}?&=,%:+"), "rel": rel, "type": media_type}
    return {**made, "title": title} if title else made


def base() -> str:
    """Give the host as the client reached it, without a slash at the end."""
    return request.host_url.rstrip("/")


def here(**changes: Any) -> str:
    """Give the present path with some parameters changed; None drops one."""
    kept: dict[str, Any] = {**request.args, **changes}
    query = urlencode({name: value for name, value in kept.items() if value is not None})
    return f"{request.path}?{query}" if query else request.path
