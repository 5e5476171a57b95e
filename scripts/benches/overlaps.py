"""Measure all pairs of the register: our engines beside geopandas and the join as one writes it.

Every way must find the same pairs of more than a square metre, with the same areas.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterable

import numpy as np
import shapely
from bench_grounds import make_many_grounds
from bench_site import HOME, ready_register
from shapely.geometry.base import BaseGeometry
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

from cadastre import cluster
from cadastre.config import ROOT
from cadastre.database import sqlalchemy_url
from cadastre.geometry.perimeter import edge_true_area_m2
from cadastre.queries.asof import as_of
from cadastre.queries.grounds import Grounds, read_grounds
from cadastre.queries.pairs import grounds_of
from cadastre.rules.load import load_ruleset
from cadastre.services.pairs import Engine, found_pairs

LEAST_M2 = 1.0
M2_PER_SQUARE_DEGREE = 1.22e10  # near Togo: only to leave most slivers unmeasured
NAIVE_MOST = 20_000  # the join as one writes it takes a minute at 100,000
OVERLAY_MOST = 100_000
NAIVE = """
SELECT a.title_id, b.title_id, ST_AsBinary(ST_Intersection(a.geom, b.geom))
FROM parcel a JOIN parcel b ON a.id < b.id AND ST_Intersects(a.geom, b.geom)
WHERE ST_Area(ST_Intersection(a.geom, b.geom)::geography) > 0.5
"""
Found = Iterable[tuple[str, str, BaseGeometry]]
Way = Callable[[], Found]


def main() -> None:
    """Make the register, find its pairs in every way, compare, and print."""
    options = _options()
    urls = ready_register(
        options.titles, options.seed, options.keep,
        lambda count, seed: list(make_many_grounds(count, seed, options.slant)),
        f"-many-{options.slant:g}",
    )  # fmt: skip
    database = create_engine(sqlalchemy_url(urls.app_url))
    with Session(database) as session:
        start = time.perf_counter()
        grounds = read_grounds(session, grounds_of("titles", as_of()))
        took = time.perf_counter() - start
        print(f"{options.titles} titles, slant {options.slant:g}°, read in {took:.2f} s")
        print("seconds from the database to the ground shared by each pair:")
        _compare(_ways(session, grounds, options.titles), options)
    database.dispose()
    if not options.keep:
        cluster.stop(HOME)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench overlaps")
    parser.add_argument("--titles", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=20)
    parser.add_argument("--slant", type=float, default=0.0, help="degrees; 0: sides on the grid")
    parser.add_argument("--rounds", type=int, default=2, help="the best of so many counts")
    parser.add_argument("--ways", nargs="*", help="only these")
    parser.add_argument("--keep", action="store_true")
    return parser.parse_args()


def _ways(session: Session, grounds: Grounds, titles: int) -> dict[str, Way]:
    ways: dict[str, Way] = {
        str(engine): lambda engine=engine: [  # type: ignore[misc]
            (pair.one, pair.other, pair.shared)
            for pair in found_pairs(session, "titles", as_of(), engine)
        ]
        for engine in (Engine.MEMORY, Engine.POSTGIS, Engine.DASK)
    }
    ways["geopandas sjoin"] = lambda: _sjoin(grounds)
    if titles <= OVERLAY_MOST:
        ways["geopandas overlay"] = lambda: _overlay(grounds)
    if titles <= NAIVE_MOST:
        ways["self-join as written"] = lambda: _naive(session)
    return ways


def _sjoin(grounds: Grounds) -> Found:
    """Join as geopandas' manual shows, then cut; what it is given was read already."""
    import geopandas

    frame = geopandas.GeoDataFrame({"key": grounds.keys}, geometry=grounds.shapes, crs=4326)
    joined = geopandas.sjoin(frame, frame, predicate="intersects")
    one, other = joined.index.to_numpy(), joined["index_right"].to_numpy()
    one, other = one[one < other], other[one < other]
    cuts = shapely.intersection(grounds.shapes[one], grounds.shapes[other])
    return zip(grounds.keys[one], grounds.keys[other], cuts, strict=True)


def _overlay(grounds: Grounds) -> Found:
    import geopandas

    frame = geopandas.GeoDataFrame({"key": grounds.keys}, geometry=grounds.shapes, crs=4326)
    cut = geopandas.overlay(frame, frame, how="intersection", keep_geom_type=True)
    cut = cut[cut["key_1"] < cut["key_2"]]
    return zip(cut["key_1"], cut["key_2"], cut.geometry, strict=True)


def _naive(session: Session) -> Found:
    rows = session.execute(text("SELECT id, number FROM title"))
    numbers = {row[0]: row[1] for row in rows}
    for one, other, cut in session.execute(text(NAIVE)):
        yield numbers[one], numbers[other], shapely.from_wkb(bytes(cut))


def _compare(ways: dict[str, Way], options: argparse.Namespace) -> None:
    chosen = {name: way for name, way in ways.items() if name in (options.ways or ways)}
    best = dict.fromkeys(chosen, float("inf"))
    areas: dict[str, dict[tuple[str, str], float]] = {}
    for _ in range(options.rounds):
        for name, way in chosen.items():
            start = time.perf_counter()
            found = list(way())
            best[name] = min(best[name], time.perf_counter() - start)
            areas[name] = areas.get(name) or _areas(found)
    (first, expected), *others = areas.items()
    for name, took in best.items():
        print(f"{name:22}{took:9.2f}{took / best[first]:9.1f} × {first}", flush=True)
    for name, measured in others:
        _hold(first, expected, name, measured)
    print(f"{len(expected)} pairs of more than {LEAST_M2:g} m², equal in every way; "
          f"{sum(expected.values()) / 1e4:.1f} ha")  # fmt: skip


def _areas(found: list[tuple[str, str, BaseGeometry]]) -> dict[tuple[str, str], float]:
    """Measure what may be more than a square metre, as the law's sides run."""
    ruleset = load_ruleset(ROOT / "data" / "rulesets" / "togo")
    model = ruleset.edge_model(as_of().day)
    rough = shapely.area(np.array([cut for _, _, cut in found], dtype=object))
    likely = np.flatnonzero(rough * M2_PER_SQUARE_DEGREE > LEAST_M2 / 2)
    measured = {}
    for row in likely.tolist():
        one, other, cut = found[row]
        area = edge_true_area_m2(cut, model, ruleset.planar_crs)
        if area > LEAST_M2:
            measured[min(one, other), max(one, other)] = area
    return measured


Measured = dict[tuple[str, str], float]


def _hold(first: str, expected: Measured, name: str, measured: Measured) -> None:
    """End when two ways differ in a pair, or in an area by more than a hundredth of a m²."""
    if expected.keys() != measured.keys():
        odd = sorted(expected.keys() ^ measured.keys())[:5]
        sys.exit(f"{first} and {name} differ in {odd}")
    off = max((abs(area - measured[pair]) for pair, area in expected.items()), default=0.0)
    if off > 0.01 + 1e-6 * max(expected.values(), default=0.0):
        sys.exit(f"{first} and {name} differ by {off:.3f} m² in a pair")


if __name__ == "__main__":
    main()
