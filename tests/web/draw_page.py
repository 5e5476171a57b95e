"""What the browser tests of the drawing page do again and again."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, Page

from cadastre.config import ROOT

EMAIL, PASSWORD = "dessin@exemple.test", "un mot de passe"
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
WIDE, NARROW = (1280, 900), (360, 740)
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@dataclass
class DrawSite:
    """A served site: its address, and what went wrong in the pages that were opened."""

    url: str
    browser: Browser
    errors: list[str] = field(default_factory=list)

    def open(
        self,
        size: tuple[int, int] = WIDE,
        language: str = "fr",
        *,
        path: str = "/draw",
        **options: Any,
    ) -> Page:
        """Open a page in a browser of its own that remembers nothing."""
        context = self.browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            locale=f"{language}-{'FR' if language == 'fr' else 'GB'}",
            **options,
        )
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.goto(f"{self.url}{path}")
        return page


def type_corners(page: Page, corners: list[tuple[str, str]]) -> None:
    """Type a table by keyboard alone, from the first cell on."""
    page.locator("tr.corner [data-axis=x]").first.focus()
    for number, (x, y) in enumerate(corners):
        page.keyboard.type(x)
        page.keyboard.press("Tab")
        page.keyboard.type(y)
        if number < len(corners) - 1:
            page.keyboard.press("Enter")


def cells(page: Page) -> list[list[str]]:
    """Give the text of every cell of the corner table."""
    read: list[list[str]] = page.eval_on_selector_all(
        "tr.corner", "rows => rows.map(row => [...row.querySelectorAll('input')].map(i => i.value))"
    )
    return read


def checked(page: Page) -> str:
    """Wait for the check of what is drawn and give its words."""
    page.wait_for_function(
        "() => { const s = document.querySelector('.check-status');"
        " return s && !s.classList.contains('busy') && document.querySelector('.check-body > *'); }"
    )
    return page.locator("#findings").inner_text()


def axe(page: Page) -> list[str]:
    """Give what axe finds wrong on a page, WCAG 2.2 A and AA.

    The bar at the bottom is laid at its place in the flow first: axe would count as covered
    whatever scrolls below it at this instant.
    """
    page.evaluate("document.querySelector('.draw-sum')?.classList.add('is-still')")
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate(
        "rules => axe.run('main', {runOnly: {type: 'tag', values: rules}})", RULES
    )
    return [
        f"{each['id']}: {node['target']} {node['failureSummary']}"
        for each in found["violations"]
        for node in each["nodes"]
    ]
