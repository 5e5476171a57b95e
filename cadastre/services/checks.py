"""Check a perimeter: gather what the register knows, then let the rules speak."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

import shapely
from shapely.geometry import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry
from sqlalchemy.orm import Session

from cadastre.errors import NotFound, UnusableInput
from cadastre.geometry.caps import cap, cap_polygon
from cadastre.geometry.reading import Reading
from cadastre.geometry.sound import sound
from cadastre.queries.asof import AsOf, as_of
from cadastre.queries.occupations import held_around
from cadastre.queries.overlaps import (
    M_PER_DEGREE,
    Meeting,
    find_neighbours,
    find_units,
    find_works,
    find_zones,
)
from cadastre.queries.territory import country_outline, country_version
from cadastre.rules.check import check
from cadastre.rules.facts import Facts, NeighbourFact, UnitFact, WorkFact, ZoneFact
from cadastre.rules.report import Report
from cadastre.rules.ruleset import Ruleset, WorkKind, ZoneKind
from cadastre.services.openings.reserved import reserved_ground
from cadastre.services.representation import finding_as_json
from cadastre.vocabulary import ZoneEffect

MOST_AROUND = 400

__all__ = ["Demand", "check_demand", "check_perimeter", "finding_as_json", "gather"]


@dataclass(frozen=True, slots=True)
class Demand:
    """What is asked: a perimeter as read, for a kind of title and substances, on a day.

    ``exclude`` are numbers left aside (a filed application is not its own neighbour).
    ``with_openings`` also tells ground that waits for its fair opening, for who looks before
    filing; filings and acts judge it themselves, inside the lock.
    """

    reading: Reading
    at: dt.date
    kind: str | None = None
    substances: tuple[str, ...] = ()
    applicant: str | None = None
    stated_region: str | None = None
    exclude: tuple[str, ...] = ()
    with_openings: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What a check found, with the facts it stands on."""

    facts: Facts
    report: Report


def check_perimeter(
    session: Session | None,
    ruleset: Ruleset,
    reading: Reading,
    *,
    kind: str | None,
    substances: Sequence[str],
    at: dt.date,
    applicant: str | None = None,
    exclude: tuple[str, ...] = (),
) -> Report:
    """Check a perimeter and give the report alone; see :func:`check_demand`."""
    demand = Demand(reading, at, kind, tuple(substances), applicant, exclude=exclude)
    return check_demand(session, ruleset, demand).report


def check_demand(session: Session | None, ruleset: Ruleset, demand: Demand) -> Answer:
    """Check what is asked against the law and the register.

    Parameters
    ----------
    session
        None checks without the register: form, limits, substances and fees only, and says so.

    Raises
    ------
    UnusableInput
        ``checks.question-open``: no perimeter before it is answered; ``checks.no-perimeter``.
    TooLarge
        More corners or parts than the caps allow.
    """
    facts = gather(session, ruleset, demand)
    return Answer(facts, check(facts, ruleset))


def today(ruleset: Ruleset) -> dt.date:
    """Give the day it is where the law applies."""
    return dt.datetime.now(ZoneInfo(ruleset.time_zone)).date()


def gather(session: Session | None, ruleset: Ruleset, demand: Demand) -> Facts:
    """Gather every fact of a check; caps are proved before the database sees the perimeter."""
    reading = demand.reading
    perimeter = perimeter_of(reading)
    cap(reading.rings)
    cap_polygon(perimeter)
    if perimeter.is_valid:
        # What would be held is the cells themselves, not corners printed some metres beside them.
        perimeter = ruleset.on_cells(demand.kind, demand.at, perimeter)
    common = Facts(
        at=demand.at,
        kind=demand.kind,
        substances=demand.substances,
        rings=reading.rings,
        perimeter=perimeter,
        published_area_ha=reading.published_area_ha,
        stated_region=demand.stated_region,
        register_consulted=session is not None,
        crs=reading.crs or ruleset.legal_crs,
        applicant=demand.applicant,
        is_oriented=reading.is_oriented,
    )
    return common if session is None else _with_register(session, ruleset, demand, common)


def perimeter_of(reading: Reading) -> Polygon | MultiPolygon:
    """Give the perimeter of a reading, even while a question leaves it provisional.

    Whoever draws sees at once what a likely answer gives; only a filing needs every answer.
    """
    if reading.perimeter is not None:
        return reading.perimeter
    if reading.questions:
        raise UnusableInput("checks.question-open", where=reading.questions[0].code)
    raise UnusableInput("checks.no-perimeter", where="corners")


def _with_register(session: Session, ruleset: Ruleset, demand: Demand, facts: Facts) -> Facts:
    at = as_of(demand.at, ruleset.time_zone)
    # Mended here and not by PostGIS: a tangle of sides would hold the database for half a minute.
    ground = sound(facts.perimeter)
    neighbours = tuple(
        _neighbour(met) for met in find_neighbours(session, ground, at, exclude=demand.exclude)
    )
    return replace(
        facts,
        around=_around(session, ruleset, demand, ground, at) if neighbours else (),
        country=_country(session),
        units=_units(session, ground, at),
        neighbours=neighbours,
        zones=tuple(
            _zone(met, ruleset.zones.get(met.fields["kind"]), demand.at)
            for met in find_zones(session, ground, at)
        ),
        works=tuple(
            _work(met, ruleset.works[met.fields["kind"]], demand.at)
            for met in find_works(session, ground, at, corridors(ruleset, demand.at))
        ),
        openings=reserved_ground(session, ground, _instant(ruleset, at))
        if demand.with_openings
        else (),
    )


def _instant(ruleset: Ruleset, at: AsOf) -> dt.datetime:
    """Give the instant at which openings are looked at: windows move within the day of today."""
    return min(at.instant, as_of(None, ruleset.time_zone).instant) if (
        at.day == today(ruleset)
    ) else at.instant


def corridors(ruleset: Ruleset, day: dt.date) -> dict[str, float]:
    """Give the half width in metres of each kind of work's corridor on a day."""
    widths = {name: kind.corridor_m.at(day).value for name, kind in ruleset.works.items()}
    return {name: float(width) for name, width in widths.items() if width is not None}


def _around(
    session: Session, ruleset: Ruleset, demand: Demand, ground: BaseGeometry, at: AsOf
) -> tuple[BaseGeometry, ...]:
    """List what holds ground within reach of a shift, where perimeters move along a grid."""
    limit_m = float(ruleset.value("cases.shift_limit_m", demand.at).value or 0.0)
    on_grid = ruleset.is_on_grid(demand.kind, demand.at)
    # What is filed already is moved at the desk, which knows what is its own.
    if not on_grid or not limit_m or ground.is_empty or demand.exclude:
        return ()
    try:
        groups = ruleset.exclusivity_groups(demand.substances, demand.at)
    except NotFound:
        return ()
    reach = shapely.box(*ground.bounds).buffer(limit_m / M_PER_DEGREE, join_style="mitre")
    return tuple(held_around(session, reach, groups, at.instant, MOST_AROUND) or ())


_outlines: dict[tuple[str, str], BaseGeometry | None] = {}


def _country(session: Session) -> BaseGeometry | None:
    """Give the State's outline, prepared; fetched again only when it changed.

    It has thousands of corners, and every check asks whether the perimeter is inside.
    """
    key = (str(session.get_bind().engine.url), country_version(session))
    if key not in _outlines:
        outline = country_outline(session)
        country = None if outline is None else shapely.from_wkb(outline)
        if country is not None:
            shapely.prepare(country)
        _outlines.clear()
        _outlines[key] = country
    return _outlines[key]


def _units(session: Session, ground: BaseGeometry, at: AsOf) -> tuple[UnitFact, ...]:
    return tuple(
        UnitFact(unit.level, unit.code, unit.name, unit.share, unit.is_illustrative)
        for unit in find_units(session, ground, at.day)
    )


def _neighbour(met: Meeting) -> NeighbourFact:
    fields = met.fields
    return NeighbourFact(
        collection=fields["collection"],
        id=fields["number"],
        name=fields["name"] or fields["number"],
        kind=fields["kind"],
        substances=tuple(fields["substances"]),
        exclusivity_group=fields["group"],
        status=fields["status"],
        starts=fields["starts"],
        ends=fields["ends"],
        rank=fields["rank"],
        holder=fields["holder"],
        perimeter=met.perimeter if met.perimeter is not None else met.shared,
        shared=met.shared,
    )


def _zone(met: Meeting, kind: ZoneKind | None, day: dt.date) -> ZoneFact:
    fields = met.fields
    effect = kind.effect.at(day).value if kind else None
    return ZoneFact(
        id=fields["code"],
        name=fields["name"],
        kind=fields["kind"],
        status=fields["status"],
        effect=effect or ZoneEffect.INFO.value,
        act=fields["act"],
        starts=fields["starts_on"],
        ends=fields["ends_on"],
        illustrative=fields["is_illustrative"],
        shared=met.shared,
    )


def _work(met: Meeting, kind: WorkKind, day: dt.date) -> WorkFact:
    fields = met.fields
    return WorkFact(
        id=fields["code"],
        name=fields["name"] or fields["code"],
        kind=fields["kind"],
        state=fields["state"],
        operator=fields["operator"],
        corridor_m=fields["corridor_m"],
        effect=kind.effect.at(day).value or ZoneEffect.INFO.value,
        illustrative=fields["is_illustrative"],
        shared=met.shared,
    )
