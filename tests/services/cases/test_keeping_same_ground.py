"""A case is measured again when its ground moved, not when its ring begins elsewhere."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from geoalchemy2.shape import from_shape
from shapely.geometry import Polygon, box
from shapely.geometry.base import BaseGeometry

from cadastre.services.cases import keeping

FIGURES = SimpleNamespace(
    area_m2=2.0, mean_width_m=1.0, share_of_left=0.5, share_of_right=0.5, technical=False
)
GROUND = box(1.05, 8.05, 1.1, 8.1)
CORNERS = list(GROUND.exterior.coords)[:-1]


@pytest.mark.parametrize(
    ("now", "is_measured_again"),
    [
        (GROUND, False),
        (Polygon(CORNERS[2:] + CORNERS[:2]), False),
        (GROUND.reverse(), False),
        (box(1.05, 8.05, 1.1, 8.1 + 1e-7), True),  # a centimetre
    ],
)
def test_only_moved_ground_is_measured_again(now: BaseGeometry, is_measured_again: bool) -> None:
    case: Any = SimpleNamespace(geom=from_shape(GROUND, 4326), area_m2=1.0)
    one: Any = SimpleNamespace(shared=now, figures=FIGURES)
    assert keeping._refresh(case, one) is is_measured_again
    assert case.area_m2 == (2.0 if is_measured_again else 1.0)
