"""Two agents bring an old act into the register; neither sees the other's corners before."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from cadastre.models import ActEntry, Document, JournalEntry, Title
from cadastre.services.acts_read import run_next_act
from tests.services.acts_read.orders import FICTITIOUS
from tests.web.imports_site import TOGO, ImportSite, imports
from tests.web.visitor import NARROW, axe, scrolls_sideways

__all__ = ["imports"]
pytestmark = pytest.mark.browser
SHOTS = os.environ.get("CADASTRE_SCREENSHOTS")


def looked_at(page: Page, name: str) -> None:
    """Hold a page to what every page must keep, and keep a picture for whoever wants to look."""
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS) / f"acts-read-{name}.png"), full_page=True)
    assert axe(page) == [], name
    assert not scrolls_sideways(page), name


def test_an_old_act_becomes_a_title_by_two_people(imports: ImportSite) -> None:
    first = imports.sign_in("agente", "/acts-read")
    pdf = {"name": "arrete.pdf", "mimeType": "application/pdf", "buffer": FICTITIOUS.pdf()}
    first.set_input_files("#file", [pdf])
    first.get_by_role("button", name="Envoyer l'acte").click()
    expect(first.get_by_role("status")).to_contain_text("en cours de lecture")
    assert run_next_act(imports.owner, TOGO) is not None
    first.get_by_role("link", name="Actualiser").click()
    expect(first.locator("#holder")).to_have_value("Exemple Minière SARL")
    expect(first.locator("#granted_on")).to_have_value("2015-06-01")
    expect(first.locator("#expires_on")).to_have_value("2018-06-01")
    assert first.locator("svg.crop").count() >= 16
    looked_at(first, "first-fr-1280")
    path = first.url.removeprefix(imports.url)
    first.fill("#holder", " ")
    first.get_by_role("button", name="Garder ma saisie").click()
    expect(first.get_by_role("alert")).to_contain_text("Il manque un champ")
    first.fill("#holder", "Exemple Minière SARL")
    first.get_by_role("button", name="Garder ma saisie").click()
    expect(first.get_by_role("status")).to_contain_text("sans voir les vôtres")

    second = imports.sign_in("second", path, size=NARROW)
    expect(second.locator("#corners")).to_have_value("")
    assert "05,7" not in second.locator("main").inner_text()  # neither typed nor read is shown
    looked_at(second, "second-fr-360")
    rows = ["\t".join(corner) for corner in FICTITIOUS.corners]
    _second_entry(second, [rows[0].replace("05,7", "05,1"), *rows[1:]])
    expect(second.locator("main")).to_contain_text("Les saisies diffèrent")
    expect(second.get_by_role("button", name="Préparer l'enregistrement")).to_have_count(0)
    looked_at(second, "differ-fr-360")
    _second_entry(second, rows)
    expect(second.locator("main")).to_contain_text("les mêmes sommets")
    second.get_by_role("button", name="Préparer l'enregistrement").click()
    expect(second.get_by_role("status")).to_contain_text("essai à blanc")
    imports.keep()
    with Session(imports.owner) as session:
        assert session.scalars(select(Title)).all() == []  # nothing unconfirmed in the register
    first.reload()
    first.get_by_role("link", name="Import 1").click()
    first.check("#read")
    first.get_by_role("button", name="Confirmer l'import").click()
    imports.keep()
    assert run_next_act(imports.owner, TOGO) is not None
    second.reload()
    expect(second.get_by_role("status")).to_contain_text("Le titre est au registre")
    with Session(imports.owner) as session:
        (title,) = session.scalars(select(Title))
        assert (title.name, title.kind) == ("Essai-Nord", "permis-recherche")
        (document,) = session.scalars(select(Document).where(Document.kind == "act"))
        assert document.dossier_id == title.dossier_id
        assert len(session.scalars(select(ActEntry)).all()) == 3
        acts = session.scalars(
            select(JournalEntry.action).where(JournalEntry.subject == "act-read")
        ).all()
        assert set(acts) == {
            "act-read.received", "act-read.read", "act-read.entered", "act-read.agreed",
            "act-read.recorded",
        }  # fmt: skip


def _second_entry(page: Page, rows: list[str]) -> None:
    page.fill("#corners", "\n".join(rows))
    page.check("#compared")
    page.get_by_role("button", name="Garder ma saisie").click()
