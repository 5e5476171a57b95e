"""Written corners are told apart: right, cut off, of another datum, a step away, or other."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from shapely.geometry import Polygon

from cadastre.geometry.crs import to_lonlat
from cadastre.geometry.declared import DeclaredSystems, compare_declared

PLANE = Polygon(
    [(3424576, 7294298), (3424848, 7294298), (3424848, 7287798), (3423576, 7287798)]
)
SYSTEMS = DeclaredSystems(
    by_digit={"2": "EPSG:22182", "3": "EPSG:22183"},
    others=({"3": "EPSG:22193"}, {"*": "EPSG:4326"}),
)


def drawn(plane: Polygon, crs: str = "EPSG:22183") -> Polygon:
    return shapely.transform(plane, lambda xy: np.column_stack(to_lonlat(crs, *xy.T.tolist())))


def moved(dx: float, dy: float) -> str:
    return shapely.transform(PLANE, lambda xy: xy + np.array([dx, dy])).wkt


@pytest.mark.parametrize(
    ("text", "doubt"),
    [
        (PLANE.wkt, None),
        (f"MULTI{PLANE.wkt}".replace("((", "(((").replace("))", ")))"), None),
        ("3424576;7294298\n3424848;7294298\n3424848;7287798", None),
        ("3424576,00 7294298,00\n3424848,00 7294298,00\n3424848,00 7287798,00", None),
        (moved(37, -12), "datum-differs"),
        (PLANE.wkt.replace("7287798", "7287898"), "coordinates-differ"),
        ("ver plano adjunto", "coordinates-unreadable"),
        ("POLYGON((9424576 7294298, 9424848 7294298, 9424848 7287798))", "coordinates-unreadable"),
        ("", "coordinates-unreadable"),
    ],
)
def test_written_corners_are_held_against_drawn_ones(text: str, doubt: str | None) -> None:
    assert compare_declared(text, drawn(PLANE), SYSTEMS, 1.0).doubt == doubt


def test_an_older_datum_that_fits_is_named() -> None:
    said = compare_declared(PLANE.wkt, drawn(PLANE, "EPSG:22193"), SYSTEMS, 1.0)
    assert (said.doubt, said.crs) == ("datum-other", "EPSG:22193")
    assert said.gap_m is not None
    assert said.gap_m > 50


def test_a_text_cut_off_by_its_column_is_compared_as_far_as_it_goes() -> None:
    whole = PLANE.wkt
    three = len("POLYGON ((3424576 7294298, 3424848 7294298, 3424848 7287798, ")
    for end in range(three, len(whole)):
        said = compare_declared(whole[:end], drawn(PLANE), SYSTEMS, 1.0)
        assert said.doubt is None
        assert said.truncated


def test_a_hostile_text_takes_linear_work() -> None:
    said = compare_declared("1" * 100_000 + " (" * 50_000, drawn(PLANE), SYSTEMS, 1.0)
    assert said.doubt == "coordinates-unreadable"


def test_corners_outside_the_system_differ() -> None:
    far = drawn(PLANE)
    text = "POLYGON((3000000 99999999, 3000001 99999999, 3000002 9))"
    said = compare_declared(text, far, SYSTEMS, 1.0)
    assert said.doubt == "coordinates-differ"
