"""Thresholds are data: each says where its regime ends and which service takes over."""

from __future__ import annotations

import datetime as dt

import pytest

from cadastre.rules.catalogue import check_form, service_from, snapshot
from cadastre.sentences import say
from cadastre.vocabulary import Severity
from tests.rules.catalogue.folder import DAY, catalogue, examples

KVA, KWC = "puissance-kva", "puissance-kwc"
INSTALL, DECLARE = "autorisation-installation-autoproduction", "declaration-autoproduction"
SMALL, LARGE = "permis-exploitation-petite-echelle", "permis-exploitation-grande-echelle"
QUARRY, ARTISANAL = (
    "permis-exploitation-materiaux-construction",
    "autorisation-exploitation-artisanale",
)


def passed(service_id: str, day: dt.date = DAY, **answers: object):
    service = catalogue().service(service_id)
    given = {**examples(service), **{k.replace("_", "-"): v for k, v in answers.items()}}
    return [(f.code, f.values["service"], f.severity) for f in check_form(service, given, day)]


@pytest.mark.parametrize(
    ("service_id", "technology", "field", "power", "code", "other"),
    [
        (DECLARE, "thermique", KVA, 49.9, "form.under-scope", None),
        (DECLARE, "thermique", KVA, 50, None, None),
        (DECLARE, "thermique", KVA, 500, None, None),
        (DECLARE, "thermique", KVA, 500.1, "form.over-scope", INSTALL),
        (DECLARE, "renouvelable", KWC, 32, "form.under-scope", None),
        (DECLARE, "renouvelable", KWC, 32.1, None, None),
        (DECLARE, "renouvelable", KWC, 99.9, None, None),
        (DECLARE, "renouvelable", KWC, 100, "form.over-scope", INSTALL),
        (INSTALL, "renouvelable", KWC, 100, None, None),
        (INSTALL, "renouvelable", KWC, 99.9, "form.under-scope", DECLARE),
        (INSTALL, "thermique", KVA, 500, "form.under-scope", DECLARE),
        (INSTALL, "thermique", KVA, 500.1, None, None),
    ],
)
def test_self_generation(service_id, technology, field, power, code, other) -> None:
    answers = {"technologie": technology, field: power}
    found = passed(service_id, **answers)
    assert found == ([(code, other, Severity.WARN)] if code else [])


@pytest.mark.parametrize(
    ("service_id", "amount", "expected"),
    [
        (SMALL, 299_999_999, []),
        (SMALL, 300_000_000, [("form.over-scope", LARGE, Severity.BLOCK)]),
        (LARGE, 300_000_000, []),
        (LARGE, 299_999_999, [("form.under-scope", SMALL, Severity.BLOCK)]),
    ],
)
def test_a_published_threshold_blocks(service_id, amount, expected) -> None:
    assert passed(service_id, investissement_fcfa=amount) == expected


def test_quarries() -> None:
    assert passed(ARTISANAL, surface_ha=10) == []
    assert passed(ARTISANAL, surface_ha="10,1") == [("form.over-scope", QUARRY, Severity.WARN)]
    assert passed(QUARRY, surface_ha=10) == [("form.under-scope", ARTISANAL, Severity.WARN)]
    assert passed(QUARRY, surface_ha="10,1") == []


def test_every_amount_falls_to_exactly_one_of_two_neighbours() -> None:
    for amount in (0, 1, 299_999_999, 300_000_000, 300_000_001, 10**12):
        taken = [not passed(one, investissement_fcfa=amount) for one in (SMALL, LARGE)]
        assert taken.count(True) == 1, amount


def test_before_a_threshold_was_in_force_it_says_nothing() -> None:
    before, after = dt.date(2020, 3, 11), dt.date(2020, 3, 12)
    assert passed("raccordement-basse-tension", before, puissance_kva=60) == []
    assert passed("raccordement-basse-tension", after, puissance_kva=60)


def test_the_way_out_is_said_in_both_languages_even_from_a_snapshot() -> None:
    service = service_from(snapshot(catalogue().service(DECLARE), {}))
    answers = {**examples(service), KWC: 150}
    (finding,) = check_form(service, answers, DAY)
    assert finding.where == KWC
    assert "Autorisation d'installation" in say(finding.code, "fr", **finding.values)
    english = say(finding.code, "en", **finding.values)
    assert "permission to install" in english
    assert "to be confirmed" in english
