"""Enter and change works by form and map; what a course touches is checked again at once.

The corridor is not stored: it follows from the kind and the ruleset, so a line that is rerouted
takes it along. In the same transaction the overlap cases of every right near the old and the new
course are opened, kept or closed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import shapely
from geoalchemy2.shape import from_shape, to_shape
from shapely.errors import ShapelyError
from shapely.geometry.base import BaseGeometry
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cadastre.errors import NotFound, UnusableInput
from cadastre.models import JournalEntry, OutboxEvent, Party, Work
from cadastre.models.base import SRID
from cadastre.models.work import CODES
from cadastre.queries.touched import transaction_start
from cadastre.rules.permissions import Actor, can_edit_work, can_keep_works, ensure
from cadastre.rules.ruleset import Ruleset
from cadastre.rules.works import WorkType, load_work_types
from cadastre.services.cases.detection import recount_touched
from cadastre.services.imports.keeping import same_ground
from cadastre.vocabulary import PartyKind, WorkState

ADDED, CHANGED, REROUTED = "add", "change", "reroute"
MOST_CORNERS = 5000
LONGEST_NAME = 160
SHORTEST_REASON = 3
BEYOND_DEG = 1.0  # an interconnection leaves the country
SOURCE = "cadastre"


@dataclass(frozen=True, slots=True)
class Given:
    """What a form says of a work; ``place`` is WKT or GeoJSON, longitude first."""

    name: str
    kind: str
    state: str
    place: str
    operator: str = ""
    commissioned_on: str = ""
    reason: str = ""
    attributes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Kept:
    """A work as kept: what was done, and the cases that its corridor opened and closed."""

    work: Work
    done: str | None
    opened: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()


def work_named(session: Session, code: str, *, lock: bool = False) -> Work:
    """Give a work by its code.

    Raises
    ------
    NotFound
        ``works.unknown``.
    """
    query = select(Work).where(Work.code == code)
    found = session.scalar(query.with_for_update() if lock else query)
    if found is None:
        raise NotFound("works.unknown", where=code, given=code)
    return found


def types_of(data: Path) -> Mapping[str, WorkType]:
    """Give the kinds of works that a form can keep."""
    return load_work_types(data / "works")


def add_work(
    session: Session, ruleset: Ruleset, data: Path, given: Given, actor: Actor
) -> Kept:
    """Enter a work under a new code.

    Raises
    ------
    NotAllowed, UnusableInput
        Who asks may not, or a field does not hold.
    """
    operator = _operator(session, given.operator)
    ensure(can_edit_work(actor, None if operator is None else operator.id), actor)
    read = _read(ruleset, data, given, {})
    number = session.scalar(select(CODES.next_value()))
    year = session.scalar(select(func.extract("year", func.now())))
    work = Work(
        code=f"OUV-{int(year or 0)}-{int(number or 0):05d}", operator=operator,
        source=SOURCE, geom=from_shape(read.pop("ground"), SRID), **read,
    )  # fmt: skip
    session.add(work)
    session.flush()
    return _written(session, ruleset, work, ADDED, given, actor)


def change_work(
    session: Session, ruleset: Ruleset, data: Path, code: str, given: Given, actor: Actor
) -> Kept:
    """Change what is known of a work, or its course; the same again changes nothing.

    Raises
    ------
    NotFound, NotAllowed, UnusableInput
        No such work; who asks may not; a field does not hold.
    """
    work = work_named(session, code, lock=True)
    ensure(can_edit_work(actor, work.operator_id), actor)
    operator = _operator(session, given.operator)
    if operator is not work.operator:
        ensure(can_keep_works(actor), actor, "works.operator-by-agents", where="operator")
    if len(given.reason.strip()) < SHORTEST_REASON:
        raise UnusableInput("works.no-reason", where="reason")
    read = _read(ruleset, data, given, work.attributes)
    ground = read.pop("ground")
    moved = not same_ground(work.geom, ground)
    changed = {name: new for name, new in read.items() if getattr(work, name) != new}
    if not moved and not changed and operator is work.operator:
        return Kept(work, None)
    for name, new in changed.items():
        setattr(work, name, new)
    work.operator = operator
    if moved:
        work.geom, work.is_illustrative, work.source = from_shape(ground, SRID), False, SOURCE
    session.flush()
    session.refresh(work)
    return _written(session, ruleset, work, REROUTED if moved else CHANGED, given, actor)


def _written(
    session: Session, ruleset: Ruleset, work: Work, done: str, given: Given, actor: Actor
) -> Kept:
    """Journal, tell others, and bring the cases near the old and new course to what is so."""
    session.add_all(
        [
            JournalEntry(
                account_id=actor.account_id, action=f"work.{done}", subject="work",
                subject_id=work.code, reason=given.reason.strip() or None,
                facts={"state": work.state, "kind": work.kind},
            ),
            OutboxEvent(topic=f"work.{done}", subject_id=work.code),
        ]
    )  # fmt: skip
    session.flush()
    done_cases = recount_touched(session, ruleset, transaction_start(session), by="work")
    return Kept(work, done, tuple(done_cases.opened), tuple(done_cases.closed))


def _read(
    ruleset: Ruleset, data: Path, given: Given, kept: Mapping[str, Any]
) -> dict[str, Any]:
    types = types_of(data)
    if given.kind not in types or given.kind not in ruleset.works:
        raise UnusableInput("works.no-kind", where="kind", known=", ".join(sorted(types)))
    if given.state not in set(WorkState):
        raise UnusableInput("works.no-state", where="state")
    name = " ".join(given.name.split())
    if not name or len(name) > LONGEST_NAME:
        raise UnusableInput("works.no-name", where="name", most=LONGEST_NAME)
    return {
        "name": name,
        "kind": given.kind,
        "state": given.state,
        "commissioned_on": _commissioned(given),
        "attributes": types[given.kind].read(given.attributes, kept),
        "ground": read_place(ruleset, types[given.kind], given.place),
    }


def _commissioned(given: Given) -> dt.date | None:
    text = given.commissioned_on.strip()
    try:
        day = dt.date.fromisoformat(text) if text else None
    except ValueError:
        raise UnusableInput("http.not-a-date", where="commissioned_on", given=text) from None
    runs = given.state in (WorkState.IN_SERVICE, WorkState.RETIRED)
    if day is not None and runs and day > dt.datetime.now(dt.UTC).date():
        raise UnusableInput("works.not-yet", where="commissioned_on")
    return day


def read_place(ruleset: Ruleset, kind: WorkType, text: str) -> BaseGeometry:
    """Read where a work is, as WKT or GeoJSON in degrees, longitude first.

    Raises
    ------
    UnusableInput
        ``works.no-place``, ``works.wrong-shape`` or ``works.not-here``.
    """
    text = text.strip()
    try:
        read = shapely.from_geojson if text.startswith("{") else shapely.from_wkt
        place = shapely.force_2d(read(text)) if text else None
    except (ShapelyError, ValueError, TypeError):
        place = None
    if place is None or place.is_empty or shapely.get_num_coordinates(place) > MOST_CORNERS:
        raise UnusableInput("works.no-place", where="place")
    if place.geom_type.removeprefix("Multi") not in kind.drawn:
        raise UnusableInput("works.wrong-shape", where="place", drawn=", ".join(kind.drawn))
    if not place.is_valid or not _inside(ruleset, place):
        raise UnusableInput("works.not-here", where="place")
    return place


def _inside(ruleset: Ruleset, place: BaseGeometry) -> bool:
    west, south, east, north = ruleset.envelope
    around = shapely.box(
        west - BEYOND_DEG, south - BEYOND_DEG, east + BEYOND_DEG, north + BEYOND_DEG
    )
    return bool(around.contains(place))


def _operator(session: Session, name: str) -> Party | None:
    """Find who runs a work by name; a company that is not known yet is entered by imports."""
    if not name.strip():
        return None
    same = func.searchable(Party.name) == func.searchable(name.strip())
    public = Party.kind != PartyKind.PERSON.value
    found = session.scalars(select(Party).where(same, public).order_by(Party.id)).first()
    if found is None:
        raise UnusableInput("works.no-operator", where="operator", given=name[:120])
    return found


def place_text(work: Work) -> str:
    """Write where a work is as the form takes it back: every digit, so that nothing moves."""
    return str(shapely.to_wkt(to_shape(work.geom), rounding_precision=-1))
