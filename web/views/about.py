"""What the data is worth, and how to use the site."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, render_template

from api.language import current_language
from api.session import db_session
from api.state import now, state
from cadastre.queries.sources import list_sources
from cadastre.rules.ruleset import DatedValue, Ruleset
from cadastre.vocabulary import Evidence
from web.written import write_value

pages = Blueprint("about", __name__)


@dataclass(frozen=True, slots=True)
class LegalValue:
    """A value of the law that the reader should not take for certain."""

    subject: str
    description: str
    value: str
    article: str | None
    note: str | None


@pages.get("/about")
def about() -> str:
    """Show sources and licences, what is demonstration, and which legal values are unconfirmed."""
    ruleset, language = state().ruleset, current_language()
    values = {
        grade.value: list(values_graded(ruleset, grade, language))
        for grade in (Evidence.UNCONFIRMED, Evidence.INFERRED)
    }
    return render_template(
        "about.html", sources=list_sources(db_session()), values=values, ruleset=ruleset
    )


@pages.get("/help")
def help_page() -> str:
    """Show how to search, read the map, write coordinates and check a perimeter."""
    return render_template("help.html")


def values_graded(ruleset: Ruleset, grade: Evidence, language: str) -> Iterator[LegalValue]:
    """List the legal values in force today that have an evidence grade."""
    for path in sorted(ruleset.parameters):
        value = ruleset.value(path, now().day)
        if value.evidence == grade:
            yield shown_value(ruleset, path, language)


def shown_value(ruleset: Ruleset, path: str, language: str) -> LegalValue:
    """Write the value of a parameter in force today, with what it rests on."""
    value = ruleset.value(path, now().day)
    return LegalValue(
        subject=_subject(ruleset, path, language),
        description=value.description[language],
        value=_shown(value, language),
        article=value.article,
        note=value.note[language] if value.note else None,
    )


def _subject(ruleset: Ruleset, path: str, language: str) -> str:
    room, _, rest = path.partition(".")
    rooms: dict[str, Mapping[str, Any]] = {
        "kinds": ruleset.kinds,
        "zones": ruleset.zones,
        "works": ruleset.works,
        "fees": ruleset.fees,
    }
    found = rooms.get(room, {}).get(rest.partition(".")[0])
    return str(found.name[language]) if found else str(ruleset.name[language])


def _one_shown(one: Any, language: str) -> str:
    """Write one value; a criterion by its name and its highest mark."""
    if isinstance(one, Mapping) and "name" in one:
        return f"{one['name'][language]} ({write_value(one.get('most'), language)})"
    return write_value(one, language)


def _shown(value: DatedValue, language: str) -> str:
    if value.value is None:
        return "—"
    listed = value.value if isinstance(value.value, (list, tuple)) else [value.value]
    written = ", ".join(_one_shown(one, language) for one in listed)
    return f"{written} {value.unit}" if value.unit else written
