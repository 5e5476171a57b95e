"""Letters are data: each is read, filled from its dossier, in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from cadastre.config import ROOT
from cadastre.errors import InvalidRuleset
from cadastre.services.dossiers.letters import GAP, filled, letter_for, load_letters
from cadastre.services.dossiers.standing import standing_of
from tests.services.dossiers import walking

LETTERS = load_letters(ROOT / "data" / "letters")


def test_each_letter_goes_with_steps_that_procedures_have():
    steps = {kind for one in walking.PROCEDURES.values() for kind in one.steps}
    assert len(LETTERS) >= 6
    for letter in LETTERS.values():
        assert set(letter.steps) <= steps, letter.id


def test_a_refusal_has_its_letter_and_a_grant_does_not_get_it():
    assert letter_for(LETTERS, "confirm", "refusal") == LETTERS["refusal"]
    assert letter_for(LETTERS, "confirm", "grant") is None
    assert letter_for(LETTERS, "request-completion", None) == LETTERS["completion-request"]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_letter_is_filled_from_the_dossier_in_its_language(session: Session, language: str):
    who = walking.people(session)
    dossier = walking.opened(session, "permis-recherche", who)
    dossier.language = language
    walking.fill(session, dossier, who, perimeter=walking.ground_for(dossier.service, 1, None))
    walking.step(session, dossier, "lodge", who.actor(session, who.applicant))
    walking.step(session, dossier, "propose-refusal", who.actor(session, who.agent), "article 9")
    written = filled(session, LETTERS["refusal"], dossier, standing_of(session, dossier), {})
    assert "article 9" in written
    assert dossier.number in written
    assert ("Recours" in written) is (language == "fr")
    assert GAP not in written
    said = {"reason": "page 2 illisible", "due_on": "2026-12-06"}
    standing = standing_of(session, dossier)
    asked = filled(session, LETTERS["completion-request"], dossier, standing, said)
    assert "page 2 illisible" in asked
    assert ("6 décembre 2026" if language == "fr" else "6 December 2026") in asked


def test_what_a_dossier_does_not_have_yet_is_a_gap_to_fill(session: Session):
    who = walking.people(session)
    dossier = walking.opened(session, "declaration-autoproduction", who)
    standing = standing_of(session, dossier)
    assert GAP in filled(session, LETTERS["grant-notice"], dossier, standing, {})


def test_a_letter_that_names_an_unknown_field_is_refused(tmp_path: Path):
    (tmp_path / "odd.yaml").write_text(
        "id: odd\ntitle: {fr: A, en: A}\nwith: []\ntext: {fr: 'a {secret}', en: 'a'}\n"
    )
    with pytest.raises(InvalidRuleset, match=r"letters\.unusable"):
        load_letters(tmp_path)
