"""An import opens the overlap cases it makes, and closes those it takes away."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from shapely.geometry import LineString, mapping
from sqlalchemy import select
from sqlalchemy.orm import Session

from cadastre.config import ROOT
from cadastre.models import OverlapCase, Parcel, Step
from cadastre.rules.load import load_ruleset
from cadastre.services.cases.detection import recount
from cadastre.services.imports import ImportReport, ImportRequest, import_file
from tests.factories import make_title, make_zone, square

TOGO = load_ruleset(ROOT / "data" / "rulesets" / "togo")
PARK = {"code": "Z-1", "nom": "Parc A", "type": "national-park", "statut": "in-force", "acte": "D"}
RIGHT = {"type": "permis-exploitation-petite-echelle", "substance": "or"}


@pytest.fixture
def load(session: Session, tmp_path: Path):
    """Import rows given as (cells, ground)."""

    def load(collection: str, *rows: tuple[dict[str, Any], Any], **how: Any) -> ImportReport:
        path = tmp_path / "couche.geojson"
        features = [
            {"type": "Feature", "properties": cells, "geometry": mapping(ground)}
            for cells, ground in rows
        ]
        body = {"type": "FeatureCollection", "features": features}
        path.write_text(json.dumps(body), "utf-8")
        report = import_file(session, TOGO, ImportRequest(path, collection, **how))
        assert report.refused == 0, report.as_json()
        return report

    return load


def open_kinds(session: Session) -> list[str]:
    query = select(OverlapCase.kind).where(OverlapCase.closed_at.is_(None))
    return sorted(session.scalars(query))


def nothing_left_to_count(session: Session) -> None:
    again = recount(session, TOGO)
    assert (again.opened, again.closed, again.changed) == ((), (), 0)


def test_a_zone_over_a_title_opens_a_case_and_its_annulment_closes_it(session, load):
    make_title(session, square(1.0, 8.0))
    report = load("zones", (PARK, square(1.05, 8.05)))
    case = session.scalars(select(OverlapCase)).one()
    assert (case.kind, case.detected_by, case.closed_at) == ("title-zone", "import", None)
    assert report.as_json()["cases"] == {"opened": [case.number], "closed": []}
    nothing_left_to_count(session)

    voided = load("zones", (PARK | {"statut": "void"}, square(1.05, 8.05)))
    assert voided.as_json()["cases"] == {"opened": [], "closed": [case.number]}
    assert case.outcome == "closed-by-rule"
    steps = select(Step.kind).where(Step.dossier_id == case.dossier_id).order_by(Step.id)
    assert list(session.scalars(steps)) == ["detected", "closed-by-rule"]
    nothing_left_to_count(session)


def test_a_zone_that_moves_away_closes_its_case(session, load):
    make_title(session, square(1.0, 8.0))
    load("zones", (PARK, square(1.05, 8.05)))
    load("zones", (PARK, square(0.5, 7.0)))
    assert open_kinds(session) == []
    nothing_left_to_count(session)


def test_a_work_through_a_title_opens_a_case(session, load):
    make_title(session, square(1.0, 8.0))
    cells = {"code": "L-1", "nom": "Ligne", "type": "pipeline"}
    load("works", (cells, LineString([(0.9, 8.05), (1.2, 8.05)])))
    assert open_kinds(session) == ["title-work"]
    nothing_left_to_count(session)


def test_titles_that_overlap_open_cases_and_new_ground_ends_them(session, load):
    make_zone(session, square(1.45, 8.0))
    cells = {**RIGHT, "holder": "Mines Exemple SA", "debut": "2024-03-04", "fin": "2099-03-04"}
    one, other = cells | {"number": "N-1"}, cells | {"number": "N-2", "debut": "2024-04-04"}
    load("titles", (one, square(1.0, 8.0)), (other, square(1.05, 8.05)))
    assert open_kinds(session) == ["title-title"]
    parcels = set(session.scalars(select(Parcel.id)))
    load("titles", (one, square(1.0, 8.0)), (other, square(1.4, 8.0)))
    assert open_kinds(session) == ["title-zone"]
    assert set(session.scalars(select(Parcel.id))) == parcels
    nothing_left_to_count(session)


def test_applications_that_overlap_open_cases_and_a_dry_run_none(session, load):
    cells = {**RIGHT, "demandeur": "Mines Exemple SA"}
    rows = [
        (cells | {"numero": "D-1", "depot": "15/09/2025"}, square(1.0, 8.0)),
        (cells | {"numero": "D-2", "depot": "02/10/2025"}, square(1.05, 8.05)),
    ]
    assert load("applications", *rows, dry_run=True).cases is None
    assert open_kinds(session) == []
    load("applications", *rows)
    assert open_kinds(session) == ["application-application"]
    nothing_left_to_count(session)
