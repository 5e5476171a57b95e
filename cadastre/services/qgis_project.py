"""Make a QGIS project of the register: over the network, or with its data beside it."""

from __future__ import annotations

import tempfile
from pathlib import Path

from sqlalchemy.orm import Session

from cadastre.exchange.write.geopackage import add_layer
from cadastre.exchange.write.qgis import ProjectLayer, Relation, packed, write_project
from cadastre.exchange.write.records import Metadata
from cadastre.queries.asof import AsOf
from cadastre.queries.catalogue import relation_of
from cadastre.queries.relation import count_features
from cadastre.queries.visibility import ANYBODY, Viewer
from cadastre.rules.ruleset import Ruleset
from cadastre.sentences import say
from cadastre.services.exports import Export, field_spec, records_of
from cadastre.services.labels import kind_labels

MEDIA_TYPE = "application/x-qgis-project"
# From the top of the list of layers down.
LAYERS = ("applications", "titles", "zones", "occupations", "administrative-units")
HIDDEN = {"occupations"}
INSIDE = "cadastre.gpkg"


def linked_project(ruleset: Ruleset, at: AsOf, base: str, language: str) -> Export:
    """Make a project whose layers read OGC API Features of this site.

    Parameters
    ----------
    base
        Address of the site, without a slash at the end.
    """
    layers = [
        _layer(
            ruleset, at, name, language, "OAPIF",
            f" url='{base}/ogc/' typename='{name}' pagingEnabled='true'"
            " restrictToRequestBBOX='1'",
        )
        for name in LAYERS
    ]  # fmt: skip
    return _export(ruleset, at, layers, language)


def project_with_data(
    session: Session, ruleset: Ruleset, at: AsOf, language: str, viewer: Viewer = ANYBODY
) -> Export:
    """Make a zip of a project and its GeoPackage: the register of a day, for where no network is.

    They stand side by side, since QGIS does not read layers from inside a .qgz.
    """
    layers = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / INSIDE
        for name in LAYERS:
            relation = relation_of(name, at, viewer)
            if not count_features(session, relation):
                continue
            labels = kind_labels(ruleset, name, language)
            add_layer(
                path, records_of(session, relation),
                [field_spec(each) for each in relation.fields.values()], "EPSG:4326",
                Metadata(name, at.instant, language=language, labels=labels),
            )  # fmt: skip
            source = f"./{INSIDE}|layername={name}"
            layers.append(_layer(ruleset, at, name, language, "ogr", source))
        content = path.read_bytes() if path.exists() else b""
    project = _export(ruleset, at, layers, language)
    whole = packed({"cadastre.qgz": b"".join(project.content), INSIDE: content})
    return Export(f"cadastre-{at.day.isoformat()}-qgis.zip", "application/zip", iter([whole]))


def _layer(
    ruleset: Ruleset, at: AsOf, name: str, language: str, provider: str, source: str
) -> ProjectLayer:
    fields = relation_of(name, at).fields
    return ProjectLayer(
        id=_id(name),
        title=say(f"collection.{name}", language),
        provider=provider,
        source=source,
        collection=name,
        values=kind_labels(ruleset, name, language),
        columns={field: say(f"field.{field}", language) for field in fields},
        shown=name not in HIDDEN,
    )


def _export(
    ruleset: Ruleset,
    at: AsOf,
    layers: list[ProjectLayer],
    language: str,
) -> Export:
    there = {layer.id for layer in layers}
    relations = [
        Relation(
            f"occupations_{one}", say(f"project.relation-{one}", language),
            (_id("occupations"), "number"), (_id(one), "number"),
        )
        for one in ("titles", "applications")
        if {_id(one), _id("occupations")} <= there
    ]  # fmt: skip
    title = f"{ruleset.name[language]} – {at.day.isoformat()}"
    content = write_project(title, layers, relations, extent=ruleset.envelope)
    return Export(f"cadastre-{at.day.isoformat()}.qgz", MEDIA_TYPE, iter([content]))


def _id(name: str) -> str:
    """Name a layer for QGIS, which makes up another name for one shorter than eleven letters."""
    return f"cadastre_{name.replace('-', '_')}"
