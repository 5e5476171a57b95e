"""Make a QGIS project of the register: over the network, or with its data beside it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from sqlalchemy.orm import Session

from cadastre.exchange.write.geopackage import add_layer
from cadastre.exchange.write.ogr import kind_of
from cadastre.exchange.write.qgis import ProjectLayer, Relation, packed, write_project
from cadastre.exchange.write.records import Metadata
from cadastre.queries.asof import AsOf
from cadastre.queries.catalogue import class_of_collection, collections_for, relation_of
from cadastre.queries.relation import count_features
from cadastre.queries.visibility import ANYBODY, Classification, Viewer
from cadastre.rules.resolution.kinds import KINDS
from cadastre.rules.ruleset import Ruleset
from cadastre.sentences import say
from cadastre.services.exports import Export, field_spec, records_of
from cadastre.services.labels import kind_labels

MEDIA_TYPE = "application/x-qgis-project"
# From the top of the list of layers down.
LAYERS = (
    "overlaps", "applications", "titles", "works", "zones", "occupations",
    "administrative-units", "base-map",
)  # fmt: skip
HIDDEN = {"occupations"}
# What mixes points, lines and areas is a layer for each: QGIS draws one kind at a time.
PARTS = {
    "works": ("Point", "LineString", "Polygon"),
    "base-map": ("Point", "LineString", "Polygon"),
}
INSIDE = "cadastre.gpkg"
BASE_LAYERS = ("countries", "coast", "rivers", "lakes", "towns")
# Which column of a layer names a row of another: referencing, column, referenced, column.
LINKS = (
    ("occupations", "number", "titles", "number"),
    ("occupations", "number", "applications", "number"),
    ("overlaps", "left", "titles", "number"),
    ("overlaps", "left", "applications", "number"),
    ("overlaps", "right", "titles", "number"),
    ("overlaps", "right", "applications", "number"),
    ("overlaps", "right", "zones", "code"),
)


def linked_project(ruleset: Ruleset, at: AsOf, base: str, language: str) -> Export:
    """Make a project whose layers read this site, and no other.

    Overlaps are not among them: QGIS would ask for them as nobody, for whom they do not exist.

    Parameters
    ----------
    base
        Address of the site, without a slash at the end.
    """
    layers = []
    for name in LAYERS:
        if class_of_collection(name) is not Classification.PUBLIC:
            continue
        if name in PARTS:
            # One OGC layer has one kind of geometry for QGIS; a file may be read by kind.
            source = f"{base}/api/exports/{name}?format=geojson"
            layers += _parts(ruleset, at, name, language, source, PARTS[name])
            continue
        source = (
            f" url='{base}/ogc/' typename='{name}' pagingEnabled='true' restrictToRequestBBOX='1'"
        )
        layers.append(_layer(ruleset, at, name, language, "OAPIF", source))
    return _export(ruleset, at, layers, language)


def project_with_data(
    session: Session, ruleset: Ruleset, at: AsOf, language: str, viewer: Viewer = ANYBODY
) -> Export:
    """Make a zip of a project and its GeoPackage: the register of a day, for where no network is.

    They stand side by side, since QGIS does not read layers from inside a .qgz. Overlaps are
    there for who may know of them.
    """
    layers: list[ProjectLayer] = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / INSIDE
        for name in LAYERS:
            if name not in collections_for(viewer):
                continue
            relation = relation_of(name, at, viewer)
            if not count_features(session, relation):
                continue
            labels = _labels(ruleset, name, language)
            rows = list(records_of(session, relation))
            add_layer(
                path, rows, [field_spec(each) for each in relation.fields.values()], "EPSG:4326",
                Metadata(name, at.instant, language=language, labels=labels),
            )  # fmt: skip
            source = f"./{INSIDE}|layername={name}"
            if name in PARTS:
                kinds = {kind_of(row) for row in rows}
                there = [kind for kind in PARTS[name] if kind in kinds]
                layers += _parts(ruleset, at, name, language, source, there)
            else:
                layers.append(_layer(ruleset, at, name, language, "ogr", source, viewer=viewer))
        content = path.read_bytes() if path.exists() else b""
    project = _export(ruleset, at, layers, language)
    whole = packed({"cadastre.qgz": b"".join(project.content), INSIDE: content})
    return Export(f"cadastre-{at.day.isoformat()}-qgis.zip", "application/zip", iter([whole]))


def _parts(
    ruleset: Ruleset, at: AsOf, name: str, language: str, source: str, kinds: Iterable[str]
) -> list[ProjectLayer]:
    """Give a layer for each kind of geometry of a collection that mixes them."""
    made = [
        (kind, _layer(ruleset, at, name, language, "ogr", f"{source}|geometrytype={kind}"))
        for kind in kinds
    ]
    return [
        replace(
            layer, id=f"{layer.id}_{kind.lower()}", geometry=kind,
            title=f"{layer.title} – {say(f'project.part-{kind.lower()}', language)}",
        )
        for kind, layer in made
    ]  # fmt: skip


def _layer(
    ruleset: Ruleset, at: AsOf, name: str, language: str, provider: str, source: str,
    viewer: Viewer = ANYBODY,
) -> ProjectLayer:  # fmt: skip
    fields = relation_of(name, at, viewer).fields
    return ProjectLayer(
        id=_id(name),
        title=say(f"collection.{name}", language),
        provider=provider,
        source=source,
        collection=name,
        values=_labels(ruleset, name, language),
        columns={field: say(f"field.{field}", language) for field in fields},
        shown=name not in HIDDEN,
    )


def _labels(ruleset: Ruleset, name: str, language: str) -> dict[str, str]:
    """Name the values that a layer is drawn by."""
    if name == "base-map":
        return {layer: say(f"base-map.{layer}", language) for layer in BASE_LAYERS}
    if name == "overlaps":
        return {kind: say(f"cases.kind-{kind}", language) for kind in KINDS}
    return kind_labels(ruleset, name, language)


def _export(
    ruleset: Ruleset,
    at: AsOf,
    layers: list[ProjectLayer],
    language: str,
) -> Export:
    there = {layer.id for layer in layers}
    relations = [
        Relation(
            f"{one}_{column}_{other}" if column != "number" else f"{one}_{other}",
            say(f"project.relation-{one}-{column}-{other}", language),
            (_id(one), column), (_id(other), key),
        )
        for one, column, other, key in LINKS
        if {_id(one), _id(other)} <= there
    ]  # fmt: skip
    title = f"{ruleset.name[language]} – {at.day.isoformat()}"
    content = write_project(title, layers, relations, extent=ruleset.envelope)
    return Export(f"cadastre-{at.day.isoformat()}.qgz", MEDIA_TYPE, iter([content]))


def _id(name: str) -> str:
    """Name a layer for QGIS, which makes up another name for one shorter than eleven letters."""
    return f"cadastre_{name.replace('-', '_')}"
