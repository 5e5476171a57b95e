"""Replay lives of titles written so that a jurist can read and correct them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
import yaml
from shapely.geometry import box, mapping
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cadastre.models import Opening, Title
from cadastre.queries.charges import charges_of, orphaned_charges
from cadastre.services.sweep import sweep
from cadastre.services.titles.facts import facts_of
from cadastre.services.titles.ground import held, open_parcels
from cadastre.services.titles.perform import Particulars, perform
from tests.factories import make_party, make_title
from tests.services.titles.people import TOGO, decision, refused

HISTORIES = sorted(Path(__file__).parent.glob("*.yaml"))


@pytest.mark.parametrize("path", HISTORIES, ids=lambda path: path.stem)
def test_a_life_goes_as_it_is_written(session: Session, path: Path):
    history = yaml.safe_load(path.read_text("utf-8"))
    told = history["title"]
    title = make_title(
        session, box(*told["ground"]), kind=told["kind"], substances=tuple(told["substances"]),
        group=told["group"], starts_on=told["from"], expires_on=told["to"],
    )  # fmt: skip
    for line in history["acts"]:
        at = dt.datetime.combine(line["day"], dt.time(10), dt.UTC)
        made = happen(session, title, line, at)
        expect(session, title, line, at + dt.timedelta(minutes=1), made)


def happen(session: Session, title: Title, line: dict[str, Any], at: dt.datetime) -> list[str]:
    """Do what a line says, or see it refused as the line says."""
    if line["act"] == "sweep":
        sweep(session, TOGO, at=at)
        return []
    said, decided = particulars(session, title, line), decision(session, at)
    if "refused" in line:
        with refused(line["refused"]), session.begin_nested():
            perform(session, TOGO, title, line["act"], said, decided)
        session.expire_all()
        return []
    return perform(session, TOGO, title, line["act"], said, decided)


def particulars(session: Session, title: Title, line: dict[str, Any]) -> Particulars:
    keeps, pieces = line.get("keeps"), line.get("pieces", ())
    until = line.get("until")
    return Particulars(
        geometry=mapping(box(*keeps)) if keeps else None,
        geometries=tuple(mapping(box(*piece)) for piece in pieces),
        until=None if until is None else until.isoformat(),
        from_party_id=title.shares[0].party_id,
        to_party_id=make_party(session, "Banque d'essai").id,
        creditors_agree=line.get("agreed", False),
    )


def expect(
    session: Session, title: Title, line: dict[str, Any], at: dt.datetime, made: list[str]
) -> None:
    """Hold the register against what the line says of it; what it does not say is free."""
    facts = facts_of(session, TOGO, title, at)
    found = {
        "status": facts.status.value,
        "expires": title.expires_on,
        "charges": sum(charge.weighs(facts.day) for charge in facts.charges),
        "openings": session.scalar(select(func.count()).where(Opening.title_id == title.id)),
        "children": len(made),
        "children_charges": [
            len(charges_of(session, one.id))
            for one in session.scalars(select(Title).where(Title.number.in_(made)))
        ],
    }
    for name, value in found.items():
        if name in line:
            assert value == line[name], (line, name)
    if "holds" in line:
        ground = held(open_parcels(session, title, at)).ground
        assert ground.equals(box(*line["holds"])), line
    if "refused" not in line:
        assert orphaned_charges(session, facts.day) == []
