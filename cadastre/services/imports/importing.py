"""Import a layer of a file into a collection, row by row, with a report of every row."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from shapely import to_wkt
from shapely.geometry.base import BaseGeometry
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from cadastre.errors import UnusableInput
from cadastre.exchange.layers import OPERATOR, Trust, list_layers, read_layer
from cadastre.geometry.corners import read_corners
from cadastre.geometry.crs import WGS84, normalise
from cadastre.models import JournalEntry
from cadastre.queries.touched import transaction_start
from cadastre.rules.ruleset import Ruleset
from cadastre.services.again import has_met_another
from cadastre.services.cases.detection import recount_touched
from cadastre.services.imports.ground import place
from cadastre.services.imports.mapping import (
    FieldMapping,
    load_mapping,
    suggest_mapping,
    target_of,
)
from cadastre.services.imports.report import ImportReport, RowFinding
from cadastre.services.imports.rights import write_application, write_title
from cadastre.services.imports.row import Row
from cadastre.services.imports.territory import (
    write_base_map,
    write_unit,
    write_work,
    write_zone,
)
from cadastre.services.imports.values import as_text, is_missing
from cadastre.services.readings import hints_of
from cadastre.vocabulary import Severity

Writer = Callable[[Session, Row, BaseGeometry | None, str], str | None]
WRITERS: dict[str, Writer] = {
    "administrative-units": write_unit,
    "zones": write_zone,
    "works": write_work,
    "base-map": write_base_map,
    "titles": write_title,
    "applications": write_application,
}
WEIGHED = frozenset({"titles", "applications", "zones", "works"})  # an overlap of them is a case
KEYS = {"titles": "number", "applications": "number", "base-map": None}


@dataclass(frozen=True, slots=True)
class ImportRequest:
    """What to import: a file, as a collection, under a mapping (file or given) or a suggested one.

    ``trust`` says how far the file itself is trusted.
    """

    path: Path
    collection: str
    layer: str | None = None
    mapping: Path | None = None
    crs: str | None = None
    dry_run: bool = False
    given: FieldMapping | None = None
    trust: Trust = OPERATOR


@dataclass(frozen=True, slots=True)
class Opened:
    """A layer ready to be imported: its rows, how they are read, and the report with row 0."""

    features: Iterator[Feature]
    mapping: FieldMapping
    report: ImportReport


@dataclass(frozen=True, slots=True)
class Feature:
    """A row as read: number from 1, cells, geometry, and the system the file states."""

    number: int
    cells: dict[str, Any]
    geometry: BaseGeometry | None
    crs: str | None


def import_file(session: Session, ruleset: Ruleset, request: ImportRequest) -> ImportReport:
    """Import a layer; a dry run does the same and leaves nothing behind.

    The session must be the owner's: a register taken over may hold overlaps that no request could
    record.

    Raises
    ------
    UnusableInput
        The file, its layer or the mapping cannot be used, or no CRS is stated nor given.
    """
    opened = open_layer(request, ruleset)
    report = opened.report
    whole = session.begin_nested()
    since = transaction_start(session)
    _import_rows(session, ruleset, opened)
    if request.dry_run:
        whole.rollback()
        return report
    if request.collection in WEIGHED:
        report.cases = recount_touched(session, ruleset, since, by="import")
    session.add(_entry(report))
    whole.commit()
    return report


def open_layer(request: ImportRequest, ruleset: Ruleset) -> Opened:
    """Open what is to be imported, in the order in which rows are written.

    Raises
    ------
    UnusableInput
        See :func:`import_file`.
    """
    target_of(request.collection)
    given = request.given
    if given is None and request.mapping is not None:
        given = load_mapping(request.mapping, request.collection)
    layer = request.layer or (given.layer if given else None)
    features = _features(request.path, layer, request.trust)
    first = next(features, None)
    report = ImportReport(request.collection, request.path.name, request.dry_run)
    if first is None:
        raise UnusableInput("import.empty", where=request.path.name)
    mapping = given or suggest_mapping(first.cells, request.collection)
    mapping = replace(mapping, crs=_crs(request, mapping, first))
    _refuse_unmapped(mapping, first)
    _report_unused(report, mapping, first)
    _report_other_layers(report, request, layer)
    rows: Any = chain([first], features)
    if mapping.collection == "applications":
        rows = iter(sorted(rows, key=lambda each: _filed_at(each, mapping, ruleset)))
    return Opened(rows, mapping, report)


def _report_other_layers(report: ImportReport, request: ImportRequest, layer: str | None) -> None:
    """Name the layers of the file that this import leaves out."""
    layers = [one.name for one in list_layers(request.path, request.trust)]
    read = layer if layer is not None else layers[0]
    report.findings += [
        RowFinding(0, "import.layer-left", Severity.INFO, name, {"layer": name})
        for name in layers
        if name != read
    ]


def _features(path: Path, layer: str | None, trust: Trust) -> Iterator[Feature]:
    number = 0
    for batch in read_layer(path, layer=layer, trust=trust):
        for geometry, cells in zip(batch.geometries, batch.attributes, strict=True):
            number += 1
            yield Feature(number, cells, geometry, batch.crs)


def _crs(request: ImportRequest, mapping: FieldMapping, first: Feature) -> str:
    """Choose the system: what the file states, unless a person says otherwise; never a guess."""
    named = request.crs or mapping.crs or first.crs
    if named is not None:
        return normalise(named)
    if first.geometry is None and "corners" not in mapping.fields:
        return WGS84  # nothing to place
    raise UnusableInput("import.no-crs", where=request.path.name)


def _refuse_unmapped(mapping: FieldMapping, first: Feature) -> None:
    target = target_of(mapping.collection)
    given = set(mapping.fields) | set(mapping.constants) | set(mapping.defaults)
    lacking = [ours for ours in target.required if ours not in given]
    if "starts_on" in lacking and "granted_on" in given:
        lacking.remove("starts_on")
    if lacking:
        raise UnusableInput(
            "import.mapping-lacks",
            where=mapping.collection,
            lacking=lacking,
            fields=sorted(first.cells),
        )
    absent = sorted(set(mapping.fields.values()) - set(first.cells))
    if absent:
        raise UnusableInput(
            "import.mapping-absent", where=mapping.collection,
            absent=absent, fields=sorted(first.cells),
        )  # fmt: skip


def _report_unused(report: ImportReport, mapping: FieldMapping, first: Feature) -> None:
    used = {*mapping.fields.values(), *mapping.keep, *mapping.ignore}
    report.findings += [
        RowFinding(0, "import.field-unused", Severity.WARN, name)
        for name in sorted(set(first.cells) - used)
    ]


def _import_rows(session: Session, ruleset: Ruleset, opened: Opened) -> None:
    seen: dict[str, int] = {}
    report = opened.report
    for feature in opened.features:
        row = read_row(feature, opened.mapping, ruleset, seen)
        done = import_row(session, row, feature, report.file)
        report.outcomes[done] += 1
        report.findings += row.findings
    report.findings.sort(key=lambda finding: finding.row)


def read_row(
    feature: Feature, mapping: FieldMapping, ruleset: Ruleset, seen: dict[str, int]
) -> Row:
    """Read a row under a mapping; ``seen`` counts codes, and must see every row once, in order."""
    row = Row(feature.number, feature.cells, mapping, ruleset)
    _number_once(row, seen)
    return row


def _filed_at(feature: Feature, mapping: FieldMapping, ruleset: Ruleset) -> tuple[bool, Any]:
    """Order applications by their filing, which gives them their ranks; unreadable ones last."""
    row = Row(feature.number, feature.cells, mapping, ruleset)
    filed = row.instant("filed_at", ZoneInfo(ruleset.time_zone))
    return (True, feature.number) if filed is None else (False, filed)


def _number_once(row: Row, seen: dict[str, int]) -> None:
    """Refuse or rename a code that came before in the same file, so that no row hides another."""
    ours = KEYS.get(row.mapping.collection, "code")
    is_fixed = ours in row.mapping.constants  # one code for every row: only the first can have it
    if ours is None or not (is_fixed or ours in row.mapping.fields) or is_missing(row.cell(ours)):
        return
    code = as_text(row.cell(ours))
    seen[code] = seen.get(code, 0) + 1
    if seen[code] == 1:
        return
    if row.mapping.repeats == "refuse" or is_fixed:
        row.refuse("import.repeated-code", ours, value=code)
        return
    renamed = f"{code}-{seen[code]}"
    row.warn("import.repeated-renamed", ours, value=code, renamed=renamed)
    row.cells = row.cells | {row.mapping.fields[ours]: renamed}


def import_row(session: Session, row: Row, feature: Feature, source: str) -> str:
    """Write a row, or leave nothing of it; give what became of it."""
    ground = _ground(row, feature)
    try:
        with session.begin_nested():
            done = None
            if not row.is_refused:
                done = WRITERS[row.mapping.collection](session, row, ground, source)
            if row.is_refused or done is None:
                raise _RowRefused
            return done
    except _RowRefused:
        return "refused"
    except DBAPIError as refusal:
        if has_met_another(refusal):
            raise  # the row is not at fault: the whole import is done again
        reason = str(refusal.orig).strip().partition("\n")[0]
        row.refuse("import.database-refused", reason=reason)
        return "refused"


class _RowRefused(Exception):
    """Leave the row's savepoint without what was half written."""


def _ground(row: Row, feature: Feature) -> BaseGeometry | None:
    crs = row.mapping.crs or WGS84
    if feature.geometry is not None:
        row.origin = to_wkt(feature.geometry, rounding_precision=-1)
    if feature.geometry is None and row.text("corners"):
        return _ground_of_corners(row, crs)
    return place(row, feature.geometry, crs)


def _ground_of_corners(row: Row, crs: str) -> BaseGeometry | None:
    row.origin = str(row.cell("corners"))
    try:
        reading = read_corners(row.origin, crs=crs, hints=hints_of(row.ruleset))
    except UnusableInput as fault:
        row.refuse("import.corners-unread", "corners", reason=fault.code)
        return None
    if reading.questions or reading.perimeter is None:
        asked = [question.code for question in reading.questions]
        row.refuse("import.corners-unread", "corners", reason=", ".join(asked))
        return None
    if reading.notes:
        row.warn("import.corners-noted", "corners", notes=sorted({n.code for n in reading.notes}))
    return place(row, reading.perimeter, WGS84)


def _entry(report: ImportReport) -> JournalEntry:
    return JournalEntry(
        action=f"{report.collection}.import", subject="file", subject_id=report.file,
        facts={"outcomes": dict(report.outcomes)},
    )  # fmt: skip
