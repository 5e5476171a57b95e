"""Find free ground for a planned perimeter, so that overlaps are only where they are meant."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random

import shapely
from shapely.geometry import MultiPolygon, Polygon

from cadastre.geometry.crs import from_lonlat
from cadastre.geometry.perimeter import project
from cadastre.services.demonstration.frame import home_country
from cadastre.services.demonstration.ground import zone_shapes
from cadastre.services.demonstration.printing import METRES, Part

BORDER_M = 3_000.0
CLEARANCE_M = 200.0
TRIES = 400


class Room:
    """The country's ground in metres, and what is already taken of it."""

    def __init__(self, folder: Path, random: Random) -> None:
        self.random = random
        zones = [project(ground, METRES) for _, ground in zone_shapes(folder).values()]
        inside = project(home_country(folder), METRES).buffer(-BORDER_M)
        self.free = inside.difference(shapely.union_all(zones).buffer(CLEARANCE_M))
        shapely.prepare(self.free)
        self.taken: list[Polygon | MultiPolygon] = []

    def place(
        self,
        at: tuple[float, float],
        spread_m: float,
        draw: Callable[[float, float], list[Part]],
    ) -> list[Part]:
        """Draw perimeters about a place until one stands alone, looking ever farther out.

        Parameters
        ----------
        at
            Longitude and latitude of the district, in degrees.
        spread_m
            How far from it perimeters usually are, in metres.
        draw
            Gives the parts of a perimeter about a centre in metres of UTM 31N.

        Raises
        ------
        LookupError
            No ground was found: the district is full.
        """
        x0, y0 = (float(v[0]) for v in from_lonlat(METRES, [at[0]], [at[1]]))
        for attempt in range(TRIES):
            reach = spread_m * (1 + 3 * attempt / TRIES)
            parts = draw(
                x0 + self.random.uniform(-reach, reach), y0 + self.random.uniform(-reach, reach)
            )
            if self.is_free(parts):
                self.take(parts)
                return parts
        raise LookupError(f"no room near {at}")

    def is_free(self, parts: list[Part]) -> bool:
        """Tell whether a perimeter is in the country, off the zones and clear of the others."""
        ground = as_ground(parts)
        if not ground.is_valid or not self.free.contains(ground):
            return False
        return not self.taken or not shapely.intersects(self.taken, ground).any()

    def take(self, parts: list[Part]) -> None:
        """Keep later perimeters away from this one."""
        self.taken.append(as_ground(parts).buffer(CLEARANCE_M, quad_segs=1))


def as_ground(parts: list[Part]) -> MultiPolygon:
    """Give the ground of parts in metres, exclusions cut out."""
    return MultiPolygon([Polygon(outer, holes) for outer, holes in parts])
