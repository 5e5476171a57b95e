"""The public map and register: the first page."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template

from api.language import current_language
from api.state import state
from cadastre.rules.ruleset import Kind, Ruleset
from web.letters import letters_of

pages = Blueprint("map", __name__)

# What the legend shows of titles besides their kind; the others hold no ground on the day shown.
SHOWN_STATUSES = ("in-force", "future", "suspended")


@pages.get("/")
def index() -> str:
    """Show the search field, its explanation, the legend and, with a script, the map."""
    ruleset, language = state().ruleset, current_language()
    return render_template(
        "map.html", settings=map_settings(ruleset, language), statuses=SHOWN_STATUSES
    )


def map_settings(ruleset: Ruleset, language: str) -> dict[str, Any]:
    """Give the map's script what the ruleset says: the country's box, and the names of kinds."""
    return {
        "bounds": list(ruleset.envelope),
        "kinds": [
            _kind(kind, language, ruleset.languages[0]) for kind in ruleset.kinds.values()
        ],
        "labels": {
            "zones": {kind.id: kind.name[language] for kind in ruleset.zones.values()},
            "works": {kind.id: kind.name[language] for kind in ruleset.works.values()},
        },
    }


def _kind(kind: Kind, language: str, law_language: str) -> dict[str, str]:
    """Letters are those of the law's language everywhere: they are part of numbers."""
    letters = letters_of(kind.name[law_language])
    return {"id": kind.id, "label": kind.name[language], "letters": letters}
