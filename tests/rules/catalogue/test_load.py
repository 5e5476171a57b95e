"""A service file says only what is known; a refusal names file, key and the way out."""

from __future__ import annotations

from pathlib import Path

import pytest

from cadastre.errors import InvalidRuleset, NotFound, UnusableInput
from cadastre.rules.catalogue import load_catalogue, prove_agreement
from cadastre.sentences import say
from cadastre.vocabulary import PartyKind
from tests.rules.catalogue.folder import SERVICES, catalogue, copied, ruleset

BT = "raccordement-basse-tension.yaml"


@pytest.fixture
def togo(tmp_path: Path) -> Path:
    return copied(tmp_path)


def spoil(folder: Path, file: str, old: str, new: str) -> None:
    path = folder / file
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


@pytest.mark.parametrize("country", ["togo", "rdc"])
def test_each_catalogue_loads(country: str) -> None:
    assert load_catalogue(SERVICES / country).id == country


@pytest.mark.parametrize(
    ("file", "old", "new", "code", "key", "told"),
    [
        (BT, "type: yes-no", "type: maybe", "ruleset.not-one-of",
         "form.logement.fields.proprietaire.type", "yes-no"),
        (BT, "summary:", "sumary: 1\nsummary:", "ruleset.unknown-key", "/", "sumary"),
        (BT, "procedure: raccordement\n", "", "ruleset.missing-key", "/", "procedure"),
        (BT, "evidence: inferred\nevid", "evidence: sure\nevid", "ruleset.not-one-of", "evidence",
         "confirmed"),
        (BT, "sector: energie", "sector: energy", "catalogue.unknown-name", "sector", "energie"),
        (BT, "authority: [ceet]", "authority: [cett]", "catalogue.unknown-name", "authority",
         "ceet"),
        (BT, "terms: [basse-tension", "terms: [base-tension", "catalogue.unknown-name", "terms",
         "glossary.yaml"),
        (BT, "{use: plan-masse", "{use: plan-mase", "catalogue.unknown-name", "pieces.use",
         "plan-masse"),
        (BT, "- use: site", "- use: sight", "catalogue.unknown-name", "pages.use", "site"),
        (BT, "most: raccordement-mt-least", "most: raccordement-mt", "catalogue.unknown-name",
         "scope.puissance-kva", "raccordement-mt-least"),
        (BT, "more: raccordement-moyenne-tension", "more: raccordement-haute-tension",
         "catalogue.unknown-name", "scope.puissance-kva", "raccordement-moyenne-tension"),
        (BT, "- field: puissance-kva", "- field: usage", "catalogue.unknown-name", "scope.usage",
         "puissance-kva"),
        (BT, "{proprietaire: [false]}", "{proprio: [false]}", "catalogue.unknown-name",
         "form.nom-proprietaire.shown_when", "proprietaire"),
        (BT, "id: liste-appareils", "id: plan-masse", "catalogue.twice", "pieces", "plan-masse"),
        (BT, "id: raccordement-basse-tension", "id: raccordement", "catalogue.unknown-name", "id",
         "raccordement-basse-tension"),
        (BT, "applicants: [person", "applicants: [robot", "ruleset.not-one-of", "applicants.0",
         "person"),
        (BT, "basis: quote", "basis: per-unit", "ruleset.missing-key", "fees.devis", "field"),
        (BT, "values: [{from: 2000-07-18, value: null}]", "values: [{from: 2001-01-01, value: 1}, "
         "{from: 2000-01-01, value: 2}]", "ruleset.dates-disordered", None, "ouverture"),
        (BT, "perimeter: none", "perimeter: none\nperimeter: area", "ruleset.key-twice",
         "perimeter", "perimeter"),
        (BT, "  - use: contact", "  - use: contact\n    classification: public",
         "ruleset.unknown-key", "form.3", "classification"),
        ("catalogue.yaml", "type: email", "type: courriel", "ruleset.not-one-of",
         "pages.contact.fields.contact-courriel.type", "email"),
        ("catalogue.yaml", "        example: nom@exemple.tg\n        required: false\n"
         "        classification: personal\n",
         "        example: nom@exemple.tg\n        required: false\n"
         "        classification: public\n", "ruleset.not-one-of",
         "pages.contact.fields.contact-courriel.classification", "personal"),
        ("glossary.yaml", "meaning:", "sense:", "ruleset.missing-key", None, "meaning"),
    ],
)  # fmt: skip
def test_what_is_not_known_is_refused(
    togo: Path, file: str, old: str, new: str, code: str, key: str | None, told: str
) -> None:
    spoil(togo, file, old, new)
    with pytest.raises(InvalidRuleset) as refusal:
        load_catalogue(togo)
    assert refusal.value.code == code
    if key is not None:
        assert file in (refusal.value.where or "")
        assert refusal.value.values["key"] == key
    for language in ("fr", "en"):
        sentence = say(code, language, **refusal.value.values)
        assert told in sentence
        assert "{" not in sentence


def test_a_missing_common_file_is_named(togo: Path) -> None:
    (togo / "glossary.yaml").unlink()
    with pytest.raises(InvalidRuleset) as refusal:
        load_catalogue(togo)
    assert refusal.value.code == "ruleset.missing-file"


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("kind: permis-recherche", "kind: permis-de-rever", "outcome"),
        ("moratoria: [gel-2025]", "moratoria: [gel-2031]", "moratoria"),
        ("procedure: titre-minier", "procedure: titre-royal", "procedure"),
    ],
)
def test_what_law_and_procedures_do_not_know_is_refused(
    togo: Path, old: str, new: str, key: str
) -> None:
    spoil(togo, "permis-recherche.yaml", old, new)
    service = load_catalogue(togo).service("permis-recherche")
    with pytest.raises(InvalidRuleset) as refusal:
        prove_agreement(service, ruleset(), {"titre-minier"})
    assert refusal.value.values["key"] == key


def test_services_are_found_by_sector_applicant_and_words() -> None:
    found = catalogue().search(sector="mines", applicant=PartyKind.COMPANY, text="PERMIS échelle")
    assert [one.id for one in found] == [
        "permis-exploitation-grande-echelle",
        "permis-exploitation-petite-echelle",
    ]
    with pytest.raises(UnusableInput):
        catalogue().search(sector="lune")


def test_what_is_not_there_is_refused_with_what_there_is() -> None:
    with pytest.raises(NotFound) as refusal:
        catalogue().service("permis-de-rever")
    assert refusal.value.code == "services.unknown"
    service = catalogue().service("permis-recherche")
    with pytest.raises(NotFound):
        service.page("nulle-part")
    with pytest.raises(NotFound):
        service.piece("nulle-part")
