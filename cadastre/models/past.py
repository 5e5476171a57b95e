"""The past of the register: every earlier version of a row, kept by the database itself.

``<table>_past`` repeats the columns of its table behind ``superseded_at``. Triggers fill it
(migrations/sql/keep_past.sql); the application may read it and nothing else. A version was known
from its ``recorded_at`` to its ``superseded_at``; the one known now stands in the table itself.
"""

from __future__ import annotations

from sqlalchemy import Column, DateTime, Index, Table

from cadastre.models.application import Application
from cadastre.models.base import Base
from cadastre.models.charge import Charge
from cadastre.models.parcel import Occupation, Parcel
from cadastre.models.title import Share, Title, TitleRelation
from cadastre.models.work import Work
from cadastre.models.zone import Zone

REMEMBERED = (
    Title, Share, TitleRelation, Charge, Application, Parcel, Occupation, Zone, Work,
)  # fmt: skip


# Columns by which a question finds rows: the past is found by them too.
LOOKED_UP = {
    "title": ("number",), "application": ("number",), "share": ("title_id",),
    "parcel": ("title_id", "application_id"), "occupation": ("parcel_id",), "zone": ("code",),
    "work": ("code",),
}  # fmt: skip


def past_of(model: type[Base]) -> Table:
    """Give the table that keeps the earlier versions of a model's rows."""
    return Base.metadata.tables[f"{model.__tablename__}_past"]


def _declare(model: type[Base]) -> Table:
    present = Base.metadata.tables[model.__tablename__]
    columns = [Column(column.name, column.type, nullable=column.nullable) for column in present.c]
    key = next(iter(present.primary_key.columns)).name
    return Table(
        f"{present.name}_past",
        Base.metadata,
        Column("superseded_at", DateTime(timezone=True), nullable=False),
        *columns,
        Index(f"ix_{present.name}_past_{key}_superseded_at", key, "superseded_at"),
        *(
            Index(f"ix_{present.name}_past_{name}", name)
            for name in LOOKED_UP.get(present.name, ())
        ),
        *(
            [Index(f"ix_{present.name}_past_geom", "geom", postgresql_using="gist")]
            if "geom" in present.c
            else []
        ),
    )


for _model in REMEMBERED:
    _declare(_model)
