"""An overlap as detection finds it, measured only when somebody asks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from shapely.geometry.base import BaseGeometry

Key = tuple[int, str, int]


@dataclass(frozen=True, slots=True)
class Figures:
    """How large an overlap is along the edge model of the law."""

    area_m2: float
    share_of_left: float
    share_of_right: float | None
    mean_width_m: float
    technical: bool


@dataclass(frozen=True)
class Detected:
    """An overlap that the law weighs; ``left`` is in the way.

    It is measured only when somebody asks: a recount mostly finds what is measured already.
    """

    kind: str
    left_id: int
    collection: str  # parcel | zone | work
    right_id: int
    shared: BaseGeometry
    measure: Callable[[BaseGeometry], Figures]

    @property
    def key(self) -> Key:
        """Name the pair, as the open cases are unique by it."""
        return self.left_id, self.collection, self.right_id

    @cached_property
    def figures(self) -> Figures:
        """Measure it, once."""
        return self.measure(self.shared)
