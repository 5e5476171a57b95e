"""Make the extract: four tables from one look at the register, dated and sealed by a hash."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import Row
from sqlalchemy.orm import Session

from cadastre.queries import eiti as asked
from cadastre.queries.asof import AsOf
from cadastre.queries.visibility import ANYBODY, Viewer
from cadastre.rules.ruleset import Ruleset
from cadastre.sentences import say
from cadastre.services.eiti.columns import (
    ALLOCATIONS,
    CORNERS,
    JUDGED,
    LICENCES,
    OWNERS,
    SHEETS,
    Sheet,
)
from cadastre.services.eiti.completeness import Score, mean, scores
from cadastre.services.labels import label_of, substance_label

DECIMALS = 7  # of a degree: about a centimetre
CODED = ("event", "way", "criteria", "holder_kind")


@dataclass(slots=True)
class Extract:
    """The tables as rows by column name, with what is withheld of each row, and their scores."""

    at: AsOf
    year: int
    made_at: dt.datetime
    tables: dict[str, list[dict[str, Any]]]
    scores: list[Score] = field(default_factory=list)

    def sha256(self) -> str:
        """Hash day, year and tables, written with sorted keys, no spaces and UTF-8.

        The same register on the same day for the same reader gives the same hash whenever it is
        asked, since the instant of making is not in it.
        """
        told = {"day": self.at.day.isoformat(), "year": self.year, "tables": self.tables}
        text = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    def means(self) -> dict[str, float | None]:
        """Give the score of each requirement, 0 to 1."""
        return {
            sheet.requirement: mean([one for one in self.scores if one.table == sheet.id])
            for sheet in JUDGED
        }


def make_extract(
    session: Session, at: AsOf, year: int | None = None, viewer: Viewer = ANYBODY
) -> Extract:
    """Read the register once for all tables; ``year`` is that of awards, by default the day's."""
    year = year or at.day.year
    found = asked.licences(session, at, viewer)
    licences = [_licence(row) for row in found]
    tables = {
        LICENCES.id: licences,
        ALLOCATIONS.id: [_allocation(r) for r in asked.allocations(session, at, year, viewer)],
        OWNERS.id: [_owner(row) for row in asked.owners(session, at, viewer)],
        CORNERS.id: [line for row in found for line in _corners(row)],
    }
    made = Extract(at, year, dt.datetime.now(dt.UTC), tables)
    region_of = {row["number"]: row["region"] for row in licences}
    made.scores = [
        one for sheet in JUDGED for one in scores(sheet, tables[sheet.id], region_of)
    ]
    return made


def document(made: Extract, ruleset: Ruleset, language: str) -> dict[str, Any]:
    """Give the whole extract as JSON has it, with titles, notes and scores."""
    return {
        "title": say("eiti.title", language),
        "standard": "EITI Standard 2023, requirements 2.2, 2.3, 2.5",
        "register": ruleset.name[language],
        "made_at": made.made_at.isoformat(timespec="seconds"),
        "day": made.at.day.isoformat(),
        "year": made.year,
        "sha256": made.sha256(),
        "sha256_of": say("eiti.sha256-of", language),
        "rights": say("exports.rights", language),
        "notes": notes(language),
        "scores": made.means(),
        "sheets": [
            {
                "id": sheet.id,
                "requirement": sheet.requirement,
                "title": say(f"eiti.table.{sheet.id}", language),
                "columns": [
                    {
                        "name": column.name,
                        "title": say(f"eiti.column.{column.name}", language),
                        "held_by_register": column.held,
                    }
                    for column in sheet.columns
                ],
            }
            for sheet in SHEETS
        ],
        "tables": made.tables,
        "completeness": [one.json() for one in made.scores],
    }


def notes(language: str) -> list[str]:
    """Say what a reader must know: what is not held, what is withheld, how regions are found."""
    return [
        say(f"eiti.note.{name}", language)
        for name in ("not-held", "withheld", "region", "way", "area", "owners")
    ]


def shown(ruleset: Ruleset, column: str, row: Mapping[str, Any], language: str) -> Any:
    """Say a cell as a person reads it; what is withheld says so."""
    value = row[column]
    if column in row["withheld"]:
        masked = say("eiti.withheld", language)
        return f"{value}, {masked}" if value else masked
    if value is None:
        return None
    if column == "kind":
        return label_of(ruleset, "titles", value, language) or value
    if column == "substances":
        return ", ".join(substance_label(ruleset, one, language) for one in value)
    if column in CODED:
        return say(f"eiti.{column}.{value}", language)
    return value


def _licence(row: Row[Any]) -> dict[str, Any]:
    held = row._asdict()
    told = {name: held[name] for name in asked.HELD}
    told |= {
        "years": asked.years_between(row.starts_on, row.expires_on),
        "area_km2": None if row.area_km2 is None else round(row.area_km2, 4),
        "region": row.region,
        "prefecture": row.prefecture,
        "coordinates": _outline(row.geometry),
    }
    return _whole(LICENCES, told, ["holder"] if row.masked else [])


def _allocation(row: Row[Any]) -> dict[str, Any]:
    told = row._asdict()
    told["criteria"] = row.way  # the way of grant implies them; nothing else is recorded
    withheld = [
        name
        for name, masked in (("holder", row.masked), ("former_holder", row.former_masked))
        if masked
    ]
    return _whole(ALLOCATIONS, told, withheld)


def _owner(row: Row[Any]) -> dict[str, Any]:
    told = row._asdict()
    told["share_percent"] = round(float(row.share_percent), 4)
    return _whole(OWNERS, told, ["holder"] if row.masked else [])


def _whole(sheet: Sheet, told: dict[str, Any], withheld: list[str]) -> dict[str, Any]:
    """Give a row with every column of its table; what is not held is None, never a guess."""
    return {name: _plain(told.get(name)) for name in sheet.names()} | {"withheld": withheld}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date) else value


def _corners(row: Row[Any]) -> Iterator[dict[str, Any]]:
    for part, ring, number, (lon, lat) in _points(row.geometry):
        yield {
            "number": row.number, "part": part, "ring": ring, "corner": number,
            "longitude": lon, "latitude": lat, "withheld": [],
        }  # fmt: skip


def _outline(ground: bytes | None) -> str | None:
    """Write corners as ``lon lat; …``, parts and holes apart, each corner once."""
    if ground is None:
        return None
    rings: dict[tuple[int, int], list[str]] = {}
    for part, ring, _, (lon, lat) in _points(ground):
        rings.setdefault((part, ring), []).append(f"{lon} {lat}")
    return " | ".join("; ".join(corners) for corners in rings.values())


def _points(
    ground: bytes | None,
) -> Iterator[tuple[int, int, int, tuple[float, float]]]:
    """Go through the corners of a ground: part and ring from 1 (ring 1 is the outside)."""
    shape: BaseGeometry | None = None if ground is None else shapely.from_wkb(bytes(ground))
    for part, polygon in enumerate(shapely.get_parts(shape) if shape else (), start=1):
        for ring, line in enumerate((polygon.exterior, *polygon.interiors), start=1):
            corners: Sequence[Any] = shapely.get_coordinates(line)[:-1].round(DECIMALS).tolist()
            for number, (lon, lat) in enumerate(corners, start=1):
                yield part, ring, number, (lon, lat)
