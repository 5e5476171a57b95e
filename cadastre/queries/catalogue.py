"""List the collections of the read model under the names that addresses and commands use."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from cadastre.errors import NotFound
from cadastre.queries.applications import applications, applications_ever
from cadastre.queries.asof import AsOf, AtRun
from cadastre.queries.relation import Relation
from cadastre.queries.territory import administrative_units, base_map
from cadastre.queries.titles import titles, titles_ever
from cadastre.queries.visibility import ANYBODY, Viewer
from cadastre.queries.works import works
from cadastre.queries.zones import zones, zones_ever

Describe = Callable[[AsOf, Viewer], Relation]

# In force on a day | whatever the day, for looking one up.
COLLECTIONS: dict[str, tuple[Describe, Describe]] = {
    "titles": (titles, titles_ever),
    "applications": (applications, applications_ever),
    "zones": (zones, zones_ever),
    "works": (works, works),
    "administrative-units": (administrative_units, administrative_units),
    "base-map": (base_map, base_map),
}


def relation_of(
    collection: str, at: AsOf, viewer: Viewer = ANYBODY, *, ever: bool = False
) -> Relation:
    """Describe a collection by name, at a moment or (``ever``) whatever the day.

    Raises
    ------
    NotFound
        ``queries.unknown-collection``.
    """
    found = COLLECTIONS.get(collection)
    if found is None:
        raise NotFound("queries.unknown-collection", where=collection, known=", ".join(COLLECTIONS))
    return found[ever](at, viewer)


@cache
def relation_at_run(collection: str, viewer: Viewer = ANYBODY, *, ever: bool = False) -> Relation:
    """Describe a collection once for all moments; a question gives ``at.parameters()`` with it.

    Raises
    ------
    NotFound
        ``queries.unknown-collection``.
    """
    return relation_of(collection, AtRun(), viewer, ever=ever)
