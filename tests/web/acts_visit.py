"""What the browser tests of acts, openings and remnants do again and again."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page
from sqlalchemy import create_engine, text

from tests.web.entering import enter

PASSWORD = "un mot de passe"
WIDE, NARROW = (1280, 900), (360, 740)
TELL_VIOLATIONS = """
document.addEventListener('securitypolicyviolation', (event) =>
  console.error(`CSP ${event.violatedDirective} ${event.blockedURI}`));
"""


@dataclass
class ActsSite:
    """A served register: its address, its database, and what went wrong in its pages."""

    url: str
    database: str
    browser: Browser
    errors: list[str] = field(default_factory=list)
    contexts: list[BrowserContext] = field(default_factory=list)
    weight: int = 0

    def visit(
        self, path: str, *, who: str | None = None, size: tuple[int, int] = WIDE,
        language: str = "fr", script: bool = True, **options: Any,
    ) -> Page:
        """Open a page in a browser of somebody's own."""
        context = self.browser.new_context(
            viewport={"width": size[0], "height": size[1]}, java_script_enabled=script,
            locale="fr-FR" if language == "fr" else "en-GB", accept_downloads=True, **options,
        )  # fmt: skip
        self.contexts.append(context)
        context.add_init_script(TELL_VIOLATIONS)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: self.errors.append(f"script: {error}"))
        page.on("console", lambda said: said.type == "error" and self._heard(said.text))
        if who is not None:
            enter(context, self.url, who, PASSWORD)
        page.goto(f"{self.url}{path}")
        return page

    def _heard(self, words: str) -> None:
        # Chromium notes every refused answer; the page says it in words.
        if "responded with a status" not in words:
            self.errors.append(f"console: {words}")

    def ask(self, sql: str, **values: Any) -> list[Any]:
        """Ask the database, as its owner."""
        engine = create_engine(self.database)
        with engine.begin() as connection:
            result = connection.execute(text(sql), values)
            rows = list(result) if result.returns_rows else []
        engine.dispose()
        return rows


def fits(page: Page) -> bool:
    """Tell whether a page is no wider than its window."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def as_json(words: str) -> Any:
    """Read a text as JSON."""
    return json.loads(words)
