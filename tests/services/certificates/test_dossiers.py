"""The papers of dossiers state what was lodged and decided, in the words of the service."""

from __future__ import annotations

import pytest

from cadastre.errors import NotAvailable, NotFound
from cadastre.queries.certificates import signed_bytes
from cadastre.services.certificates.dossiers import (
    dossier_certificate,
    follow_up_slip,
    lodgement_certificate,
)
from tests.services.certificates.papers import attached, signature_of, text_of
from tests.services.dossiers import walking
from tests.services.titles.people import refused

SITE = {"geometry": {"type": "Point", "coordinates": [1.2, 6.2]}}


@pytest.fixture
def who(session):
    return walking.people(session)


def lodged(session, who, service="declaration-autoproduction"):
    dossier = walking.opened(session, service, who)
    walking.fill(session, dossier, who, perimeter=SITE)
    walking.step(session, dossier, "lodge", who.actor(session, who.applicant))
    session.expire(dossier)
    return dossier


def test_the_receipt_lists_every_piece_with_its_hash_at_once(session, office, who, identity):
    dossier = walking.opened(session, "declaration-autoproduction", who)
    with refused("certificates.not-lodged", NotFound):
        lodgement_certificate(session, office, dossier, "fr", who.applicant.id)
    dossier = lodged(session, who)
    made = lodgement_certificate(session, office, dossier, "fr", who.applicant.id)
    again = lodgement_certificate(session, office, dossier, "fr", who.applicant.id)
    assert made.id == again.id
    pdf = signed_bytes(session, made)
    assert signature_of(pdf, identity).bottom_line
    words = text_of(pdf).replace("\n", "")
    pieces = [one for one in dossier.documents if one.piece]
    assert pieces
    for piece in pieces:
        assert piece.sha256 in words
        assert piece.filename in words
    assert dossier.follow_up_code in words
    assert who.company.name in words
    told = [value for _, value in made.facts["fr"]]
    assert dossier.follow_up_code not in " ".join(told)


def test_the_outcome_waits_for_the_log_and_then_carries_its_proof(session, office, who, seal):
    dossier = lodged(session, who)
    with refused("certificates.nothing-issued", NotFound):
        dossier_certificate(session, office, dossier, "fr", None)
    walking.step(session, dossier, "issue", who.actor(session, who.agent))
    session.expire(dossier)
    with refused("certificates.not-sealed-yet", NotAvailable):
        dossier_certificate(session, office, dossier, "fr", None)
    seal()
    made = dossier_certificate(session, office, dossier, "fr", None)
    pdf = signed_bytes(session, made)
    assert made.kind == "acknowledgement"
    words = text_of(pdf).replace("\n", " ")
    assert "Récépissé de déclaration d'autoproduction" in words
    assert "Ce qui a été déclaré et accepté" in words
    assert '"dossier.issue"' in attached(pdf)["proof.json"]["entry"]


def test_a_refusal_gives_grounds_and_ways_of_appeal_and_says_what_is_unconfirmed(
    session, office, who, seal
):
    dossier = lodged(session, who, "raccordement-basse-tension")
    for invoice in walking.unpaid(session, dossier):
        walking.pay(session, invoice, who)
    kinds = walking.possible_kinds(session, dossier, who.actor(session, who.agent))
    if "admit" in kinds and "propose-refusal" not in kinds:
        walking.step(session, dossier, "admit", who.actor(session, who.agent))
    agent, decider = who.actor(session, who.agent), who.actor(session, who.decider)
    walking.step(session, dossier, "propose-refusal", agent, "La ligne la plus proche est à 9 km.")
    walking.step(session, dossier, "confirm", decider)
    session.expire(dossier)
    seal()
    made = dossier_certificate(session, office, dossier, "fr", None)
    words = text_of(signed_bytes(session, made)).replace("\n", " ")
    assert made.kind == "refusal"
    for part in ("La ligne la plus proche est à 9 km.", "Voies de recours", "Recours gracieux",
                 "à confirmer"):  # fmt: skip
        assert part in words
    english = text_of(
        signed_bytes(session, dossier_certificate(session, office, dossier, "en", None))
    )
    assert "Ways of appeal" in english


def test_the_slip_holds_number_and_code_and_needs_no_signature(session, office, who):
    dossier = walking.opened(session, "declaration-autoproduction", who)
    words = text_of(follow_up_slip(session, office, dossier, "fr"))
    assert dossier.number in words
    assert dossier.follow_up_code in words
