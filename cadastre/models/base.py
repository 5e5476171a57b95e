"""The common base of every table: naming convention, identifiers, geometry columns.

Constraint names follow one convention, so that a violation can be translated into a domain error
by name, and a migration can rely on it.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, ClassVar

from geoalchemy2 import Geometry
from sqlalchemy import BigInteger, DateTime, Identity, MetaData, Text, func
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

NAMING_CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

SRID = 4326


class Base(DeclarativeBase):
    """Base of all tables; ``type_annotation_map`` gives each Python type one SQL type."""

    metadata = MetaData(naming_convention=NAMING_CONVENTION)
    type_annotation_map: ClassVar = {
        int: BigInteger,
        str: Text,
        dt.datetime: DateTime(timezone=True),
        dict[str, Any]: JSONB,
        list[str]: ARRAY(Text),
    }


identifier = Annotated[int, mapped_column(BigInteger, Identity(always=True), primary_key=True)]
recorded_now = Annotated[
    dt.datetime, mapped_column(DateTime(timezone=True), server_default=func.now())
]


def multipolygon() -> Geometry:
    """Give the column type of ground: MULTIPOLYGON, EPSG:4326, longitude first."""
    return Geometry("MULTIPOLYGON", srid=SRID, spatial_index=False)


def any_geometry() -> Geometry:
    """Give the column type of things that are points, lines or areas, EPSG:4326."""
    return Geometry("GEOMETRY", srid=SRID, spatial_index=False)


class Recorded:
    """When the register learnt a row: the second of its two clocks (known in the base)."""

    recorded_at: Mapped[recorded_now]
