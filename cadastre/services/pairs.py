"""Measure every pair of a collection that shares ground, in square metres along the edge model."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy.orm import Session

from cadastre.geometry.overlap import shared_ground, widest_m
from cadastre.geometry.perimeter import edge_true_area_m2, planar_crs
from cadastre.queries.asof import as_of
from cadastre.queries.pairs import Pair, all_grounds, overlapping_pairs
from cadastre.rules.ruleset import Ruleset

INTERIORS_MEET = "2********"


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
    session: Session, ruleset: Ruleset, collection: str, day: dt.date, engine: str = "postgis"
) -> Iterator[MeasuredPair]:
    """Find and measure all pairs on a day.

    Parameters
    ----------
    engine
        ``postgis`` decides as checks do; ``memory`` reads the grounds once and is faster for a
        whole register. The two use different releases of GEOS: on slivers they may differ.
    """
    at = as_of(day, ruleset.time_zone)
    if engine == "memory":
        grounds = all_grounds(session, collection, at)
        pairs = pairs_in_memory([g.id for g in grounds], [g.geometry for g in grounds])
    else:
        pairs = overlapping_pairs(session, collection, at)
    for pair in pairs:
        yield measure(pair, ruleset, day)


def pairs_in_memory(ids: list[str], grounds: list[BaseGeometry]) -> Iterator[Pair]:
    """Find pairs with an index in memory: boxes that share area, then the relation of interiors."""
    shapes = np.asarray(grounds)
    if not len(shapes):
        return
    one, other = shapely.STRtree(shapes).query(shapes)
    later = other > one
    one, other = one[later], other[later]
    west, south, east, north = shapely.bounds(shapes).T
    wide = np.minimum(east[one], east[other]) > np.maximum(west[one], west[other])
    high = np.minimum(north[one], north[other]) > np.maximum(south[one], south[other])
    one, other = one[wide & high], other[wide & high]
    meet = shapely.relate_pattern(shapes[one], shapes[other], INTERIORS_MEET)
    order = np.lexsort((other[meet], one[meet]))
    for first, second in zip(one[meet][order], other[meet][order], strict=True):
        shared = shared_ground(shapes[first], shapes[second])
        yield Pair(ids[first], ids[second], shared)


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
