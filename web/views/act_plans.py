"""Draw what an act would change: ground as it is, what each title would hold, what comes free.

A plan is drawn on the server and seen without a script; a map takes its place where there is one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import shapely
from markupsafe import Markup
from shapely.geometry.base import BaseGeometry

from cadastre.rules.ruleset import Ruleset
from cadastre.services.representation import geometry_json
from cadastre.services.titles.preview import Preview, RightState
from cadastre.services.titles.sketch import Sketch
from web.views.ground_plans import Drawn, plan_of_grounds

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def plan_of_right(ruleset: Ruleset, right: RightState, title: str) -> Markup | None:
    """Draw the ground of one right."""
    return plan_of_grounds(ruleset, [Drawn("ground-held", right.ground)], title)


def plan_of_acts(ruleset: Ruleset, seen: Preview, title: str) -> Markup | None:
    """Draw both sides of an act on one plan; letters are those of its table of titles."""
    lettered = letters_of(seen)
    shapes = [Drawn("ground-before", one.ground) for one in seen.before]
    shapes += [Drawn("ground-held", one.ground, lettered.get(one.number, "")) for one in seen.after]
    shapes.append(Drawn("ground-freed", seen.freed))
    return plan_of_grounds(ruleset, shapes, title)


def letters_of(seen: Preview) -> dict[str, str]:
    """Give a letter to each title that would hold ground, where there is more than one."""
    holding = [one.number for one in seen.after if not one.ground.is_empty]
    if len(holding) < 2:
        return {}
    return dict(zip(holding, LETTERS, strict=False))


def map_of_right(right: RightState) -> dict[str, Any] | None:
    """Give the ground of one right for the map of a page; None where it holds none."""
    return None if right.ground.is_empty else _map([right.ground], [("", right.ground)], None)


def map_of_acts(seen: Preview) -> dict[str, Any]:
    """Give both sides of an act for the map of a page, with the letters of its plan."""
    lettered = letters_of(seen)
    after = [(lettered.get(one.number, ""), one.ground) for one in seen.after]
    return _map([one.ground for one in seen.before], after, seen.freed)


def map_of_sketch(drawn: Sketch) -> dict[str, Any]:
    """Give what is being answered for the map of a form; pieces have letters."""
    letters: Iterable[str] = LETTERS if len(drawn.held) > 1 else ("",)
    after = list(zip(letters, drawn.held, strict=False))
    return _map([drawn.before], after, drawn.freed)


def _map(
    before: Sequence[BaseGeometry],
    after: Sequence[tuple[str, BaseGeometry]],
    freed: BaseGeometry | None,
) -> dict[str, Any]:
    """Give GeoJSON geometries, and the box (degrees) that shows them all."""
    holding = [(letter, ground) for letter, ground in after if not ground.is_empty]
    everything = shapely.union_all([*before, *(ground for _, ground in holding)])
    return {
        "before": [geometry_json(ground) for ground in before if not ground.is_empty],
        "held": [
            {"letter": letter, "ground": geometry_json(ground), "at": _middle(ground)}
            for letter, ground in holding
        ],
        "freed": None if freed is None else geometry_json(freed),
        "box": None if everything.is_empty else list(everything.bounds),
    }


def _middle(ground: BaseGeometry) -> list[float]:
    """Give a position inside the largest part: longitude, latitude."""
    largest = max(shapely.get_parts(ground), key=lambda part: part.area)
    return list(largest.representative_point().coords[0])
