"""Are the substances known, and may this kind of title be asked for them? Is granting frozen?"""

from __future__ import annotations

from collections.abc import Iterator

from cadastre.rules.case import Case
from cadastre.rules.finding import Finding
from cadastre.rules.registry import finds
from cadastre.rules.ruleset import Moratorium
from cadastre.rules.weight import standing, weigh
from cadastre.vocabulary import Severity


@finds("substances", "substances.unknown", "substances.unclear", "substances.approximate",
       "substances.note")  # fmt: skip
def check_substances(case: Case) -> Iterator[Finding]:
    """Tell which substances were understood, and how."""
    for refusal in case.unknown:
        unclear = refusal.code == "ruleset.unclear-substance"
        code = "substances.unclear" if unclear else "substances.unknown"
        yield Finding(code, Severity.BLOCK, dict(refusal.values))
    for match in case.matches:
        substance = match.substance
        values = {"given": match.written, "substance": substance.name}
        if not match.exact:
            yield Finding("substances.approximate", Severity.INFO, values)
        if substance.note:
            told = values | {"note": substance.note}
            yield Finding("substances.note", Severity.INFO, told, None, substance.evidence)


@finds("regime", "substances.none", "substances.not-for-kind", "substances.several-groups",
       needs_kind=True)  # fmt: skip
def check_regime(case: Case) -> Iterator[Finding]:
    """Is this kind of title meant for these substances?"""
    kind = case.kind
    if kind is None:
        return
    if not case.facts.substances:
        yield Finding("substances.none", Severity.WARN, {"kind": kind.name})
    for match in case.matches:
        if kind.classes and match.substance.class_id not in kind.classes:
            values = {
                "kind": kind.name,
                "substance": match.substance.name,
                "class": case.ruleset.substances.classes[match.substance.class_id].name,
            }
            evidence = match.substance.evidence
            severity = weigh("block", evidence)
            yield Finding("substances.not-for-kind", severity, values, None, evidence)
    if len(case.groups) > 1:
        names = [case.ruleset.substances.classes[c].name for c in case.class_ids]
        yield Finding("substances.several-groups", Severity.INFO, {"classes": names})


@finds("moratorium", "moratorium.frozen", "moratorium.exempt", "moratorium.substance-needed",
       needs_kind=True)  # fmt: skip
def check_moratorium(case: Case) -> Iterator[Finding]:
    """Is granting of this kind frozen on that day, for these substances?"""
    for freeze in case.ruleset.moratoria.values():
        if case.kind and freeze.runs(case.at) and case.kind.id in freeze.kinds:
            yield _frozen(case, freeze)


def _frozen(case: Case, freeze: Moratorium) -> Finding:
    """Weigh one freeze: one substance that is not exempt is enough to be stopped."""
    classes = case.ruleset.substances.classes
    asked = [match.substance for match in case.matches]
    stopped = [s for s in asked if s.class_id not in freeze.exempt_classes]
    values = {
        "kind": case.kind.name if case.kind else "",
        "moratorium": freeze.name,
        "since": freeze.starts,
        "standing": standing(freeze.evidence),
        "exempt": [classes[c].name for c in freeze.exempt_classes],
        "substances": [s.name for s in stopped or asked],
    }
    code, severity = "moratorium.frozen", weigh(freeze.effect, freeze.evidence)
    if not case.matches:
        code, severity = "moratorium.substance-needed", Severity.WARN
    elif not stopped:
        code, severity = "moratorium.exempt", Severity.INFO
    return Finding(code, severity, values, freeze.article, freeze.evidence)
