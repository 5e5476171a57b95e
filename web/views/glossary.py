"""Help made from what is applied: words, sheets for counters, what the law sets, guided tours."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from flask import Blueprint, render_template, request

from api.language import current_language
from api.permissions import Access, open_to
from api.state import now, state
from cadastre.rules.ruleset import Kind, Ruleset
from cadastre.rules.tours import Stop, load_tours
from cadastre.sentences import say
from cadastre.services.catalogue_summary import service_json
from web.views.about import LegalValue, shown_value

pages = Blueprint("glossary", __name__)


@cache
def _tours(data: Path) -> dict[str, tuple[Stop, ...]]:
    return load_tours(data)


@pages.app_context_processor
def tour_here() -> dict[str, Any]:
    """Give every page its guided tour, where one is written for it."""
    stops = _tours(state().settings.data).get(request.path, ())
    language = current_language()
    return {"tour": [{"at": stop.at, "say": stop.say[language]} for stop in stops]}


@pages.get("/glossary")
@open_to(Access.ANYBODY)
def glossary() -> str:
    """Explain each term in two lines, in the reader's language."""
    language = current_language()
    terms = state().catalogue.terms.values()
    ordered = sorted(terms, key=lambda term: term.word.get(language, term.word["fr"]).casefold())
    return render_template("services/glossary.html", terms=ordered, language=language)


@pages.get("/services/<service_id>/sheet")
@open_to(Access.ANYBODY)
def sheet(service_id: str) -> str:
    """Show a service on one sheet to print for a counter: whom, with what, how much, how long."""
    service, language = state().catalogue.service(service_id), current_language()
    shown = service_json(service, state().ruleset, now().day, language)
    return render_template("services/sheet.html", service=shown, terms=service.terms)


@pages.get("/help/titles")
@open_to(Access.ANYBODY)
def titles() -> str:
    """Explain each kind of title by the values the checks apply today, never written twice."""
    law, language = state().ruleset, current_language()
    kinds = [(kind.name[language], _values(law, kind, language)) for kind in law.kinds.values()]
    return render_template("services/titles_help.html", kinds=kinds)


def _values(law: Ruleset, kind: Kind, language: str) -> list[LegalValue]:
    shown = (
        shown_value(law, f"kinds.{kind.id}.{name}", language) for name in sorted(kind.parameters)
    )
    return [replace(one, value=_in_words(one.value, language)) for one in shown]


def _in_words(value: str, language: str) -> str:
    """Say the words of rulesets as people do; what is no such word stays as it is."""
    said = []
    for word in re.split(r"([ ,]+)", value):
        code = f"glossary.word-{word.lower()}"
        words = say(code, language)
        said.append(word if words == code else words)
    return "".join(said)
