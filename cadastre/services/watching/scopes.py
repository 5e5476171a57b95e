"""Understand what somebody wants to follow: a unit, a title, a holder, a circle, drawn ground."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import shapely
from pyproj import Geod
from shapely.geometry import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cadastre.errors import NotFound, UnusableInput
from cadastre.geometry.perimeter import ground
from cadastre.geometry.position import read_position
from cadastre.models import AdministrativeUnit, Party, Title
from cadastre.queries.public_events import HOLDER, TITLE, UNIT, ZONE, Scope
from cadastre.rules.ruleset import Ruleset
from cadastre.sentences import say
from cadastre.services.readings import only_one, read_input
from cadastre.vocabulary import PartyKind

AROUND = "around"
MOST_CORNERS = 200
LONGEST_TEXT = 20_000
FARTHEST_KM = 100.0
CIRCLE_CORNERS = 48
NOT_A_NAME = re.compile(r"[^\w\s'’()-]")
WGS84 = Geod(ellps="WGS84")


def scope_of(
    session: Session, ruleset: Ruleset, given: Mapping[str, Any], language: str = "fr"
) -> Scope:
    """Find what is to be followed.

    Parameters
    ----------
    given
        One of ``unit`` (code, or name of a commune or prefecture), ``title`` (number), ``holder``
        (name of a company), ``around`` with ``km`` (a position and a distance), ``zone`` (corners
        as text in any form the cadastre reads, or a GeoJSON geometry); ``name`` names a zone.

    Raises
    ------
    UnusableInput, NotFound
        Nothing was chosen, or what was chosen is not in the register.
    """
    finders = {UNIT: _unit, TITLE: _title, HOLDER: _holder}
    for scope, find in finders.items():
        if words := str(given.get(scope) or "").strip():
            return find(session, words[:200], language)
    if words := str(given.get(AROUND) or "").strip():
        return _zone(_circle(ruleset, words, str(given.get("km") or "")), given, language)
    if text := str(given.get(ZONE) or "").strip():
        return _zone(_drawn(ruleset, text), given, language)
    raise UnusableInput("watch.nothing-chosen", where=UNIT)


def _unit(session: Session, words: str, language: str) -> Scope:
    unit = AdministrativeUnit
    named = select(unit).where(unit.ends_on.is_(None))
    found = session.scalars(named.where(unit.code == words.upper())).first()
    if found is None:
        # The smallest unit of a name: "Kozah 1" is a commune, "Kozah" its prefecture.
        same = func.searchable(unit.name) == func.searchable(words)
        found = session.scalars(named.where(same).order_by(unit.level.desc(), unit.code)).first()
    if found is None:
        raise NotFound("watch.no-unit", where=UNIT, given=words)
    if found.geom is not None:
        return Scope(UNIT, found.code, found.name)
    around = _around(session, found)
    if around is None:
        raise NotFound("watch.no-outline", where=UNIT, given=found.name)
    label = say("watch.unit-within", language, name=found.name, around=around.name)
    return Scope(UNIT, found.code, label)


def _around(session: Session, unit: AdministrativeUnit) -> AdministrativeUnit | None:
    """Give the smallest unit around one that has an outline; the query of events does the same."""
    for _ in range(2):
        if unit.parent_id is None:
            return None
        unit = session.get_one(AdministrativeUnit, unit.parent_id)
        if unit.geom is not None:
            return unit
    return None


def _title(session: Session, words: str, language: str) -> Scope:
    title = session.scalar(select(Title).where(Title.number == words))
    if title is None:
        raise NotFound("watch.no-title", where=TITLE, given=words)
    label = f"{say('collection.titles.one', language)} {title.number}"
    return Scope(TITLE, title.number, f"{label} ({title.name})" if title.name else label)


def _holder(session: Session, words: str, _language: str) -> Scope:
    """Find a company or administration; people cannot be followed."""
    public = select(Party).where(Party.kind != PartyKind.PERSON.value)
    same = func.searchable(Party.name) == func.searchable(words)
    found = session.scalars(public.where(same).order_by(Party.id)).first()
    if found is None:
        raise NotFound("watch.no-holder", where=HOLDER, given=words)
    return Scope(HOLDER, str(found.id), found.name)


def _zone(drawn: BaseGeometry, given: Mapping[str, Any], language: str) -> Scope:
    whole = ground(drawn)
    zone = whole if isinstance(whole, MultiPolygon) else MultiPolygon([whole])
    # A name stands in a letter to an address that is not confirmed yet: no link fits into it.
    name = " ".join(NOT_A_NAME.sub(" ", str(given.get("name") or "")).split())[:60]
    return Scope(ZONE, corners_text(zone), name or say("watch.zone-unnamed", language), zone)


def corners_text(zone: BaseGeometry) -> str:
    """Write drawn ground as WKT with six decimals: what an address of a feed can carry."""
    return str(shapely.to_wkt(zone, rounding_precision=6, trim=True))


def _circle(ruleset: Ruleset, words: str, distance: str) -> Polygon:
    place = read_position(words, ruleset.envelope, ruleset.legal_crs)
    if place is None:
        raise UnusableInput("watch.no-place", where=AROUND, given=words[:80])
    try:
        km = float(distance.replace(",", ".") or "5")
    except ValueError:
        km = 0.0
    if not 0.1 <= km <= FARTHEST_KM:
        raise UnusableInput("watch.no-distance", where="km", most=int(FARTHEST_KM))
    turns = [360.0 * turn / CIRCLE_CORNERS for turn in range(CIRCLE_CORNERS)]
    count = len(turns)
    lons, lats, _ = WGS84.fwd([place[0]] * count, [place[1]] * count, turns, [km * 1000] * count)
    return Polygon(zip(lons, lats, strict=True))


def _drawn(ruleset: Ruleset, text: str) -> BaseGeometry:
    if len(text) > LONGEST_TEXT:
        raise UnusableInput("watch.too-long", where=ZONE, most=MOST_CORNERS)
    # What the map, a feed's address or a program writes is in degrees, longitude first.
    crs = "EPSG:4326" if text.upper().startswith(("POLYGON", "MULTIPOLYGON", "{")) else None
    reading = only_one(read_input(ruleset, text.encode(), "", crs=crs), ZONE)
    if reading.perimeter is None or not reading.perimeter.is_valid:
        raise UnusableInput("watch.zone-unclear", where=ZONE)
    if shapely.get_num_coordinates(reading.perimeter) > MOST_CORNERS:
        raise UnusableInput("watch.too-long", where=ZONE, most=MOST_CORNERS)
    return shapely.force_2d(reading.perimeter)
