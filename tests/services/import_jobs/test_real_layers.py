"""Real layers, as their makers publish them, end in a report with a sentence for everything."""

from __future__ import annotations

from collections import Counter

import pytest
from sqlalchemy.orm import Session

from cadastre.config import ROOT
from cadastre.exchange.layers import SENT
from cadastre.rules.load import load_ruleset
from cadastre.services.import_jobs.files import look_at
from cadastre.services.import_jobs.report import report_csv, storable
from cadastre.services.imports import ImportRequest, import_file
from cadastre.services.imports.mapping import mapping_of
from tests.conftest import SHARED

DATA = SHARED / "data"
TOGO = load_ruleset(ROOT / "data" / "rulesets" / "togo")
LAYERS = [
    ("from_fetch/tg_regions.csv", None, "administrative-units", {"constants": {"level": 1}}),
    ("from_fetch/centrales_gppd.geojson", None, "works", {"constants": {"kind": "plant"}}),
    ("from_fetch/cadastre_minier_salta.gpkg", "droits_miniers", "titles", {}),
]


@pytest.mark.parametrize(("name", "layer", "collection", "more"), LAYERS)
def test_a_real_layer_is_told_row_by_row(
    session: Session, name: str, layer: str | None, collection: str, more: dict
) -> None:
    path = DATA / name
    if not path.exists():
        pytest.skip("the shared data are not here")
    seen = look_at(path, layer)
    assert seen["fields"]
    assert storable(seen) == seen
    body = {"fields": _fields(seen["fields"], collection), **more}
    if collection == "titles":
        body["constants"] = {"starts_on": "2020-01-01"}
    given = mapping_of(body, collection, name)
    request = ImportRequest(
        path, collection, layer, crs=seen["crs"] or "EPSG:4326", dry_run=True, given=given,
        trust=SENT,
    )  # fmt: skip
    report = import_file(session, TOGO, request)
    told = report.as_json()
    count = next(one["features"] for one in seen["layers"] if layer in (None, one["name"]))
    assert report.rows == count
    refused = {each["row"] for each in told["findings"] if each["severity"] == "block"}
    assert len(refused - {0}) == report.refused, Counter(told["by_code"])
    assert all("{" not in said for each in told["findings"] for said in each["messages"].values())
    assert report_csv(told).startswith(b"\xef\xbb\xbfrow,outcome")


def _fields(names: list[str], collection: str) -> dict[str, str]:
    wanted = {
        "administrative-units": {"name": ("nom", "name", "region", "libelle")},
        "works": {"code": ("gppd_idnr", "code", "id", "nom", "name")},
        "titles": {"number": ("expediente",), "kind": ("tipo",), "substances": ("mineral",)},
    }[collection]
    found = {}
    for ours, theirs in wanted.items():
        found[ours] = next((one for one in theirs if one in names), names[0])
    return found
