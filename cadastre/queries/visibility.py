"""Decide in one place which columns a viewer is shown.

Every field of the read model carries a class: that of its column, declared beside the models
(:mod:`cadastre.models.classification`). The map, the tiles, the search, the exports and the API all
ask :func:`allowed_fields`, so a column cannot leak through one of them. What is published
about a title follows the licence-register requirement of the EITI: holder, kind, substance, dates,
perimeter. The name of a natural person is personal data and is masked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Alias, SQLColumnExpression, Table, case, null

from cadastre.models import Party
from cadastre.models.classification import class_of
from cadastre.rules.permissions.classification import Classification
from cadastre.vocabulary import PartyKind


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who is looking, reduced to what matters for reading."""

    clearance: Classification = Classification.PUBLIC

    def may_see(self, classification: Classification) -> bool:
        """Tell whether something of that class may be shown."""
        return classification <= self.clearance


ANYBODY = Viewer()
__all__ = ["ANYBODY", "Classification", "Field", "Viewer", "allowed_fields", "party_name"]


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """A column of the read model: what it is called, where it comes from, who may see it.

    ``type`` is the JSON type told to clients; ``filterable`` columns may stand in a filter. The
    class of a plain column is its column's; an expression says its own where it is not public.
    """

    name: str
    expression: SQLColumnExpression[Any]
    type: str = "string"
    classification: Classification = Classification.PUBLIC
    filterable: bool = True

    def __post_init__(self) -> None:
        """Raise the class to that of the column shown as it is."""
        table = getattr(self.expression, "table", None)
        while isinstance(table, Alias):
            table = table.element
        if isinstance(table, Table):
            declared = class_of(table.name, str(getattr(self.expression, "name", "")))
            if declared > self.classification:
                object.__setattr__(self, "classification", declared)


def allowed_fields(fields: Mapping[str, Field], viewer: Viewer) -> dict[str, Field]:
    """Keep the fields a viewer may be shown."""
    return {name: field for name, field in fields.items() if viewer.may_see(field.classification)}


def party_name(viewer: Viewer) -> SQLColumnExpression[str | None]:
    """Name a party: companies and administrations for all, persons for those who may see them."""
    if viewer.may_see(Classification.PERSONAL):
        return Party.name
    return case((Party.kind == PartyKind.PERSON.value, null()), else_=Party.name)
