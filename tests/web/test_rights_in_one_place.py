"""Rights are asked of the pure questions: pages and routes do not list roles of their own."""

from __future__ import annotations

import re
from pathlib import Path

from cadastre.config import ROOT

# Declares which roles a route is for, or lets an administrator choose among all.
ALLOWED = {"api/permissions.py", "web/views/people/administration.py"}
IN_CODE = re.compile(r"\bRole\.[A-Z]|\bOFFICE_ROLES\b|[\"'](?:\w+)[\"'] (?:not )?in \w*\.?roles\b")
IN_PAGES = re.compile(r"[\"']\w+[\"'] in [\w().]*roles")


def lists_roles(path: Path, pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{path.relative_to(ROOT)}:{at}"
        for at, line in enumerate(path.read_text("utf-8").splitlines(), start=1)
        if pattern.search(line)
    ]


def test_pages_and_routes_ask_permissions() -> None:
    code = [
        path
        for room in ("web", "api")
        for path in (ROOT / room).rglob("*.py")
        if str(path.relative_to(ROOT)) not in ALLOWED
    ]
    found = [place for path in code for place in lists_roles(path, IN_CODE)]
    pages = (ROOT / "web" / "templates").rglob("*.html")
    found += [place for path in pages for place in lists_roles(path, IN_PAGES)]
    assert found == []


def test_the_guard_sees_what_it_is_for() -> None:
    assert IN_CODE.search('return "agent" in account.roles')
    assert IN_CODE.search("actor.bears(Role.ADVISER)")
    assert IN_PAGES.search('{% if "agent" in current_account().roles %}')
    assert not IN_PAGES.search("{% for role in account.roles %}")
