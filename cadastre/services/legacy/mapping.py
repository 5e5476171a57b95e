"""Say which column of an older register means what: a YAML file a jurist can read and correct."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml

from cadastre.errors import UnusableInput
from cadastre.geometry.crs import normalise
from cadastre.geometry.declared import DeclaredSystems

ROLES = (
    "number", "name", "kind", "substances", "holder", "status", "instrument", "applied_on",
    "granted_on", "starts_on", "expires_on", "area", "coordinates",
)  # fmt: skip
KEYS = {
    "name", "source", "layer", "crs", "ruleset", "time_zone", "as_of", "prefix", "separators",
    "day_first", "fields", "kinds", "group", "substances", "statuses", "area_unit", "coordinates",
    "corners",
}  # fmt: skip
AREA_UNITS_M2 = {"ha": 1e4, "km2": 1e6, "m2": 1.0, "acre": 4046.8564224}
IN_FORCE, ENDED, UNKNOWN = "in-force", "ended", "unknown"
STATUSES = {IN_FORCE, ENDED, UNKNOWN}
EVERYTHING = "all"


@dataclass(frozen=True, slots=True)
class KindMeaning:
    """What a kind written in the file is in the register, and the group it excludes others in."""

    kind: str
    group: str | None = None


@dataclass(frozen=True, slots=True)
class Corners:
    """The columns of a table that has a row a corner: easting or longitude, northing, order."""

    x: str
    y: str
    order: str | None = None

    @property
    def columns(self) -> set[str]:
        """List the columns the file must have."""
        return {self.x, self.y} | ({self.order} if self.order else set())


@dataclass(frozen=True, slots=True)
class Mapping:
    """How to read one older register; ``fields`` gives the column of each role.

    ``crs`` is for a file that states none. ``group`` is the exclusivity group of rights whose kind
    and substances name none: ``all`` keeps everybody out.
    """

    fields: dict[str, str]
    name: str = "legacy"
    source: str | None = None
    layer: str | None = None
    crs: str | None = None
    ruleset: str | None = None
    time_zone: str | None = None
    as_of: str | None = None
    prefix: str = ""
    separators: str = ",;/"
    day_first: bool = True
    kinds: dict[str, KindMeaning] = field(default_factory=dict)
    group: str = EVERYTHING
    substances: dict[str, str] = field(default_factory=dict)
    statuses: dict[str, str] = field(default_factory=dict)
    area_unit: str = "ha"
    coordinates: DeclaredSystems | None = None
    corners: Corners | None = None


def read_mapping(path: Path) -> Mapping:
    """Read a mapping file, refusing whatever it does not know.

    Raises
    ------
    UnusableInput
        ``legacy.mapping-unreadable``, ``legacy.mapping-key`` or ``legacy.mapping-value``; ``where``
        names the file and the key.
    """
    try:
        content = yaml.safe_load(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as fault:
        raise UnusableInput(
            "legacy.mapping-unreadable", where=path.name, reason=str(fault).splitlines()[0]
        ) from None
    if not isinstance(content, dict):
        raise UnusableInput("legacy.mapping-unreadable", where=path.name, reason="no keys")
    return parse_mapping(content, path.name)


def parse_mapping(content: dict[str, Any], where: str) -> Mapping:
    """Build a mapping from the content of its file; see :func:`read_mapping`."""
    _refuse_unknown(set(content), KEYS, where)
    fields = content.get("fields")
    if not isinstance(fields, dict) or not fields:
        raise UnusableInput("legacy.mapping-value", where=where, key="fields", known=_said(ROLES))
    _refuse_unknown(set(fields), set(ROLES), f"{where}: fields")
    bare = KEYS - {"fields", "kinds", "coordinates", "corners"}
    plain = {key: content[key] for key in bare if key in content}
    plain |= {key: str(plain[key]) for key in ("as_of", "crs", "prefix") if key in plain}
    mapping = Mapping(
        fields={role: str(column) for role, column in fields.items()},
        kinds=_kinds(content.get("kinds") or {}),
        coordinates=_coordinates(content.get("coordinates"), where),
        corners=_corners(content.get("corners"), where),
        **plain,
    )
    _prove(mapping, where)
    return mapping


def _kinds(raw: dict[str, Any]) -> dict[str, KindMeaning]:
    return {
        str(written): KindMeaning(**meaning) if isinstance(meaning, dict) else KindMeaning(meaning)
        for written, meaning in raw.items()
    }


def _coordinates(raw: Any, where: str) -> DeclaredSystems | None:
    if raw is None:
        return None
    if not isinstance(raw, dict):
        raise UnusableInput("legacy.mapping-value", where=where, key="coordinates", known="crs")
    _refuse_unknown(set(raw), {"crs", "crs_by_digit", "others"}, f"{where}: coordinates")
    by_digit = {str(k): normalise(v) for k, v in (raw.get("crs_by_digit") or {}).items()}
    others = [{str(k): normalise(v) for k, v in one.items()} for one in raw.get("others") or []]
    always = normalise(raw["crs"]) if raw.get("crs") else None
    return DeclaredSystems(always, by_digit or None, others)


def _corners(raw: Any, where: str) -> Corners | None:
    if raw is None:
        return None
    if not isinstance(raw, dict) or not {"x", "y"} <= set(raw):
        raise UnusableInput("legacy.mapping-value", where=where, key="corners", known="x, y, order")
    _refuse_unknown(set(raw), {"x", "y", "order"}, f"{where}: corners")
    return Corners(**{key: str(column) for key, column in raw.items()})


def _prove(mapping: Mapping, where: str) -> None:
    if mapping.area_unit not in AREA_UNITS_M2:
        known = _said(AREA_UNITS_M2)
        raise UnusableInput("legacy.mapping-value", where=where, key="area_unit", known=known)
    if not set(mapping.statuses.values()) <= STATUSES:
        known = _said(STATUSES)
        raise UnusableInput("legacy.mapping-value", where=where, key="statuses", known=known)
    if mapping.crs is not None:
        normalise(mapping.crs)
    if mapping.time_zone is not None:
        try:
            ZoneInfo(mapping.time_zone)
        except (ZoneInfoNotFoundError, ValueError):
            raise UnusableInput(
                "legacy.mapping-value", where=where, key="time_zone", known="Africa/Lome…"
            ) from None


def _refuse_unknown(given: set[Any], known: set[str], where: str) -> None:
    strange = sorted(str(key) for key in given - known)
    if strange:
        raise UnusableInput(
            "legacy.mapping-key", where=where, key=strange[0], known=_said(sorted(known))
        )


def _said(words: Any) -> str:
    return ", ".join(sorted(words))
