"""Read files of law and of services: strict YAML, proved against a JSON Schema.

A refusal names the file, the key and what was expected, so that a jurist can mend it without
reading this code.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Hashable, Iterable, Mapping
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, cast

import yaml
from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError
from referencing import Registry, Resource

from cadastre.errors import InvalidRuleset
from cadastre.rules.ruleset import Parameter
from cadastre.vocabulary import Evidence


class _StrictLoader(yaml.SafeLoader):
    """Refuse a key written twice, which YAML would silently let win."""


def _mapping(loader: _StrictLoader, node: yaml.MappingNode) -> dict[Hashable, Any]:
    loader.flatten_mapping(node)
    seen: dict[Hashable, Any] = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)  # type: ignore[no-untyped-call]
        if key in seen:
            raise InvalidRuleset("ruleset.key-twice", where=str(key), key=str(key))
        seen[key] = loader.construct_object(value_node, deep=True)  # type: ignore[no-untyped-call]
    return seen


_StrictLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def read_yaml(path: Path) -> Any:
    """Read a YAML file; dates become ISO text, as the schemas expect.

    Raises
    ------
    InvalidRuleset
        ``ruleset.missing-file``, ``ruleset.not-yaml`` or ``ruleset.key-twice``.
    """
    try:
        content = yaml.load(path.read_text("utf-8"), _StrictLoader)
    except FileNotFoundError as absent:
        raise InvalidRuleset("ruleset.missing-file", where=str(path), file=path.name) from absent
    except (yaml.YAMLError, UnicodeDecodeError) as broken:
        raise InvalidRuleset(
            "ruleset.not-yaml", where=str(path), file=path.name, reason=str(broken)
        ) from broken
    except InvalidRuleset as twice:
        raise InvalidRuleset(
            twice.code, where=f"{path}: {twice.where}", file=path.name, **twice.values
        ) from twice
    return _with_text_dates(content)


def _with_text_dates(content: Any) -> Any:
    if isinstance(content, dict):
        return {str(key): _with_text_dates(value) for key, value in content.items()}
    if isinstance(content, list):
        return [_with_text_dates(value) for value in content]
    return content.isoformat() if isinstance(content, dt.date) else content


@cache
def _validator(schemas: Path, name: str) -> Draft202012Validator:
    contents = {path.name: json.loads(path.read_text("utf-8")) for path in schemas.glob("*.json")}
    resources = [(key, Resource.from_contents(value)) for key, value in contents.items()]
    registry: Registry[Any] = Registry().with_resources(resources)
    return Draft202012Validator(
        contents[f"{name}.json"], registry=registry, format_checker=FormatChecker()
    )


def prove_shape(path: Path, name: str, content: Any, schemas: Path) -> None:
    """Refuse the content of a file that its schema ``<name>.json`` does not know.

    Raises
    ------
    InvalidRuleset
        Naming file, key and expectation of the first fault.
    """
    faults = sorted(_validator(schemas, name).iter_errors(content), key=lambda f: list(f.path))
    if faults:
        raise _refusal(path, content, faults[0])


def _refusal(path: Path, content: Any, fault: ValidationError) -> InvalidRuleset:
    """Turn a schema fault into a sentence that names file, key and expectation."""
    key = _key(content, fault.absolute_path) or "/"
    rule, expected = fault.validator, cast(Any, fault.validator_value)
    code = {
        "required": "ruleset.missing-key",
        "enum": "ruleset.not-one-of",
        "type": "ruleset.wrong-type",
    }.get(str(rule), "ruleset.unexpected")
    found: Any = fault.instance
    if rule == "additionalProperties" and isinstance(fault.instance, dict):
        known = fault.schema.get("properties", {}) if isinstance(fault.schema, dict) else {}
        code, expected = "ruleset.unknown-key", sorted(known)
        found = sorted(set(fault.instance) - set(known))
    elif rule == "required" and isinstance(fault.instance, dict):
        found = sorted(fault.instance)
        expected = [name for name in expected if name not in fault.instance]
    return InvalidRuleset(
        code, where=f"{path}: {key}", file=path.name, key=key,
        expected=_short(expected), found=_short(found),
    )  # fmt: skip


def _key(content: Any, steps: Iterable[str | int]) -> str:
    """Write the way to a key as a person would: entries of a list by their id where they have one.

    ``form.projet.fields.puissance.type`` rather than ``form.2.fields.0.type``.
    """
    names = []
    for step in steps:
        content = content[step]
        own = content.get("id") if isinstance(content, dict) and isinstance(step, int) else None
        names.append(str(own or step))
    return ".".join(names)


def _short(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 120 else text[:117] + "…"


def parameter_of(path: str, raw: Mapping[str, Any]) -> Parameter:
    """Build a dated value; its dates must follow one another.

    Raises
    ------
    InvalidRuleset
        ``ruleset.dates-disordered``.
    """
    periods = tuple((dt.date.fromisoformat(p["from"]), p["value"]) for p in raw["values"])
    if any(later[0] <= earlier[0] for earlier, later in pairwise(periods)):
        raise InvalidRuleset("ruleset.dates-disordered", where=path, key=path)
    return Parameter(
        path, raw["description"], Evidence(raw["evidence"]), periods, raw.get("unit"),
        raw.get("article"), raw.get("source"), raw.get("effect"), raw.get("note"),
    )  # fmt: skip
