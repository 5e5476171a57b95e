"""List every way to end an overlap, in the order in which a register should look at them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from cadastre.errors import CadastreError
from cadastre.rules.resolution.agree import competition, consent, known
from cadastre.rules.resolution.clip import clip, clip_first, refuse, shrink
from cadastre.rules.resolution.correct import correct
from cadastre.rules.resolution.share import share
from cadastre.rules.resolution.shift import shift
from cadastre.rules.resolution.situation import Resolution, Situation

Maker = Callable[[Situation], Iterator[Resolution]]
# A mistake of the pen first: nobody should lose ground to it.
MAKERS: tuple[Maker, ...] = (
    correct, clip, shift, shrink, share, consent, competition, clip_first, known, refuse,
)  # fmt: skip


def resolutions(situation: Situation) -> tuple[Resolution, ...]:
    """List the ways out of a situation; one that cannot be computed is left out."""
    found: list[Resolution] = []
    for maker in MAKERS:
        try:
            found += list(maker(situation))
        except CadastreError:
            # Ground out of reach of a projection: the other ways out remain.
            continue
    return tuple(found)
