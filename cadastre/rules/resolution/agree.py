"""Ways out that leave the ground as it is, or let others decide: consent, record, competition."""

from __future__ import annotations

from collections.abc import Iterator

from shapely.geometry.base import BaseGeometry

from cadastre.geometry.overlap import clip_to_free
from cadastre.rules.resolution.cells import free_of
from cadastre.rules.resolution.clip import whole
from cadastre.rules.resolution.situation import RIGHT, Resolution, Situation


def consent(situation: Situation) -> Iterator[Resolution]:
    """Whoever keeps the zone or runs the work consents, under conditions that bind the right.

    They accept online; where the register does not know them, the document that is cited says so.
    Where the law lets nobody consent, there is no such way out.
    """
    if situation.right.is_right or not situation.right.may_consent:
        return
    needs = (RIGHT,) if situation.right.has_party else ()
    values = {"left": situation.left.number, "right": situation.right.number}
    yield Resolution(
        "consent", "consent", situation.left.ground, situation.right.ground, needs, values=values
    )


def known(situation: Situation) -> Iterator[Resolution]:
    """Two titles inherited with their overlap: it is recorded and stays visible, never hidden."""
    if situation.kind in ("title-title", "title-zone"):
        values = {"left": situation.left.number, "right": situation.right.number}
        yield Resolution(
            "known", "known", situation.left.ground, situation.right.ground, values=values
        )


def competition(situation: Situation) -> Iterator[Resolution]:
    """Two applications give up the disputed ground, which opens to both on a published day."""
    if situation.kind != "application-application":
        return
    sides: list[BaseGeometry | None] = []
    for side, other in (
        (situation.left, situation.right), (situation.right, situation.left),
    ):  # fmt: skip
        if side.grid is not None:
            sides.append(free_of(side, other, situation))
            continue
        pieces = clip_to_free(
            side.ground, [other.ground],
            model=situation.model, crs=situation.crs, tolerance_m=situation.tolerance_m,
        )  # fmt: skip
        sides.append(whole(pieces) if pieces else None)
    values = {"left": situation.left.number, "right": situation.right.number}
    yield Resolution("competition", "competition", sides[0], sides[1], values=values)
