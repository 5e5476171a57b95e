"""Whatever a client puts into a step, the answer is a sentence."""

from __future__ import annotations

import contextlib
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from cadastre.errors import CadastreError
from cadastre.procedures.machine import StepFact, ensure_possible, replay
from tests.procedures.machine.walks import DAY, NOTHING_LACKS, ROLES, procedures, walk

TITRE = procedures()["titre-minier"]
WALKS = (
    [], ["open"], ["open", "lodge", "admit", "request-opinion"],
    ["open", "lodge", "admit", "request-completion"], ["open", "lodge", "withdraw"],
)  # fmt: skip
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12)
    | st.sampled_from(["environment", "favourable", "2026-09-01", "9999-12-31"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=4,
)  # fmt: skip
FACTS = st.dictionaries(
    st.sampled_from(["body", "opinion", "until", "days", "corrects", "x"]), JSON, max_size=5
)


@given(
    st.sampled_from(WALKS), st.sampled_from([*TITRE.steps, "", "dance"]),
    st.sampled_from(ROLES), FACTS,
)  # fmt: skip
@example(WALKS[2], "suspend", "decider", {"until": "9999-12-31"})
@example(WALKS[2], "suspend", "decider", {"until": "2027-01-01"})
@example(WALKS[2], "request-opinion", "agent", {"body": "environment", "days": 10**30})
def test_a_step_is_taken_or_refused_never_broken(
    words: list[str], kind: str, role: str, facts: dict[str, Any]
) -> None:
    log = walk(TITRE, words)
    at = (log[-1].at if log else walk(TITRE, ["open"])[-1].at) + DAY
    fact = StepFact(kind, at, 77, role, facts, 50, "parce que", 7)
    standing = replay(TITRE, log, now=at)
    with contextlib.suppress(CadastreError):
        ensure_possible(TITRE, standing, fact, NOTHING_LACKS, roles={role}, account_id=77)
        # What was accepted can be replayed ever after.
        for later in (at, at + DAY, at + 4000 * DAY):
            replay(TITRE, [*log, fact], now=later)
