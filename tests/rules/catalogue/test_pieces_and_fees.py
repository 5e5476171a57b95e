"""Documents depend on answers; fees come with a working, and what is not known stays unknown."""

from __future__ import annotations

import datetime as dt

import pytest

from cadastre.rules.catalogue import (
    checklist,
    fees_due,
    pieces_asked,
    pieces_missing,
    read_form,
    suspension,
)
from cadastre.rules.catalogue.fees import MOMENTS
from cadastre.rules.catalogue.pieces import MEDIA_TYPES, media_types
from tests.rules.catalogue.folder import DAY, catalogue, every_service, examples, known, ruleset

each_service = pytest.mark.parametrize(("country", "service_id"), every_service())


def ids(pieces) -> list[str]:
    return [piece.id for piece in pieces]


def due(service_id: str, moment: str, area: float | None = 3.4, day: dt.date = DAY, **answers):
    service = catalogue().service(service_id)
    lines = fees_due(service, ruleset(), answers, area, day, moment)
    return [(line.code, line.amount, plain(line.working["fr"])) for line in lines]


def plain(working: str) -> str:
    """Write the spaces of thousands as ordinary ones."""
    return working.replace("\u202f", " ").replace("\u00a0", " ")


def test_pieces_follow_answers() -> None:
    service = catalogue().service("permis-exploitation-petite-echelle")
    company = ids(pieces_missing(service, {"demandeur": "societe"}, set()))
    person = ids(pieces_missing(service, {"demandeur": "personne"}, set()))
    assert {"statuts", "autorisation-installation"} <= set(company)
    assert "piece-identite" in person
    assert not {"statuts", "autorisation-installation"} & set(person)


def test_what_is_given_is_no_longer_missing_and_optional_is_never() -> None:
    service = catalogue().service("raccordement-basse-tension")
    missing = ids(pieces_missing(service, {}, {"plan-masse"}))
    assert missing == ["plan-situation", "piece-identite", "liste-appareils"]
    assert pieces_missing(service, {}, set(ids(service.pieces))) == ()
    assert "certificat-controle" in ids(pieces_asked(service, {}))


@each_service
def test_every_piece_is_asked_for_some_answers_and_has_its_types(
    country: str, service_id: str
) -> None:
    service = catalogue(country).service(service_id)
    for piece in service.pieces:
        assert set(piece.accepts) <= set(MEDIA_TYPES)
        assert media_types(piece)
        answers = {}
        for condition in piece.when:
            value = condition.among[0] if condition.among else condition.at_least
            answers[condition.field] = value
        assert piece in pieces_asked(service, answers)


@each_service
def test_the_checklist_names_every_piece_in_both_languages(country: str, service_id: str) -> None:
    service = catalogue(country).service(service_id)
    for language in ("fr", "en"):
        text = checklist(service, language)
        for piece in service.pieces:
            assert f"[ ] {piece.name[language]}" in text
        assert "{" not in text
        assert "services." not in text


def test_the_fees_of_a_kind_are_those_of_the_ruleset() -> None:
    small = "permis-exploitation-petite-echelle"
    surface = "3,4 km², comptés pour 4 km² × 75 000 XOF/km² = 300 000 XOF"
    assert due(small, "lodgement") == [("fees.etude-dossier", 500_000, "500 000 XOF")]
    assert due(small, "decision") == []
    assert due(small, "issue") == [
        ("fees.droit-fixe", 4_500_000, "4 500 000 XOF"),
        ("fees.redevance-superficiaire", 300_000, surface),
    ]
    assert due(small, "yearly") == [("fees.redevance-superficiaire", 300_000, surface)]
    assert due(small, "yearly", None)[0][1:] == (None, "surface à connaître × 75 000 XOF/km²")


def test_a_working_is_said_in_the_language_of_the_reader() -> None:
    service = catalogue().service("permis-exploitation-petite-echelle")
    line = fees_due(service, ruleset(), {}, 3.4, DAY, "yearly")[0]
    told = "3.4 km², counted as 4 km² × 75,000 XOF/km² = 300,000 XOF"
    assert line.working["en"] == told
    laboratory = catalogue().service("analyses-laboratoire-mines")
    named = [fee.each for fee in laboratory.fees if fee.basis == "per-unit"]
    assert named == [{"fr": "échantillon", "en": "sample"}]


def test_research_is_paid_before_the_order_but_no_amount_is_invented() -> None:
    assert due("permis-recherche", "decision") == [
        ("fees.droit-fixe-recherche", None, "?"),
        ("fees.redevance-recherche", None, "?"),
    ]


def test_a_fee_by_the_unit_has_its_working_while_a_rate_is_known() -> None:
    quarry = "permis-exploitation-materiaux-construction"
    answers = {"substances": ["sable"], "volume-annuel": 80_000}
    code = f"services.{quarry}.redevance-sable"
    then = due(quarry, "yearly", None, dt.date(2008, 6, 1), **answers)
    assert then == [(code, 8_000_000, "80 000 m³ × 100 XOF/m³ = 8 000 000 XOF")]
    assert due(quarry, "yearly", None, **answers) == [(code, None, "?")]
    assert due(quarry, "yearly", None, **{**answers, "substances": ["granite"]}) == []
    unanswered = due(quarry, "yearly", None, dt.date(2008, 6, 1), substances=["sable"])
    assert unanswered == [(code, None, "nombre à connaître (m³) × 100 XOF/m³")]


@each_service
def test_every_fee_line_says_what_it_stands_on(country: str, service_id: str) -> None:
    service = catalogue(country).service(service_id)
    read = read_form(service, examples(service), DAY, references=known(country))
    lines = [
        line
        for moment in MOMENTS
        for line in fees_due(service, ruleset(country), read.values, 2.0, DAY, moment)
    ]
    for line in lines:
        assert set(line.name) == {"fr", "en"}
        assert set(line.working) == {"fr", "en"}
        working = line.working["en"]
        assert (line.amount is None) == ("=" not in working and "0" not in working)
        assert line.currency == ruleset(country).currency


def test_the_moratorium_is_named_with_what_stays_open() -> None:
    service = catalogue().service("permis-recherche")
    assert suspension(service, ruleset(), dt.date(2025, 5, 22)) is None
    frozen = suspension(service, ruleset(), DAY)
    assert frozen is not None
    assert frozen.moratorium.starts == dt.date(2025, 5, 23)
    assert frozen.applies is None
    assert suspension(service, ruleset(), DAY, ["or"]).applies is True
    assert suspension(service, ruleset(), DAY, ["calcaire"]).applies is False
    assert suspension(service, ruleset(), DAY, ["calcaire", "or"]).applies is True
    assert suspension(service, ruleset(), DAY, ["kryptonite"]).applies is True
    assert suspension(catalogue().service("raccordement-basse-tension"), ruleset(), DAY) is None


def test_a_partial_renunciation_draws_what_is_kept_a_whole_one_does_not() -> None:
    service = catalogue().service("renonciation-titre-minier")
    assert service.perimeter_for({"etendue": "partielle"}) == "area"
    assert service.perimeter_for({"etendue": "totale"}) == "none"
    assert service.outcome.act_for({"etendue": "totale"}) == "renounce"
    assert service.outcome.act_for({"etendue": "partielle"}) == "renounce-part"
    assert service.outcome.act_for({}) is None
