"""Read the form of a mapping, and lay it out again with what was said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from werkzeug.datastructures import MultiDict

from cadastre.errors import UnusableInput
from cadastre.models import ImportJob
from cadastre.services.imports.targets import TARGETS

# Fields whose words are ours: the file's are translated one by one.
WORDED = ("kind", "status", "state", "substances", "outcome")
FORM_KEYS = ("as", "fields", "constants", "values", "keep", "ignore", "crs", "layer")
LONGEST = 200


@dataclass(frozen=True, slots=True)
class Line:
    """A field of ours on the form: what gives it."""

    name: str
    required: bool
    theirs: str
    constant: str


def body_of_form(
    form: MultiDict[str, str], job: ImportJob, base: Mapping[str, Any]
) -> dict[str, Any]:
    """Give the mapping that a form says; what the form does not show stays as ``base`` has it.

    Raises
    ------
    UnusableInput
        ``imports.words-unclear``.
    """
    target, known = TARGETS[job.collection], list(job.preview["fields"])
    body: dict[str, Any] = {key: base[key] for key in base if key not in FORM_KEYS}
    fields = {ours: form.get(f"field-{ours}", "") for ours in target.synonyms}
    constants = {ours: form.get(f"constant-{ours}", "").strip() for ours in target.synonyms}
    body["fields"] = {ours: theirs for ours, theirs in fields.items() if theirs in known}
    body["constants"] = {ours: value[:LONGEST] for ours, value in constants.items() if value}
    words = {ours: _words(form.get(f"words-{ours}", "")) for ours in WORDED}
    body["values"] = {ours: found for ours, found in words.items() if found}
    used = set(body["fields"].values())
    rest = {name: form.get(f"rest-{place}") for place, name in enumerate(known)}
    for answer in ("keep", "ignore"):
        body[answer] = [name for name in known if rest[name] == answer and name not in used]
    return body


def _words(written: str) -> dict[str, str]:
    found = {}
    for line in filter(None, (each.strip() for each in written.splitlines())):
        theirs, sign, ours = line.rpartition("=")
        if not sign or not theirs.strip() or not ours.strip():
            raise UnusableInput("imports.words-unclear", where="words", line=line[:80])
        found[theirs.strip()[:LONGEST]] = ours.strip()[:LONGEST]
    return found


def lines_of(job: ImportJob, body: Mapping[str, Any]) -> list[Line]:
    """Give the lines of the form, required fields first."""
    target = TARGETS[job.collection]
    fields, constants = body.get("fields") or {}, body.get("constants") or {}
    lines = [
        Line(ours, ours in target.required, fields.get(ours, ""), str(constants.get(ours, "")))
        for ours in target.synonyms
    ]
    return sorted(lines, key=lambda line: not line.required)


def words_of(job: ImportJob, body: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Give the translations of words, field by field, as lines of text."""
    values = body.get("values") or {}
    return [
        (ours, "\n".join(f"{theirs} = {meant}" for theirs, meant in values.get(ours, {}).items()))
        for ours in WORDED
        if ours in TARGETS[job.collection].synonyms
    ]


def rest_of(job: ImportJob, body: Mapping[str, Any]) -> list[tuple[int, str, str]]:
    """Give the file's fields that nothing takes: place, name, and what is done with each."""
    used = set((body.get("fields") or {}).values())
    answers = {name: word for word in ("keep", "ignore") for name in body.get(word) or ()}
    return [
        (place, name, answers.get(name, ""))
        for place, name in enumerate(job.preview["fields"])
        if name not in used
    ]


def can_keep(job: ImportJob) -> bool:
    """Tell whether fields can be kept beside the row."""
    return TARGETS[job.collection].attributes
