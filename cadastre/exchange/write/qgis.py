"""Write what QGIS draws with: styles by kind or status, and whole projects (.qgs inside .qgz)."""

from __future__ import annotations

import io
import xml.etree.ElementTree as ElementTree
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

# The colours of the map (web/modules/map_symbols.js): kinds in the order of the ruleset.
COLOURS = ("#0d6b4f", "#1d4e80", "#7b3f00", "#6a2c70", "#9a5b00", "#0f6d7a", "#8f1d3f", "#475569")
OTHER = "#6b716c"
VERSION = "3.22.0"
CATEGORY = {
    "titles": "kind", "applications": "kind", "zones": "kind", "works": "kind",
    "occupations": "standing", "administrative-units": "level", "base-map": "layer",
    "overlaps": "kind",
}  # fmt: skip
KINDS = {"Polygon": "fill", "LineString": "line", "Point": "marker"}
SIMPLE = {"fill": "SimpleFill", "line": "SimpleLine", "marker": "SimpleMarker"}


@dataclass(frozen=True, slots=True)
class ProjectLayer:
    """A layer: where it is, what it is drawn by, and titles of its columns.

    ``geometry`` is Polygon, LineString, Point or None (QGIS finds out); ``values`` is the label of
    each value of the column it is drawn by.
    """

    id: str
    title: str
    provider: str
    source: str
    collection: str
    geometry: str | None = "Polygon"
    values: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)
    shown: bool = True


@dataclass(frozen=True, slots=True)
class Relation:
    """A link from a column of a layer to a column of another."""

    id: str
    title: str
    referencing: tuple[str, str]
    referenced: tuple[str, str]


def write_project(
    title: str,
    layers: Sequence[ProjectLayer],
    relations: Sequence[Relation],
    *,
    extent: tuple[float, float, float, float],
    name: str = "cadastre",
) -> bytes:
    """Give the bytes of a .qgz; sources that begin with ``./`` stand beside it."""
    return packed({f"{name}.qgs": _project(title, layers, relations, extent)})


def packed(files: Mapping[str, bytes]) -> bytes:
    """Give a zip of files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as pack:
        for name, content in files.items():
            pack.writestr(name, content)
    return out.getvalue()


def style_qml(collection: str, geometry: str, values: Mapping[str, str]) -> str:
    """Give the style of a layer as QGIS keeps it (QML)."""
    root = ElementTree.Element("qgis", version=VERSION, styleCategories="Symbology")
    root.append(renderer(collection, geometry, values))
    return ElementTree.tostring(root, "unicode")


def renderer(
    collection: str, geometry: str, values: Mapping[str, str]
) -> ElementTree.Element:
    """Make a renderer: a colour for each value, and one for whatever has none."""
    kind = KINDS[geometry]
    made = ElementTree.Element(
        "renderer-v2", type="categorizedSymbol", attr=CATEGORY.get(collection, "kind"),
        symbollevels="0", enableorderby="0", forceraster="0",
    )  # fmt: skip
    categories = ElementTree.SubElement(made, "categories")
    symbols = ElementTree.SubElement(made, "symbols")
    entries = [*values.items(), ("", "…")]
    for number, (value, label) in enumerate(entries):
        ElementTree.SubElement(
            categories, "category", value=value, label=label, symbol=str(number), render="true",
            type="string",
        )  # fmt: skip
        colour = COLOURS[number % len(COLOURS)] if value else OTHER
        symbols.append(_symbol(str(number), kind, colour, is_asked=collection == "applications"))
    return made


def _symbol(name: str, kind: str, colour: str, *, is_asked: bool) -> ElementTree.Element:
    symbol = ElementTree.Element("symbol", name=name, type=kind, alpha="1", clip_to_extent="1")
    layer = ElementTree.SubElement(
        symbol, "layer", {"class": SIMPLE[kind], "enabled": "1", "locked": "0", "pass": "0"}
    )
    drawn = {
        "fill": {
            "color": _rgba(colour, 20 if is_asked else 60), "outline_color": _rgba(colour, 255),
            "outline_width": "0.4", "outline_style": "dash" if is_asked else "solid",
            "outline_width_unit": "MM", "style": "solid",
        },
        "line": {"line_color": _rgba(colour, 255), "line_width": "0.6", "line_width_unit": "MM"},
        "marker": {"color": _rgba(colour, 255), "size": "2.4", "name": "circle"},
    }[kind]  # fmt: skip
    options = ElementTree.SubElement(layer, "Option", type="Map")
    for key, value in drawn.items():
        ElementTree.SubElement(options, "Option", name=key, type="QString", value=value)
        ElementTree.SubElement(layer, "prop", k=key, v=value)  # before QGIS 3.22
    return symbol


def _rgba(colour: str, alpha: int) -> str:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"{red},{green},{blue},{alpha}"


def _project(
    title: str,
    layers: Sequence[ProjectLayer],
    relations: Sequence[Relation],
    extent: tuple[float, float, float, float],
) -> bytes:
    root = ElementTree.Element("qgis", projectname=title, version=VERSION)
    _text(root, "title", title)
    root.append(_system("projectCrs"))
    tree = ElementTree.SubElement(root, "layer-tree-group")
    for layer in layers:
        ElementTree.SubElement(
            tree, "layer-tree-layer", id=layer.id, name=layer.title, source=layer.source,
            providerKey=layer.provider, checked="Qt::Checked" if layer.shown else "Qt::Unchecked",
            expanded="0",
        )  # fmt: skip
    canvas = ElementTree.SubElement(root, "mapcanvas", name="theMapCanvas")
    _text(canvas, "units", "degrees")
    box = ElementTree.SubElement(canvas, "extent")
    for name, degrees in zip(("xmin", "ymin", "xmax", "ymax"), extent, strict=True):
        _text(box, name, repr(degrees))
    canvas.append(_system("destinationsrs"))
    held = ElementTree.SubElement(root, "projectlayers")
    for layer in layers:
        held.append(_layer(layer))
    links = ElementTree.SubElement(root, "relations")
    for link in relations:
        made = ElementTree.SubElement(
            links, "relation", id=link.id, name=link.title, referencingLayer=link.referencing[0],
            referencedLayer=link.referenced[0], strength="Association",
        )  # fmt: skip
        ElementTree.SubElement(
            made, "fieldRef", referencingField=link.referencing[1],
            referencedField=link.referenced[1],
        )  # fmt: skip
    text = ElementTree.tostring(root, encoding="utf-8")
    return b"<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n" + text


def _layer(layer: ProjectLayer) -> ElementTree.Element:
    told = {"type": "vector", "hasScaleBasedVisibilityFlag": "0"}
    if layer.geometry:
        told["geometry"] = {"LineString": "Line"}.get(layer.geometry, layer.geometry)
    made = ElementTree.Element("maplayer", told)
    _text(made, "id", layer.id)
    _text(made, "datasource", layer.source)
    _text(made, "layername", layer.title)
    made.append(_system("srs"))
    ElementTree.SubElement(made, "provider", encoding="UTF-8").text = layer.provider
    if layer.geometry:
        made.append(renderer(layer.collection, layer.geometry, layer.values))
    aliases = ElementTree.SubElement(made, "aliases")
    for number, (name, words) in enumerate(layer.columns.items()):
        ElementTree.SubElement(aliases, "alias", field=name, index=str(number), name=words)
    return made


def _system(name: str) -> ElementTree.Element:
    made = ElementTree.Element(name)
    _text(ElementTree.SubElement(made, "spatialrefsys"), "authid", "EPSG:4326")
    return made


def _text(parent: ElementTree.Element, name: str, words: str) -> None:
    ElementTree.SubElement(parent, name).text = words
