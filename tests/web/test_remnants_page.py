"""A clipped perimeter in the browser: pieces with letters, a second look, one choice."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.web.acts_visit import NARROW, ActsSite, fits
from tests.web.visitor import axe

pytestmark = pytest.mark.browser
SHOTS = os.environ.get("CADASTRE_SCREENSHOTS")


def shot(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS) / f"{name}.png"), full_page=True)


def test_the_applicant_chooses_after_a_second_look(acts: ActsSite):
    ((number,),) = acts.ask(
        "SELECT number FROM application JOIN remnant_bundle b ON b.application_id = application.id"
    )
    path = f"/applications/{number}/remnants"
    agent = acts.visit(path, who="agent", language="en", size=NARROW)
    expect(agent.get_by_text("The choice is the applicant's.")).to_be_visible()
    shot(agent, "remnants-agent-en-360")
    assert axe(agent) == []
    assert fits(agent)
    stranger = acts.visit("/help", who="rival")
    answer = stranger.goto(f"{acts.url}{path}")
    assert answer is not None
    assert answer.status == 403

    page = acts.visit(f"/applications/{number}", who="demandeur")
    page.get_by_role("link", name="Choisir parmi les morceaux").click()
    expect(page.locator("table")).to_contain_text("ha")
    assert page.locator("svg .ground-letter").all_text_contents() == ["A", "B"]
    shot(page, "remnants-choose")
    assert axe(page) == []
    page.get_by_label("Morceau B").check()
    page.get_by_role("button", name="Voir ce que cela donne").click()
    expect(page.locator("#sure-title")).to_contain_text("Garder le morceau B")
    expect(page.get_by_text("Seraient libérés aussitôt : A.")).to_be_visible()
    shot(page, "remnants-sure")
    assert axe(page) == []
    held = "SELECT count(*) FROM parcel WHERE bundle_id IS NOT NULL AND upper_inf(period)"
    assert acts.ask(held) == [(2,)]
    page.get_by_role("button", name="Garder B et libérer le reste").click()
    expect(page.get_by_role("status")).to_contain_text("Votre choix est inscrit")
    assert acts.ask(held) == [(1,)]
    shot(page, "remnants-done")
    assert axe(page) == []
