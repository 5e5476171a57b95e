"""A wrong step is answered by a dated one, and stays written."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cadastre.errors import Blocked
from cadastre.procedures.machine import (
    Standing,
    State,
    StepFact,
    correctable,
    ensure_possible,
    replay,
)
from tests.procedures.machine.walks import DAY, NOTHING_LACKS, numbered, procedures, step, walk

TITRE = procedures()["titre-minier"]
ADMITTED = ["open", "lodge", "admit"]


def correct(log: list[StepFact], wrong: int, after: int = 1) -> StepFact:
    fact = step(TITRE, "correct", log[-1].at + after * DAY, corrects=wrong)
    return numbered(fact, log)


def ensure(log: list[StepFact], fact: StepFact) -> None:
    standing = replay(TITRE, log, now=fact.at)
    ensure_possible(TITRE, standing, fact, NOTHING_LACKS, roles={"decider"}, account_id=5)


def stand(log: list[StepFact], fact: StepFact) -> Standing:
    ensure(log, fact)
    return replay(TITRE, [*log, fact], now=fact.at)


def test_a_wrong_step_no_longer_counts_and_is_still_written() -> None:
    log = walk(TITRE, [*ADMITTED, "request-completion"])
    standing = stand(log, correct(log, 4))
    assert standing.state is State.EXAMINING
    assert [s.kind for s in standing.steps] == ["open", "lodge", "admit", "correct"]
    assert [s.kind for s in standing.log] == [s.kind for s in log] + ["correct"]
    # The clock of the examination never stood still after all.
    assert standing.clocks["examination"].spent == 3
    assert "completion" not in standing.clocks


def test_the_past_is_not_rewritten_for_who_looks_at_it() -> None:
    log = walk(TITRE, [*ADMITTED, "request-completion"])
    fact = correct(log, 4, after=3)
    then = replay(TITRE, [*log, fact], now=fact.at - DAY)
    assert then.state is State.COMPLETING


def test_an_opinion_asked_of_the_wrong_body_is_set_aside_among_later_steps() -> None:
    log = walk(TITRE, [*ADMITTED, "request-opinion", "consult", "open-objections"])
    standing = stand(log, correct(log, 4))
    assert standing.opinions == {}
    assert standing.happened_at("consult") is not None


@pytest.mark.parametrize(
    ("words", "wrong", "code"),
    [
        (ADMITTED, 1, "procedures.not-correctable"),  # the opening
        (ADMITTED, 2, "procedures.not-correctable"),  # the lodgement holds the rank
        ([*ADMITTED, "pay"], 4, "procedures.not-correctable"),
        ([*ADMITTED, "suspend", "+12", "consult"], 5, "procedures.not-correctable"),  # the clock
        ([*ADMITTED, "request-opinion", "give-opinion"], 4, "procedures.correct-entangled"),
        (ADMITTED, 99, "procedures.needs-corrects"),
    ],
)
def test_what_others_rely_on_is_not_set_aside(words: list[str], wrong: int, code: str) -> None:
    log = walk(TITRE, words)
    with pytest.raises(Blocked) as refused:
        ensure(log, correct(log, wrong, after=14))
    assert refused.value.code == code


def test_a_step_is_corrected_once() -> None:
    log = walk(TITRE, [*ADMITTED, "request-completion"])
    log.append(correct(log, 4))
    with pytest.raises(Blocked, match=r"procedures\.needs-corrects"):
        ensure(log, correct(log, 4))


def test_a_correction_does_not_close_a_dossier_behind_everybodys_back() -> None:
    """Without the answer of the applicant, the delay would have run out last month."""
    log = walk(TITRE, [*ADMITTED, "request-completion", "complete"])
    with pytest.raises(Blocked, match=r"procedures\.correct-closes"):
        ensure(log, correct(log, 5, after=60))


def test_a_forged_log_cannot_correct_a_lodgement() -> None:
    log = walk(TITRE, ADMITTED)
    with pytest.raises(Blocked, match=r"procedures\.not-correctable"):
        replay(TITRE, [*log, correct(log, 2)], now=log[-1].at + 3 * DAY)


def test_what_may_be_corrected_is_listed_newest_first() -> None:
    log = walk(TITRE, [*ADMITTED, "consult", "request-opinion"])
    standing = replay(TITRE, log, now=log[-1].at)
    assert [s.kind for s in correctable(TITRE, standing)] == ["request-opinion", "consult", "admit"]


def test_a_reason_is_due() -> None:
    log = walk(TITRE, [*ADMITTED, "consult"])
    with pytest.raises(Blocked, match=r"procedures\.needs-reason"):
        ensure(log, replace(correct(log, 4), reason=" "))
