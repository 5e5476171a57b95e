"""Serve a register with overlaps of every kind, and open the desk in Chromium as several people."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from geoalchemy2.shape import from_shape
from playwright.sync_api import Browser
from shapely.geometry import LineString, MultiPolygon, Polygon, box
from sqlalchemy import select
from sqlalchemy.orm import Session

from cadastre.config import ROOT
from cadastre.geometry.crs import to_lonlat
from cadastre.geometry.perimeter import unproject
from cadastre.models import Application, OverlapCase, Parcel
from cadastre.rules.load import load_ruleset
from cadastre.services.accounts import create_account
from cadastre.services.cases.detection import recount
from tests.factories import (
    make_application,
    make_party,
    make_title,
    make_unit,
    make_work,
    make_zone,
    square,
)
from tests.web.cases_desk import PASSWORD, CasesSite
from tests.web.second_factor import let_decide
from tests.web.served import Serve, Served

PLANE = "EPSG:32631"
ROLES = {"agent": ["agent"], "decideur": ["decider"]}


@pytest.fixture(scope="session")
def served_desk(serve: Serve) -> Served:
    """Serve the desk over a register of its own, which tells the numbers of its cases."""
    return serve("cases", fill)


@pytest.fixture
def desk(served_desk: Served, chromium: Browser) -> Iterator[CasesSite]:
    """Hand over the desk; a script error in any page fails the test."""
    site = CasesSite(served_desk.url, chromium, served_desk.told)
    yield site
    for context in chromium.contexts:
        context.close()
    assert site.errors == []


def fill(session: Session) -> dict[str, str]:
    """Lay out the overlaps and give the number of each case by name."""
    ruleset = load_ruleset(ROOT / "data" / "rulesets" / "togo")
    make_unit(session, square(0.0, 6.0, 4), code="TG", name="Togo", level=0)
    parties = {
        who: make_party(session, name)
        for who, name in (
            ("mines-a", "Mines de l'Anié (fictive)"),
            ("mines-b", "Or de Blitta (fictive)"),
            ("reseau", "Réseau électrique d'exemple"),
        )
    }
    for who in (*ROLES, *parties):
        account = create_account(
            session, email=f"{who}@exemple.test", display_name=who.capitalize(),
            password=PASSWORD, roles=ROLES.get(who, ["applicant"]),
            parties=[parties[who]] if who in parties else [],
        )  # fmt: skip
        if who == "decideur":
            let_decide(account)
    owners = _ground(session, parties)
    recount(session, ruleset)
    rows = session.execute(select(OverlapCase.number, OverlapCase.left_parcel_id)).all()
    by_parcel = {parcel: number for number, parcel in rows}
    return {name: by_parcel[_parcel(session, owner).id] for name, owner in owners.items()}


def _ground(session: Session, parties) -> dict[str, object]:
    a, b = parties["mines-a"], parties["mines-b"]
    late = dt.datetime(2026, 3, 3, 10, 15, 42, tzinfo=dt.UTC)
    make_title(session, square(0.5, 8.0), number="PR-2024-0001", name="Anié Nord", holder=a)
    clip = make_application(
        session, square(0.55, 8.05), number="DEM-2026-000101", applicant=b, standing="second-rank"
    )
    make_title(session, _utm(310_000, 985_000, 320_000, 999_000), number="PR-2024-0002", holder=a)
    typed = make_application(
        session, _utm(300_000, 990_000, 310_000, 998_000), number="DEM-2026-000102",
        applicant=b, standing="second-rank",
    )  # fmt: skip
    _print_wrongly(session, typed)
    make_application(session, square(0.5, 8.5), number="DEM-2026-000103", applicant=a)
    race = make_application(
        session, square(0.55, 8.52), number="DEM-2026-000104", applicant=b,
        standing="second-rank", filed_at=late,
    )  # fmt: skip
    make_title(session, square(1.0, 8.0), number="PR-2019-0011", holder=a)
    legacy = make_title(
        session, square(1.05, 8.04), number="PR-2020-0012", holder=b, standing="legacy",
        starts_on=dt.date(2024, 6, 1), instrument="Arrêté 2020-12/MME",
    )  # fmt: skip
    make_title(session, square(1.3, 8.0), number="PR-2018-0021", holder=a)
    known = make_title(
        session, square(1.33, 8.03), number="PR-2018-0022", holder=b, standing="legacy",
        starts_on=dt.date(2024, 7, 1),
    )  # fmt: skip
    make_zone(session, square(1.0, 8.5), name="Aire protégée d'exemple", kind="national-park")
    zone = make_application(session, square(1.05, 8.52), number="DEM-2026-000105", applicant=a)
    make_work(
        session, LineString([(0.9, 7.55), (1.3, 7.56)]), name="Ligne 161 kV d'exemple",
        operator_id=parties["reseau"].id,
    )  # fmt: skip
    work = make_title(session, square(1.0, 7.5), number="PR-2024-0031", holder=a)
    make_title(session, box(0.2, 7.0, 0.3, 7.1), number="PR-2024-0041", holder=a)
    thin = make_title(
        session, box(0.3 - 1e-7, 7.0, 0.4, 7.1), number="PR-2024-0042", holder=b,
        starts_on=dt.date(2024, 6, 1),
    )  # fmt: skip
    return {
        "application-title": clip, "typing": typed, "application-application": race,
        "title-title": legacy, "known": known, "application-zone": zone, "title-work": work,
        "technical": thin,
    }  # fmt: skip


def _utm(west: float, south: float, east: float, north: float) -> Polygon:
    return unproject(box(west, south, east, north), PLANE)


def _print_wrongly(session: Session, application: Application) -> None:
    """Print the rectangle with one digit of its third corner wrong: 314 000 for 310 000."""
    corners = [(300_000, 990_000), (310_000, 990_000), (314_000, 998_000), (300_000, 998_000)]
    lons, lats = to_lonlat(PLANE, [x for x, _ in corners], [y for _, y in corners])
    parcel = _parcel(session, application)
    parcel.corners = [
        [
            {"label": f"S{n}", "text": f"S{n} {x} {y}", "x": x, "y": y, "lon": lon, "lat": lat}
            for n, ((x, y), lon, lat) in enumerate(
                zip(corners, lons.tolist(), lats.tolist(), strict=True), start=1
            )
        ]
    ]
    parcel.original_crs = PLANE
    parcel.original_text = "\n".join(
        f"S{n}  {x:,}  {y:,}".replace(",", " ") for n, (x, y) in enumerate(corners, start=1)
    )
    ground = Polygon(zip(lons.tolist(), lats.tolist(), strict=True))
    parcel.geom = from_shape(MultiPolygon([ground]), 4326)
    session.flush()


def _parcel(session: Session, owner) -> Parcel:
    column = Parcel.application_id if isinstance(owner, Application) else Parcel.title_id
    return session.scalars(select(Parcel).where(column == owner.id)).one()
