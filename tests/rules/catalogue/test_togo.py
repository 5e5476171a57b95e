"""The twenty-nine services are those of the domain research, each graded as it is there."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
import yaml

from cadastre.config import ROOT
from cadastre.procedures.acts import act_named
from cadastre.procedures.machine import load_procedures
from cadastre.rules.catalogue import prove_agreement
from cadastre.vocabulary import Evidence, PartyKind
from tests.rules.catalogue.folder import DAY, catalogue, every_service, ruleset

RESEARCH = ROOT.parent / "shared" / "domain" / "togo_services.yaml"
GRADES = {
    "A": Evidence.CONFIRMED,
    "A_other_ministry": Evidence.CONFIRMED,
    "B": Evidence.INFERRED,
    "C": Evidence.UNCONFIRMED,
}
PRIVATE = {"personal", "confidential"}


@cache
def procedures() -> frozenset[str]:
    return frozenset(load_procedures(ROOT / "data" / "procedures"))


def research() -> dict[str, dict]:
    if not RESEARCH.exists():
        pytest.skip("the domain research is not beside the project")
    entries = yaml.safe_load(RESEARCH.read_text("utf-8"))["services"]
    return {entry["id"]: entry for entry in entries}


def test_there_are_twenty_nine() -> None:
    assert len(catalogue()) == 29


def test_they_are_those_of_the_research_with_their_grade_title_and_sector() -> None:
    found = {one.id: (one.evidence, one.title["fr"], one.sector) for one in catalogue()}
    asked = {
        name: (GRADES[entry["evidence"]], entry["title"], entry["sector"])
        for name, entry in research().items()
    }
    assert found == asked


def test_the_delays_and_durations_of_the_research_are_kept() -> None:
    large = catalogue().service("permis-exploitation-grande-echelle")
    assert large.delay.least_days == 150
    assert "20 ans" in large.validity.conflicts[0].text["fr"]
    for name, entry in research().items():
        if entry.get("source"):
            assert catalogue().service(name).source == entry["source"]


def test_what_is_only_supposed_says_so_and_claims_no_confirmed_document() -> None:
    for service in catalogue():
        if service.evidence is not Evidence.CONFIRMED:
            assert service.evidence_note, service.id
            assert all(p.evidence is not Evidence.CONFIRMED for p in service.pieces), service.id
        if service.evidence is Evidence.UNCONFIRMED:
            assert "à confirmer" in service.evidence_note["fr"]
            assert all(p.evidence is Evidence.UNCONFIRMED for p in service.pieces), service.id
            assert all(q.evidence is Evidence.UNCONFIRMED for q in service.fields), service.id


def test_an_amount_without_a_source_stays_unknown() -> None:
    for service in catalogue():
        for fee in service.fees:
            if fee.amount.source is None:
                assert [value for _, value in fee.amount.periods] == [None], (service.id, fee.id)


@pytest.mark.parametrize(("country", "service_id"), every_service())
def test_kinds_suspensions_and_procedure_exist(country: str, service_id: str) -> None:
    service = catalogue(country).service(service_id)
    prove_agreement(service, ruleset(country), procedures())


@pytest.mark.parametrize(("country", "service_id"), every_service())
def test_applicants_agree_with_the_kind_of_title(country: str, service_id: str) -> None:
    service = catalogue(country).service(service_id)
    if service.outcome.kind is None:
        return
    kind = ruleset(country).kinds[service.outcome.kind]
    allowed = kind.at("applicants", DAY)
    if allowed is not None and allowed.value is not None:
        assert set(service.applicants) <= {PartyKind(one) for one in allowed.value}


@pytest.mark.parametrize(("country", "service_id"), every_service())
def test_a_suspended_kind_is_named_by_its_service(country: str, service_id: str) -> None:
    service, law = catalogue(country).service(service_id), ruleset(country)
    freezing = {one.id for one in law.moratoria.values() if service.outcome.kind in one.kinds}
    assert set(service.moratoria) == freezing


@pytest.mark.parametrize(("country", "service_id"), every_service())
def test_pages_ask_little_and_personal_answers_are_marked(country: str, service_id: str) -> None:
    service = catalogue(country).service(service_id)
    assert all(1 <= len(page.fields) <= 4 for page in service.form)
    for question in service.fields:
        named = question.id.startswith("contact") or "nom" in question.id.split("-")
        if question.type in ("email", "phone") or named:
            assert question.classification in PRIVATE, question.id


def test_terms_are_explained_in_two_lines_and_used() -> None:
    for country in ("togo", "rdc"):
        used = {term.id for service in catalogue(country) for term in service.terms}
        assert used == set(catalogue(country).terms)
        for term in catalogue(country).terms.values():
            for language in ("fr", "en"):
                assert 20 <= len(term.meaning[language]) <= 160, term.id
                assert term.meaning[language].endswith(".")


def test_no_word_of_togo_stands_in_the_code() -> None:
    folder = ROOT / "cadastre" / "rules" / "catalogue"
    code = "\n".join(path.read_text("utf-8") for path in sorted(Path(folder).glob("*.py")))
    for word in ("228", "FCFA", "XOF", "CEET", "ARSE", "gel-2025", "permis-recherche"):
        assert word not in code


def test_acts_on_titles_get_their_particulars_from_answers() -> None:
    given = {
        service.id: {question.gives for question in service.fields if question.gives}
        for service in catalogue()
        if service.outcome.type == "act"
    }
    assert given == {
        "cession-transfert-titre-minier": (
            {"to_party", "to_register", "share_percent", "until", "amount"}
        ),
        "renonciation-titre-minier": {"creditors_agree"},
        "renouvellement-permis-exploitation": {"years"},
        "renouvellement-permis-recherche": set(),
    }


def test_every_act_of_a_service_is_an_act_on_titles() -> None:
    for service in catalogue():
        outcome = service.outcome
        acts = [outcome.act] if outcome.act else list(outcome.acts.values())
        assert (outcome.type == "act") == bool(acts), service.id
        for act in acts:
            assert act_named(act).name == act
        if outcome.act_field:
            (asked,) = [one for one in service.fields if one.id == outcome.act_field]
            assert {choice.value for choice in asked.choices} == set(outcome.acts)
