"""Sketch the ground an act would give while its questions are still being answered.

Only ground is looked at: nothing is locked, tried or kept. The preview judges the whole act.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import shapely
from shapely.geometry import MultiPolygon
from shapely.geometry.base import BaseGeometry
from sqlalchemy.orm import Session

from cadastre.errors import Blocked, CadastreError
from cadastre.models import Title
from cadastre.procedures.facts import TitleFacts
from cadastre.procedures.ground import (
    Measure,
    divide_ground,
    extend_ground,
    reduce_ground,
    unite_ground,
    whole,
)
from cadastre.rules.ruleset import Ruleset
from cadastre.services.titles.facts import title_named
from cadastre.services.titles.ground import held, measure_of, open_parcels
from cadastre.services.titles.renew import ensure_enough_given_up
from cadastre.services.titles.shape import ensure_lawful_shape
from cadastre.units import M2_PER_HA

NOTHING = MultiPolygon()


@dataclass(frozen=True, slots=True)
class Sketch:
    """Ground before and after, EPSG:4326, with areas in hectares, and what the law has against it.

    ``held`` are the grounds after the act, in the order of the titles that would hold them.
    """

    before: MultiPolygon
    held: tuple[MultiPolygon, ...]
    held_ha: tuple[float, ...]
    freed: MultiPolygon = NOTHING
    freed_ha: float = 0.0
    share_freed: float = 0.0
    against: tuple[CadastreError, ...] = ()


def sketch(
    session: Session,
    ruleset: Ruleset,
    title: Title,
    facts: TitleFacts,
    act: str,
    at: dt.datetime,
    *,
    wanted: Sequence[BaseGeometry] = (),
    others: Sequence[str] = (),
) -> Sketch:
    """Draw what an act on ground would give.

    Parameters
    ----------
    wanted
        Ground that was answered, EPSG:4326: what is kept, the whole after an extension, or pieces.
    others
        Numbers of titles to merge with.

    Raises
    ------
    NotFound
        A title to merge with does not exist.
    """
    titles = [title, *(title_named(session, number) for number in others)]
    grounds = [held(open_parcels(session, one, at)).ground for one in titles]
    before = whole(shapely.union_all(grounds))
    measure = measure_of(ruleset, before, facts.day)
    after = _as_asked(before, grounds, wanted)
    against: list[CadastreError] = []
    try:
        after = _held(act, before, grounds, wanted, measure)
        for ground in after if wanted or others else ():
            ensure_lawful_shape(ruleset, title, ground, facts.day)
    except Blocked as error:
        against.append(error)
    freed = measure.substance_of(shapely.difference(before, shapely.union_all(list(after))))
    share = measure.area_m2(freed) / measure.area_m2(before) if not before.is_empty else 0.0
    if act == "renew" and not against:
        try:
            ensure_enough_given_up(ruleset, facts, share)
        except Blocked as error:
            against.append(error)
    areas = tuple(measure.area_m2(ground) / M2_PER_HA for ground in after)
    freed_ha = measure.area_m2(freed) / M2_PER_HA
    return Sketch(before, after, areas, freed, freed_ha, share, tuple(against))


def _as_asked(
    before: MultiPolygon, grounds: Sequence[BaseGeometry], wanted: Sequence[BaseGeometry]
) -> tuple[MultiPolygon, ...]:
    """Give the ground as it was answered, to show it even where the law is against it."""
    if wanted:
        return tuple(whole(ground) for ground in wanted)
    return (before,) if len(grounds) == 1 else tuple(whole(ground) for ground in grounds)


def _held(
    act: str,
    before: MultiPolygon,
    grounds: Sequence[BaseGeometry],
    wanted: Sequence[BaseGeometry],
    measure: Measure,
) -> tuple[MultiPolygon, ...]:
    if len(grounds) > 1:
        return (unite_ground(grounds),)
    if not wanted:
        return (before,)
    if act == "split":
        return divide_ground(before, wanted, measure)
    if act == "extend":
        extend_ground(before, wanted[0], measure)
        return (whole(wanted[0]),)
    return (reduce_ground(before, wanted[0], measure).kept,)
