"""Delays stand still, run again, end; what falls due happens by itself, at its own instant."""

from __future__ import annotations

import copy
import datetime as dt
from typing import Any

import pytest

from cadastre.errors import Blocked
from cadastre.procedures.machine import Procedure, State, StepFact, automatic_due, replay
from tests.procedures.machine.walks import START, procedures, step, walk

TITRE = procedures()["titre-minier"]
RACCORDEMENT = procedures()["raccordement"]
DAY = dt.timedelta(days=1)
ADMITTED = ["open", "lodge", "admit"]


def on(day: str, hour: int = 12) -> dt.datetime:
    return dt.datetime.combine(dt.date.fromisoformat(day), dt.time(hour), dt.UTC)


def with_limit(procedure: Procedure, clock: str, value: int | None, unit: str) -> Procedure:
    """Give the same procedure under another law."""
    content = copy.deepcopy(procedure.as_json())
    limit = content["clocks"][clock]["limit"]
    limit["unit"], limit["values"] = unit, [{"from": "1996-02-26", "value": value}]
    return Procedure.from_json(content)


def asked(until_days: int = 0, **facts: Any) -> list[StepFact]:
    """Give a dossier admitted on 5 March 2026 whose completion was asked for the day after."""
    log = walk(TITRE, ADMITTED)
    return [*log, step(TITRE, "request-completion", on("2026-03-06"), **facts)]


def test_examination_stands_still_while_the_applicant_completes() -> None:
    log = [*asked(), step(TITRE, "complete", on("2026-03-20"))]
    assert replay(TITRE, asked(), now=on("2026-03-19")).clocks["examination"].running is False
    examined = replay(TITRE, log, now=on("2026-03-22")).clocks["examination"]
    # Lodged on 4 March: 5 and 6 March, then 21 and 22; the applicant's fortnight does not count.
    assert (examined.spent, examined.running, examined.due_on) == (4, True, None)


def test_a_due_day_moves_by_the_days_the_clock_stood_still() -> None:
    law = with_limit(TITRE, "examination", 20, "day")
    log = [*asked(), step(law, "complete", on("2026-03-20"))]
    clock = replay(law, log, now=on("2026-03-22")).clocks["examination"]
    assert clock.due_on == dt.date(2026, 3, 4) + dt.timedelta(days=20 + 14)
    assert replay(law, log, now=on("2026-04-07")).clocks["examination"].overdue is False
    assert replay(law, log, now=on("2026-04-08")).clocks["examination"].overdue is True


def test_a_delay_in_months_ends_on_the_same_day_of_the_month() -> None:
    law = with_limit(TITRE, "examination", 5, "month")
    clock = replay(law, walk(law, ADMITTED), now=on("2026-03-06")).clocks["examination"]
    assert (clock.due_on, clock.limit, clock.unit) == (dt.date(2026, 8, 4), 5, "month")


def test_a_delay_in_working_days_leaves_out_holidays() -> None:
    law = with_limit(TITRE, "completion", 20, "working-day")
    clock = replay(law, asked(), now=on("2026-03-10")).clocks["completion"]
    # Asked on Friday 6 March: 9 to 13, 16 to 20, 23 to 27 March, 30 March to 3 April.
    assert (clock.due_on, clock.spent) == (dt.date(2026, 4, 3), 2)


def test_what_the_law_does_not_set_has_no_due_day_and_says_so() -> None:
    clock = replay(TITRE, walk(TITRE, ADMITTED), now=on("2026-12-01")).clocks["examination"]
    assert (clock.limit, clock.due_on, clock.overdue) == (None, None, False)
    assert clock.evidence == "unconfirmed"
    assert clock.note is not None


def test_a_dossier_lapses_by_itself_the_day_after_its_delay() -> None:
    last = replay(TITRE, asked(), now=on("2026-04-05", 23))
    assert (last.state, last.clocks["completion"].due_on) == (State.COMPLETING, dt.date(2026, 4, 5))
    assert last.next_by_clock == StepFact("lapse", on("2026-04-06", 0))
    lapsed = replay(TITRE, asked(), now=on("2026-04-06", 0))
    assert (lapsed.state, lapsed.outcome) == (State.LAPSED, "lapsed")
    assert automatic_due(TITRE, last, on("2026-05-01")) == (StepFact("lapse", on("2026-04-06", 0)),)


def test_one_minute_late_is_too_late_even_if_nobody_swept() -> None:
    in_time = step(TITRE, "complete", dt.datetime(2026, 4, 5, 23, 59, tzinfo=dt.UTC))
    assert replay(TITRE, [*asked(), in_time], now=on("2026-04-07")).state is State.EXAMINING
    late = step(TITRE, "complete", dt.datetime(2026, 4, 6, 0, 1, tzinfo=dt.UTC))
    with pytest.raises(Blocked, match=r"procedures\.is-closed"):
        replay(TITRE, [*asked(), late], now=on("2026-04-07"))


def test_the_agent_may_set_the_delay_of_a_completion() -> None:
    standing = replay(TITRE, asked(days=90), now=on("2026-03-10"))
    assert standing.clocks["completion"].due_on == dt.date(2026, 6, 4)
    assert standing.clocks["completion"].limit == 90
    for nonsense in (0, -3, 10**9, "30", 1.5, True, [1]):
        with pytest.raises(Blocked, match=r"procedures\.days-unusable"):
            replay(TITRE, asked(days=nonsense), now=on("2026-03-10"))


def test_a_suspension_ends_by_itself_on_its_day() -> None:
    log = [*asked(), step(TITRE, "suspend", on("2026-03-10"), until="2026-04-20")]
    held = replay(TITRE, log, now=on("2026-04-19", 23))
    assert held.state is State.SUSPENDED
    assert [(a.who, a.due) for a in held.awaits] == [("system", dt.date(2026, 4, 19))]
    resumed = replay(TITRE, log, now=on("2026-04-20", 0))
    assert resumed.state is State.COMPLETING  # where it came from, with its days left
    assert resumed.clocks["completion"].spent == 4
    assert resumed.clocks["completion"].due_on == dt.date(2026, 5, 16)


@pytest.mark.parametrize("until", [None, "", "soon", "2026-03-10", "2020-01-01", 12, ["x"]])
def test_a_suspension_without_an_end_is_refused(until: Any) -> None:
    log = [*walk(TITRE, ADMITTED), step(TITRE, "suspend", on("2026-03-10"), until=until)]
    with pytest.raises(Blocked, match=r"procedures\.needs-until"):
        replay(TITRE, log, now=on("2026-03-11"))


def test_a_suspension_has_a_longest_length() -> None:
    log = walk(TITRE, ADMITTED)
    longest = step(TITRE, "suspend", on("2026-03-10"), until="2028-03-10")
    clock = replay(TITRE, [*log, longest], now=on("2026-03-11")).clocks["suspension"]
    assert (clock.due_on, clock.limit, clock.unit) == (dt.date(2028, 3, 9), 730, "day")
    longer = step(TITRE, "suspend", on("2026-03-10"), until="2028-03-11")
    with pytest.raises(Blocked, match=r"procedures\.until-too-far"):
        replay(TITRE, [*log, longer], now=on("2026-03-11"))


def test_a_decider_may_end_a_suspension_early_and_the_clock_then_does_nothing() -> None:
    log = [*walk(TITRE, ADMITTED), step(TITRE, "suspend", on("2026-03-10"), until="2026-04-20")]
    log.append(step(TITRE, "resume", on("2026-03-15"), role="decider"))
    standing = replay(TITRE, log, now=on("2026-06-01"))
    assert (standing.state, standing.unwritten) == (State.EXAMINING, ())


def test_the_clock_does_nothing_before_its_time() -> None:
    log = [*asked(), StepFact("lapse", on("2026-03-20"))]
    with pytest.raises(Blocked, match=r"procedures\.not-due"):
        replay(TITRE, log, now=on("2026-03-21"))


def test_opinions_are_asked_side_by_side_and_silence_holds_nobody_up() -> None:
    log = walk(
        TITRE, [*ADMITTED, "request-opinion", "request-opinion", "open-objections", "consult"]
    )
    first, second = replay(TITRE, log, now=log[-1].at).opinions.values()
    assert (first.body, second.body) == ("environment", "local-authority")
    given = step(TITRE, "give-opinion", log[-1].at + DAY, body=second.body, opinion="reserved")
    log.append(given)
    waiting = replay(TITRE, log, now=given.at + DAY)
    assert [a.who for a in waiting.awaits if a.who in TITRE.bodies] == ["environment"]
    propose = step(TITRE, "propose-grant", on("2026-04-30"))
    early = step(TITRE, "propose-grant", first.asked_at + 30 * DAY)
    with pytest.raises(Blocked, match=r"procedures\.opinions-awaited"):
        replay(TITRE, [*log, early], now=early.at)
    late = replay(TITRE, [*log, propose], now=propose.at)
    assert late.state is State.PROPOSED
    assert late.opinions["environment"].given_at is None
    assert late.opinions["local-authority"].opinion == "reserved"


def test_objections_close_by_themselves_and_come_no_more() -> None:
    log = walk(TITRE, [*ADMITTED, "open-objections", "object"])
    opened = log[-2].at
    closing = opened.replace(hour=0) + 31 * DAY
    assert replay(TITRE, log, now=closing).happened_at("close-objections") == closing
    late = step(TITRE, "object", closing + dt.timedelta(minutes=1))
    with pytest.raises(Blocked, match=r"procedures\.objections-not-open"):
        replay(TITRE, [*log, late], now=late.at)


def test_works_are_due_after_payment() -> None:
    log = walk(RACCORDEMENT, [*ADMITTED, "visit", "quote"])
    assert "works" not in replay(RACCORDEMENT, log, now=log[-1].at).clocks
    log = walk(RACCORDEMENT, [*ADMITTED, "visit", "quote", "pay"])
    clock = replay(RACCORDEMENT, log, now=log[-1].at + DAY).clocks["works"]
    assert clock.due_on == (START + 6 * DAY).date() + 30 * DAY
    assert clock.evidence == "inferred"


def test_what_was_paid_before_the_quote_does_not_start_the_works() -> None:
    log = walk(RACCORDEMENT, ["open", "pay", "lodge", "admit", "visit", "quote"])
    assert "works" not in replay(RACCORDEMENT, log, now=log[-1].at + DAY).clocks
    works = step(RACCORDEMENT, "works", log[-1].at + DAY)
    with pytest.raises(Blocked, match=r"procedures\.quote-unpaid"):
        replay(RACCORDEMENT, [*log, works], now=works.at)


def test_an_overdue_opinion_stays_overdue_through_a_suspension() -> None:
    log = walk(TITRE, [*ADMITTED, "request-opinion"])
    due_on = log[-1].at.date() + 30 * DAY
    log.append(step(TITRE, "suspend", log[-1].at + 40 * DAY, until="2026-05-20"))
    for at in (on("2026-04-20"), on("2026-05-20"), on("2026-06-20")):
        opinion = replay(TITRE, log, now=at).opinions["environment"]
        assert (opinion.overdue, opinion.due_on) == (True, due_on)


def test_a_legal_value_is_that_of_the_day_its_clock_starts() -> None:
    content = copy.deepcopy(TITRE.as_json())
    content["clocks"]["completion"]["limit"]["values"].append({"from": "2026-03-07", "value": 60})
    law = Procedure.from_json(content)
    assert replay(law, asked(), now=on("2026-03-10")).clocks["completion"].limit == 30
    later = [*walk(law, ADMITTED), step(law, "request-completion", on("2026-03-08"))]
    assert replay(law, later, now=on("2026-03-10")).clocks["completion"].limit == 60


def test_a_law_may_make_silence_an_acknowledgement() -> None:
    """The engine knows tacit outcomes; no Togolese text was found that gives one."""
    assert not any(
        rule.automatic and rule.to == State.ISSUED
        for procedure in procedures().values()
        for rule in procedure.steps.values()
    )
    content = copy.deepcopy(procedures()["declaration"].as_json())
    content["steps"]["issue"]["automatic"] = "admission"
    content["steps"]["issue"]["by"].append("system")
    law = Procedure.from_json(content)
    log = walk(law, ["open", "lodge"])
    standing = replay(law, log, now=log[-1].at + 11 * DAY)
    assert (standing.outcome, standing.unwritten[0].kind) == ("issued", "issue")
