"""What the browser tests of the desk do again and again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, Page

from tests.web.entering import enter

PASSWORD = "un mot de passe"


@dataclass
class CasesSite:
    """A served desk: its address, the number of each case by name, and what went wrong."""

    url: str
    browser: Browser
    numbers: dict[str, str]
    errors: list[str] = field(default_factory=list)
    actions: int = 0

    def sign_in(
        self, who: str, size: tuple[int, int] = (1280, 900), language: str = "fr",
        **options: Any,
    ) -> Page:
        """Open a browser of somebody's own."""
        context = self.browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            locale="fr-FR" if language == "fr" else "en-GB", **options,
        )  # fmt: skip
        enter(context, self.url, who, PASSWORD)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.goto(f"{self.url}/desk/cases")
        return page

    def act(self, act: Callable[[], Any]) -> None:
        """Count what a person does."""
        self.actions += 1
        act()
