"""What of the register lies there already? Titles, applications, zones and works."""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from cadastre.rules.case import Case
from cadastre.rules.finding import Finding
from cadastre.rules.overlaps import judge_neighbours, judge_works, judge_zones
from cadastre.rules.registry import finds
from cadastre.vocabulary import Severity

RESERVED = {
    "announced": "opening.not-open-yet",
    "open": "opening.file-sealed",
    "reveal": "opening.awaits-places",
    "unpublished": "opening.not-published-yet",
}


@finds("register", "register.not-consulted")
def check_register(case: Case) -> Iterator[Finding]:
    """Say so when nobody looked: no overlap found must not be read as free ground."""
    if not case.facts.register_consulted:
        yield Finding("register.not-consulted", Severity.INFO)


@finds(
    "titles and applications", "overlap.technical", "overlap.past", "overlap.ground",
    "overlap.own-title", "overlap.non-exclusive", "overlap.group-unknown",
    "overlap.title-same-group", "overlap.title-other-group", "overlap.application-same-group",
    "overlap.application-other-group", "overlap.priority",
)  # fmt: skip
def check_neighbours(case: Case) -> Iterator[Finding]:
    """Tell every overlap with a title or an earlier application, technical ones included."""
    for judged in judge_neighbours(case):
        yield judged.finding
    if case.kind is None:
        return
    for other in case.facts.neighbours:
        known = case.ruleset.kinds.get(other.kind)
        if known and known.id in case.kind.follows and not case.facts.applicant:
            values = {"id": other.id, "kind": known.name, "asked": case.kind.name}
            rule = case.ruleset.value("overlaps.matrix.own-title", case.at)
            yield Finding(
                "overlap.priority", Severity.INFO, values, rule.article, rule.evidence
            )


@finds(
    "zones", "zone.forbidden", "zone.guarded", "zone.condition", "zone.information", "zone.void",
    "zone.proposed", "zone.ended", "overlap.technical",
)  # fmt: skip
def check_zones(case: Case) -> Iterator[Finding]:
    """Tell every zone entered, with its act, and what it does."""
    for judged in judge_zones(case):
        yield judged.finding


@finds("works", "work.corridor", "work.retired", "work.planned")
def check_works(case: Case) -> Iterator[Finding]:
    """Tell every work whose corridor is entered, and who must be asked."""
    for judged in judge_works(case):
        yield judged.finding


@finds("openings", *RESERVED.values())
def check_openings(case: Case) -> Iterator[Finding]:
    """Tell freed ground that waits for its opening, with the instant from which it may be asked.

    Ground is kept for one group of substances; where none is named yet, it can only be feared.
    """
    clock = ZoneInfo(case.ruleset.time_zone)
    for one in case.facts.openings:
        if case.groups and one.group not in case.groups:
            continue
        severity = Severity.BLOCK if case.groups else Severity.WARN
        values = {
            "number": one.id,
            "opens_at": one.opens_at and one.opens_at.astimezone(clock),
            "closes_at": one.closes_at and one.closes_at.astimezone(clock),
            "page": one.page,
        }
        yield Finding(RESERVED[one.phase], severity, values, geometry=one.shared)
