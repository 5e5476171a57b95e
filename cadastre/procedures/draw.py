"""Draw lots so that anybody can draw them again.

Before closing, nobody knows the seed; after it, nobody can choose. The seed is public and comes
from outside (a log head signed after closing, a lottery named when the opening was published). It
is mixed with the seals of all filings, so that whoever might bend the seed would have to know what
everybody sealed. The place of a filing depends on its party alone: filing early, often or by a
robot changes nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    """One party's sealed filing: the identifier of the party and the seal it left."""

    party: int
    seal: str


@dataclass(frozen=True, slots=True)
class Lot:
    """The lot of a party: its digest, and the place it gives, from 1."""

    party: int
    digest: str
    place: int


def seal_of(content: bytes, salt: str) -> str:
    """Give the seal of a filing: SHA-256, in hexadecimal, of salt, line feed and content."""
    return hashlib.sha256(salt.encode() + b"\n" + content).hexdigest()


def one_for_each_party(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Keep one entry for each party, the last it left, in the order of parties."""
    return tuple(entry for _, entry in sorted({entry.party: entry for entry in entries}.items()))


def material(opening: str, seed: str, entries: Iterable[Entry]) -> str:
    """Mix the opening's number, the seed and all seals, in ascending order, into one digest."""
    seals = sorted(entry.seal for entry in one_for_each_party(entries))
    return _sha256("\n".join((opening, seed, *seals)))


def draw(opening: str, seed: str, entries: Iterable[Entry]) -> tuple[Lot, ...]:
    """Give everybody's lot, first place first.

    Parameters
    ----------
    opening
        Public number of the opening, so that one seed may serve several.
    seed
        Public text; its source is told with it.
    """
    admitted = one_for_each_party(entries)
    mixed = material(opening, seed, admitted)
    digests = sorted((_sha256(f"{mixed}\n{entry.party}"), entry.party) for entry in admitted)
    return tuple(Lot(party, digest, place) for place, (digest, party) in enumerate(digests, 1))


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
