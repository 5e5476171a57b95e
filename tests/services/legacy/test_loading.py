"""An older register is taken over whole: no row is lost, doubts are said, no overlap slips by."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from shapely.geometry import GeometryCollection, LineString, Polygon, box
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from cadastre.config import ROOT
from cadastre.errors import Blocked, UnusableInput
from cadastre.models import JournalEntry, Occupation, Parcel, Party, Share, Step, Title
from cadastre.queries.asof import as_of
from cadastre.queries.relation import find_feature
from cadastre.queries.titles import titles_ever
from cadastre.rules.doubts import grade
from cadastre.rules.ruleset import Ruleset
from cadastre.services.legacy import LegacyLoad, load_legacy, read_mapping
from cadastre.services.legacy.mapping import parse_mapping
from cadastre.services.legacy.report import as_csv, as_json
from tests.services.legacy.conftest import WriteRegister

DAY = dt.date(2026, 11, 24)
FIELDS = {
    "number": "no", "kind": "type", "substances": "subst", "holder": "holder",
    "starts_on": "start", "expires_on": "end", "area": "area", "status": "state",
}  # fmt: skip
MAPPING = parse_mapping(
    {"fields": FIELDS, "statuses": {"ok": "in-force", "fini": "ended"}, "prefix": "X-"}, "test"
)


def row(number: str | None, start: str | None = "2020-01-01", **facts: Any) -> dict[str, Any]:
    return {
        "no": number, "type": "permis de recherche", "subst": "or", "holder": "Mines du Mono SA",
        "start": start, "end": "2034-01-01", "area": None, "state": "ok", **facts,
    }  # fmt: skip


def real_overlaps(session: Session) -> int:
    """Count pairs of exclusive occupations of one group that share more than a rounding."""
    found: int = session.execute(text(
        "SELECT count(*) FROM occupation a JOIN occupation b ON a.geom && b.geom AND a.id < b.id"
        " AND a.standing = 'exclusive' AND b.standing = 'exclusive' AND a.period && b.period"
        " AND a.exclusivity_group = b.exclusivity_group AND a.exclusivity_group <> 'none'"
        " AND ST_Relate(a.geom, b.geom, '2********')"
        " AND mean_width_m(ST_Intersection(a.geom, b.geom)) > technical_width_m()"
    )).scalar_one()  # fmt: skip
    return found


def load(session: Session, togo: Ruleset, path: Path) -> LegacyLoad:
    return load_legacy(session, togo, path, MAPPING, day=DAY)


def test_no_row_is_lost_whatever_is_wrong_with_it(
    session: Session, togo: Ruleset, write_register: WriteRegister
) -> None:
    bow = Polygon([(0.5, 7), (0.6, 7.1), (0.6, 7), (0.5, 7.1)])
    mixed = GeometryCollection([box(0.7, 7, 0.71, 7.01), LineString([(0.7, 7), (0.9, 7)])])
    path = write_register(
        (row("1"), box(0.1, 7, 0.11, 7.01)),
        (row("1"), box(0.2, 7, 0.21, 7.01)),
        (row(None, holder=None), box(0.3, 7, 0.31, 7.01)),
        (row("4", start=None), bow),
        (row("5", start="pronto", area="n.c."), mixed),
        (row("6"), None),
        (row("7", end="2019-01-01", area="1 ha"), box(0.8, 7, 0.81, 7.01)),
        (row("8", start="2199-01-01", type=None, subst=None), LineString([(0, 7), (1, 7)])),
        (row("9", type="Licence bizarre", subst="unobtainium"), box(1.0, 7, 1.01, 7.01)),
        (row("10", state="fini", end=None), box(1.1, 7, 1.11, 7.01)),
        (dict.fromkeys(row("")), None),
    )
    done = load(session, togo, path)
    doubts = {one.row: set(one.doubts) for one in done.rows}
    assert len(done.rows) == session.query(Title).count() == 11
    assert doubts[1] >= {"number-repeated"}
    assert doubts[2] >= {"number-repeated"}
    assert doubts[3] >= {"number-missing", "holder-missing"}
    assert doubts[4] >= {"start-missing", "geometry-repaired"}
    assert doubts[5] >= {"date-unreadable", "start-missing", "area-unreadable", "geometry-mixed"}
    assert doubts[6] >= {"geometry-missing"}
    assert doubts[7] >= {"dates-disordered", "area-differs"}
    assert doubts[8] >= {"date-implausible", "kind-missing", "substance-missing",
                         "geometry-missing"}  # fmt: skip
    assert doubts[9] >= {"kind-unknown", "substance-unknown"}
    assert doubts[10] >= {"end-missing"}
    assert [one.number for one in done.rows[:3]] == ["X-1", "X-1~2", "X-L000003"]
    assert session.query(Parcel).count() == 8
    assert session.query(Share).count() == 9
    assert session.query(Party).count() == 1
    assert session.query(Step).filter_by(kind="legacy-import").count() == 11
    assert session.query(JournalEntry).filter_by(action="title.legacy-import").count() == 11


def test_overlaps_are_kept_and_the_later_right_loses_its_standing(
    session: Session, togo: Ruleset, write_register: WriteRegister
) -> None:
    path = write_register(
        (row("late", "2022-01-01"), box(0.1, 7, 0.2, 7.1)),
        (row("first", "2019-01-01"), box(0.15, 7, 0.25, 7.1)),
        (row("dateless", None), box(0.2, 7, 0.3, 7.1)),
        (row("beside", "2023-01-01"), box(0.3, 7, 0.4, 7.1)),  # only meets a later one: a side
        (row("other class", subst="sable"), box(0.1, 7, 0.2, 7.1)),
    )
    done = load(session, togo, path)
    standing = {one.number: one.standing for one in done.rows}
    assert standing == {
        "X-late": "legacy", "X-first": "exclusive", "X-dateless": "legacy", "X-beside": "exclusive",
        "X-other class": "legacy",
    }  # fmt: skip
    assert real_overlaps(session) == 0
    assert not next(one for one in done.rows if one.number == "X-late").transferable
    assert "overlap-earlier" in next(one for one in done.rows if one.number == "X-first").doubts


def test_rights_of_the_register_stand_before_whatever_is_taken_over(
    session: Session, togo: Ruleset, write_register: WriteRegister
) -> None:
    first = write_register((row("1"), box(0.1, 7, 0.2, 7.1)))
    second = write_register((row("1", "1950-01-01"), box(0.1, 7, 0.2, 7.1)), name="older")
    load(session, togo, first)
    (again,) = load(session, togo, second).rows
    assert (again.number, again.standing) == ("X-1~2", "legacy")
    assert {"number-repeated", "overlap-later"} <= set(again.doubts)
    with pytest.raises(Blocked, match=r"legacy\.already-loaded"):
        load(session, togo, first)


def test_only_the_owner_may_take_over_overlaps(
    app_session: Session, togo: Ruleset, write_register: WriteRegister
) -> None:
    path = write_register(
        (row("1"), box(0.1, 7, 0.2, 7.1)), (row("2"), box(0.1, 7, 0.2, 7.1)),
    )  # fmt: skip
    with pytest.raises(Exception, match="legacy"):
        load(app_session, togo, path)


def test_the_public_sees_the_grade_and_not_the_doubts(
    session: Session, togo: Ruleset, write_register: WriteRegister
) -> None:
    path = write_register(
        (row("1", holder="Fulano de Tal"), box(0.1, 7, 0.2, 7.1)),
        (row("2", holder=None), box(0.5, 7, 0.6, 7.1)),
        (row("3", subst="unobtainium", type="permis-recherche"), box(0.7, 7, 0.8, 7.1)),
    )
    done = load(session, togo, path)
    for one in done.rows:
        seen = find_feature(session, titles_ever(as_of()), one.number)
        assert seen is not None
        assert seen.grade == one.grade == grade(one.doubts)
        assert not hasattr(seen, "doubts")
        assert (seen.holder is None) == (one.row < 3)  # a person, nobody, a company
        assert seen.status == "in-force"


def test_the_report_names_rows_and_doubts_and_no_holder(
    session: Session, togo: Ruleset, write_register: WriteRegister
) -> None:
    path = write_register((row("=1+1", holder="Fulano de Tal", start=None), box(0.1, 7, 0.2, 7.1)))
    done = load(session, togo, path)
    table, tree = as_csv(done, "fr"), as_json(done, "en")
    assert "Fulano" not in table + tree
    assert "start-missing" in table
    assert "Date de début absente" in table
    assert "No first day" in tree


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ({"fields": {"number": "no"}, "colour": "red"}, "legacy.mapping-key"),
        ({"fields": {"colour": "red"}}, "legacy.mapping-key"),
        ({"name": "x"}, "legacy.mapping-value"),
        ({"fields": {"number": "no"}, "area_unit": "football field"}, "legacy.mapping-value"),
        ({"fields": {"number": "no"}, "statuses": {"a": "asleep"}}, "legacy.mapping-value"),
        ({"fields": {"number": "no"}, "time_zone": "Mars/Base"}, "legacy.mapping-value"),
        ({"fields": {"number": "no"}, "crs": "EPSG:0"}, "crs.unknown"),
    ],
)
def test_a_mapping_that_says_something_strange_is_refused(
    content: dict[str, Any], code: str
) -> None:
    with pytest.raises(UnusableInput) as refused:
        parse_mapping(content, "m.yaml")
    assert refused.value.code == code


def test_a_column_that_is_not_there_is_named(
    session: Session, togo: Ruleset, write_register: WriteRegister
) -> None:
    path = write_register(({"other": 1}, box(0.1, 7, 0.2, 7.1)))
    with pytest.raises(UnusableInput) as refused:
        load(session, togo, path)
    assert refused.value.code == "legacy.no-column"


def test_a_file_without_a_system_is_asked_about(
    session: Session, togo: Ruleset, tmp_path: Path
) -> None:
    path = tmp_path / "old.csv"
    path.write_text('no,WKT\n1,"POLYGON((0.1 7,0.2 7,0.2 7.1,0.1 7))"\n')
    with pytest.raises(UnusableInput) as refused:
        load_legacy(session, togo, path, parse_mapping({"fields": {"number": "no"}}, "m"), day=DAY)
    assert refused.value.code == "legacy.crs-missing"
    told = parse_mapping({"fields": {"number": "no"}, "crs": "EPSG:4326"}, "m")
    assert load_legacy(session, togo, path, told, day=DAY).rows[0].standing == "exclusive"


def test_a_real_register_of_3500_rights_is_taken_over_whole(
    owner: Session, togo: Ruleset, shared_data: Path
) -> None:
    path = shared_data / "data" / "from_fetch" / "cadastre_minier_salta.gpkg"
    mapping = read_mapping(ROOT / "data" / "mappings" / "salta.yaml")
    done = load_legacy(owner, togo, path, mapping, day=DAY)
    owner.commit()
    assert len(done.rows) == owner.query(Title).count() == owner.query(Parcel).count() == 3500
    count = {code: sum(code in one.doubts for one in done.rows) for code in (
        "start-missing", "number-repeated", "geometry-mixed", "holder-missing")}  # fmt: skip
    assert count == {
        "start-missing": 134, "number-repeated": 131, "geometry-mixed": 2, "holder-missing": 253,
    }  # fmt: skip
    # Every pair that shares ground in one group is known, and no two exclusive rights share any.
    assert done.pairs > 5000
    assert real_overlaps(owner) == 0
    legacy = owner.scalars(select(Occupation).where(Occupation.standing == "legacy")).all()
    assert len(legacy) == sum(one.standing == "legacy" for one in done.rows) > 500
    # Each later right really meets an exclusive one: nobody lost a standing without need.
    alone = owner.execute(text(
        "SELECT count(*) FROM occupation l WHERE l.standing = 'legacy' AND NOT EXISTS ("
        "SELECT FROM occupation e WHERE e.standing = 'exclusive' AND e.geom && l.geom "
        "AND e.exclusivity_group = l.exclusivity_group AND ST_Relate(e.geom, l.geom, '2********'))"
    )).scalar()  # fmt: skip
    assert alone == 0


def test_ground_that_cannot_be_there_is_told_and_held_back(
    session: Session, togo: Ruleset, write_register: WriteRegister
) -> None:
    path = write_register(
        (row("1"), box(0.3, 7, 0.31, 7.01)),
        (row("2"), box(7, 0.3, 7.01, 0.31)),
        (row("3"), box(-60, -24, -59.9, -23.9)),
    )
    done = load(session, togo, path)
    assert [set(one.doubts) & {"axes-swapped", "ground-apart"} for one in done.rows] == [
        set(), {"axes-swapped"}, {"ground-apart"},
    ]  # fmt: skip
    assert [one.transferable for one in done.rows] == [True, False, False]


def test_far_ground_of_another_country_is_told_from_the_rest_of_its_file(
    session: Session, togo: Ruleset, write_register: WriteRegister
) -> None:
    abroad = parse_mapping({"fields": FIELDS, "ruleset": "ar-salta"}, "test")
    rows = [(row(str(n)), box(-66 + n / 10, -24, -65.95 + n / 10, -23.9)) for n in range(9)]
    path = write_register(*rows, (row("x"), box(-24, -66, -23.9, -65.95)))
    done = load_legacy(session, togo, path, abroad, day=DAY)
    assert [one.number for one in done.rows if "axes-swapped" in one.doubts] == ["x"]
    assert not any("ground-apart" in one.doubts for one in done.rows)


def test_a_table_with_a_row_a_corner_makes_a_right_a_number(
    session: Session, togo: Ruleset, tmp_path: Path
) -> None:
    lines = ["permis;sommet;longitude;latitude;titulaire"]
    for number, west in (("P1", 0.4), ("P2", 0.5)):
        for corner, (x, y) in zip("ABCD", ((0, 0), (1, 0), (1, 1), (0, 1)), strict=True):
            place = f"{west + x / 20:.2f};{7 + y / 20:.2f}".replace(".", ",")
            lines.append(f"{number};{corner};{place};Société Été")
    lines.append("P3;A;0,7;7,0;Société Été")
    path = tmp_path / "sommets.csv"
    path.write_bytes("\n".join(lines).encode("cp1252"))
    corners = {"x": "longitude", "y": "latitude", "order": "sommet"}
    fields = {"number": "permis", "holder": "titulaire"}
    table = parse_mapping({"fields": fields, "crs": "EPSG:4326", "corners": corners}, "test")
    done = load_legacy(session, togo, path, table, day=DAY)
    assert [(one.number, one.standing) for one in done.rows] == [
        ("P1", "exclusive"), ("P2", "exclusive"), ("P3", None),
    ]  # fmt: skip
    assert "geometry-missing" in done.rows[2].doubts
    ground = session.scalar(select(Parcel).join(Title).where(Title.number == "P1"))
    assert ground is not None
    assert ground.geodesic_area_m2 == pytest.approx(30.5e6, rel=0.01)


def test_corners_in_words_draw_what_a_file_does_not(
    session: Session, togo: Ruleset, tmp_path: Path
) -> None:
    corners = """A 7°00'00" N 0°24'00" E; B 7°00'00" N 0°27'00" E; C 7°03'00" N 0°27'00" E"""
    path = tmp_path / "textes.csv"
    quoted = corners.replace('"', '""')
    path.write_text(f'numero,coordonnees\nQ1,"{quoted}"\nQ2,au bord du fleuve\n', "utf-8")
    fields = {"number": "numero", "coordinates": "coordonnees"}
    table = parse_mapping({"fields": fields, "crs": "EPSG:4326"}, "test")
    done = load_legacy(session, togo, path, table, day=DAY)
    assert "geometry-from-text" in done.rows[0].doubts
    assert "geometry-missing" in done.rows[1].doubts
    ground = session.scalar(select(Parcel).join(Title).where(Title.number == "Q1"))
    assert ground is not None
    assert ground.original_text == corners
