"""Divide a title among its holders, in exact fractions."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from cadastre.errors import Blocked, UnusableInput

Shares = dict[int, Fraction]
LARGEST_DENOMINATOR = 1_000_000


def read_share(text: str) -> Fraction:
    """Read a share written ``1/3``, ``0.25`` or ``25 %``.

    Raises
    ------
    UnusableInput
        ``titles.not-a-share``: not a number above 0 and up to 1.
    """
    plain = text.strip().replace(",", ".").replace(" ", "")
    try:
        percent = plain.endswith("%")
        share = Fraction(plain.removesuffix("%")) / (100 if percent else 1)
    except (ValueError, ZeroDivisionError):
        raise UnusableInput("titles.not-a-share", where="share", given=text) from None
    if not 0 < share <= 1 or share.denominator > LARGEST_DENOMINATOR:
        raise UnusableInput("titles.not-a-share", where="share", given=text)
    return share


def move_share(
    holders: Mapping[int, Fraction], giver: int, taker: int, share: Fraction | None
) -> Shares:
    """Give the holders after one gave a share of the whole title to another; None: all it has.

    Raises
    ------
    Blocked
        ``titles.not-a-holder``, ``titles.share-too-large`` or ``titles.same-party``.
    """
    held = holders.get(giver)
    if held is None:
        raise Blocked("titles.not-a-holder", where="from_party_id", party=giver)
    moved = held if share is None else share
    if giver == taker:
        raise Blocked("titles.same-party", where="to_party_id", party=taker)
    if moved > held:
        raise Blocked("titles.share-too-large", where="share", held=str(held), asked=str(moved))
    after = {**holders, giver: held - moved, taker: holders.get(taker, Fraction(0)) + moved}
    return {party: part for party, part in after.items() if part > 0}


def is_whole(holders: Mapping[int, Fraction]) -> bool:
    """Tell whether the shares make one title, neither less nor more."""
    return sum(holders.values(), Fraction(0)) == 1
