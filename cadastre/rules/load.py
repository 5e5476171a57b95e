"""Load the law of a country from its folder of YAML, refusing whatever is not known.

Each file is checked against the JSON Schema of its name in ``data/rulesets/schema``, then the files
against one another. A refusal names the file, the key and what was expected, so that a jurist can
mend it without reading this code.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from cadastre.errors import InvalidRuleset
from cadastre.geometry.crs import meridians
from cadastre.geometry.grid import CellGrid
from cadastre.rules.files import parameter_of, prove_shape, read_yaml
from cadastre.rules.ruleset import (
    FeeRule,
    Kind,
    Moratorium,
    Parameter,
    Ruleset,
    SnapGrid,
    WorkKind,
    ZoneKind,
)
from cadastre.rules.substances import Substance, SubstanceClass, Substances
from cadastre.vocabulary import Evidence

T = TypeVar("T")

FILES = (
    "ruleset", "substances", "kinds", "overlaps", "zones", "works", "moratorium", "fees", "acts",
    "cases",
)  # fmt: skip

# When a fee is due in the life of a dossier, unless it says otherwise.
MOMENTS = {"filing": "lodgement", "grant": "issue", "yearly": "yearly"}


def load_ruleset(folder: Path) -> Ruleset:
    """Load and prove a ruleset: every file present, known, and in agreement with the others.

    Raises
    ------
    InvalidRuleset
        ``where`` names file and key; the sentence says what was expected.
    """
    files = {name: read_yaml(folder / f"{name}.yaml") for name in FILES}
    for name, content in files.items():
        prove_shape(folder / f"{name}.yaml", name, content, folder.parent / "schema")
    ruleset = _assemble(files)
    _prove_agreement(folder, ruleset, files)
    return ruleset


def _parameters(raw: dict[str, Any], prefix: str) -> Iterator[tuple[str, Parameter]]:
    """Walk a file's content and give every dated parameter with its path."""
    for key, value in raw.items():
        path = f"{prefix}.{key}"
        if isinstance(value, dict) and "values" in value and "evidence" in value:
            yield path, parameter_of(path, value)
        elif isinstance(value, dict):
            yield from _parameters(value, path)


def _assemble(files: dict[str, Any]) -> Ruleset:
    country = files["ruleset"]
    top: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value
        for key, value in country.items()
        if key != "parameters"
    }
    found = dict(_parameters(country["parameters"], "ruleset"))
    for name in FILES[1:]:
        found |= dict(_parameters(files[name], name))
    cells, snap = top.pop("cells", None), top.pop("snap_grid", None)
    return Ruleset(
        **top,
        kinds=_each(files["kinds"], lambda i, raw: _kind(i, raw, found)),
        substances=_substances(files["substances"]),
        zones=_each(files["zones"], lambda i, raw: _zone(i, raw, found)),
        works=_each(files["works"], lambda i, raw: _work(i, raw, found)),
        moratoria=_each(files["moratorium"], _moratorium),
        fees=_each(files["fees"], lambda i, raw: _fee(i, raw, found)),
        parameters=found,
        snap_grid=SnapGrid(**snap) if snap else None,
        grids=_grids(cells) if cells else (),
        cell_name=cells["name"] if cells else None,
    )


def _each(raw: dict[str, Any], build: Callable[[str, dict[str, Any]], T]) -> dict[str, T]:
    return {key: build(key, value) for key, value in raw.items()}


def _kind(kind_id: str, raw: dict[str, Any], found: dict[str, Parameter]) -> Kind:
    prefix = f"kinds.{kind_id}."
    own = {path.removeprefix(prefix): p for path, p in found.items() if path.startswith(prefix)}
    return Kind(
        kind_id, raw["name"], own, tuple(raw.get("classes", ())), tuple(raw.get("follows", ()))
    )


def _zone(zone_id: str, raw: dict[str, Any], found: dict[str, Parameter]) -> ZoneKind:
    effect = found[f"zones.{zone_id}.effect"]
    consent = found.get(f"zones.{zone_id}.consent")
    return ZoneKind(zone_id, raw["name"], effect, tuple(raw.get("substances", ())), consent)


def _work(work_id: str, raw: dict[str, Any], found: dict[str, Parameter]) -> WorkKind:
    prefix = f"works.{work_id}"
    return WorkKind(
        work_id, raw["name"], found[f"{prefix}.corridor_m"], found[f"{prefix}.effect"],
        found.get(f"{prefix}.consent"),
    )  # fmt: skip


def _fee(fee_id: str, raw: dict[str, Any], found: dict[str, Parameter]) -> FeeRule:
    return FeeRule(
        fee_id, raw["name"], tuple(raw["kinds"]), raw["basis"], raw["when"],
        found[f"fees.{fee_id}.amount"], found.get(f"fees.{fee_id}.rounding"), raw.get("note"),
        tuple(raw.get("moments", (MOMENTS[raw["when"]],))),
    )  # fmt: skip


def _moratorium(moratorium_id: str, raw: dict[str, Any]) -> Moratorium:
    return Moratorium(
        moratorium_id, raw["name"], raw["enabled"], dt.date.fromisoformat(raw["from"]),
        dt.date.fromisoformat(raw["to"]) if raw["to"] else None, tuple(raw["kinds"]),
        tuple(raw["exempt_classes"]), raw["effect"], Evidence(raw["evidence"]),
        raw.get("article"), raw.get("source"), raw.get("note"),
    )  # fmt: skip


def _substances(raw: dict[str, Any]) -> Substances:
    classes = _each(
        raw["classes"],
        lambda i, c: SubstanceClass(
            i, c["name"], Evidence(c["evidence"]), c.get("article"), c.get("source"), c.get("note")
        ),
    )
    by_id = _each(
        raw["substances"],
        lambda i, s: Substance(
            i, s["class"], s["name"], tuple(s["synonyms"]),
            Evidence(s.get("evidence", Evidence.CONFIRMED)), s.get("note"),
        ),
    )  # fmt: skip
    return Substances(classes, by_id)


def _grids(raw: dict[str, Any]) -> tuple[CellGrid, ...]:
    """Read the grid of cells, one for each system where the country lies in several zones."""
    systems = [raw["crs"]] if isinstance(raw["crs"], str) else raw["crs"]
    unit, scale = ("arcsec", 3600) if "step_arcsec" in raw else ("m", 1)
    width = raw[f"step_{unit}"] / scale
    height = raw.get(f"height_{unit}", raw[f"step_{unit}"]) / scale
    if len(systems) == 1:
        return (CellGrid(systems[0], width, height),)
    return tuple(CellGrid(crs, width, height, *meridians(crs)) for crs in systems)


def _prove_agreement(folder: Path, ruleset: Ruleset, files: dict[str, Any]) -> None:
    """Refuse names that one file uses and no other defines."""
    classes, substances = set(ruleset.substances.classes), set(ruleset.substances.by_id)
    kinds = set(ruleset.kinds)
    uses: list[tuple[str, str, tuple[str, ...], set[str]]] = [
        ("substances", f"substances.{s.id}.class", (s.class_id,), classes)
        for s in ruleset.substances.by_id.values()
    ]
    for kind in ruleset.kinds.values():
        uses.append(("kinds", f"{kind.id}.classes", kind.classes, classes))
        uses.append(("kinds", f"{kind.id}.follows", kind.follows, kinds))
    for zone in ruleset.zones.values():
        uses.append(("zones", f"{zone.id}.substances", zone.substances, substances))
    for freeze in ruleset.moratoria.values():
        uses.append(("moratorium", f"{freeze.id}.kinds", freeze.kinds, kinds))
        uses.append(("moratorium", f"{freeze.id}.exempt_classes", freeze.exempt_classes, classes))
    for fee in ruleset.fees.values():
        uses.append(("fees", f"{fee.id}.kinds", fee.kinds, kinds))
    known_groups = {"substance": substances, "substance-class": classes}
    found = (ruleset.parameters.get(f"overlaps.{key}") for key in ("exclusivity_by", "excludes"))
    for day in sorted({day for rule in found if rule is not None for day, _ in rule.periods}):
        by = str(ruleset.value("overlaps.exclusivity_by", day).value)
        names = tuple(name for pair in ruleset.excluding_pairs(day) for name in pair)
        uses.append(("overlaps", "excludes", names, known_groups.get(by, set())))
    for file, key, names, known in uses:
        _prove_known(folder / f"{file}.yaml", key, names, known)
    _prove_folder(folder, ruleset, files)


def _prove_known(path: Path, key: str, names: tuple[str, ...], known: set[str]) -> None:
    for name in names:
        if name not in known:
            raise InvalidRuleset(
                "ruleset.not-one-of", where=f"{path}: {key}", file=path.name, key=key,
                expected=", ".join(sorted(known)), found=name,
            )  # fmt: skip


def _prove_folder(folder: Path, ruleset: Ruleset, files: dict[str, Any]) -> None:
    """Refuse a folder named otherwise than its ruleset, and a grid kind without a grid."""
    if ruleset.id != folder.name:
        path = folder / "ruleset.yaml"
        _prove_known(path, "id", (ruleset.id,), {folder.name})
    for kind in ruleset.kinds.values():
        shapes = {value for _, value in kind.parameters["geometry"].periods}
        if "grid" in shapes and not ruleset.grids:
            raise InvalidRuleset(
                "ruleset.missing-key", where=f"{folder / 'ruleset.yaml'}: cells",
                file="ruleset.yaml", key="/", expected="cells", found=", ".join(files["ruleset"]),
            )  # fmt: skip
