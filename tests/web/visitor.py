"""What the browser tests of the pages do again and again."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Page, Request

from cadastre.config import ROOT
from tests.web.entering import enter

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
WIDE, NARROW = (1280, 860), (360, 740)
LOCALES = {"fr": "fr-FR", "en": "en-GB"}
TELL_VIOLATIONS = """
document.addEventListener('securitypolicyviolation', (event) =>
  console.error(`CSP ${event.violatedDirective} ${event.blockedURI}`));
"""


@dataclass
class Visitor:
    """Somebody with a browser: opens pages, and notes everything that should not have happened."""

    url: str
    browser: Browser
    complaints: list[str] = field(default_factory=list)
    contexts: list[BrowserContext] = field(default_factory=list)
    weights: dict[str, int] = field(default_factory=dict)

    def visit(
        self,
        path: str,
        *,
        language: str = "fr",
        size: tuple[int, int] = WIDE,
        script: bool = True,
        who: str | None = None,
        password: str = "",
        **options: Any,
    ) -> Page:
        """Open a page in a browser that remembers nothing, and wait until it rests."""
        context = self.browser.new_context(
            viewport={"width": size[0], "height": size[1]}, locale=LOCALES[language],
            java_script_enabled=script, **options,
        )  # fmt: skip
        self.contexts.append(context)
        context.add_init_script(TELL_VIOLATIONS)
        if who is not None:
            enter(context, self.url, who, password)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("request", self._look)
        page.on("requestfinished", self._weigh)
        page.on("pageerror", lambda error: self.complaints.append(f"script: {error}"))
        page.on("console", lambda said: said.type == "error" and self._heard(said.text))
        page.goto(f"{self.url}{path}")
        page.wait_for_load_state("networkidle")
        return page

    def leave(self) -> None:
        """Close everything that was opened."""
        for context in self.contexts:
            context.close()

    def _heard(self, words: str) -> None:
        if "status of 404" not in words:  # Chromium's own note on a page that is not there
            self.complaints.append(f"console: {words}")

    def _look(self, request: Request) -> None:
        parts = urlsplit(request.url)
        ours = f"{parts.scheme}://{parts.netloc}" == self.url
        if not ours and parts.scheme not in ("data", "blob"):
            self.complaints.append(f"foreign: {request.url}")

    def _weigh(self, request: Request) -> None:
        sizes = request.sizes()
        self.weights[request.url] = sizes["responseBodySize"] + sizes["responseHeadersSize"]


def axe(page: Page) -> list[str]:
    """Give what axe finds wrong on a page, WCAG 2.2 A and AA."""
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate(
        "rules => axe.run(document, {runOnly: rules, resultTypes: ['violations']})", RULES
    )
    return [
        f"{violation['id']}: {node['html'][:200]}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]


def scrolls_sideways(page: Page) -> bool:
    """Tell whether a page is wider than its window (WCAG 1.4.10)."""
    return bool(page.evaluate("document.documentElement.scrollWidth > innerWidth"))
