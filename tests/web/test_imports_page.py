"""An agent imports a dirty layer without a script: sent, mapped, tried, confirmed, reported."""

from __future__ import annotations

import csv
import io
import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from cadastre.models import ImportMapping, Zone
from tests.web.imports_site import ImportSite
from tests.web.visitor import NARROW, axe, scrolls_sideways

pytestmark = pytest.mark.browser
SHOTS = os.environ.get("CADASTRE_SCREENSHOTS")
RING = "POLYGON((278800 884000,289900 884000,289900 895000,278800 895000,278800 884000))"
ROWS = (
    "appellation;categorie;decret;remarque;wkt\r\n"
    f'Réserve d\'Aledjo;forêt;Décret 1;à revoir;"{RING}"\r\n'
    f'Parc;inconnu;;x;"{RING}"\r\n'
)


def looked_at(page: Page, name: str) -> None:
    """Hold a page to what every page must keep, and keep a picture for whoever wants to look."""
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS) / f"imports-{name}.png"), full_page=True)
    assert axe(page) == [], name
    assert not scrolls_sideways(page), name


def send(page: Page, name: str, content: bytes, collection: str) -> None:
    """Send a file for a collection."""
    file = {"name": name, "mimeType": "text/csv", "buffer": content}
    page.set_input_files("#file", [file])
    page.select_option("#collection", collection)
    page.locator("main form button").first.click()


def test_an_agent_imports_a_dirty_layer_without_a_script(imports: ImportSite) -> None:
    page = imports.sign_in("agente", "/imports", script=False)
    send(page, "zones.csv", ROWS.encode("cp1252"), "zones")
    expect(page.locator("h1")).to_contain_text("zones.csv")
    expect(page.locator("main")).to_contain_text("Windows-1252")
    expect(page.locator("main")).to_contain_text("Réserve d'Aledjo")
    page.select_option("[name=field-name]", "appellation")
    page.select_option("[name=field-act]", "decret")
    page.fill("#words-kind", "forêt = forest-reserve")
    page.get_by_role("button", name="Essayer à blanc").click()
    expect(page.get_by_role("alert")).to_contain_text("système de coordonnées")
    expect(page.locator("[name=field-name]")).to_have_value("appellation")
    page.fill("#crs", "EPSG:32631")
    page.fill("#save-as", "Ministère de l'environnement")
    page.get_by_role("button", name="Essayer à blanc").click()
    expect(page.get_by_role("status")).to_contain_text("n'écrit rien")
    imports.keep()
    page.get_by_role("link", name="Actualiser").click()
    expect(page.locator("main")).to_contain_text("remarque")  # told, since nothing takes it
    with Session(imports.owner) as session:
        assert session.scalars(select(Zone)).all() == []
    page.get_by_role("button", name="Confirmer l'import").click()
    expect(page.get_by_role("alert")).to_contain_text("Cochez")
    page.check("#read")
    page.get_by_role("button", name="Confirmer l'import").click()
    imports.keep()
    page.get_by_role("link", name="Actualiser").click()
    with page.expect_download() as fetched:
        page.get_by_role("link", name="Rapport complet").click()
    lines = list(csv.DictReader(io.StringIO(fetched.value.path().read_text("utf-8-sig"))))
    assert {line["row"]: line["outcome"] for line in lines if line["row"] != "0"} == {
        "1": "created", "2": "refused",
    }  # fmt: skip
    with Session(imports.owner) as session:
        (zone,) = session.scalars(select(Zone))
        assert (zone.name, zone.kind) == ("Réserve d'Aledjo", "forest-reserve")
        assert zone.act == "Décret 1"
        assert session.scalars(select(ImportMapping.name)).all() == ["Ministère de l'environnement"]


def test_the_pages_can_be_read_by_everybody(imports: ImportSite) -> None:
    page = imports.sign_in("agente", "/imports")
    looked_at(page, "list-fr-1280")
    send(page, "zones.csv", ROWS.encode(), "titles")
    looked_at(page, "mapping-fr-1280")
    kind = "permis-exploitation-petite-echelle"
    for ours, value in (("number", "T-1"), ("kind", kind), ("starts_on", "2024-01-01")):
        page.fill(f"[name=constant-{ours}]", value)
    page.fill("[name=constant-substances]", "or")
    page.fill("#crs", "EPSG:32631")
    page.get_by_role("button", name="Essayer à blanc").click()
    looked_at(page, "waiting-fr-1280")
    imports.keep()
    path = page.url.removeprefix(imports.url)
    narrow = imports.sign_in("second", path, size=NARROW, language="en")
    expect(narrow.get_by_role("button", name="Confirm the import")).to_be_visible()
    looked_at(narrow, "tried-en-360")
    page.reload()
    expect(page.get_by_role("button", name="Confirmer l'import")).to_have_count(0)
    looked_at(page, "tried-fr-1280")
