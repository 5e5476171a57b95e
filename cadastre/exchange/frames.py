"""Hand collections to notebooks: a GeoDataFrame at any date, and a map that stands alone."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import shapely
from sqlalchemy.orm import Session

from cadastre.config import read_settings
from cadastre.database import app_engine, transaction
from cadastre.exchange.write.records import FeatureRecord, FieldSpec, Metadata
from cadastre.exchange.write.webmap import map_of, standalone
from cadastre.queries.asof import as_of, look_back
from cadastre.queries.catalogue import relation_of
from cadastre.queries.filters import filtered
from cadastre.queries.relation import Box, Relation, stream_features
from cadastre.queries.visibility import ANYBODY, Viewer
from cadastre.sentences import say_all

if TYPE_CHECKING:
    import geopandas


def frame(
    collection: str,
    at: dt.date | None = None,
    *,
    known: dt.datetime | None = None,
    where: str | None = None,
    bbox: Box | None = None,
    session: Session | None = None,
    viewer: Viewer = ANYBODY,
    zone: str = "UTC",
) -> geopandas.GeoDataFrame:
    """Give a collection as a GeoDataFrame in EPSG:4326, indexed by number or code.

    Parameters
    ----------
    at
        Day of the law; without it, now.
    known
        Instant until which the register knew; the session may then only read.
    where, bbox
        A CQL2 filter; west, south, east, north in degrees.
    session
        Without one, the database of the environment is opened as the application.

    Raises
    ------
    NotFound
        No such collection.
    UnusableInput
        An unreadable filter.
    """
    if session is None:
        with transaction(app_engine(read_settings())) as opened:
            return frame(
                collection, at, known=known, where=where, bbox=bbox, session=opened,
                viewer=viewer, zone=zone,
            )  # fmt: skip
    if known is not None:
        look_back(session, known)
    relation = filtered(relation_of(collection, as_of(at, zone), viewer), where)
    return _frame(session, relation if bbox is None else relation.within(bbox))


def save_map(made: geopandas.GeoDataFrame, title: str = "cadastre", language: str = "fr") -> str:
    """Give a frame as one HTML page with its values, asking no other host."""
    rows = made.to_crs(4326)
    names = [name for name in rows.columns if name != rows.geometry.name]
    fields = [FieldSpec(name, title=say_all(f"field.{name}", {})) for name in names]
    records = [
        FeatureRecord(str(key), shape, {name: _plain(row[name]) for name in names})
        for (key, row), shape in zip(rows.iterrows(), rows.geometry, strict=True)
        if shape is not None
    ]
    return standalone(map_of(records, fields, Metadata(title, language=language)), title)


def _frame(session: Session, relation: Relation) -> geopandas.GeoDataFrame:
    import geopandas  # heavy: only notebooks and exports ask for frames
    import pandas

    rows = list(stream_features(session, relation))
    columns = {name: [getattr(row, name) for row in rows] for name in relation.fields}
    made = pandas.DataFrame(columns, index=pandas.Index([row.key for row in rows], name="key"))
    for name, field in relation.fields.items():
        if field.type in ("date", "date-time"):
            made[name] = pandas.to_datetime(made[name], utc=field.type == "date-time")
        elif field.type in ("number", "integer"):
            made[name] = pandas.to_numeric(made[name])
    ground = shapely.from_wkb([None if r.geometry is None else bytes(r.geometry) for r in rows])
    return geopandas.GeoDataFrame(made, geometry=ground, crs="EPSG:4326")


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return value
    missing = value is None or value != value or str(value) == "NaT"
    return None if missing else getattr(value, "date", lambda: value)()
