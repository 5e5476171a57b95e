"""The draw: anybody gets the same places, and a robot's filings weigh no more than a person's."""

from __future__ import annotations

import hashlib
import random
import statistics

from hypothesis import given
from hypothesis import strategies as st

from cadastre.procedures.draw import Entry, draw, one_for_each_party, seal_of

HUMANS, ROBOTS, ROUNDS = 50, 10_000, 40


def entry(party: int) -> Entry:
    return Entry(party, hashlib.sha256(f"seal of {party}".encode()).hexdigest())


@given(st.sets(st.integers(1, 10**6), min_size=1, max_size=30), st.text(), st.randoms())
def test_places_depend_on_nothing_but_seed_and_entries(
    parties: set[int], seed: str, chance: random.Random
) -> None:
    entries = [entry(party) for party in parties]
    shuffled = [*entries, *entries]
    chance.shuffle(shuffled)
    lots = draw("OUV-1", seed, entries)
    assert lots == draw("OUV-1", seed, shuffled)
    assert [lot.place for lot in lots] == list(range(1, len(parties) + 1))


def test_the_recipe_can_be_followed_with_a_hash_function_alone() -> None:
    entries = [entry(party) for party in (7, 11, 13)]

    def digest(text: str) -> str:
        return hashlib.sha256(text.encode()).hexdigest()

    mixed = digest("\n".join(["OUV-9", "a public seed", *sorted(e.seal for e in entries)]))
    expected = sorted((7, 11, 13), key=lambda party: digest(f"{mixed}\n{party}"))
    assert [lot.party for lot in draw("OUV-9", "a public seed", entries)] == expected


def test_one_filing_for_each_party_the_last_it_left() -> None:
    kept = one_for_each_party([Entry(1, "a"), Entry(2, "b"), Entry(1, "c")])
    assert kept == (Entry(1, "c"), Entry(2, "b"))


def test_ten_thousand_robots_have_the_chances_of_fifty_people_and_no_more() -> None:
    """Each entry is as likely as any other to be high: mean place, and winners, of the humans.

    Robots file first, people last; were the instant worth anything, the means would part.
    """
    entries = [entry(n) for n in range(1, ROBOTS + HUMANS + 1)]
    humans = range(ROBOTS + 1, ROBOTS + HUMANS + 1)
    places = []
    for round_ in range(ROUNDS):
        found = {lot.party: lot.place for lot in draw("OUV-1", f"seed {round_}", entries)}
        places += [found[party] / len(entries) for party in humans]
    # 2,000 places, uniform on (0, 1): mean 1/2, standard error 0.289/sqrt(2000) = 0.0065
    assert abs(statistics.mean(places) - 0.5) < 4 * 0.0065
    # chi-square over ten equal bins: 9 degrees of freedom, 1 in 10,000 above 33.7
    bins = [sum(1 for place in places if low < 10 * place <= low + 1) for low in range(10)]
    expected = len(places) / 10
    assert sum((count - expected) ** 2 / expected for count in bins) < 33.7


def test_one_robot_that_files_ten_thousand_times_has_one_chance() -> None:
    floods = [Entry(999, f"{n:064x}") for n in range(ROBOTS)]
    entries = floods + [entry(party) for party in range(1, HUMANS + 1)]
    assert len(draw("OUV-1", "seed", entries)) == HUMANS + 1
    wins = sum(draw("OUV-1", f"s{n}", entries)[0].party == 999 for n in range(200))
    assert wins <= 16  # mean 3.9 of 200; five standard deviations above is 13.7


def test_first_filed_first_served_is_the_failing_control() -> None:
    """The rule the draw replaces: by instant, a robot that is always first always wins."""
    first = [min([(0.001, 999), *((1.0 + p, p) for p in range(HUMANS))])[1] for _ in range(50)]
    assert set(first) == {999}


def test_a_seal_hides_its_content_behind_salt() -> None:
    assert seal_of(b"{}", "salt") != seal_of(b"{}", "other")
    assert seal_of(b"{}", "salt") == hashlib.sha256(b"salt\n{}").hexdigest()
