"""List the collections of the read model under the names that addresses and commands use."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from cadastre.errors import NotFound
from cadastre.queries.applications import applications, applications_ever
from cadastre.queries.asof import AsOf, AtRun
from cadastre.queries.held import occupations, occupations_ever
from cadastre.queries.relation import Relation
from cadastre.queries.shared import overlaps, overlaps_ever
from cadastre.queries.territory import administrative_units, base_map
from cadastre.queries.titles import titles_ever_listed, titles_listed
from cadastre.queries.visibility import ANYBODY, Classification, Viewer
from cadastre.queries.works import works
from cadastre.queries.zones import zones, zones_ever

Describe = Callable[[AsOf, Viewer], Relation]

# In force on a day | whatever the day, for looking one up.
COLLECTIONS: dict[str, tuple[Describe, Describe]] = {
    "titles": (titles_listed, titles_ever_listed),
    "applications": (applications, applications_ever),
    "occupations": (occupations, occupations_ever),
    "zones": (zones, zones_ever),
    "works": (works, works),
    "administrative-units": (administrative_units, administrative_units),
    "base-map": (base_map, base_map),
    "overlaps": (overlaps, overlaps_ever),
}

# What only some may know of at all; every other collection has a public part.
CLASSES = {"overlaps": Classification.INTERNAL}


def class_of_collection(collection: str) -> Classification:
    """Give the class of a collection as a whole: below it, it does not exist for a viewer."""
    return CLASSES.get(collection, Classification.PUBLIC)


def collections_for(viewer: Viewer = ANYBODY) -> tuple[str, ...]:
    """List the collections that a viewer may know of."""
    return tuple(name for name in COLLECTIONS if viewer.may_see(class_of_collection(name)))


def relation_of(
    collection: str, at: AsOf, viewer: Viewer = ANYBODY, *, ever: bool = False
) -> Relation:
    """Describe a collection by name, at a moment or (``ever``) whatever the day.

    Raises
    ------
    NotFound
        ``queries.unknown-collection``, also where the viewer may not know of it.
    """
    known = collections_for(viewer)
    found = COLLECTIONS.get(collection)
    if found is None or collection not in known:
        raise NotFound("queries.unknown-collection", where=collection[:60], known=", ".join(known))
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
