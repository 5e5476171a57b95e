"""Dirty files go in row by row: what is wrong is said, what is right is kept, twice is once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, ClassVar

import pytest
import yaml
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cadastre.config import ROOT
from cadastre.errors import UnusableInput
from cadastre.models import (
    AdministrativeUnit,
    Application,
    BaseMapFeature,
    Occupation,
    Parcel,
    Party,
    Title,
    Work,
    Zone,
)
from cadastre.rules.load import load_ruleset
from cadastre.rules.ruleset import Ruleset
from cadastre.services.imports import ImportReport, ImportRequest, import_file, load_mapping


@pytest.fixture(scope="module")
def ruleset() -> Ruleset:
    return load_ruleset(ROOT / "data" / "rulesets" / "togo")


def square(lon: float, lat: float, side: float = 0.01) -> dict[str, Any]:
    ring = [[lon, lat], [lon + side, lat], [lon + side, lat + side], [lon, lat + side], [lon, lat]]
    return {"type": "Polygon", "coordinates": [ring]}


BOW_TIE = {
    "type": "Polygon",
    "coordinates": [[[1.2, 7.0], [1.3, 7.1], [1.3, 7.0], [1.2, 7.1], [1.2, 7.0]]],
}


def geojson(folder: Path, rows: list[tuple[dict[str, Any], Any]]) -> Path:
    features = [{"type": "Feature", "properties": p, "geometry": g} for p, g in rows]
    path = folder / "couche.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    return path


def mapped(folder: Path, **body: Any) -> Path:
    path = folder / "correspondance.yaml"
    path.write_text(yaml.safe_dump(body, allow_unicode=True), "utf-8")
    return path


def codes(report: ImportReport, row: int) -> set[str]:
    return {finding.code for finding in report.findings if finding.row == row}


def all_said(report: ImportReport) -> None:
    """Every finding has a sentence in both languages, with every value in its place."""
    for finding in report.as_json()["findings"]:
        for sentence in finding["messages"].values():
            assert sentence != finding["code"]
            assert "{" not in sentence, sentence


class TestZones:
    ROWS = (
        ({"nom": "Parc A", "type": "national-park", "acte": "Décret 1", "debut": "01/02/2003"},
         square(1.0, 8.0)),
        ({"nom": "Réserve B", "type": "réserve inconnue", "acte": None, "debut": None},
         square(1.1, 8.0)),
        ({"nom": "Croisée", "type": "ramsar", "acte": None, "debut": None}, BOW_TIE),
        ({"nom": "Ligne", "type": "ramsar", "acte": "x", "debut": None},
         {"type": "LineString", "coordinates": [[1, 8], [1.1, 8]]}),
        ({"nom": None, "type": "ramsar", "acte": "x", "debut": None}, square(1.2, 8.0)),
        ({"nom": "Sans terre", "type": "ramsar", "acte": "x", "debut": None}, None),
        ({"nom": "Hier", "type": "ramsar", "acte": "x", "debut": "hier"}, square(1.3, 8.0)),
        ({"nom": "Loin", "type": "ramsar", "acte": "x", "debut": None}, square(8.0, 1.0)),
    )  # fmt: skip

    def test_each_row_has_its_fate(self, session, ruleset, tmp_path) -> None:
        path = geojson(tmp_path, list(self.ROWS))
        report = import_file(session, ruleset, ImportRequest(path, "zones"))

        assert report.rows == len(self.ROWS)
        assert report.outcomes == {"created": 3, "refused": 5}
        assert codes(report, 1) == set()
        assert codes(report, 2) == {"import.unknown-value"}
        assert codes(report, 3) == {"import.geometry-repaired", "import.zone-without-act"}
        assert codes(report, 4) == {"import.wrong-geometry"}
        assert codes(report, 5) == {"import.missing-value"}
        assert codes(report, 6) == {"import.no-geometry"}
        assert codes(report, 7) == {"import.bad-date"}
        assert codes(report, 8) == {"import.far-from-country"}
        all_said(report)
        assert session.scalar(select(func.bool_and(func.ST_IsValid(Zone.geom))))
        first = session.scalars(select(Zone).where(Zone.name == "Parc A")).one()
        assert (first.act, first.status, str(first.starts_on)) == (
            "Décret 1", "in-force", "2003-02-01",
        )  # fmt: skip

    def test_twice_changes_nothing_and_a_change_updates(self, session, ruleset, tmp_path) -> None:
        request = ImportRequest(geojson(tmp_path, [self.ROWS[0]]), "zones")
        import_file(session, ruleset, request)
        assert import_file(session, ruleset, request).outcomes == {"unchanged": 1}
        changed = ({**self.ROWS[0][0], "acte": "Décret 2"}, self.ROWS[0][1])
        request = ImportRequest(geojson(tmp_path, [changed]), "zones")
        assert import_file(session, ruleset, request).outcomes == {"updated": 1}
        assert session.scalars(select(Zone.act)).all() == ["Décret 2"]

    def test_dry_run_leaves_nothing(self, session, ruleset, tmp_path) -> None:
        path = geojson(tmp_path, list(self.ROWS))
        report = import_file(session, ruleset, ImportRequest(path, "zones", dry_run=True))
        assert report.outcomes["created"] == 3
        assert session.scalars(select(Zone.id)).all() == []

    def test_one_fixed_code_is_not_written_over(self, session, ruleset, tmp_path) -> None:
        path = geojson(tmp_path, [self.ROWS[0], ({**self.ROWS[0][0], "nom": "B"}, square(1.1, 8))])
        given = mapped(tmp_path, fields={"name": "nom", "kind": "type"}, constants={"code": "Z"})
        report = import_file(session, ruleset, ImportRequest(path, "zones", mapping=given))
        assert report.outcomes == {"created": 1, "refused": 1}
        assert codes(report, 2) == {"import.repeated-code"}

    def test_unused_fields_are_told(self, session, ruleset, tmp_path) -> None:
        row = ({**self.ROWS[0][0], "remarque": "secret"}, self.ROWS[0][1])
        report = import_file(session, ruleset, ImportRequest(geojson(tmp_path, [row]), "zones"))
        assert [(f.row, f.code, f.column) for f in report.findings] == [
            (0, "import.field-unused", "remarque")
        ]


class TestTitles:
    BODY: ClassVar[dict[str, Any]] = {
        "number": "N-1", "type": "permis-exploitation-petite-echelle", "mineral": "or",
        "holder": "Mines Exemple SA", "debut": "2024-03-04", "fin": "2029-03-04",
        "surface": "121,5 ha",
    }  # fmt: skip

    def rows(self, **changes: Any) -> dict[str, Any]:
        return self.BODY | changes

    def test_overlap_of_an_older_register_is_recorded(self, session, ruleset, tmp_path) -> None:
        path = geojson(tmp_path, [
            (self.rows(), square(1.0, 8.0)),
            (self.rows(number="N-2", holder="Koffi Exemple"), square(1.005, 8.0)),
            (self.rows(number="N-3", mineral="phosphates"), square(1.005, 8.0)),
        ])  # fmt: skip
        report = import_file(session, ruleset, ImportRequest(path, "titles"))

        assert report.outcomes == {"created": 3}
        assert "import.overlap-recorded" in codes(report, 2)
        assert "import.overlap-recorded" not in codes(report, 3)
        all_said(report)
        standings = dict(
            session.execute(
                select(Title.number, Occupation.standing)
                .join(Parcel, Parcel.title_id == Title.id)
                .join(Occupation, Occupation.parcel_id == Parcel.id)
            ).all()
        )
        assert standings == {"N-1": "exclusive", "N-2": "legacy", "N-3": "exclusive"}
        doubts = session.scalar(select(Title.doubts).where(Title.number == "N-2"))
        assert doubts == ["import.overlap-recorded"]
        kinds = dict(session.execute(select(Party.name, Party.kind)).all())
        assert kinds == {"Mines Exemple SA": "company", "Koffi Exemple": "person"}
        assert import_file(session, ruleset, ImportRequest(path, "titles")).outcomes == {
            "unchanged": 3
        }

    def test_faults_are_told(self, session, ruleset, tmp_path) -> None:
        path = geojson(tmp_path, [
            (self.rows(), square(1.0, 8.0)),
            (self.rows(), square(1.1, 8.0)),
            (self.rows(number="N-4", mineral="kryptonite"), square(1.2, 8.0)),
            (self.rows(number="N-5", fin="2020-01-01"), square(1.3, 8.0)),
            (self.rows(number="N-6", surface="42 km²"), square(1.4, 8.0)),
            (self.rows(number="N-7", surface="grande"), square(1.5, 8.0)),
            (self.rows(number="N-8", debut=None), square(1.6, 8.0)),
        ])  # fmt: skip
        report = import_file(session, ruleset, ImportRequest(path, "titles"))
        assert codes(report, 2) == {"import.repeated-code"}
        assert codes(report, 3) == {"import.unknown-substance"}
        assert codes(report, 4) == {"import.ends-before"}
        assert codes(report, 5) == {"import.area-differs"}
        assert codes(report, 6) == {"import.bad-area"}
        assert codes(report, 7) == {"import.missing-value"}
        all_said(report)
        assert session.scalar(select(Title.doubts).where(Title.number == "N-6")) == [
            "import.area-differs"
        ]

    def test_repeats_may_be_kept_under_other_numbers(self, session, ruleset, tmp_path) -> None:
        mapping = mapped(
            tmp_path, repeats="suffix", prefix="X-",
            fields={"number": "number", "kind": "type", "substances": "mineral",
                    "starts_on": "debut"},
            defaults={"starts_on": "2000-01-01"},
        )  # fmt: skip
        path = geojson(tmp_path, [
            (self.rows(), square(1.0, 8.0)), (self.rows(debut=None), square(1.1, 8.0)),
        ])  # fmt: skip
        report = import_file(session, ruleset, ImportRequest(path, "titles", mapping=mapping))
        assert codes(report, 2) == {"import.repeated-renamed", "import.default-used"}
        assert sorted(session.scalars(select(Title.number))) == ["X-N-1", "X-N-1-2"]

    def test_corners_written_in_a_table(self, session, ruleset, tmp_path) -> None:
        path = tmp_path / "titres.csv"
        corners = "A 276400 1011100\nB 293000 1011100\nC 293000 999200\nD 276400 999200"
        path.write_text(
            'number,type,mineral,debut,sommets\n'
            f'N-9,permis-recherche,or,2018-01-02,"{corners}"\n', "utf-8",
        )  # fmt: skip
        request = ImportRequest(path, "titles", crs="EPSG:32631")
        report = import_file(session, ruleset, request)
        assert report.outcomes == {"created": 1}, report.as_json()
        parcel = session.scalars(select(Parcel)).one()
        assert parcel.planar_area_m2 == pytest.approx(197.54e6, rel=1e-4)
        assert parcel.original_crs == "EPSG:32631"
        assert parcel.original_text == corners


def test_applications_get_ranks_in_the_order_of_filing(session, ruleset, tmp_path) -> None:
    body = {"type": "permis-exploitation-petite-echelle", "substance": "or",
            "demandeur": "Mines Exemple SA"}  # fmt: skip
    path = geojson(tmp_path, [
        ({"numero": "D-2", "depot": "02/10/2025", **body}, square(1.0, 8.0)),
        ({"numero": "D-1", "depot": "15/09/2025", **body}, square(1.005, 8.0)),
    ])  # fmt: skip
    report = import_file(session, ruleset, ImportRequest(path, "applications"))
    assert report.outcomes == {"created": 2}
    ranks = dict(session.execute(select(Application.number, Application.rank)).all())
    assert ranks["D-1"] < ranks["D-2"]
    assert codes(report, 1) == {"import.overlap-recorded"}
    again = import_file(session, ruleset, ImportRequest(path, "applications"))
    assert again.outcomes == {"unchanged": 2}


def test_units_find_their_parent_by_place(session, ruleset, tmp_path) -> None:
    region = mapped(tmp_path, fields={"name": "nom", "code": "code"}, constants={"level": 1})
    path = geojson(tmp_path, [({"nom": "Savanes", "code": "TG-S"}, square(0, 10, 1)),
                              ({"nom": "Kara", "code": "TG-K"}, square(0, 9, 1))])  # fmt: skip
    import_file(session, ruleset, ImportRequest(path, "administrative-units", mapping=region))
    prefecture = mapped(tmp_path, fields={"name": "nom"}, constants={"level": 2})
    path = geojson(tmp_path, [({"nom": "Tône"}, square(0.1, 10.2, 0.3)),
                              ({"nom": "Kéran"}, square(0.5, 9.7, 0.4))])  # fmt: skip
    report = import_file(
        session, ruleset, ImportRequest(path, "administrative-units", mapping=prefecture)
    )
    assert sorted(session.scalars(select(AdministrativeUnit.code))) == [
        "TG-K", "TG-K-KERAN", "TG-S", "TG-S-TONE",
    ]  # fmt: skip
    assert codes(report, 2) == {"import.parent-partial"}
    all_said(report)


class TestRefusals:
    def refusal(self, session, ruleset, request) -> str:
        with pytest.raises(UnusableInput) as refused:
            import_file(session, ruleset, request)
        return refused.value.code

    def test_unknown_collection(self, session, ruleset, tmp_path) -> None:
        path = geojson(tmp_path, [({"a": 1}, square(1, 8))])
        assert self.refusal(session, ruleset, ImportRequest(path, "rien")) == (
            "import.unknown-collection"
        )

    def test_nothing_gives_a_required_field(self, session, ruleset, tmp_path) -> None:
        path = geojson(tmp_path, [({"a": 1}, square(1, 8))])
        assert self.refusal(session, ruleset, ImportRequest(path, "zones")) == (
            "import.mapping-lacks"
        )

    def test_a_mapped_field_is_absent(self, session, ruleset, tmp_path) -> None:
        path = geojson(tmp_path, [({"a": 1}, square(1, 8))])
        mapping = mapped(tmp_path, fields={"name": "b"}, constants={"kind": "ramsar"})
        request = ImportRequest(path, "zones", mapping=mapping)
        assert self.refusal(session, ruleset, request) == "import.mapping-absent"

    def test_no_system(self, session, ruleset, tmp_path) -> None:
        path = tmp_path / "zones.csv"
        path.write_text('nom,type,WKT\nA,ramsar,"POLYGON((1 8,2 8,2 9,1 8))"\n', "utf-8")
        assert self.refusal(session, ruleset, ImportRequest(path, "zones")) == "import.no-crs"

    @pytest.mark.parametrize(
        ("body", "code"),
        [
            ({"champs": {}}, "import.mapping-unknown-key"),
            ({"fields": {"nom": "nom"}}, "import.mapping-unknown-field"),
            ({"fields": "nom"}, "import.mapping-unreadable"),
            ({"as": "works"}, "import.mapping-other"),
            ({"repeats": "often"}, "import.mapping-unknown-key"),
            ({"area_unit": "acre"}, "import.mapping-unknown-key"),
        ],
    )
    def test_mappings(self, tmp_path: Path, body: dict[str, Any], code: str) -> None:
        with pytest.raises(UnusableInput) as refused:
            load_mapping(mapped(tmp_path, **body), "zones")
        assert refused.value.code == code


class TestOfficialLayers:
    """Layers fetched from public repositories, read where they lie."""

    @pytest.fixture
    def path(self, shared_data: Path) -> Path:
        path = shared_data / "data" / "from_fetch" / "cadre_togo_fetch.gpkg"
        if not path.is_file():
            pytest.skip("the fetched layers are not here")
        return path

    def imported(self, session: Session, ruleset, path: Path, what: str, name: str) -> ImportReport:
        mapping = ROOT / "data" / "mappings" / f"togo_{name}.yaml"
        report = import_file(session, ruleset, ImportRequest(path, what, mapping=mapping))
        again = import_file(session, ruleset, ImportRequest(path, what, mapping=mapping))
        assert again.outcomes["created"] == again.outcomes["updated"] == 0
        all_said(report)
        return report

    def test_regions_and_prefectures(self, session, ruleset, path) -> None:
        regions = self.imported(session, ruleset, path, "administrative-units", "regions")
        assert regions.outcomes == {"created": 5}
        prefectures = self.imported(session, ruleset, path, "administrative-units", "prefectures")
        assert prefectures.outcomes == {"created": 37}
        assert session.scalar(
            select(func.count()).where(
                AdministrativeUnit.level == 2, AdministrativeUnit.parent_id.is_(None)
            )
        ) == 0  # fmt: skip

    def test_lines(self, session, ruleset, path) -> None:
        assert self.imported(session, ruleset, path, "works", "lignes").outcomes == {"created": 58}
        assert session.scalar(select(func.count()).where(Work.kind == "line")) == 58

    def test_places(self, session, ruleset, path) -> None:
        report = self.imported(session, ruleset, path, "base-map", "localites")
        kept = session.scalar(select(func.count()).select_from(BaseMapFeature))
        assert report.rows == 3165
        assert kept == report.outcomes["created"]
