"""Load the procedures of a folder: each file proved, its words and its calendar joined to it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cadastre.errors import InvalidRuleset
from cadastre.procedures.machine.definition import Procedure
from cadastre.procedures.machine.guards import guard_named
from cadastre.rules.files import prove_shape, read_yaml
from cadastre.rules.ruleset import Ruleset

SHARED = ("words", "calendars", "clocks")
NO_HOLIDAYS = {
    "evidence": "unconfirmed",
    "note": {
        "fr": "Aucun jour férié connu pour ce pays : seules les fins de semaine comptent.",
        "en": "No public holiday known for this country: only week-ends count.",
    },
}


def load_procedures(folder: Path, law: Ruleset | None = None) -> dict[str, Procedure]:
    """Load every procedure, by its id, which is the name of its file.

    ``law`` gives the country whose working days count; a country without a calendar has week-ends
    and no holidays. Without it each procedure has the calendar its file names.

    Raises
    ------
    InvalidRuleset
        ``where`` names file and key; the sentence says what was expected.
    """
    shared = {name: _read(folder / f"{name}.yaml", name) for name in SHARED}
    if law is not None:
        national = shared["calendars"].get(law.id) or NO_HOLIDAYS | {"time_zone": law.time_zone}
        shared["calendars"] = dict.fromkeys(shared["calendars"], national)
    paths = [path for path in sorted(folder.glob("*.yaml")) if path.stem not in SHARED]
    return {path.stem: _load(path, **shared) for path in paths}


def _read(path: Path, schema: str) -> dict[str, Any]:
    content: dict[str, Any] = read_yaml(path)
    prove_shape(path, schema, content, path.parent / "schema")
    return content


def _load(
    path: Path,
    words: Mapping[str, Any],
    calendars: Mapping[str, Any],
    clocks: Mapping[str, Any],
) -> Procedure:
    raw = _read(path, "procedure")
    _prove_one_of(path, "id", raw["id"], {path.stem})
    _prove_one_of(path, "calendar", raw["calendar"], set(calendars))
    for kind, rule in raw["steps"].items():
        if not {"verb", "done"} <= set(rule):
            _prove_one_of(path, f"steps.{kind}", kind, set(words["steps"]))
    procedure = Procedure.from_json(
        raw
        | {
            "calendar": calendars[raw["calendar"]],
            "states": words["states"] | raw.get("states", {}),
            "who": words["who"] | raw.get("who", {}),
            "steps": _joined(raw["steps"], words["steps"]),
            "clocks": _joined(raw.get("clocks", {}), clocks),
        }
    )
    for name in _guards(procedure):
        guard_named(name)
    return procedure


def _joined(own: Mapping[str, Any], shared: Mapping[str, Any]) -> dict[str, Any]:
    """Complete each entry with what all procedures share; its own words prevail."""
    return {key: shared.get(key, {}) | value for key, value in own.items()}


def _guards(procedure: Procedure) -> set[str]:
    """Name every guard a procedure leans on."""
    of_steps = {name for rule in procedure.steps.values() for name in rule.guards}
    return of_steps.union(*(line.unmet + line.met for line in procedure.awaits))


def _prove_one_of(path: Path, key: str, found: str, known: set[str]) -> None:
    if found not in known:
        raise InvalidRuleset(
            "ruleset.not-one-of", where=f"{path}: {key}", file=path.name, key=key,
            expected=", ".join(sorted(known)), found=found,
        )  # fmt: skip
