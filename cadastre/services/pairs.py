"""Measure every pair of a collection that shares ground, in square metres along the edge model."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy.orm import Session

from cadastre.geometry.overlap import widest_m
from cadastre.geometry.pairs import pairs_sharing_ground, shared_surfaces
from cadastre.geometry.partitions import pairs_on_cluster
from cadastre.geometry.perimeter import edge_true_area_m2, ground, planar_crs
from cadastre.geometry.sound import sound
from cadastre.queries.asof import AsOf, as_of
from cadastre.queries.grounds import fits_in_memory, read_grounds
from cadastre.queries.pairs import Pair, grounds_of, overlapping_pairs
from cadastre.rules.ruleset import Ruleset


class Engine(StrEnum):
    """What finds the pairs."""

    FASTEST = "fastest"
    POSTGIS = "postgis"
    MEMORY = "memory"
    DASK = "dask"


@dataclass(frozen=True, slots=True)
class MeasuredPair:
    """Two numbers, the ground they share in m², and whether it is only the rounding of corners."""

    one: str
    other: str
    area_m2: float
    mean_width_m: float
    technical: bool
    geometry: BaseGeometry


def measured_pairs(
    session: Session,
    ruleset: Ruleset,
    collection: str,
    day: dt.date,
    engine: str = Engine.FASTEST,
    scheduler: str | None = None,
) -> Iterator[MeasuredPair]:
    """Find and measure all pairs on a day.

    Parameters
    ----------
    engine
        ``postgis`` decides as checks do; ``memory`` reads the grounds once and takes all cores;
        ``dask`` spreads them over the workers of a scheduler; ``fastest`` is ``memory`` where the
        register takes at most half of the free memory, else ``postgis``. The two libraries under
        them are releases apart: on slivers of rounding, which are technical, they may differ.
    scheduler
        Address of a scheduler for ``dask``; without one, it runs in this process.
    """
    for pair in found_pairs(session, collection, as_of(day, ruleset.time_zone), engine, scheduler):
        yield measure(pair, ruleset, day)


def found_pairs(
    session: Session,
    collection: str,
    at: AsOf,
    engine: str = Engine.FASTEST,
    scheduler: str | None = None,
) -> Iterator[Pair]:
    """Find all pairs at a moment, in the order of their rows; engines as in measured_pairs."""
    query = grounds_of(collection, at)
    if engine == Engine.FASTEST:
        engine = Engine.MEMORY if fits_in_memory(session, query) else Engine.POSTGIS
    if engine == Engine.POSTGIS:
        yield from overlapping_pairs(session, collection, at)
        return
    grounds = read_grounds(session, query)
    shapes = grounds.shapes
    for row in np.flatnonzero(~shapely.is_valid(shapes)):
        shapes[row] = sound(shapes[row])
    if engine == Engine.DASK:
        one, other = pairs_on_cluster(shapes, scheduler)
    else:
        one, other = pairs_sharing_ground(shapes)
    cuts = shared_surfaces(shapes[one], shapes[other])
    for first, second, cut in zip(grounds.keys[one], grounds.keys[other], cuts, strict=True):
        yield Pair(first, second, ground(cut))


def measure(pair: Pair, ruleset: Ruleset, day: dt.date) -> MeasuredPair:
    """Measure one pair with the edge model of the law."""
    model = ruleset.edge_model(day)
    crs = planar_crs(pair.shared, ruleset.planar_crs)
    width = widest_m(pair.shared, model, crs)
    return MeasuredPair(
        pair.one,
        pair.other,
        edge_true_area_m2(pair.shared, model, crs),
        width,
        width <= ruleset.technical_width_m(day),
        pair.shared,
    )
