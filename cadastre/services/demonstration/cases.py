"""Put overlaps of every sort among the titles, on purpose, and list them in the plan's manifest.

Coordinates are metres of UTM 31N; each case stands on a plot of free ground of its own.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import shapely
from shapely.geometry import LineString, Point

from cadastre.geometry.crs import from_lonlat
from cadastre.geometry.perimeter import project
from cadastre.services.demonstration.frame import home_country
from cadastre.services.demonstration.ground import zone_shapes
from cadastre.services.demonstration.plan import OverlapCase, PlannedApplication, PlannedTitle
from cadastre.services.demonstration.planning import Planner
from cadastre.services.demonstration.printing import METRES, Part
from cadastre.services.demonstration.shapes import rectangle, snapped

SMALL = "permis-exploitation-petite-echelle"
RESEARCH = "permis-recherche"
QUARRY = "permis-materiaux-construction"
SLIVER_M = 0.02
GRANTED = dt.date(2024, 3, 4)
FILED = dt.date(2026, 5, 4)


def plan_cases(planner: Planner) -> None:
    """Plan every sort of overlap once, before anything else takes the ground."""
    for plan_case in CASES:
        plan_case(Stage(planner))


class Stage:
    """A planner with the dates and kinds that cases share, so that each reads as its geometry."""

    def __init__(self, planner: Planner) -> None:
        self.planner = planner
        self.clock = ZoneInfo(planner.ruleset.time_zone)

    def plot(
        self, district: str, width: float = 3_200, height: float = 2_600
    ) -> tuple[float, float]:
        """Reserve free ground and give its south-west corner, 100 m inside."""
        about = self.planner.districts[district]
        parts = self.planner.room.place(
            about["at"], about["spread_km"] * 1000.0,
            lambda x, y: [(rectangle(snapped(x), snapped(y), width, height), [])],
        )  # fmt: skip
        west, north = parts[0][0][0]
        return west + 100, north - height + 100

    def title(
        self, district: str, ring: Any, kind: str = SMALL, holes: Any = (), **facts: Any
    ) -> PlannedTitle:
        """Plan a title in force on the reference day."""
        dated = {
            "applied_on": GRANTED - dt.timedelta(days=150),
            "granted_on": GRANTED,
            "expires_on": self.planner.lives.term(kind, GRANTED),
            "ended_on": None, "end_reason": None,
            "suspended_from": None, "suspended_until": None, "as_dms": False,
        }  # fmt: skip
        parts: list[Part] = [(ring, list(holes))]
        return self.planner.add_title(
            self.planner.districts[district], kind, parts, **(dated | facts)
        )

    def application(
        self, district: str, ring: Any, kind: str = SMALL, days: int = 0, **facts: Any
    ) -> PlannedApplication:
        """Plan an application filed some days after the first."""
        morning = dt.datetime.combine(FILED, dt.time(9, 30), self.clock)
        filed = {"filed_at": morning + dt.timedelta(days=days)}
        return self.planner.add_application(
            self.planner.districts[district], kind, [(ring, [])], **(filed | facts)
        )

    def note(self, sort: str, first: PlannedTitle | PlannedApplication, second: Any) -> None:
        """Add a pair to the manifest."""
        self.planner.plan.cases.append(OverlapCase(sort, name_of(first), name_of(second)))

    def centred(self, point: Point, width: float = 1_500, height: float = 1_000) -> Any:
        """Give a rectangle of the grid about a place, and keep others away from it."""
        ring = rectangle(
            snapped(point.x - width / 2), snapped(point.y - height / 2), width, height
        )
        self.planner.room.take([(ring, [])])
        return ring


def name_of(thing: PlannedTitle | PlannedApplication | str) -> str:
    """Name a planned thing in the manifest."""
    if isinstance(thing, str):
        return thing
    return thing.number if isinstance(thing, PlannedTitle) else thing.key


def _on_title(stage: Stage) -> None:
    x, y = stage.plot("Tchaoudjo")
    title = stage.title("Tchaoudjo", rectangle(x, y, 1500, 1000))
    asked = stage.application("Tchaoudjo", rectangle(x + 700, y + 400, 1500, 1000),
                              standing="second-rank")  # fmt: skip
    stage.note("application-on-title-same-group", asked, title)


def _on_title_of_other_group(stage: Stage) -> None:
    x, y = stage.plot("Tchaoudjo")
    title = stage.title("Tchaoudjo", rectangle(x, y, 1500, 1000))
    asked = stage.application("Sokodé", rectangle(x + 900, y + 500, 700, 600), QUARRY)
    stage.note("application-on-title-other-group", asked, title)


def _on_own_title(stage: Stage) -> None:
    x, y = stage.plot("Bandjéli", 6_400, 5_400)
    title = stage.title("Bandjéli", rectangle(x, y, 6000, 5000), RESEARCH)
    asked = stage.application("Bandjéli", rectangle(x + 1000, y + 1000, 2000, 1500),
                              applicant=title.holders[0][0], standing="second-rank")  # fmt: skip
    stage.note("application-on-own-title", asked, title)


def _on_application(stage: Stage) -> None:
    x, y = stage.plot("Doufelgou")
    first = stage.application("Doufelgou", rectangle(x, y, 1500, 1000))
    second = stage.application("Doufelgou", rectangle(x + 800, y + 300, 1500, 1000), days=1,
                               standing="second-rank")  # fmt: skip
    stage.note("application-on-application", second, first)


def _duplicate(stage: Stage) -> None:
    x, y = stage.plot("Doufelgou")
    first = stage.application("Doufelgou", rectangle(x, y, 1500, 1000))
    second = stage.application("Doufelgou", rectangle(x, y, 1500, 1000), days=2,
                               standing="second-rank")  # fmt: skip
    stage.note("duplicate", second, first)


def _legacy(stage: Stage) -> None:
    x, y = stage.plot("Tabligbo")
    older = stage.title("Tabligbo", rectangle(x, y, 1800, 1200))
    newer = stage.title("Tabligbo", rectangle(x + 1300, y + 600, 1500, 1200), standing="legacy")
    stage.note("title-on-title", newer, older)


def _contained(stage: Stage) -> None:
    x, y = stage.plot("Kozah", 6_400, 5_400)
    wide = stage.title("Tchaoudjo", rectangle(x, y, 6000, 5000), RESEARCH)
    quarry = stage.title("Kozah", rectangle(x + 2000, y + 2000, 600, 500), QUARRY)
    stage.note("contained", quarry, wide)


def _sliver(stage: Stage) -> None:
    x, y = stage.plot("Hahotoé")
    title = stage.title("Hahotoé", rectangle(x, y, 1200, 900))
    asked = stage.application("Hahotoé", rectangle(x + 1200 - SLIVER_M, y, 1000, 900))
    stage.note("technical-sliver", asked, title)


def _shared_border(stage: Stage) -> None:
    x, y = stage.plot("Hahotoé")
    west = stage.title("Hahotoé", rectangle(x, y, 1200, 900))
    east = stage.title("Hahotoé", rectangle(x + 1200, y, 1000, 900))
    stage.note("shared-border", east, west)


def _touching_corner(stage: Stage) -> None:
    x, y = stage.plot("Zio")
    south = stage.title("Zio", rectangle(x, y, 900, 700), QUARRY)
    north = stage.title("Zio", rectangle(x + 900, y + 700, 900, 700), QUARRY)
    stage.note("touching-corner", north, south)


def _remnant(stage: Stage) -> None:
    x, y = stage.plot("Nayéga")
    title = stage.title("Nayéga", rectangle(x + 1000, y, 500, 2000))
    asked = stage.application("Nayéga", rectangle(x, y + 500, 2900, 1000), standing="second-rank")
    stage.note("remnant", asked, title)


def _in_exclusion(stage: Stage) -> None:
    x, y = stage.plot("Pagala-Zinc")
    hole = rectangle(x + 600, y + 600, 800, 600)
    title = stage.title("Pagala-Zinc", rectangle(x, y, 2500, 2000), holes=[hole])
    asked = stage.application("Pagala-Zinc", hole)
    stage.note("in-exclusion", asked, title)


def _title_on_zone(stage: Stage) -> None:
    title = stage.title("Agbandi", stage.centred(_edge_of_zone(stage, "DEMO-RF-KPESSI")))
    stage.note("title-on-zone", title, "DEMO-RF-KPESSI")


def _application_on_zone(stage: Stage) -> None:
    asked = stage.application("Kozah", stage.centred(_edge_of_zone(stage, "DEMO-ZR-1"), 700, 500),
                              QUARRY)  # fmt: skip
    stage.note("application-on-zone", asked, "DEMO-ZR-1")


def _on_line(stage: Stage) -> None:
    towns = project(LineString([(1.13333, 7.53333), (0.98595, 8.32335)]), METRES)
    title = stage.title("Ogou", stage.centred(towns.interpolate(0.3, normalized=True), 900, 700),
                        QUARRY)  # fmt: skip
    stage.note("title-on-corridor", title, "DEMO-L-161-CENTRE")


def _outside(stage: Stage) -> None:
    country = home_country(stage.planner.folder)
    across = country.boundary.intersection(LineString([(-1, 8.9), (3, 8.9)]))
    east = max(shapely.get_coordinates(across)[:, 0])
    x, y = (float(v[0]) for v in from_lonlat(METRES, [east], [8.9]))
    asked = stage.application("Tchamba", stage.centred(Point(x, y)))
    stage.note("outside-country", asked, "TG")


def _on_coast(stage: Stage) -> None:
    country = home_country(stage.planner.folder)
    down = country.boundary.intersection(LineString([(1.45, 5), (1.45, 12)]))
    south = min(shapely.get_coordinates(down)[:, 1])
    x, y = (float(v[0]) for v in from_lonlat(METRES, [1.45], [south]))
    asked = stage.application("Avé", stage.centred(Point(x, y + 700), 600, 500), QUARRY)
    stage.note("application-on-coast", asked, "DEMO-LITTORAL")


def _edge_of_zone(stage: Stage, code: str) -> Point:
    ground = zone_shapes(stage.planner.folder)[code][1]
    first, second = ground.geoms[0].exterior.coords[:2]
    middle: Point = project(LineString([first, second]), METRES).interpolate(0.5, normalized=True)
    return middle


CASES: tuple[Callable[[Stage], None], ...] = (
    _title_on_zone, _application_on_zone, _on_line, _outside, _on_coast,
    _on_title, _on_title_of_other_group, _on_own_title, _on_application, _duplicate, _legacy,
    _contained, _sliver, _shared_border, _touching_corner, _remnant, _in_exclusion,
)  # fmt: skip
