"""The guards of steps: small named functions that say every reason against.

A guard over *history* looks at what happened before, and is judged again at every replay; a guard
over the *dossier* looks at facts of the moment (pieces, money, ground), and is judged when the
step is taken. Names are kept for ever: old dossiers hold them in their snapshot.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from cadastre.errors import InvalidRuleset
from cadastre.procedures.facts import Refusal
from cadastre.procedures.machine.course import Course, opinions_on
from cadastre.procedures.machine.definition import Procedure
from cadastre.procedures.machine.facts import DossierFacts, StepFact

Refusals = tuple[Refusal, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """A step somebody means to take: on which course, with which facts of the dossier."""

    procedure: Procedure
    course: Course
    step: StepFact
    facts: DossierFacts = field(default_factory=DossierFacts)


@dataclass(frozen=True, slots=True)
class Guard:
    """A condition of a step."""

    name: str
    over_history: bool
    run: Callable[[Asked], Refusals]


GUARDS: dict[str, Guard] = {}
Run = Callable[[Asked], Refusals]


def _history(run: Run) -> Run:
    name = run.__name__.replace("_", "-")
    GUARDS[name] = Guard(name, True, run)
    return run


def _dossier(run: Run) -> Run:
    name = run.__name__.replace("_", "-")
    GUARDS[name] = Guard(name, False, run)
    return run


def guard_named(name: str) -> Guard:
    """Give a guard.

    Raises
    ------
    InvalidRuleset
        ``procedures.unknown-guard``, listing the guards there are.
    """
    found = GUARDS.get(name)
    if found is None:
        raise InvalidRuleset(
            "procedures.unknown-guard", where=name, given=name, known=", ".join(sorted(GUARDS))
        )
    return found


def refusals_of(names: tuple[str, ...], asked: Asked, *, history_only: bool = False) -> Refusals:
    """Give every reason these guards have against a step."""
    guards = [guard_named(name) for name in names]
    return tuple(
        refusal
        for guard in guards
        if guard.over_history or not history_only
        for refusal in guard.run(asked)
    )


def _unless(condition: bool, code: str, **values: object) -> Refusals:
    return () if condition else (Refusal(code, values),)


@_dossier
def form_complete(asked: Asked) -> Refusals:
    """Refuse while answers of the form are missing or wrong."""
    faults = asked.facts.form_faults
    return _unless(not faults, "procedures.form-incomplete", fields=faults, count=len(faults))


@_dossier
def pieces_complete(asked: Asked) -> Refusals:
    """Refuse while a legal piece is missing: a lodgement is whole or is not."""
    missing = asked.facts.pieces_missing
    return _unless(not missing, "procedures.pieces-missing", pieces=missing, count=len(missing))


@_dossier
def documents_safe(asked: Asked) -> Refusals:
    """Refuse while a document was found dangerous."""
    unsafe = asked.facts.unsafe_documents
    return _unless(not unsafe, "procedures.documents-unsafe", documents=unsafe)


@_dossier
def perimeter_drawn(asked: Asked) -> Refusals:
    """Refuse without the ground the service needs."""
    return _unless(not asked.facts.perimeter_missing, "procedures.perimeter-missing")


@_dossier
def nothing_blocks(asked: Asked) -> Refusals:
    """Refuse while a finding on the ground or the answers blocks."""
    found = asked.facts.blocking_findings
    return _unless(not found, "procedures.findings-block", findings=found, count=len(found))


@_dossier
def cases_settled(asked: Asked) -> Refusals:
    """Refuse while an overlap case is open."""
    cases = asked.facts.open_cases
    return _unless(not cases, "procedures.cases-open", cases=cases)


@_dossier
def lodgement_paid(asked: Asked) -> Refusals:
    """Refuse a lodgement whose fee is due."""
    return _unless("lodgement" not in asked.facts.unpaid, "procedures.unpaid-lodgement")


@_dossier
def decision_paid(asked: Asked) -> Refusals:
    """Refuse a decision before which something is to be paid."""
    return _unless("decision" not in asked.facts.unpaid, "procedures.unpaid-decision")


@_dossier
def issue_paid(asked: Asked) -> Refusals:
    """Refuse to issue what is not paid."""
    return _unless("issue" not in asked.facts.unpaid, "procedures.unpaid-issue")


@_dossier
def counter_confirmed(asked: Asked) -> Refusals:
    """Refuse what a clerk typed and the person has not confirmed."""
    return _unless(not asked.facts.counter_unconfirmed, "procedures.counter-unconfirmed")


@_dossier
def not_frozen(asked: Asked) -> Refusals:
    """Refuse while a moratorium stops this kind of request."""
    rule = asked.facts.suspended_by_rule
    return _unless(rule is None, "procedures.frozen", rule=rule)


@_dossier
def title_allows(asked: Asked) -> Refusals:
    """Refuse an act its title does not bear, with the title's own reasons."""
    return asked.facts.title_refusals


@_dossier
def taker_known(asked: Asked) -> Refusals:
    """Refuse to pass a title on before it is said which party takes it."""
    return _unless(not asked.facts.taker_unknown, "procedures.taker-unknown")


@_history
def second_person(asked: Asked) -> Refusals:
    """Refuse that who proposed also confirms: four eyes are two people."""
    proposal, who = asked.course.proposal, asked.step.account_id
    same = proposal is not None and who is not None and proposal.account_id == who
    return _unless(not same, "procedures.same-person")


@_history
def unconfirmed(asked: Asked) -> Refusals:
    """Refuse to confirm twice."""
    proposal = asked.course.proposal
    return _unless(proposal is None or proposal.confirmed_at is None, "procedures.confirmed")


@_history
def confirmed(asked: Asked) -> Refusals:
    """Refuse what waits for the second person."""
    proposal = asked.course.proposal
    done = proposal is not None and proposal.confirmed_at is not None
    return _unless(done, "procedures.not-confirmed")


@_history
def opinions_asked(asked: Asked) -> Refusals:
    """Refuse while a body the law wants heard was not asked."""
    left = tuple(
        body.name
        for body in asked.procedure.bodies.values()
        if body.required and body.id not in asked.course.opinions
    )
    return _unless(not left, "procedures.opinions-not-asked", bodies=left)


@_history
def opinions_in(asked: Asked) -> Refusals:
    """Refuse while an opinion is awaited; silence beyond the delay holds nobody up."""
    procedure = asked.procedure
    read = opinions_on(procedure, asked.course, procedure.calendar.day(asked.step.at))
    left = tuple(
        procedure.bodies[body].name
        for body, opinion in read.items()
        if opinion.given_at is None and not opinion.overdue
    )
    return _unless(not left, "procedures.opinions-awaited", bodies=left)


@_history
def opinion_to_ask(asked: Asked) -> Refusals:
    """Refuse when every body was asked already."""
    left = set(asked.procedure.bodies) - set(asked.course.opinions)
    return _unless(bool(left), "procedures.every-body-asked")


@_history
def opinion_to_give(asked: Asked) -> Refusals:
    """Refuse when nobody's opinion is awaited."""
    waits = any(opinion.given_at is None for opinion in asked.course.opinions.values())
    return _unless(waits, "procedures.no-opinion-awaited")


@_history
def objections_unopened(asked: Asked) -> Refusals:
    """Refuse to open the window twice."""
    return _unless(not asked.course.has_done("open-objections"), "procedures.objections-opened")


@_history
def objections_open(asked: Asked) -> Refusals:
    """Refuse an objection outside its window."""
    return _unless(_window(asked.course), "procedures.objections-not-open")


@_history
def objections_heard(asked: Asked) -> Refusals:
    """Refuse a decision before the public could object."""
    closed = asked.course.has_done("close-objections")
    return _unless(closed, "procedures.objections-not-heard")


@_history
def objections_over(asked: Asked) -> Refusals:
    """Refuse a decision while a window that was opened still runs."""
    return _unless(not _window(asked.course), "procedures.objections-running")


def _window(course: Course) -> bool:
    return course.has_done("open-objections") and not course.has_done("close-objections")


@_history
def quote_paid(asked: Asked) -> Refusals:
    """Refuse works before the quote is paid; what was paid before it does not count."""
    since = None
    for step in asked.course.steps:
        if step.kind in ("quote", "pay"):
            since = step.kind
    return _unless(since == "pay", "procedures.quote-unpaid")


def _after(kind: str) -> Run:
    """Make the guard that wants a step of a kind to have been taken before."""

    def run(asked: Asked) -> Refusals:
        if kind not in asked.procedure.steps or asked.course.has_done(kind):
            return ()
        return (Refusal("procedures.step-before", {"step": asked.procedure.step(kind).verb}),)

    return run


def _once(kind: str) -> Run:
    """Make the guard that refuses a step of a kind that was taken already."""

    def run(asked: Asked) -> Refusals:
        if not asked.course.has_done(kind):
            return ()
        return (Refusal("procedures.step-done", {"step": asked.procedure.step(kind).done}),)

    return run


for _kind in ("consult", "visit", "quote", "pay", "works", "receive-sample", "analyse"):
    GUARDS[f"after-{_kind}"] = Guard(f"after-{_kind}", True, _after(_kind))
    GUARDS[f"once-{_kind}"] = Guard(f"once-{_kind}", True, _once(_kind))
