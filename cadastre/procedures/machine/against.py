"""Say why a step cannot follow on a course: role, state, particulars, corrections, guards."""

from __future__ import annotations

from collections.abc import Iterable

from cadastre.procedures.facts import Refusal
from cadastre.procedures.machine.calendar import ONE_DAY
from cadastre.procedures.machine.clocks import longest_until, until_of
from cadastre.procedures.machine.course import Course
from cadastre.procedures.machine.definition import Procedure, StepRule
from cadastre.procedures.machine.facts import SYSTEM, StepFact
from cadastre.procedures.machine.guards import Asked, Refusals, refusals_of

OPINIONS = ("favourable", "reserved", "unfavourable")
CORRECT = "correct"
LONGEST_DELAY_DAYS = 3650
# A correction answers what was written by mistake, not ranks, receipts, decisions.
LASTING = (CORRECT, "lodge", "pay", "confirm", "sign-act")


def against_history(procedure: Procedure, course: Course, step: StepFact) -> Refusals:
    """Give every reason why a step cannot follow on a course, whatever the dossier holds."""
    rule = procedure.step(step.kind)
    found = against_role(procedure, rule, (step.role,)) + against_state(procedure, course, rule)
    if found:
        return found
    if rule.automatic and step.role == SYSTEM:
        return (Refusal("procedures.not-due", {"step": rule.verb}),)
    asked = Asked(procedure, course, step)
    return against_particulars(procedure, course, step) + refusals_of(
        rule.guards, asked, history_only=True
    )


def against_role(procedure: Procedure, rule: StepRule, roles: Iterable[str]) -> Refusals:
    """Refuse a verb to roles that do not have it."""
    if set(roles) & set(rule.by):
        return ()
    who = tuple(procedure.who(role) for role in rule.by)
    return (Refusal("procedures.not-your-step", {"step": rule.verb, "who": who}),)


def against_state(procedure: Procedure, course: Course, rule: StepRule) -> Refusals:
    """Refuse a verb from a state that does not lead to it."""
    if course.state is None:
        return () if rule.opens else (Refusal("procedures.not-opened", {"step": rule.verb}),)
    names = procedure.state_names
    values = {"step": rule.verb, "state": names[course.state]}
    if course.is_closed:
        return (Refusal("procedures.is-closed", values),)
    if course.state in rule.states:
        return ()
    if rule.opens:
        return (Refusal("procedures.opened-already", values),)
    states = tuple(names[state] for state in rule.states)
    return (Refusal("procedures.not-from-here", values | {"states": states}),)


def against_particulars(procedure: Procedure, course: Course, step: StepFact) -> Refusals:
    """Refuse a step whose body, opinion or date makes no sense on this course."""
    needs = procedure.step(step.kind).needs
    found: list[Refusal] = []
    if "body" in needs:
        found += _against_body(procedure, course, step)
    if "opinion" in needs and step.facts.get("opinion") not in OPINIONS:
        found.append(Refusal("procedures.needs-opinion"))
    if "until" in needs and not _lies_ahead(procedure, step):
        found.append(Refusal("procedures.needs-until"))
    elif "until" in needs:
        found += _against_length(procedure, step)
    if "party" in needs and not step.facts.get("party"):
        found.append(Refusal("procedures.needs-party"))
    if not _is_delay(step.facts.get("days")):
        found.append(Refusal("procedures.days-unusable", {"most": LONGEST_DELAY_DAYS}))
    return tuple(found)


def _against_length(procedure: Procedure, step: StepFact) -> Refusals:
    """Refuse an end further than the law, or good sense, lets a step set."""
    day = procedure.calendar.day(step.at)
    rule = next(c for c in procedure.clocks.values() if c.until and step.kind in c.starts)
    last = longest_until(rule, day) or day + LONGEST_DELAY_DAYS * ONE_DAY
    return () if until_of(step) <= last else (Refusal("procedures.until-too-far", {"last": last}),)


def _is_delay(days: object) -> bool:
    """Tell whether a delay set by hand can be counted; none at all is the law's own."""
    return days is None or (
        isinstance(days, int) and not isinstance(days, bool) and 0 < days <= LONGEST_DELAY_DAYS
    )


def _against_body(procedure: Procedure, course: Course, step: StepFact) -> Refusals:
    body, known = step.body, procedure.bodies
    if body is None or body not in known:
        names = tuple(each.name for each in known.values())
        return (Refusal("procedures.needs-body", {"bodies": names}),)
    opinion, values = course.opinions.get(body), {"body": known[body].name}
    if step.kind == "request-opinion" and opinion is not None:
        return (Refusal("procedures.opinion-asked", values),)
    if step.kind == "give-opinion" and opinion is None:
        return (Refusal("procedures.opinion-not-asked", values),)
    if step.kind == "give-opinion" and opinion is not None and opinion.given_at is not None:
        return (Refusal("procedures.opinion-given", values),)
    return ()


def _lies_ahead(procedure: Procedure, step: StepFact) -> bool:
    try:
        return until_of(step) > procedure.calendar.day(step.at)
    except (KeyError, ValueError):
        return False


def against_target(procedure: Procedure, log: Iterable[StepFact], correction: StepFact) -> Refusals:
    """Refuse to call a step wrong that others, the register or the clock stand on."""
    target = correction.facts.get("corrects")
    wrong = next((s for s in log if s.id is not None and s.id == target), None)
    if wrong is None:
        return (Refusal("procedures.needs-corrects"),)
    rule = procedure.step(wrong.kind)
    if is_correctable(rule):
        return ()
    return (Refusal("procedures.not-correctable", {"step": rule.done}),)


def is_correctable(rule: StepRule) -> bool:
    """Tell whether a step of this kind may be answered by a correction."""
    stands = rule.opens or rule.touches_register or rule.automatic is not None
    return not stands and rule.kind not in LASTING
