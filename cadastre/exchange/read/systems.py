"""Decide in which coordinate system a file stands, or ask; never suppose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cadastre.errors import UnusableInput
from cadastre.exchange.read.shapes import Part, positions
from cadastre.exchange.read.source import Feature, Source
from cadastre.geometry import crs as systems
from cadastre.geometry.corners.hints import Hints
from cadastre.geometry.reading import Note, Option, Question
from cadastre.vocabulary import NoteKind

# The same question as for pasted corners, so that pages and commands answer both in one way.
CRS_QUESTION = "corners.crs"


@dataclass(frozen=True, slots=True)
class Choice:
    """The system of a feature: None when it must be asked; ``stated`` when the file says it."""

    code: str | None
    stated: bool
    notes: tuple[Note, ...] = ()


def choose_crs(
    feature: Feature, parts: Sequence[Part], source: Source, given: str | None
) -> Choice:
    """Weigh what the file states against what the person gives.

    The person wins, with a doubt that names both, except where the format leaves no choice (KML,
    GPX).

    Raises
    ------
    UnusableInput
        ``exchange.out-of-range``: the system counts degrees and the numbers are none.
    """
    wanted = systems.normalise(given) if given else None
    stated = feature.crs
    degrees = _are_degrees(parts)
    if stated is None and source.label == "GeoJSON" and degrees:
        # RFC 7946, section 4: without another agreement, WGS 84.
        is_metric = wanted is not None and not systems.is_geographic(wanted)
        stated = systems.WGS84
        wanted = None if is_metric else wanted
    if source.fixed_crs:
        wanted = None
    code = wanted or stated
    notes: list[Note] = []
    if wanted and stated and wanted != stated:
        values = {"stated": stated, "given": wanted}
        notes.append(Note("exchange.crs-overridden", NoteKind.DOUBT, values=values))
    elif given and code and code != systems.normalise(given):
        values = {"stated": code, "given": given}
        notes.append(Note("exchange.crs-fixed", NoteKind.DOUBT, values=values))
    if code and systems.is_geographic(code) and not degrees:
        raise UnusableInput("exchange.out-of-range", where=feature.where, crs=code)
    if code and systems.transformation_accuracy_m(code) is None:
        notes.append(Note("crs.ballpark", NoteKind.DOUBT, values={"code": code}))
    return Choice(code, stated is not None and code == stated, tuple(notes))


def ask_crs(parts: Sequence[Part], hints: Hints, choice: Choice) -> Question:
    """Ask for the system, likeliest first, each with the reason why it is likely."""
    places = list(positions(parts))
    middle = (
        sum(x for x, _ in places) / len(places),
        sum(y for _, y in places) / len(places),
    )
    degrees = _are_degrees(parts)
    candidates = list(hints.likely_crs) + _zones(hints)
    if degrees:
        candidates.insert(0, systems.WGS84)
    inside, others = [], []
    for code in dict.fromkeys(candidates):
        if systems.is_geographic(code) != degrees:
            continue
        if _falls_inside(code, middle, hints):
            inside.append(Option(code, "exchange.option-inside-country"))
        else:
            others.append(Option(code, "exchange.option-usual"))
    return Question(CRS_QUESTION, tuple(inside + others))


def _are_degrees(parts: Sequence[Part]) -> bool:
    return all(abs(x) <= 180 and abs(y) <= 90 for x, y in positions(parts))


def _zones(hints: Hints) -> list[str]:
    """Name the UTM zones the country lies in."""
    if hints.bounds_lonlat is None:
        return []
    west, south, east, north = hints.bounds_lonlat
    middle = (south + north) / 2
    return list(dict.fromkeys(systems.utm_zone_for(lon, middle) for lon in (east, west)))


def _falls_inside(code: str, middle: tuple[float, float], hints: Hints) -> bool:
    if hints.bounds_lonlat is None:
        return False
    try:
        lons, lats = systems.to_lonlat(code, [middle[0]], [middle[1]])
    except UnusableInput:
        return False
    west, south, east, north = hints.bounds_lonlat
    return bool(west <= lons[0] <= east and south <= lats[0] <= north)
