"""A thirtieth service is a file: form, validation, checklist, fees and schema follow from it.

A dossier in progress keeps the version it started under whatever is changed in the file.
"""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from cadastre.errors import UnusableInput
from cadastre.rules.catalogue import (
    check_form,
    checklist,
    fees_due,
    fingerprint,
    form_schema,
    load_catalogue,
    pieces_missing,
    read_form,
    service_from,
    snapshot,
)
from cadastre.services.catalogue_summary import service_json
from tests.rules.catalogue.folder import DAY, catalogue, copied, every_service, ruleset

SOLAR_PUMP = """
id: pompe-solaire
version: "2026-11"
sector: eau
evidence: unconfirmed
evidence_note: {fr: "Démarche d'essai.", en: "A service made up for a test."}
title: {fr: "Pompe solaire de village", en: "Village solar pump"}
summary: {fr: "Pour installer une pompe solaire.", en: "To install a solar pump."}
authority: [at2er]
applicants: [administration]
terms: [debit]
pieces:
  - use: plan-situation
  - id: accord-village
    name: {fr: "Accord du village", en: "Agreement of the village"}
    evidence: unconfirmed
    when: {profondeur-m: {at_least: 50}}
form:
  - id: pompe
    title: {fr: "Quelle pompe ?", en: "Which pump?"}
    fields:
      - id: profondeur-m
        type: number
        label: {fr: "Profondeur", en: "Depth"}
        unit: m
        minimum: 1
        maximum: 300
        example: "65,5"
      - id: foreur
        type: company
        label: {fr: "Foreur", en: "Driller"}
        example: "Forages d'exemple"
        shown_when: {profondeur-m: {at_least: 30}}
  - use: contact
fees:
  - id: visite
    name: {fr: "Visite", en: "Visit"}
    moment: lodgement
    basis: per-unit
    field: profondeur-m
    amount:
      description: {fr: "Par mètre", en: "Per metre"}
      unit: XOF/m
      evidence: unconfirmed
      values: [{from: 2020-01-01, value: 1500}, {from: 2026-01-01, value: 2000}]
delay: {text: {fr: "Un mois.", en: "One month."}, evidence: unconfirmed, most_days: 30}
validity: {text: {fr: "Dix ans.", en: "Ten years."}, evidence: unconfirmed, years: 10}
procedure: declaration
perimeter: point
outcome: {type: certificate, certificate: authorisation, name: {fr: "accord", en: "agreement"}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    togo = copied(tmp_path)
    (togo / "pompe-solaire.yaml").write_text(SOLAR_PUMP, "utf-8")
    return togo


def test_the_thirtieth_service_works_from_its_file_alone(folder: Path) -> None:
    grown = load_catalogue(folder)
    assert len(grown) == len(catalogue()) + 1
    pump = grown.service("pompe-solaire")

    given = {"profondeur-m": "65,5", "foreur": "Forages d'exemple", "contact-nom": "Prénom Nom",
             "contact-telephone": "90000000"}  # fmt: skip
    read = read_form(pump, given, DAY)
    assert read.findings == ()
    assert read.values["profondeur-m"] == 65.5
    wrong = {**given, "profondeur-m": 301, "foreur": ""}
    assert [(f.code, f.where) for f in check_form(pump, wrong, DAY)] == [
        ("form.too-large", "profondeur-m"),
    ]
    assert [(f.code, f.where) for f in check_form(pump, {**given, "foreur": ""}, DAY)] == [
        ("form.missing", "foreur"),
    ]

    assert [p.id for p in pieces_missing(pump, read.values, set())] == [
        "plan-situation",
        "accord-village",
    ]
    assert [p.id for p in pieces_missing(pump, {"profondeur-m": 12}, set())] == ["plan-situation"]
    assert "[ ] Agreement of the village" in checklist(pump, "en")

    (line,) = fees_due(pump, ruleset(), read.values, None, DAY, "lodgement")
    assert line.amount == 131_000
    assert line.working["en"] == "65.5 m × 2,000 XOF/m = 131,000 XOF"

    jsonschema.Draft202012Validator(form_schema(pump, "fr")).validate(dict(read.values))
    told = service_json(pump, ruleset(), DAY, "en")
    assert told["title"] == "Village solar pump"
    json.dumps(told, allow_nan=False)


def test_a_dossier_keeps_the_version_it_started_under(folder: Path) -> None:
    kept = json.loads(json.dumps(snapshot(load_catalogue(folder).service("pompe-solaire"), {})))
    path = folder / "pompe-solaire.yaml"
    changed = path.read_text("utf-8").replace("maximum: 300", "maximum: 40")
    path.write_text(changed.replace('version: "2026-11"', 'version: "2026-12"'), "utf-8")
    now = load_catalogue(folder).service("pompe-solaire")
    then = service_from(kept)
    assert next(f.code for f in check_form(now, {"profondeur-m": 65}, DAY)) == "form.too-large"
    assert all(f.where != "profondeur-m" for f in check_form(then, {"profondeur-m": 65}, DAY))
    assert (then.version, now.version) == ("2026-11", "2026-12")
    assert fingerprint(snapshot(now, {})) != fingerprint(kept)


@pytest.mark.parametrize(("country", "service_id"), every_service())
def test_a_snapshot_gives_the_same_service_back(country: str, service_id: str) -> None:
    service = catalogue(country).service(service_id)
    kept = snapshot(service, {"id": service.procedure})
    stored = json.loads(json.dumps(kept, ensure_ascii=False))
    assert service_from(stored) == service
    assert fingerprint(stored) == fingerprint(kept)
    shuffled = {name: stored[name] for name in reversed(stored)}
    assert fingerprint(shuffled) == fingerprint(kept)
    assert len(fingerprint(kept)) == 64


def test_a_threshold_of_the_day_of_opening_is_kept(folder: Path) -> None:
    kept = snapshot(load_catalogue(folder).service("declaration-autoproduction"), {})
    path = folder / "catalogue.yaml"
    text = path.read_text("utf-8").replace("value: 100}]", "value: 60}]")
    path.write_text(text, "utf-8")
    answers = {"technologie": "renouvelable", "puissance-kwc": 64}
    now = load_catalogue(folder).service("declaration-autoproduction")
    assert "form.over-scope" in [f.code for f in check_form(now, answers, DAY)]
    assert "form.over-scope" not in [f.code for f in check_form(service_from(kept), answers, DAY)]


def test_a_snapshot_of_a_later_format_is_refused() -> None:
    with pytest.raises(UnusableInput) as refusal:
        service_from({"format": 99, "service": {}})
    assert refusal.value.code == "services.unknown-format"
