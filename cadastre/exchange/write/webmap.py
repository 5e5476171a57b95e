"""Write a map as one HTML file that asks no other host: folium, with Leaflet inside."""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Iterable, Sequence
from typing import Any

import shapely

from cadastre.config import ROOT
from cadastre.errors import NotAvailable, UnusableInput
from cadastre.exchange.write.records import FeatureRecord, FieldSpec, Metadata, plain
from cadastre.geometry import crs as systems
from cadastre.sentences import say

LEAFLET = ROOT / "node_modules" / "leaflet" / "dist"
MOST_FEATURES = 20_000
COLOURS = ("#0d4a38", "#b3541e", "#2b5c8a", "#7a2e5d", "#8a7a12", "#4c4c4c")
_ASKS_A_HOST = re.compile(r"""(?:src|href)\s*=\s*["']\s*(?:https?:)?//|url\(\s*["']?\s*https?:""")


def write(
    records: Iterable[FeatureRecord], fields: Sequence[FieldSpec], crs: str, metadata: Metadata
) -> bytes:
    """Give the bytes of a page: each feature with its values, coloured by status or kind.

    Raises
    ------
    UnusableInput
        ``exchange.html-crs``; ``exchange.html-rows``: a browser would not show so many.
    NotAvailable
        ``exchange.html-no-leaflet``: Leaflet is not installed here.
    """
    if systems.normalise(crs) != systems.WGS84:
        raise UnusableInput("exchange.html-crs", where="crs", given=crs)
    shown = [record for record in records if record.geometry is not None]
    if len(shown) > MOST_FEATURES:
        raise UnusableInput("exchange.html-rows", where="format", most=MOST_FEATURES)
    metadata.losses.append(say("exchange.loss-html", metadata.language))
    return standalone(map_of(shown, fields, metadata), metadata.collection).encode()


def map_of(
    records: Sequence[FeatureRecord], fields: Sequence[FieldSpec], metadata: Metadata
) -> Any:
    """Make a folium map of features, framed around them, without a background from outside."""
    import folium  # heavy: loaded by the process that draws, not at the start of the web server

    drawn = folium.Map(tiles=None, control_scale=True, prefer_canvas=True)
    drawn.default_js, drawn.default_css = [], []
    if not records:
        return drawn
    title = {each.name: each.title.get(metadata.language, each.name) for each in fields}
    features = [_feature(record, fields) for record in records]
    popup = folium.GeoJsonPopup(
        ["id", *title], aliases=["", *(html.escape(words) for words in title.values())]
    )
    by = next((name for name in ("status", "state", "kind", "level") if name in title), None)
    colours = _colours(features, by)
    folium.GeoJson(
        {"type": "FeatureCollection", "features": features},
        style_function=lambda each: {
            "color": colours.get(each["properties"].get(by), COLOURS[0]), "weight": 1.5,
            "fillOpacity": 0.25,
        },
        marker=folium.CircleMarker(radius=5, fill=True),
        popup=popup,
    ).add_to(drawn)  # fmt: skip
    west, south, east, north = shapely.total_bounds([each.geometry for each in records]).tolist()
    drawn.fit_bounds([[south, west], [north, east]])
    return drawn


def standalone(drawn: Any, title: str) -> str:
    """Render a folium map with Leaflet's script and style written into the page.

    Raises
    ------
    NotAvailable
        ``exchange.html-no-leaflet``.
    ValueError
        Something in the map would ask another host: the file would not be self-contained.
    """
    from folium import Element  # heavy, as above

    drawn.default_js, drawn.default_css = [], []
    head = drawn.get_root().header
    # Inside a script only "</script" could end it.
    script = _asset("leaflet.js").replace("</script", "<\\/script")
    script = re.sub(r"//# sourceMappingURL=.*", "", script)
    head.add_child(Element(f"<title>{html.escape(title)}</title>"), name="title", index=0)
    head.add_child(Element(f"<style>{_style()}</style>"), name="leaflet_css", index=0)
    head.add_child(Element(f"<script>{script}</script>"), name="leaflet_js", index=0)
    page: str = drawn.get_root().render()
    rest = page.replace(script, "")
    if outside := _ASKS_A_HOST.search(rest):
        raise ValueError(f"the map asks another host: {rest[outside.start() :][:120]}")
    return page


def _feature(record: FeatureRecord, fields: Sequence[FieldSpec]) -> dict[str, Any]:
    values = {"id": record.id} | {
        each.name: plain(record.values.get(each.name), each.type) for each in fields
    }
    assert record.geometry is not None
    shape = shapely.geometry.mapping(record.geometry)
    words = {name: _shown(value) for name, value in values.items()}
    return {"type": "Feature", "id": record.id, "geometry": shape, "properties": words}


def _shown(value: Any) -> Any:
    """Write a value for a popup, which Leaflet takes as HTML: nothing in it may act."""
    if value is None:
        return ""
    return value if isinstance(value, (int, float)) else html.escape(str(value))


def _colours(features: Sequence[dict[str, Any]], by: str | None) -> dict[Any, str]:
    kinds = sorted({str(each["properties"].get(by, "")) for each in features})
    return {kind: COLOURS[number % len(COLOURS)] for number, kind in enumerate(kinds)}


def _asset(name: str) -> str:
    try:
        return (LEAFLET / name).read_text("utf-8")
    except OSError:
        raise NotAvailable("exchange.html-no-leaflet", where="format") from None


def _style() -> str:
    """Give Leaflet's style with its pictures inside."""

    def inside(found: re.Match[str]) -> str:
        picture = (LEAFLET / found[1]).read_bytes()
        return f"url(data:image/png;base64,{base64.b64encode(picture).decode()})"

    return re.sub(r"url\((images/[\w-]+\.png)\)", inside, _asset("leaflet.css"))
