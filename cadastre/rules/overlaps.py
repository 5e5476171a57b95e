"""Measure every ground shared with something in the register, and say what the law makes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shapely.geometry.base import BaseGeometry

from cadastre.errors import NotFound
from cadastre.geometry.overlap import SharedGround, measure_shared
from cadastre.rules.case import Case, once
from cadastre.rules.facts import NeighbourFact, WorkFact, ZoneFact
from cadastre.rules.finding import Finding, Overlap
from cadastre.rules.ruleset import DatedValue
from cadastre.rules.substances import plain
from cadastre.rules.weight import standing, weigh
from cadastre.vocabulary import (
    ApplicationStatus,
    Evidence,
    Severity,
    TitleStatus,
    WorkState,
    ZoneStatus,
)

PAST = {
    TitleStatus.EXPIRED,
    TitleStatus.ENDED,
    ApplicationStatus.REFUSED,
    ApplicationStatus.WITHDRAWN,
}
ZONE_CODES = {"block": "zone.forbidden", "warn": "zone.guarded", "condition": "zone.condition"}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the law says of one shared ground: code of the finding, weight, and why."""

    code: str
    severity: Severity
    evidence: Evidence | None = None
    article: str | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """A shared ground with the finding that speaks of it."""

    overlap: Overlap
    finding: Finding


@once
def judge_neighbours(case: Case) -> tuple[Judged, ...]:
    """Judge every title and application met, titles first, then by number."""
    ordered = sorted(case.facts.neighbours, key=lambda n: (n.collection != "titles", n.id))
    return tuple(_judge_neighbour(case, neighbour) for neighbour in ordered)


def _judge_neighbour(case: Case, other: NeighbourFact) -> Judged:
    shared = _measured(case, other.perimeter, other.shared)
    verdict = _technical() if shared.technical else _neighbour_verdict(case, other)
    values = {
        "id": other.id,
        "name": other.name,
        "holder": other.holder or "—",
        "kind": _kind_name(case, other.kind),
        "status": other.status,
        "rank": other.rank,
        "width": round(shared.mean_width_m, 3),
        **_figures(shared),
    }
    return _judged(verdict, other.collection, other.id, other.name, shared, values)


def _kind_name(case: Case, kind: str) -> Mapping[str, str] | str:
    known = case.ruleset.kinds.get(kind)
    return known.name if known else kind


def _technical() -> Verdict:
    return Verdict("overlap.technical", Severity.INFO)


def _neighbour_verdict(case: Case, other: NeighbourFact) -> Verdict:
    """Ask the overlap matrix; without a kind of title only the fact is told."""
    if other.status in PAST:
        return Verdict("overlap.past", Severity.INFO)
    if case.kind is None:
        return Verdict("overlap.ground", Severity.WARN)
    if _is_own(case, other):
        return _by_matrix(case, "own-title", "overlap.own-title")
    if not (_is_exclusive(case, case.kind.id) and _is_exclusive(case, other.kind)):
        return _by_matrix(case, "non-exclusive", "overlap.non-exclusive")
    if not case.groups:
        # Nothing was said of substances: the worst must be feared, but nothing is proved.
        return Verdict("overlap.group-unknown", Severity.WARN)
    same = "same" if case.groups & _groups(case, other) else "other"
    name = "title" if other.collection == "titles" else "application"
    return _by_matrix(case, f"{name}-{same}", f"overlap.{name}-{same}-group")


def _by_matrix(case: Case, entry: str, code: str) -> Verdict:
    rule = case.ruleset.value(f"overlaps.matrix.{entry}", case.at)
    return Verdict(code, weigh(rule.value, rule.evidence), rule.evidence, rule.article)


def _is_own(case: Case, other: NeighbourFact) -> bool:
    """Tell whether it is the applicant's own title, of a kind this one follows from (priority)."""
    asked, holder = case.facts.applicant, other.holder
    if case.kind is None or not asked or not holder or other.collection != "titles":
        return False
    return plain(asked) == plain(holder) and other.kind in case.kind.follows


def _is_exclusive(case: Case, kind_id: str) -> bool:
    kind = case.ruleset.kinds.get(kind_id)
    rule = kind.at("exclusive", case.at) if kind else None
    return rule is None or rule.value is not False


def _groups(case: Case, other: NeighbourFact) -> set[str]:
    """Give the groups a neighbour occupies: as registered, and from each of its substances."""
    groups = {other.exclusivity_group}
    for name in other.substances:
        groups |= _groups_of(case, name)
    return groups


def _groups_of(case: Case, substance: str) -> set[str]:
    """Give the groups of one substance as registered, none when the law does not know it."""
    known: dict[str, set[str]] = case.memo.setdefault("groups of substances", {})
    if substance not in known:
        try:
            known[substance] = set(case.ruleset.exclusivity_groups([substance], case.at))
        except NotFound:
            known[substance] = set()
    return known[substance]


@once
def judge_zones(case: Case) -> tuple[Judged, ...]:
    """Judge every zone entered, by name; a zone about other substances is left aside."""
    zones = sorted(case.facts.zones, key=lambda zone: (zone.name, zone.id))
    return tuple(_judge_zone(case, zone) for zone in zones if _concerns(case, zone))


def _concerns(case: Case, zone: ZoneFact) -> bool:
    kind = case.ruleset.zones.get(zone.kind)
    if kind is None or not kind.substances or not case.substance_ids:
        return True
    return bool(set(kind.substances) & set(case.substance_ids))


def _judge_zone(case: Case, zone: ZoneFact) -> Judged:
    shared = _measured(case, zone.shared, zone.shared)
    kind = case.ruleset.zones.get(zone.kind)
    rule = kind.effect.at(case.at) if kind else None
    verdict = _technical() if shared.technical else _zone_verdict(case, zone, rule)
    values = {
        "id": zone.id,
        "name": zone.name,
        "kind": kind.name if kind else zone.kind,
        "act": zone.act or {"fr": "acte non cité", "en": "no act cited"},
        "starts": zone.starts,
        "ends": zone.ends,
        "illustrative": _illustrative(zone.illustrative),
        "standing": standing(verdict.evidence or Evidence.UNCONFIRMED),
        "width": round(shared.mean_width_m, 3),
        **_figures(shared),
    }
    return _judged(verdict, "zones", zone.id, zone.name, shared, values, other_share=False)


def _zone_verdict(case: Case, zone: ZoneFact, rule: DatedValue | None) -> Verdict:
    """Weigh a zone: its act must bind on the day, its limits must be real ones to block."""
    if zone.status == ZoneStatus.VOID:
        return Verdict("zone.void", Severity.INFO)
    if zone.status == ZoneStatus.PROPOSED or (zone.starts and case.at < zone.starts):
        return Verdict("zone.proposed", Severity.INFO)
    if zone.ends and case.at >= zone.ends:
        return Verdict("zone.ended", Severity.INFO)
    effect = rule.value if rule else zone.effect
    evidence = rule.evidence if rule else Evidence.UNCONFIRMED
    severity = weigh(effect, evidence)
    if severity is Severity.BLOCK and zone.illustrative:
        severity = Severity.WARN
    code = ZONE_CODES.get(effect or "info", "zone.information")
    if code == "zone.forbidden" and severity is not Severity.BLOCK:
        code = "zone.guarded"
    return Verdict(code, severity, evidence, zone.act or (rule.article if rule else None))


@once
def judge_works(case: Case) -> tuple[Judged, ...]:
    """Judge every work, or its corridor, that the perimeter meets, by name."""
    works = sorted(case.facts.works, key=lambda work: (work.name, work.id))
    return tuple(_judge_work(case, work) for work in works)


def _judge_work(case: Case, work: WorkFact) -> Judged:
    shared = _measured(case, work.shared, work.shared)
    kind = case.ruleset.works.get(work.kind)
    rule = kind.effect.at(case.at) if kind else None
    verdict = _work_verdict(work, rule)
    values = {
        "id": work.id,
        "name": work.name,
        "kind": kind.name if kind else work.kind,
        "operator": work.operator or {"fr": "exploitant inconnu", "en": "operator unknown"},
        "corridor": work.corridor_m,
        "illustrative": _illustrative(work.illustrative),
        "standing": standing(verdict.evidence or Evidence.UNCONFIRMED),
        **_figures(shared),
    }
    return _judged(verdict, "works", work.id, work.name, shared, values, other_share=False)


def _work_verdict(work: WorkFact, rule: DatedValue | None) -> Verdict:
    if work.state == WorkState.RETIRED:
        return Verdict("work.retired", Severity.INFO)
    effect = rule.value if rule else work.effect
    evidence = rule.evidence if rule else Evidence.UNCONFIRMED
    severity, article = weigh(effect, evidence), rule.article if rule else None
    if work.state == WorkState.PLANNED:
        return Verdict("work.planned", Severity.INFO, evidence, article)
    if severity is Severity.BLOCK and work.illustrative:
        severity = Severity.WARN
    return Verdict("work.corridor", severity, evidence, article)


def _illustrative(illustrative: bool) -> Mapping[str, str]:
    if not illustrative:
        return {"fr": "", "en": ""}
    return {"fr": " (limites indicatives)", "en": " (indicative limits)"}


def _measured(case: Case, other: BaseGeometry, shared: BaseGeometry) -> SharedGround:
    return measure_shared(
        case.edge_true_m2, other, shared,
        model=case.edge_model, crs=case.crs, tolerance_m=case.tolerance_m,
    )  # fmt: skip


def _figures(shared: SharedGround) -> dict[str, Any]:
    return {
        "area_m2": round(shared.area_m2, 2),
        "area_ha": round(shared.area_m2 / 10_000, 4),
        "share": round(100 * shared.share, 2),
        "share_of_other": round(100 * shared.share_of_other, 2),
    }


def _judged(
    verdict: Verdict,
    collection: str,
    thing_id: str,
    name: str,
    shared: SharedGround,
    values: dict[str, Any],
    *,
    other_share: bool = True,
) -> Judged:
    blocking = verdict.severity is Severity.BLOCK
    overlap = Overlap(
        collection, thing_id, name, shared.area_m2, shared.share,
        shared.share_of_other if other_share else None,
        shared.technical and shared.area_m2 > 0, blocking, shared.geometry, values, verdict.code,
    )  # fmt: skip
    finding = Finding(
        verdict.code, verdict.severity, values, verdict.article, verdict.evidence, shared.geometry
    )
    return Judged(overlap, finding)
